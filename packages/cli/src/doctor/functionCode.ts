// Checks the code of the function: the bundle of this release with a policy, and nothing beside them.
import { createHash } from 'node:crypto'
import { bundleFiles, type CodeFiles, policyPaths, readCode } from '@coffer/infra/code'
import { unzipSync } from 'fflate'
import { type Finding, failed, ok } from './check.ts'
import type { LambdaFunction } from './function.ts'
import { needDeployed, type Scene } from './scene.ts'

/**
 * Downloads the code.
 *
 * @returns Contents by path.
 */
export async function downloadCode({ codeUrl, configuration }: LambdaFunction): Promise<CodeFiles> {
  if (codeUrl === undefined) throw new Error('Lambda tells of no zip file')
  const response = await fetch(codeUrl, { signal: AbortSignal.timeout(30_000) })
  if (!response.ok) throw new Error(`the code cannot be downloaded, status ${response.status}`)
  const zip = new Uint8Array(await response.arrayBuffer())
  // What was downloaded must be what runs.
  if (hash(zip, 'base64') !== configuration.CodeSha256)
    throw new Error('the zip file that Lambda tells of is not the one that runs')
  return unzipSync(zip)
}

/**
 * Compares the code with the release.
 *
 * @throws {BUNDLE_MISSING} The release's own bundle was not built here.
 */
export function checkCode(scene: Scene, files: CodeFiles): Finding {
  return compareCode(files, readCode(), restoreCode(scene))
}

/**
 * Compares the code of a function with a release. Which policy it has is another question.
 *
 * @param files Contents by path.
 * @param release Those of the release.
 * @param fix How it gets the right code.
 */
export function compareCode(files: CodeFiles, release: CodeFiles, fix: string): Finding {
  const expected = [...bundleFiles, ...Object.values(policyPaths)]
  const missing = expected.filter(name => !Object.hasOwn(files, name))
  // Some programs make an entry for a directory, too.
  const others = Object.keys(files).filter(name => !expected.includes(name) && !name.endsWith('/'))
  const parts = [
    ...(missing.length === 0 ? [] : [`the code has no ${missing.join(', no ')}`]),
    ...(others.length === 0 ? [] : [`beside what belongs there, there is ${others.join(', ')}`]),
    ...bundleFiles.flatMap(name => differenceOf(name, files[name], release[name])),
  ]
  return parts.length === 0
    ? ok(`this release: ${bundleFiles.map(name => `${name} SHA-256 ${hashOf(files[name])}`).join(', ')}`)
    : failed(parts.join('; '), fix)
}

function differenceOf(
  name: string,
  actual: Uint8Array | undefined,
  expected: Uint8Array | undefined,
): readonly string[] {
  if (actual === undefined || hashOf(actual) === hashOf(expected)) return []
  return [`${name} is not this release's: SHA-256 ${hashOf(actual)}, expected ${hashOf(expected)}`]
}

/** A deployment changes nothing where the code of this release is deployed already, and was changed since. */
export function restoreCode(scene: Scene): string {
  const { name, code } = needDeployed(scene).function
  return `coffer deploy, or if that has nothing to change: aws lambda update-function-code --function-name ${name} --s3-bucket ${code.bucket} --s3-key ${code.key}`
}

function hashOf(bytes: Uint8Array | undefined): string {
  return hash(bytes ?? new Uint8Array(), 'hex')
}

function hash(bytes: Uint8Array, encoding: 'hex' | 'base64'): string {
  return createHash('sha256').update(bytes).digest(encoding)
}
