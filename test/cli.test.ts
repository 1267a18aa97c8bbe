// The command line as a person and a script meet it: help, results, and wrong input to every command.
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { coffer, type Result } from './support/run.ts'
import { person, startTreasury, type Treasury } from './support/treasury.ts'

let treasury: Treasury

beforeAll(async () => {
  treasury = await startTreasury()
})

afterAll(() => treasury?.sandbox.stop())

async function json(
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
): Promise<Failure & Result> {
  const result = await treasury.run([...args, '--json'], env)
  expect(result.stderr).toBe('')
  return { ...result, ...JSON.parse(result.stdout) }
}

type Failure = {
  readonly message?: `0x${string}`
  readonly error?: { readonly code: string; readonly message: string; readonly hints: string[] }
}

test('help names every command, variable and exit code', async () => {
  const { status, stdout } = await coffer(['--help'])
  expect(status).toBe(0)
  for (const word of [
    'demo',
    'sandbox',
    'key',
    'address',
    'wallet',
    'recipient',
    'transfer',
    'sign',
    'COFFER_ENDPOINT',
  ])
    expect(stdout).toContain(word)
  expect(stdout).toContain('CROSSMINT_API_KEY')
  expect(stdout).toContain('Exit codes')
})

describe('address', () => {
  test('from a PEM file, standard input, a key id and an alias: the same', async () => {
    const { GetPublicKeyCommand, KMSClient } = await import('@aws-sdk/client-kms')
    const { accessKeyId, secretAccessKey } = treasury.sandbox.identities.administrator
    const { aws, region } = treasury.sandbox
    const client = new KMSClient({ endpoint: aws.url, region, credentials: { accessKeyId, secretAccessKey } })
    const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId: 'alias/treasury-admin-signer' }))
    const base64 = Buffer.from(PublicKey ?? []).toString('base64')
    const pem = `-----BEGIN PUBLIC KEY-----\n${base64.match(/.{1,64}/g)?.join('\n')}\n-----END PUBLIC KEY-----`
    const file = join(treasury.directory, 'key.pem')
    await writeFile(file, pem.replaceAll('\n', '\r\n'))
    const expected = `${treasury.signerAddress}\n`
    expect(await coffer(['address', file])).toMatchObject({ status: 0, stdout: expected })
    expect(await coffer(['address', '-'], { input: pem })).toMatchObject({ status: 0, stdout: expected })
    expect(await treasury.run(['address', 'alias/treasury-admin-signer'])).toMatchObject({ stdout: expected })
    expect(await treasury.run(['address'])).toMatchObject({ stdout: expected })
  })

  test('error: not a public key, no such file, no such key', async () => {
    expect(await coffer(['address', '-'], { input: 'hello' })).toMatchObject({ status: 2, stdout: '' })
    expect((await json(['address', 'nothing.pem'])).error?.code).toBe('FILE_UNREADABLE')
    expect(await json(['address', 'alias/nothing'])).toMatchObject({ status: 5 })
  })
})

describe('key', () => {
  test('show and list tell ARN, alias, state and address', async () => {
    const shown = await json(['key', 'show'])
    expect(shown).toMatchObject({
      status: 0,
      aliases: ['alias/treasury-admin-signer'],
      address: treasury.signerAddress,
      keySpec: 'ECC_SECG_P256K1',
      keyState: 'Enabled',
    })
    expect(await json(['key', 'list'])).toMatchObject({ keys: [{ address: treasury.signerAddress }] })
  })

  test('error: creating a key whose alias exists creates nothing', async () => {
    const { keys } = (await json(['key', 'list'])) as unknown as { keys: unknown[] }
    expect(await json(['key', 'create'])).toMatchObject({ status: 3, error: { code: 'ALIAS_EXISTS' } })
    expect(await json(['key', 'create', '--alias', 'not valid'])).toMatchObject({
      status: 2,
      error: { code: 'ALIAS_INVALID' },
    })
    expect(await json(['key', 'list'])).toMatchObject({ keys })
  })

  test('error: disabling is not done without a yes', async () => {
    expect(await json(['key', 'disable'])).toMatchObject({ status: 2, error: { code: 'NOT_CONFIRMED' } })
    expect(await json(['key', 'show'])).toMatchObject({ keyState: 'Enabled' })
  })

  test('an existing key is taken into another configuration', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'coffer-test-')), 'coffer.json')
    await writeFile(file, '{}')
    const used = await json(['key', 'use', 'alias/treasury-admin-signer', '--config', file])
    expect(used).toMatchObject({ status: 0, address: treasury.signerAddress, saved: true })
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ signerAddress: treasury.signerAddress })
    expect(await json(['key', 'use', 'alias/nothing', '--config', file])).toMatchObject({ status: 5 })
  })

  test('error: wrong credentials, no credentials, no Region, nobody there', async () => {
    expect(await json(['key', 'list'], { AWS_SECRET_ACCESS_KEY: 'wrong' })).toMatchObject({ status: 4 })
    expect(await json(['key', 'list'], { AWS_ACCESS_KEY_ID: 'AKIAAAAAAAAAAAAAAAAA' })).toMatchObject({
      status: 4,
    })
    const bare = {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    }
    const nobody = await coffer(['key', 'list', '--json'], { env: { ...bare, AWS_REGION: 'eu-north-1' } })
    expect(nobody.status).toBe(4)
    const nowhere = await coffer(['key', 'list', '--json'], { env: bare })
    expect({ status: nowhere.status, text: nowhere.stdout }).toMatchObject({
      status: 2,
      text: expect.stringContaining('REGION_MISSING'),
    })
    expect(await json(['key', 'list'], { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' })).toMatchObject({
      status: 6,
    })
  })
})

describe('wallet and recipient', () => {
  test('creating them again finds them', async () => {
    expect(await json(['wallet', 'create'])).toMatchObject({ status: 0, address: treasury.wallet })
    const again = await json(['recipient', 'register', 'vendor:acme', ...person])
    expect(again).toMatchObject({ status: 0, address: treasury.recipient })
  })

  test('error: the alias of a wallet with another signer', async () => {
    expect(await json(['wallet', 'create', '--chain', 'Foo Bar', '--signer', 'me'])).toMatchObject({
      status: 2,
      error: { message: expect.stringMatching(/signerAddress.*chain/s) },
    })
    const result = await json(['wallet', 'create', '--signer', `0x${'22'.repeat(20)}`])
    expect(result).toMatchObject({ status: 3, error: { code: 'WALLET_SIGNER_DIFFERS' } })
  })

  test('error: wrong values are named, all at once, and nothing is registered', async () => {
    const result = await json([
      ...[
        'recipient',
        'register',
        'vendor:b',
        '--email',
        'b@b.example',
        '--first-name',
        'B',
        '--last-name',
        'B',
      ],
      ...['--date-of-birth', '1990-13-01', '--country', 'usa'],
    ])
    expect(result.status).toBe(2)
    expect(result.error?.message).toContain('dateOfBirth')
    expect(result.error?.message).toContain('countryOfResidence')
    expect(await json(['recipient', 'register', '0xabc', ...person])).toMatchObject({ status: 2 })
    const missing = await json(['recipient', 'register', 'vendor:c', '--email', 'c@c.example'])
    for (const option of ['--first-name', '--last-name', '--date-of-birth', '--country'])
      expect(missing.error?.message).toContain(option)
    expect(await readFile(join(treasury.directory, 'coffer.json'), 'utf8')).not.toContain('vendor:b')
    expect(await json(['wallet', 'fund', '1', 'gold'])).toMatchObject({ status: 2 })
    expect(await json(['wallet', 'fund', '1e3', 'usdc'])).toMatchObject({ status: 2 })
    expect(await json(['wallet', 'show', 'evm:smart:alias:nothing'])).toMatchObject({ status: 5 })
    expect(await json(['wallet', 'show'], { CROSSMINT_API_KEY: 'sk_staging_x' })).toMatchObject({ status: 4 })
    expect(await json(['wallet', 'show'], { CROSSMINT_API_KEY: '' })).toMatchObject({ status: 4 })
  })
})

describe('transfer', () => {
  const to = ['--to', 'vendor:acme', '--reference', 'bad', '--yes']

  test.each([
    ['an amount with too many digits', ['transfer', '0.0000001', 'usdc', ...to], 'amount'],
    ['zero', ['transfer', '0', 'usdc', ...to], 'amount'],
    ['a negative amount', ['transfer', '-1', 'usdc', ...to], 'amount'],
    ['an exponent', ['transfer', '1e3', 'usdc', ...to], 'amount'],
    ['an unknown token', ['transfer', '1', 'gold', ...to], 'gold'],
    [
      'an unknown recipient',
      ['transfer', '1', 'usdc', '--to', 'nobody', '--reference', 'bad', '--yes'],
      '--to',
    ],
    [
      'an address with a wrong checksum',
      [
        'transfer',
        '1',
        'usdc',
        '--to',
        '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaeb',
        '--reference',
        'bad',
        '--yes',
      ],
      '--to',
    ],
    ['no reference', ['transfer', '1', 'usdc', '--to', 'vendor:acme', '--yes'], '--reference'],
    [
      'an endless reference',
      ['transfer', '1', 'usdc', '--to', 'vendor:acme', '--reference', 'x'.repeat(129), '--yes'],
      'reference',
    ],
    ['an unknown option', ['transfer', '1', 'usdc', ...to, '--fast'], '--fast'],
    ['nobody to confirm', ['transfer', '1', 'usdc', '--to', 'vendor:acme', '--reference', 'bad'], '--yes'],
  ])('error: %s', async (_, args, named) => {
    const result = await json(args)
    expect(result.status).toBe(2)
    expect(JSON.stringify(result.error)).toContain(named)
    expect(await treasury.payments()).toEqual([])
  })

  test('error: more than the wallet has, and a recipient that the policy does not know: refused, nothing signed', async () => {
    const signed = treasury.log.length
    const dear = await json([
      'transfer',
      '100.000001',
      'usdc',
      '--to',
      'vendor:acme',
      '--reference',
      'dear',
      '--yes',
    ])
    expect(dear).toMatchObject({ status: 3 })
    const stranger = await json([
      'transfer',
      '1',
      'usdc',
      '--to',
      `0x${'33'.repeat(20)}`,
      '--reference',
      's',
      '--yes',
    ])
    expect(stranger).toMatchObject({ status: 3, error: { code: 'DENIED' } })
    const outcomes = treasury.log.slice(signed).map(line => JSON.parse(line).outcome)
    expect(outcomes).toEqual(['explained', 'explained'])
    expect(await treasury.payments()).toEqual([])
  })

  test('error: steps of a transfer that was never created', async () => {
    for (const args of [
      ['sign', 'never'],
      ['approve', 'never', '--yes'],
      ['status', 'never'],
    ])
      expect(await json(['transfer', ...args])).toMatchObject({
        status: 5,
        error: { code: 'REFERENCE_UNKNOWN' },
      })
  })

  test('error: a signature of another key is not submitted', async () => {
    await json(['transfer', 'create', '1', 'usdc', '--to', 'vendor:acme', '--reference', 'forged'])
    const stranger = privateKeyToAccount(`0x${'12'.repeat(32)}`)
    const { message } = await json(['transfer', 'sign', 'forged'])
    const signature = await stranger.signMessage({ message: { raw: message ?? '0x' } })
    const result = await json(['transfer', 'approve', 'forged', '--yes', '--signature', signature])
    expect(result).toMatchObject({ status: 8, error: { code: 'SIGNATURE_REFUSED' } })
    expect(await treasury.payments()).toEqual([])
  })
})

describe('configuration', () => {
  test('error: every fault at once; a secret in the file is refused without being shown', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'coffer-test-'))
    const file = join(directory, 'coffer.json')
    await writeFile(
      file,
      JSON.stringify({ wallet: '0x12', chian: 'base', crossmintApiKey: 'sk_production_SECRET' }),
    )
    const { status, stdout } = await coffer(['key', 'list', '--json', '--config', file], {
      env: { COFFER_ENDPOINT: 'http://example.com' },
    })
    expect(status).toBe(2)
    const { error } = JSON.parse(stdout)
    expect(error.code).toBe('CONFIG_INVALID')
    for (const named of ['wallet', 'chian', 'CROSSMINT_API_KEY', 'COFFER_ENDPOINT'])
      expect(error.message).toContain(named)
    expect(stdout).not.toContain('SECRET')
  })

  test('error: not JSON, and a missing setting, with the command that sets it', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'coffer-test-'))
    const broken = join(directory, 'broken.json')
    await writeFile(broken, '{')
    expect((await coffer(['key', 'list', '--config', broken])).status).toBe(2)
    const { status, stderr } = await coffer(['wallet', 'create'], { cwd: directory })
    expect({ status, hint: stderr.includes('coffer key create') }).toEqual({ status: 2, hint: true })
  })

  test('what commands save keeps what a person wrote', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'coffer-test-'))
    const file = join(directory, 'coffer.json')
    await writeFile(
      file,
      JSON.stringify({ keyId: 'alias/mine', recipients: { 'vendor:b': `0x${'44'.repeat(20)}` } }),
    )
    await treasury.run(['recipient', 'register', 'vendor:acme', ...person, '--config', file])
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      keyId: 'alias/mine',
      recipients: { 'vendor:b': `0x${'44'.repeat(20)}`, 'vendor:acme': treasury.recipient },
    })
  })
})

test('error: unknown commands and options exit with 2', async () => {
  for (const args of [
    ['nothing'],
    ['key', 'nothing'],
    ['sandbox', '--aws-port', '99999'],
    ['sign'],
    ['--nothing'],
  ])
    expect({ args, status: (await coffer(args)).status }).toEqual({ args, status: 2 })
})
