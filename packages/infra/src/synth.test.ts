import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadPolicy, type PolicySource, readPolicySource } from '@coffer/service/policy'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { afterAll, describe, expect, test, vi } from 'vitest'
import type { Template } from '../test/resolve.ts'
import { createApp, createTemplate } from './app.ts'
import { type BundledCode, bundledCode } from './bundledCode.ts'
import { BundleMissingError } from './code.ts'
import { networkParameters } from './parameters.ts'

const directory = mkdtempSync(join(tmpdir(), 'coffer-synth-'))
afterAll(() => rmSync(directory, { recursive: true }))

const bundle = join(directory, 'bundle')
mkdirSync(join(bundle, 'policy'), { recursive: true })
const bundleFiles = {
  'adminSigner.mjs': 'export const handler = async () => ({ statusCode: 200 })\n',
  'cedar_wasm_bg.wasm': '\0asm',
  'policy/treasury.cedar': '// Nothing is permitted.\n',
  'policy/treasury.json': '{}\n',
}
for (const [path, text] of Object.entries(bundleFiles)) writeFileSync(join(bundle, path), text)
writeFileSync(join(bundle, 'LICENSES.txt'), 'what lies beside the bundle\n')
writeFileSync(join(bundle, 'policy/cases.yaml'), 'what lies beside the policy\n')
const bundleIn = (): BundledCode => bundledCode({ directory: bundle })

const policy = { rules: '// Nothing is permitted here either.\n', facts: '{}\n' }

const files = (root: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name))
      .map(path => [relative(root, path), readFileSync(path, 'utf8')]),
  )

const isAssetName = (name: string | undefined): boolean => /^asset\.[0-9a-f]{64}$/.test(name ?? '')

/** Does something with the context that the CDK CLI would give. */
const withContext = (context: object, work: () => unknown): void => {
  const before = process.env['CDK_CONTEXT_JSON']
  process.env['CDK_CONTEXT_JSON'] = JSON.stringify(context)
  try {
    work()
  } finally {
    if (before === undefined) delete process.env['CDK_CONTEXT_JSON']
    else process.env['CDK_CONTEXT_JSON'] = before
  }
}

const synthesize = (name: string): Readonly<Record<string, string>> => {
  const outdir = join(directory, name)
  createApp({ outdir, code: bundleIn }).synth()
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

test('the asset is the bundle and its policy, and nothing that lies beside them', () => {
  const assets = Object.entries(assembly).filter(([path]) => path.startsWith('asset.'))
  expect(assets.map(([path]) => path.split('/')[0]).every(isAssetName)).toBe(true)
  expect(Object.fromEntries(assets.map(([path, text]) => [path.replace(/^[^/]*\//, ''), text]))).toEqual(
    bundleFiles,
  )
})

describe('the policy', () => {
  const assetOf = (code: Code): string => {
    const outdir = mkdtempSync(join(directory, 'policy-'))
    createApp({ outdir, code: () => code }).synth()
    return readdirSync(outdir).find(isAssetName) ?? ''
  }
  const withPolicy = (source: PolicySource): Code => bundledCode({ directory: bundle, policy: source })

  test('that is given is in the asset, in the place of the default, and its version among the outputs', () => {
    const outdir = join(directory, 'given')
    const app = createApp({ outdir, policy })
    app.synth()
    const { Outputs } = JSON.parse(readFileSync(join(outdir, 'TreasurySigner.template.json'), 'utf8'))
    expect(Outputs.PolicyVersion.Value).toBe(loadPolicy(policy).version)
    const asset = readdirSync(outdir).find(isAssetName) ?? ''
    expect(readPolicySource(join(outdir, asset, 'policy'))).toEqual(policy)
    expect(readdirSync(join(outdir, asset))).toEqual(['adminSigner.mjs', 'cedar_wasm_bg.wasm', 'policy'])
  })

  test('default: what the bundle holds, of which the released templates know nothing', () => {
    const text = assembly['TreasurySigner.template.json'] ?? ''
    const { version } = loadPolicy(readPolicySource(join(bundle, 'policy')))
    expect(JSON.parse(text).Outputs.PolicyVersion.Value).toBe(version)
    expect(template.Outputs).not.toHaveProperty('PolicyVersion')
  })

  test('equal texts give one asset, whatever else; another byte gives another, be it a line break', () => {
    expect(assetOf(withPolicy(policy))).toBe(assetOf(withPolicy({ ...policy })))
    expect(assetOf(bundleIn())).toBe(assetOf(withPolicy(readPolicySource(join(bundle, 'policy')))))
    const others = [
      bundleIn(),
      withPolicy({ ...policy, rules: policy.rules.replace('\n', '\r\n') }),
      withPolicy({ ...policy, facts: '{}' }),
    ]
    expect(new Set([withPolicy(policy), ...others].map(assetOf)).size).toBe(4)
  })

  test('leaves nothing outside the assembly', () => {
    const temporary = mkdtempSync(join(directory, 'temporary-'))
    vi.stubEnv('TMPDIR', temporary)
    assetOf(withPolicy(policy))
    vi.unstubAllEnvs()
    expect(readdirSync(temporary)).toEqual([])
  })

  test('error: with faults there is no app, and every fault is told', () => {
    const faulty = { rules: 'permit (principal, action, resource)\n', facts: '{ "wallets": 1 }' }
    expect(() => bundledCode({ directory: bundle, policy: faulty })).toThrow(
      expect.objectContaining({ code: 'POLICY_INVALID' }),
    )
  })

  test('the CDK context can name its directory', () => {
    mkdirSync(join(directory, 'policy'))
    writeFileSync(join(directory, 'policy/treasury.cedar'), policy.rules)
    writeFileSync(join(directory, 'policy/treasury.json'), policy.facts)
    const outdir = join(directory, 'named')
    withContext({ policy: join(directory, 'policy') }, () => createApp({ outdir }).synth())
    const { Outputs } = JSON.parse(readFileSync(join(outdir, 'TreasurySigner.template.json'), 'utf8'))
    expect(Outputs.PolicyVersion.Value).toBe(loadPolicy(policy).version)
  })
})

test('with and without CDK the same is deployed, but for where the code is', () => {
  const withoutCode = ({
    Metadata: _groups,
    Parameters,
    Resources,
    Outputs,
    ...others
  }: Template): unknown => {
    const { PolicyVersion: _version, ...outputs } = Outputs ?? {}
    const { CodeBucket: _bucket, CodeKey: _key, ...parameters } = Parameters ?? {}
    const resources = Object.entries(Resources).map(([id, { Type, Properties, ...resource }]) => {
      const { Code: _code, ...properties } = Properties ?? {}
      return [
        id,
        { ...resource, Type, Properties: Type === 'AWS::Lambda::Function' ? properties : Properties },
      ]
    })
    return { ...others, Outputs: outputs, Parameters: parameters, Resources: Object.fromEntries(resources) }
  }
  expect(withoutCode(deployedWithCdk)).toEqual(withoutCode(template))
})

test('the CDK context can make it private', () => {
  const outdir = join(directory, 'context')
  withContext({ private: 'true' }, () => createApp({ outdir, code: bundleIn }).synth())
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
    const build = (): unknown => bundledCode({ directory: join(directory, 'nowhere') })
    expect(build).toThrow(BundleMissingError)
    expect(build).toThrow(
      expect.objectContaining({ code: 'BUNDLE_MISSING', directory: join(directory, 'nowhere') }),
    )
    expect(build).toThrow(/node packages\/service\/scripts\/bundle\.mjs/)
  })

  test('error: BUNDLE_MISSING also where only a part of it has been built', () => {
    const part = join(directory, 'part')
    mkdirSync(part)
    writeFileSync(join(part, 'adminSigner.mjs'), '')
    expect(() => bundledCode({ directory: part })).toThrow('There is no cedar_wasm_bg.wasm')
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
