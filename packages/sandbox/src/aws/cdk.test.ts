import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createApp } from '@coffer/infra'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Listener } from '../server.ts'
import { type Cloud, createCloud } from './cloud.ts'
import { startAws } from './endpoint.ts'
import type { Identity } from './identity.ts'

const cli = join(dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json')), 'bin', 'cdk')
const stackName = 'treasury-signer'

let directory: string
let cloud: Cloud
let server: Listener

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'coffer-cdk-'))
  createApp({ outdir: join(directory, 'cdk.out') }).synth()
  writeFileSync(join(directory, 'record.cjs'), recorder)
  writeFileSync(join(directory, 'connections'), '')
  cloud = createCloud()
  server = await startAws({ cloud })
}, 60_000)

afterAll(async () => {
  for (const { running } of cloud.code.values()) await running.stop()
  await server.stop()
  rmSync(directory, { recursive: true })
})

/** Writes down each connection that a process opens, and each name that it looks up. */
const recorder = `
const { appendFileSync } = require('node:fs')
const write = what => appendFileSync(require('node:path').join(__dirname, 'connections'), what + '\\n')
const { Socket } = require('node:net')
const connect = Socket.prototype.connect
Socket.prototype.connect = function (...args) {
  const [{ host, port, path }] = args.flat()
  write(host + ':' + (port ?? path))
  return connect.apply(this, args)
}
const dns = require('node:dns')
const lookup = dns.lookup
dns.lookup = (name, ...rest) => (write(name), lookup(name, ...rest))
`

const run = (
  identity: Identity,
  ...args: readonly string[]
): Promise<{ status: number | null; output: string }> =>
  new Promise(resolve => {
    const options = ['--app', 'cdk.out', '--no-notices', '--no-version-reporting', '--no-color']
    const child = execFile(
      process.execPath,
      [cli, ...args, ...options],
      {
        cwd: directory,
        env: {
          PATH: process.env['PATH'],
          // Whatever process the CLI starts is recorded as well.
          NODE_OPTIONS: `--require ${join(directory, 'record.cjs')}`,
          CDK_HOME: directory,
          CDK_DISABLE_CLI_TELEMETRY: 'true',
          CDK_DISABLE_VERSION_CHECK: 'true',
          AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
          AWS_EC2_METADATA_DISABLED: 'true',
          AWS_ENDPOINT_URL: server.url,
          AWS_REGION: cloud.region,
          AWS_ACCESS_KEY_ID: identity.accessKeyId,
          AWS_SECRET_ACCESS_KEY: identity.secretAccessKey,
        },
      },
      (_, stdout, stderr) => resolve({ status: child.exitCode, output: stdout + stderr }),
    )
  })

const deploy = (...args: readonly string[]): Promise<{ status: number | null; output: string }> =>
  run(
    cloud.identities.administrator,
    'deploy',
    '--require-approval',
    'never',
    '--progress',
    'events',
    ...args,
  )

test('deploy: the key, the function with its code, the group and the API are there', async () => {
  const { status, output } = await deploy('--outputs-file', 'outputs.json')
  expect(output).toContain('✅  TreasurySigner (treasury-signer)')
  expect(status).toBe(0)
  const outputs: unknown = JSON.parse(readFileSync(join(directory, 'outputs.json'), 'utf8'))
  const [key] = cloud.kms.keys.values()
  expect(outputs).toMatchObject({
    [stackName]: { KeyArn: key?.arn, OperatorGroup: 'treasury-operators', SigningFunction: 'adminSigner' },
  })
  expect([...cloud.kms.aliases.keys()]).toEqual(['alias/treasury-admin-signer'])
  expect([...cloud.code.keys()]).toEqual([cloud.account.functions[0]?.arn])
  expect(cloud.account.groups.has('treasury-operators')).toBe(true)
  expect(cloud.account.apis).toHaveLength(1)
  // Each resource is seen to begin before it is seen to end.
  const [begun, ended] = ['CREATE_IN_PROGRESS', 'CREATE_COMPLETE'].map(text =>
    output.search(new RegExp(`${text} .*SignerOperators`)),
  )
  expect(begun).toBeGreaterThan(0)
  expect(ended).toBeGreaterThan(begun ?? Number.NaN)
}, 60_000)

test('diff: what is deployed already has no differences', async () => {
  const { status, output } = await run(cloud.identities.administrator, 'diff')
  expect(output).toContain('There were no differences')
  expect(status).toBe(0)
}, 60_000)

test('deploy again: a changed parameter replaces the group, and the key stays', async () => {
  const keys = [...cloud.kms.keys.keys()]
  const { status, output } = await deploy('--parameters', 'GroupName=others')
  expect(output).toMatch(/UPDATE_COMPLETE .*SignerOperators/)
  expect(status).toBe(0)
  expect([...cloud.account.groups.keys()]).toEqual(['others'])
  expect([...cloud.kms.keys.keys()]).toEqual(keys)
}, 60_000)

test('destroy: the key and its alias are retained, the rest is gone', async () => {
  const { status, output } = await run(cloud.identities.administrator, 'destroy', '--force')
  expect(output).toContain('destroyed')
  expect(status).toBe(0)
  expect(cloud.stacks.size).toBe(0)
  expect(cloud.account.groups.size).toBe(0)
  expect([...cloud.kms.keys.values()].map(({ state }) => state.name)).toEqual(['Enabled'])
  expect([...cloud.kms.aliases.keys()]).toEqual(['alias/treasury-admin-signer'])
}, 60_000)

test('error: the alias of a new key is taken by the retained one', async () => {
  const { status, output } = await deploy()
  expect(output).toMatch(/CREATE_FAILED .*SignerNewKeyAlias/)
  expect(output).toContain(
    "Resource of type 'AWS::KMS::Alias' with identifier 'alias/treasury-admin-signer' already exists.",
  )
  expect(status).toBe(1)
  expect(cloud.stacks.size).toBe(0)
}, 60_000)

test('deploy: with an alias of its own, after the failed creation', async () => {
  const { status, output } = await deploy('--parameters', 'KeyAlias=other')
  expect(output).toContain('✅  TreasurySigner (treasury-signer)')
  expect(status).toBe(0)
  expect(cloud.stacks.get(stackName)?.parameters['KeyAlias']).toBe('other')
  expect(cloud.kms.keys.size).toBe(2)
}, 60_000)

test('error: an operator may not deploy', async () => {
  const { status, output } = await run(cloud.identities.operator, 'deploy', '--require-approval', 'never')
  expect(output).toContain('AccessDenied')
  expect(output).toContain('user/operator is not authorized to perform')
  expect(status).toBe(1)
}, 60_000)

test('the CLI has connected to nothing but the sandbox', () => {
  const connections = new Set(readFileSync(join(directory, 'connections'), 'utf8').trim().split('\n'))
  expect([...connections]).toEqual([server.url.slice('http://'.length)])
})
