import { mkdir, mkdtemp, readFile, readlink, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Environment, loadConfig, saveRecipient, saveSettings } from './config.ts'

let directory: string
const wallet = '0x52908400098527886E0F7030069857D2E4169EE7'
const keyArn = 'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab'

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coffer-test-'))
})

const write = (value: unknown): Promise<void> =>
  writeFile(join(directory, 'coffer.json'), JSON.stringify(value))
const load = (environment: Environment = {}, file?: string): ReturnType<typeof loadConfig> =>
  loadConfig({ directory, environment, file })

describe('precedence', () => {
  test('a variable wins over the file; AWS_REGION over AWS_DEFAULT_REGION over the file over the key ARN', async () => {
    await write({ chain: 'base', region: 'eu-west-1', keyId: keyArn })
    expect(await load({ COFFER_CHAIN: 'polygon' })).toMatchObject({ chain: 'polygon', region: 'eu-west-1' })
    expect(await load({ AWS_DEFAULT_REGION: 'eu-west-2' })).toMatchObject({ region: 'eu-west-2' })
    expect(
      await load({ AWS_REGION: 'eu-west-3', AWS_DEFAULT_REGION: 'x-y-1' }).catch(error => error.code),
    ).toBe('CONFIG_INVALID')
    expect(await load({ AWS_REGION: 'eu-west-3', AWS_DEFAULT_REGION: 'eu-west-2' })).toMatchObject({
      region: 'eu-west-3',
    })
    await write({ keyId: keyArn })
    expect(await load()).toMatchObject({ region: 'us-east-1' })
    await write({})
    expect((await load()).region).toBeUndefined()
  })

  test('addresses come out with their checksum', async () => {
    await write({ wallet: wallet.toLowerCase() })
    expect(await load()).toMatchObject({ wallet })
  })
})

describe('files', () => {
  test('coffer.json may be missing, a file named with --config may not', async () => {
    expect(await load()).toMatchObject({ stateDirectory: undefined })
    await expect(load({}, 'typo.json')).rejects.toMatchObject({ code: 'CONFIG_NOT_FOUND', exitCode: 2 })
    expect(await load({ COFFER_CONFIG: 'later.json' })).toMatchObject({ file: join(directory, 'later.json') })
  })

  test('the directory of the policy is taken as it is written, and must be text', async () => {
    await write({ policy: '../policies/treasury' })
    expect(await load()).toMatchObject({ policy: '../policies/treasury' })
    for (const policy of ['', 7, 'a\0b']) {
      await write({ policy })
      await expect(load()).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining('policy: expected the path of a directory'),
      })
    }
  })

  test('transfers are recorded beside the file, or where COFFER_STATE_DIRECTORY says', async () => {
    await write({})
    expect(await load()).toMatchObject({ stateDirectory: join(directory, '.coffer') })
    expect(await load({ COFFER_STATE_DIRECTORY: '/var/coffer' })).toMatchObject({
      stateDirectory: '/var/coffer',
    })
  })
})

test('error: every fault of the file and of the environment at once', async () => {
  await write({
    wallet: '0x12',
    chian: 'base',
    constructor: 1,
    hasOwnProperty: 2,
    maximumFee: '-1',
    rpcUrl: 'https://user:password@example.com',
    tokens: { 'base:eurc': { address: wallet, decimals: 6.5, chain: 1 } },
    recipients: { acme: 'nobody' },
    crossmintApiKey: 'sk_production_secret',
  })
  const error = await load({ COFFER_ENDPOINT: 'http://example.com' }).catch((thrown: Error) => thrown)
  const { message } = error as Error
  for (const named of [
    'wallet:',
    'chian:',
    'constructor:',
    'hasOwnProperty:',
    'maximumFee:',
    'rpcUrl:',
    'tokens:',
    'recipients:',
  ])
    expect(message).toContain(`- ${named}`)
  for (const part of [
    'decimals:',
    'chain: unknown',
    'acme:',
    'CROSSMINT_API_KEY',
    'COFFER_ENDPOINT (environment)',
  ])
    expect(message).toContain(part)
  for (const secret of ['sk_production_secret', 'password']) expect(message).not.toContain(`${secret}@`)
  expect(message).not.toContain('sk_production_secret')
})

describe('saving', () => {
  test('all or nothing: a key id and the address of another key never stand together', async () => {
    await write({ keyId: 'alias/old' })
    expect(await saveSettings(await load(), { keyId: keyArn, signerAddress: wallet })).toBe(false)
    expect(JSON.parse(await readFile(join(directory, 'coffer.json'), 'utf8'))).toEqual({ keyId: 'alias/old' })
  })

  test('what a person wrote stays; a symbolic link stays one', async () => {
    await mkdir(join(directory, 'real'))
    await writeFile(
      join(directory, 'real', 'coffer.json'),
      JSON.stringify({ $schema: 's', recipients: { b: wallet } }),
    )
    await symlink(join(directory, 'real', 'coffer.json'), join(directory, 'coffer.json'))
    expect(await saveSettings(await load(), { chain: 'base' })).toBe(true)
    await saveRecipient(await load(), 'a', wallet)
    expect(JSON.parse(await readFile(join(directory, 'real', 'coffer.json'), 'utf8'))).toEqual({
      $schema: 's',
      chain: 'base',
      recipients: { a: wallet, b: wallet },
    })
    expect(await readlink(join(directory, 'coffer.json'))).toBe(join(directory, 'real', 'coffer.json'))
  })

  test('error: what could not be saved is told, so that it is not lost', async () => {
    await writeFile(join(directory, 'file'), '')
    const config = { file: join(directory, 'file', 'coffer.json') }
    const error = await saveSettings(config, { keyId: keyArn }).catch((thrown: Error) => thrown)
    expect(error).toMatchObject({ code: 'CONFIG_NOT_WRITTEN', message: expect.stringContaining(keyArn) })
  })
})
