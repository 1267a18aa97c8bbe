// Checks the code of the function: the bundle of this release, and nothing beside it.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename } from 'node:path'
import { unzipSync } from 'fflate'
import { type Finding, failed, need, ok } from './check.ts'
import type { LambdaFunction } from './function.ts'

/**
 * Downloads the code and compares it with the release.
 *
 * @throws {BUNDLE_MISSING} The release's own bundle was not built here.
 */
export async function checkCode({ codeUrl, configuration }: LambdaFunction): Promise<Finding> {
  const bundle = await readBundle()
  const url = need(codeUrl, 'Lambda does not tell where the code is')
  const response = await fetch(url, { signal: AbortSignal.timeout(30_000) })
  if (!response.ok) throw new Error(`the code cannot be downloaded, status ${response.status}`)
  const zip = new Uint8Array(await response.arrayBuffer())
  // What was downloaded must be what runs.
  if (hash(zip, 'base64') !== configuration.CodeSha256)
    throw new Error('the zip file that Lambda tells of is not the one that runs')
  return compareCode(zip, bundle)
}

/** The file of a release that runs in the function. */
export type Bundle = { readonly name: string; readonly content: Uint8Array }

/**
 * Compares the code of a function with a release.
 *
 * @param zip The zip file.
 */
export function compareCode(zip: Uint8Array, bundle: Bundle): Finding {
  const files = unzipSync(zip)
  const others = Object.keys(files).filter(name => name !== bundle.name)
  const content = files[bundle.name]
  const fix = 'coffer deploy, and find out who changed it: CloudTrail, UpdateFunctionCode20150331v2'
  if (content === undefined) return failed(`the code has no ${bundle.name}, but ${others.join(', ')}`, fix)
  if (others.length > 0) return failed(`beside ${bundle.name} there is ${others.join(', ')}`, fix)
  const [actual, expected] = [hash(content, 'hex'), hash(bundle.content, 'hex')]
  return actual === expected
    ? ok(`this release, SHA-256 ${actual}`)
    : failed(`not this release: SHA-256 ${actual}, expected ${expected}`, fix)
}

async function readBundle(): Promise<Bundle> {
  const file = createRequire(import.meta.url).resolve('@coffer/service/bundle')
  const content = await readFile(file).catch((cause: Error) => {
    throw Object.assign(new Error(`the bundle of this release cannot be read: ${cause.message}`), {
      code: 'BUNDLE_MISSING',
    })
  })
  return { name: basename(file), content }
}

function hash(bytes: Uint8Array, encoding: 'hex' | 'base64'): string {
  return createHash('sha256').update(bytes).digest(encoding)
}
