// What is deployed: that the same sources give the same bytes anywhere, and nothing unlisted gets in beside the key.
// Whether it starts is tested where there is a Lambda to start it on: @coffer/sandbox.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

type Bundle = {
  readonly code: Uint8Array
  readonly files: Readonly<Record<string, Uint8Array>>
  readonly inputs: readonly string[]
  readonly modules: {
    readonly builtins: readonly string[]
    readonly files: Readonly<Record<string, string>>
    readonly packages: Readonly<
      Record<string, { readonly license: string; readonly modules: readonly string[] }>
    >
  }
}

const service = fileURLToPath(new URL('..', import.meta.url))
const root = join(service, '../..')
const { buildBundle }: { buildBundle: (root: string) => Promise<Bundle> } = await import(
  new URL('../scripts/buildBundle.mjs', import.meta.url).href
)
const wasmFile = 'cedar_wasm_bg.wasm'
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

let bundle: Bundle
let elsewhere: string

beforeAll(async () => {
  bundle = await buildBundle(root)
  elsewhere = mkdtempSync(join(tmpdir(), 'coffer bundle-'))
  copySources(elsewhere)
})
afterAll(() => rmSync(elsewhere, { recursive: true }))

test('it is made of exactly the modules that bundle.lock.json lists', () => {
  expect(bundle.modules).toEqual(JSON.parse(readFileSync(join(service, 'bundle.lock.json'), 'utf8')))
})

test('no code of AWS is in it, so nothing that could find other credentials, and it can run no other program', () => {
  const ofAws = Object.keys(bundle.modules.packages).filter(name => /^@(aws|smithy)/.test(name))
  expect(ofAws).toEqual([])
  expect(bundle.modules.builtins).not.toContain('node:child_process')
})

test("Cedar's WebAssembly is the file of its package, and of its JavaScript only what is used is in", () => {
  const wasm = readFileSync(join(root, 'node_modules/@cedar-policy/cedar-wasm/nodejs', wasmFile))
  expect(Object.keys(bundle.files)).toEqual([wasmFile])
  expect(sha256(bundle.files[wasmFile] ?? new Uint8Array())).toBe(sha256(wasm))
  expect(bundle.modules.files).toEqual({ [wasmFile]: sha256(wasm) })
  const code = Buffer.from(bundle.code).toString()
  expect(code).toContain('new WebAssembly.Instance(')
  expect(code).not.toMatch(/formatPolicies|instantiateStreaming|__dirname/)
})

describe('built in another directory', () => {
  const lambda = 'packages/service/src/lambda.ts'
  let original: string
  beforeEach(() => {
    original = readFileSync(join(root, lambda), 'utf8')
    writeFileSync(join(elsewhere, lambda), original)
    rmSync(join(elsewhere, 'packages/service/bundle'), { recursive: true, force: true })
  })

  const addModule = (name: string, text: string): void => {
    writeFileSync(join(elsewhere, 'packages/service/src', name), text)
    writeFileSync(join(elsewhere, lambda), `import { added } from './${name}'\nadded()\n${original}`)
  }
  const script = (): string => join(elsewhere, 'packages/service/scripts/bundle.mjs')

  test('it is the same to the byte, and the script writes that, what it reads, and the licences', () => {
    const output = execFileSync(process.execPath, [script()], { encoding: 'utf8' })
    const directory = join(elsewhere, 'packages/service/bundle')
    expect(readdirSync(directory, { recursive: true }).sort()).toEqual([
      ...['LICENSES.txt', 'adminSigner.mjs', wasmFile, 'policy'],
      ...['policy/treasury.cedar', 'policy/treasury.json'],
    ])
    expect(sha256(readFileSync(join(directory, 'adminSigner.mjs')))).toBe(sha256(bundle.code))
    expect(output).toContain(sha256(bundle.code))
    expect(sha256(readFileSync(join(directory, wasmFile)))).toBe(bundle.modules.files[wasmFile])
    const licenses = readFileSync(join(directory, 'LICENSES.txt'), 'utf8').split('\n')
    const others = Object.keys(bundle.modules.packages).filter(name => !name.startsWith('@coffer/'))
    expect(licenses).toEqual(expect.arrayContaining(others))
  })

  test('error: with a module that is not listed it is not written, and the module is named', () => {
    addModule('added.ts', 'export const added = () => process.stdout.write("added")')
    const { status, stderr } = spawnSync(process.execPath, [script()], { encoding: 'utf8' })
    expect(status).toBe(1)
    expect(stderr).toContain('\n  + @coffer/service/src/added.ts\n')
    expect(stderr).not.toMatch(/^ {2}- /m)
    expect(existsSync(join(elsewhere, 'packages/service/bundle'))).toBe(false)
  })

  test('error: with a module that is gone it is not written either', () => {
    writeFileSync(join(elsewhere, lambda), 'export const handler = () => {}')
    const { status, stderr } = spawnSync(process.execPath, [script()], { encoding: 'utf8' })
    expect(status).toBe(1)
    expect(stderr).toContain('\n  - @coffer/service/src/handler.ts\n')
  })

  test('error: with other WebAssembly than is listed it is not written, and both are told', () => {
    const [path = ''] = bundle.inputs.filter(input => input.endsWith(wasmFile))
    const wasm = readFileSync(join(elsewhere, path))
    writeFileSync(join(elsewhere, path), 'other')
    const { status, stderr } = spawnSync(process.execPath, [script()], { encoding: 'utf8' })
    writeFileSync(join(elsewhere, path), wasm)
    expect(status).toBe(1)
    expect(stderr).toContain(`\n  - ${wasmFile}: SHA-256 ${sha256(wasm)}\n`)
    expect(stderr).toContain(`\n  + ${wasmFile}: SHA-256 ${sha256(Buffer.from('other'))}\n`)
  })

  test('error: a package without a licence of its own, other than the one of this project, is not passed on', () => {
    const manifest = join(elsewhere, 'node_modules/@cedar-policy/cedar-wasm/package.json')
    const original = readFileSync(manifest, 'utf8')
    writeFileSync(manifest, original.replaceAll('Apache-2.0', 'GPL-3.0'))
    const { status, stderr } = spawnSync(process.execPath, [script(), '--write-lock'], { encoding: 'utf8' })
    writeFileSync(manifest, original)
    copy('packages/service/bundle.lock.json', elsewhere)
    expect(status).toBe(1)
    expect(stderr).toContain('@cedar-policy/cedar-wasm@')
    expect(stderr).toContain('no LICENSE')
  })

  test('error: code that calls require does not become a bundle, since it would not start', async () => {
    addModule('added.cjs', 'exports.added = () => require("node:child_process")')
    await expect(buildBundle(elsewhere)).rejects.toThrow('require-call of node:child_process')
  })
})

/** Copies what the bundle is built from, and nothing else of the project. */
function copySources(target: string): void {
  const directories = new Set<string>()
  for (const file of bundle.inputs) {
    copy(file, target)
    for (let directory = dirname(file); directory !== '.'; directory = dirname(directory))
      directories.add(directory)
  }
  for (const directory of directories) {
    copy(join(directory, 'package.json'), target)
    copy(join(directory, 'LICENSE'), target)
  }
  for (const path of ['scripts', 'policy', 'bundle.lock.json']) copy(join('packages/service', path), target)
  copy('LICENSE', target)
  cpSync(join(root, 'node_modules/@coffer'), join(target, 'node_modules/@coffer'), {
    recursive: true,
    verbatimSymlinks: true,
  })
  symlinkSync(join(root, 'node_modules/esbuild'), join(target, 'node_modules/esbuild'))
}

function copy(path: string, target: string): void {
  if (existsSync(join(root, path))) cpSync(join(root, path), join(target, path), { recursive: true })
}
