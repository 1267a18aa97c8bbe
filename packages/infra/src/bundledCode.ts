// The function's code as an asset of CDK, which uploads it.
// https://docs.aws.amazon.com/cdk/v2/guide/assets.html
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { loadPolicy, type PolicySource } from '@coffer/service/policy'
import type { CfnResource } from 'aws-cdk-lib'
import { AssetCode, Code, type CodeConfig, type ResourceBindOptions } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { type CodeFiles, policyIn, readCode } from './code.ts'

/**
 * The service's bundle with a policy. The policy is validated now: what is synthesized can be deployed.
 *
 * @param options.directory Where the bundle is; by default the `bundle` directory of @coffer/service.
 * @param options.policy The policy; by default one that denies everything.
 * @returns The code of the function. Equal files give equal assets.
 * @throws {BUNDLE_MISSING} The bundle has not been built.
 * @throws {PolicyError} The policy has faults; every one is told.
 */
export const bundledCode = (
  options: { readonly directory?: string | undefined; readonly policy?: PolicySource | undefined } = {},
): BundledCode => new BundledCode(readCode(options))

/** The service's bundle with a policy, as an asset. */
export class BundledCode extends Code {
  readonly isInline = false
  /** SHA-256 of the policy, 64 hex digits: what the service names in its answers. */
  readonly policyVersion: string
  private readonly files: CodeFiles
  private asset: AssetCode | undefined

  constructor(files: CodeFiles) {
    super()
    const { rules = '', facts = '' } = policyIn(files) ?? {}
    this.policyVersion = loadPolicy({ rules, facts }).version
    this.files = files
  }

  override bind(scope: Construct): CodeConfig {
    const directory = mkdtempSync(join(tmpdir(), 'coffer-code-'))
    try {
      for (const [path, content] of Object.entries(this.files)) {
        mkdirSync(dirname(join(directory, path)), { recursive: true })
        writeFileSync(join(directory, path), content)
      }
      // It copies the directory at once.
      this.asset ??= new AssetCode(directory, { assetHash: hashOf(this.files) })
      return this.asset.bind(scope)
    } finally {
      rmSync(directory, { recursive: true })
    }
  }

  override bindToResource(resource: CfnResource, options?: ResourceBindOptions): void {
    this.asset?.bindToResource(resource, options)
  }
}

/** By names and bytes alone. CDK's own hash would be the same for a policy with other line breaks, which is another one. */
const hashOf = (files: CodeFiles): string => {
  const hash = createHash('sha256')
  for (const [path, content] of Object.entries(files))
    hash.update(`${path} ${content.length}\n`).update(content)
  return hash.digest('hex')
}
