// Checks the code of the function: the bundle of this release, and nothing beside it.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename } from 'node:path'
import { unzipSync } from 'fflate'
import { CliError } from '../failure.ts'
import { type Finding, failed, ok } from './check.ts'
import type { LambdaFunction } from './function.ts'
import { needDeployed, type Scene } from './scene.ts'

/**
 * Downloads the code and compares it with the release.
 *
 * @throws {CliError} BUNDLE_MISSING: the release's own bundle was not built here.
 */
export async function checkCode(scene: Scene, { codeUrl, configuration }: LambdaFunction): Promise<Finding> {
  const bundle = await readBundle()
  if (codeUrl === undefined) throw new Error('Lambda tells of no zip file')
  const response = await fetch(codeUrl, { signal: AbortSignal.timeout(30_000) })
  if (!response.ok) throw new Error(`the code cannot be downloaded, status ${response.status}`)
  const zip = new Uint8Array(await response.arrayBuffer())
  // What was downloaded must be what runs.
  if (hash(zip, 'base64') !== configuration.CodeSha256)
    throw new Error('the zip file that Lambda tells of is not the one that runs')
  return compareCode(zip, bundle, restoreCode(scene))
}

/** The file of a release that runs in the function. */
export type Bundle = { readonly name: string; readonly content: Uint8Array }

/**
 * Compares the code of a function with a release.
 *
 * @param zip The zip file.
 * @param fix How it gets the right code.
 */
export function compareCode(zip: Uint8Array, bundle: Bundle, fix: string): Finding {
  const files = unzipSync(zip)
  const others = Object.keys(files).filter(name => name !== bundle.name)
  const content = files[bundle.name]
  if (content === undefined) return failed(`the code has no ${bundle.name}, but ${others.join(', ')}`, fix)
  if (others.length > 0) return failed(`beside ${bundle.name} there is ${others.join(', ')}`, fix)
  const [actual, expected] = [hash(content, 'hex'), hash(bundle.content, 'hex')]
  return actual === expected
    ? ok(`this release, SHA-256 ${actual}`)
    : failed(`not this release: SHA-256 ${actual}, expected ${expected}`, fix)
}

/** A deployment changes nothing where the code of this release is deployed already, and was changed since. */
function restoreCode(scene: Scene): string {
  const { name, code } = needDeployed(scene).function
  return `coffer deploy, or if that has nothing to change: aws lambda update-function-code --function-name ${name} --s3-bucket ${code.bucket} --s3-key ${code.key}`
}

async function readBundle(): Promise<Bundle> {
  const file = createRequire(import.meta.url).resolve('@coffer/service/bundle')
  const content = await readFile(file).catch((cause: Error) => {
    throw new CliError('BUNDLE_MISSING', `the bundle of this release cannot be read: ${cause.message}`, {
      hints: ['npm run build'],
      cause,
    })
  })
  return { name: basename(file), content }
}

function hash(bytes: Uint8Array, encoding: 'hex' | 'base64'): string {
  return createHash('sha256').update(bytes).digest(encoding)
}
