// Lays out the code of both functions as Lambda would have it: the service's own bundle with the starter policy, and the
// guide-style function in one file, made by the same bundler with the same settings.
import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { buildBundle } from '../../packages/service/scripts/buildBundle.mjs'
import { root } from '../../scripts/setup.mjs'

/** The service. Gives its directory and the bytes of its files. */
export async function serviceBundle() {
  const directory = mkdtempSync(join(tmpdir(), 'coffer-bench-'))
  const { code, files } = await buildBundle(root)
  const all = { 'adminSigner.mjs': code, ...files }
  for (const [name, content] of Object.entries(all)) writeFileSync(join(directory, name), content)
  mkdirSync(join(directory, 'policy'))
  for (const name of ['treasury.cedar', 'treasury.json'])
    copyFileSync(join(root, 'packages/service/policy/starter', name), join(directory, 'policy', name))
  return {
    directory,
    bytes: Object.values(all).reduce((sum, content) => sum + content.length, 0),
    code: code.length,
  }
}

/** The guide-style function. */
export async function guideBundle() {
  const directory = mkdtempSync(join(tmpdir(), 'coffer-bench-'))
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['bench/lambda/guide.mjs'],
    outfile: 'adminSigner.mjs',
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    conditions: ['module'],
    mainFields: ['module', 'main'],
    logLevel: 'error',
  })
  const [{ contents }] = outputFiles
  writeFileSync(join(directory, 'adminSigner.mjs'), contents)
  return { directory, bytes: contents.length, code: contents.length }
}
