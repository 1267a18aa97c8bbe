// Deploys the signer as it is released: the template without CDK, and the built Lambda bundle in a bucket.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename } from 'node:path'
import { zipSync } from 'fflate'
import { sha256Hex } from './canonicalRequest.ts'
import type { Cloud, Stack } from './cloud.ts'
import { execute, remove } from './cloudformation/execute.ts'
import { resolveParameters } from './cloudformation/parameters.ts'
import { createRecord, findRecord } from './cloudformation/record.ts'
import { parseTemplate } from './cloudformation/submission.ts'

/** The name that the app of @coffer/infra gives its stack. */
const stackName = 'treasury-signer'

const require = createRequire(import.meta.url)

/**
 * Deploys the released template, with the code that was built, as the administrator would. Where it is deployed already, it
 * is updated.
 *
 * @param cloud The cloud. Its services listen already.
 * @param options.parameters Values of the template's parameters, but for those that say where the code is.
 * @returns The stack, `treasury-signer`.
 * @throws {BUNDLE_MISSING} the Lambda bundle was not built.
 * @throws {CLOUDFORMATION_ERROR} a parameter the template does not have, or a value it may not have.
 * @throws {STACK_FAILED} something of the stack cannot be had, for example a name that is taken.
 */
export const deployReleased = async (
  cloud: Cloud,
  options: { readonly parameters?: Readonly<Record<string, string>> | undefined } = {},
): Promise<Stack> => {
  const zip = await zipBundle()
  const code = { CodeBucket: `coffer-code-${cloud.account.accountId}`, CodeKey: `${sha256Hex(zip)}.zip` }
  cloud.buckets.set(code.CodeBucket, new Map([[code.CodeKey, zip]]))
  const file = require.resolve('@coffer/infra/template/treasury-signer.template.json')
  const templateBody = await readFile(file, 'utf8')
  const given = Object.entries({ ...options.parameters, ...code }).map(
    ([key, value]) =>
      new Map([
        ['ParameterKey', key],
        ['ParameterValue', value],
      ]),
  )
  const parameters = resolveParameters(parseTemplate(templateBody)['Parameters'], given, undefined)
  const submission = { templateBody, parameters, capabilities: ['CAPABILITY_NAMED_IAM'], tags: {} }
  const authority = { identity: cloud.identities.administrator, sourceIp: '127.0.0.1' }
  const existing = findRecord(cloud, stackName)
  // A stack whose creation failed can only be removed.
  if (existing && !existing.submission) await remove(cloud, existing, authority)
  const record = findRecord(cloud, stackName) ?? createRecord(cloud, stackName)
  await execute(cloud, record, submission, authority)
  const stack = cloud.stacks.get(stackName)
  if (!stack) throw new Error(`the stack ${stackName} was removed while it was deployed`)
  return stack
}

/**
 * Zips the signing function's code as it would be uploaded: equal code gives equal bytes.
 *
 * @returns The zip file.
 * @throws {BUNDLE_MISSING} the Lambda bundle was not built.
 */
export const zipBundle = async (): Promise<Uint8Array> => {
  const file = require.resolve('@coffer/service/bundle')
  if (!existsSync(file)) throw new BundleMissingError(file)
  // The earliest date that a zip file can hold; it holds local time.
  return zipSync({ [basename(file)]: await readFile(file) }, { mtime: new Date(1980, 0, 1) })
}

/** The Lambda bundle is made by a build step that was not run. */
export class BundleMissingError extends Error {
  override readonly name = 'BundleMissingError'
  readonly code = 'BUNDLE_MISSING'
  readonly file: string

  constructor(file: string) {
    super(
      `the signing function is not built yet (${file}); run \`npm run build\` in the root of the repository`,
    )
    this.file = file
  }
}
