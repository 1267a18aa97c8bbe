import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { afterAll, describe, expect, test } from 'vitest'
import type { Template } from '../test/resolve.ts'
import { createApp, createTemplate } from './app.ts'
import { BundleMissingError, bundledCode } from './function.ts'
import { networkParameters } from './parameters.ts'

const directory = mkdtempSync(join(tmpdir(), 'coffer-synth-'))
afterAll(() => rmSync(directory, { recursive: true }))

const bundle = join(directory, 'bundle')
mkdirSync(bundle)
writeFileSync(join(bundle, 'adminSigner.mjs'), 'export const handler = async () => ({ statusCode: 200 })\n')
writeFileSync(join(bundle, 'modules.txt'), 'what lies beside the bundle\n')

const files = (root: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name))
      .map(path => [relative(root, path), readFileSync(path, 'utf8')]),
  )

const synthesize = (name: string): Readonly<Record<string, string>> => {
  const outdir = join(directory, name)
  createApp({ outdir, code: () => bundledCode(bundle) }).synth()
  return files(outdir)
}

const assembly = synthesize('first')
const deployedWithCdk = JSON.parse(assembly['TreasurySigner.template.json'] ?? '') as Template
const template = createTemplate() as Template

test('equal options give equal bytes', () => {
  expect(synthesize('second')).toEqual(assembly)
  expect(JSON.stringify(createTemplate())).toBe(JSON.stringify(template))
})

test('no template says anything about the machine or the tool', () => {
  for (const text of [assembly['TreasurySigner.template.json'], JSON.stringify(template)])
    for (const word of [
      directory,
      process.cwd(),
      'CDKMetadata',
      'aws:cdk:path',
      'aws:asset',
      'BootstrapVersion',
    ])
      expect(text).not.toContain(word)
})

test('the asset is the bundle and nothing that lies beside it', () => {
  const assets = Object.entries(assembly).filter(([path]) => path.startsWith('asset.'))
  expect(assets).toEqual([
    [expect.stringMatching(/^asset\.[0-9a-f]{64}.adminSigner\.mjs$/), expect.stringContaining('handler')],
  ])
})

test('with and without CDK the same is deployed, but for where the code is', () => {
  const withoutCode = ({ Metadata: _groups, Parameters, Resources, ...others }: Template): unknown => {
    const { CodeBucket: _bucket, CodeKey: _key, ...parameters } = Parameters ?? {}
    const resources = Object.entries(Resources).map(([id, { Type, Properties, ...resource }]) => {
      const { Code: _code, ...properties } = Properties ?? {}
      return [
        id,
        { ...resource, Type, Properties: Type === 'AWS::Lambda::Function' ? properties : Properties },
      ]
    })
    return { ...others, Parameters: parameters, Resources: Object.fromEntries(resources) }
  }
  expect(withoutCode(deployedWithCdk)).toEqual(withoutCode(template))
})

test('the CDK context can make it private', () => {
  const outdir = join(directory, 'context')
  const before = process.env['CDK_CONTEXT_JSON']
  process.env['CDK_CONTEXT_JSON'] = JSON.stringify({ private: 'true' })
  try {
    createApp({ outdir, code: () => bundledCode(bundle) }).synth()
  } finally {
    if (before === undefined) delete process.env['CDK_CONTEXT_JSON']
    else process.env['CDK_CONTEXT_JSON'] = before
  }
  const text = readFileSync(join(outdir, 'TreasurySigner.template.json'), 'utf8')
  expect((JSON.parse(text) as Template).Parameters).toHaveProperty('VpcId')
})

describe('the code', () => {
  test('is the bundle of @coffer/service', () => {
    const path = fileURLToPath(new URL('../../service/bundle/', import.meta.url))
    if (existsSync(join(path, 'adminSigner.mjs'))) expect(bundledCode()).toBeInstanceOf(Code)
    else expect(() => bundledCode()).toThrow(expect.objectContaining({ directory: path }))
  })

  test('error: BUNDLE_MISSING says where it was looked for, and how to build it', () => {
    const build = (): unknown => bundledCode(join(directory, 'nowhere'))
    expect(build).toThrow(BundleMissingError)
    expect(build).toThrow(
      expect.objectContaining({ code: 'BUNDLE_MISSING', directory: join(directory, 'nowhere') }),
    )
    expect(build).toThrow(/node packages\/service\/scripts\/bundle\.mjs/)
  })
})

// What is released, and what others read without CDK. `npx vitest run -u packages/infra` writes them; the difference is what to review.
test.each([
  ['treasury-signer.template.json', {}],
  ['treasury-signer-private.template.json', { network: networkParameters }],
] as const)('the committed %s is what is synthesized', async (name, options) => {
  await expect(`${JSON.stringify(createTemplate(options), undefined, 2)}\n`).toMatchFileSnapshot(
    `../template/${name}`,
  )
})
