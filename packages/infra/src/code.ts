// The files of the function's code: the service's bundle, and beside it the policy by which the function decides. They
// are what is uploaded, what the sandbox runs, and what a deployed function is compared with.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type PolicySource, policyFiles } from '@coffer/service/policy'

/** Contents by path, with `/` between names: what the zip file of the function holds, and no more. */
export type CodeFiles = Readonly<Record<string, Uint8Array>>

/** The files that are the same for everybody who has this release. */
export const bundleFiles: readonly string[] = ['adminSigner.mjs', 'cedar_wasm_bg.wasm']

/** Where in the code the two files of the policy are. */
export const policyPaths: Readonly<Record<keyof PolicySource, string>> = {
  rules: `policy/${policyFiles.rules}`,
  facts: `policy/${policyFiles.facts}`,
}

/**
 * Reads the files of the function's code.
 *
 * @param options.directory Where the bundle is; by default the `bundle` directory of @coffer/service.
 * @param options.policy The policy, as texts; by default the bundle's own, which denies everything. It is not checked.
 * @returns The files.
 * @throws {BUNDLE_MISSING} The bundle has not been built, or not as a whole.
 */
export const readCode = (
  options: { readonly directory?: string | undefined; readonly policy?: PolicySource | undefined } = {},
): CodeFiles => {
  const { directory = defaultBundleDirectory(), policy } = options
  const read = (path: string): readonly [string, Uint8Array] => {
    const file = join(directory, path)
    if (!existsSync(file)) throw new BundleMissingError(directory, path)
    return [path, readFileSync(file)]
  }
  const code = bundleFiles.map(read)
  if (policy === undefined) return Object.fromEntries([...code, ...Object.values(policyPaths).map(read)])
  return {
    ...Object.fromEntries(code),
    [policyPaths.rules]: Buffer.from(policy.rules),
    [policyPaths.facts]: Buffer.from(policy.facts),
  }
}

/**
 * The policy among the files of a function's code.
 *
 * @param files Contents by path.
 * @returns Its texts, as the service reads them; undefined where one of the two files is missing.
 */
export const policyIn = (files: CodeFiles): PolicySource | undefined => {
  const [rules, facts] = [files[policyPaths.rules], files[policyPaths.facts]]
  if (rules === undefined || facts === undefined) return undefined
  return { rules: Buffer.from(rules).toString(), facts: Buffer.from(facts).toString() }
}

const defaultBundleDirectory = (): string =>
  fileURLToPath(new URL('../bundle/', import.meta.resolve('@coffer/service')))

/** The function's code has not been built. */
export class BundleMissingError extends Error {
  override readonly name = 'BundleMissingError'
  readonly code = 'BUNDLE_MISSING'
  /** Where it was looked for. */
  readonly directory: string

  constructor(directory: string, file: string) {
    super(
      `There is no ${file} in ${directory}. Build it (node packages/service/scripts/bundle.mjs), or pass the right directory.`,
    )
    this.directory = directory
  }
}
