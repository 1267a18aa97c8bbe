// Other people's KMS clients against the sandbox's KMS: Foundry's cast and the AWS CLI.
// (@aws-sdk/client-kms is used throughout packages/sandbox/src/aws and by every other test here.)
import { mkdtemp, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { startSandbox } from '@coffer/sandbox'
import { fromRlp, type Hex, hexToNumber, recoverAddress, recoverMessageAddress } from 'viem'
import { recoverAuthorizationAddress } from 'viem/utils'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { coffer, onPath, run } from './support/run.ts'

const cast = findCast()
const aws = onPath('aws')

let sandbox: Awaited<ReturnType<typeof startSandbox>>
let keyArn: string
let env: Record<string, string>

beforeAll(async () => {
  sandbox = await startSandbox()
  env = { ...sandbox.environment }
  const { accessKeyId, secretAccessKey } = sandbox.identities.administrator
  const kms = new KMSClient({
    endpoint: sandbox.aws.url,
    region: sandbox.region,
    credentials: { accessKeyId, secretAccessKey },
  })
  const { KeyMetadata } = await kms.send(
    new CreateKeyCommand({ KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' }),
  )
  keyArn = KeyMetadata?.Arn ?? ''
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/cast', TargetKeyId: keyArn }))
})

afterAll(() => sandbox?.stop())

describe.skipIf(cast === undefined)('Foundry cast', () => {
  const castAws = async (...args: string[]): Promise<string> => {
    const result = await run(cast ?? '', ['wallet', ...args], { env: { ...env, AWS_KMS_KEY_ID: keyArn } })
    expect(result).toMatchObject({ status: 0 })
    return result.stdout.trim()
  }

  test('wallet address --aws is the address coffer prints', async () => {
    const ours = await coffer(['address', keyArn], { env })
    expect(ours).toMatchObject({ status: 0, stdout: `${await castAws('address', '--aws')}\n` })
  })

  test('wallet sign --aws makes signatures that cast and viem accept', async () => {
    const address = (await castAws('address', '--aws')) as Hex
    for (let index = 0; index < 4; index++) {
      const message = `coffer ${index}`
      const signature = (await castAws('sign', '--aws', message)) as Hex
      expect(await recoverMessageAddress({ message, signature })).toBe(address)
      expect(await castAws('verify', '--address', address, message, signature)).toContain(
        'Validation succeeded',
      )
    }
  })

  test('wallet sign --aws --no-hash signs a 32-byte hash as it is', async () => {
    const address = (await castAws('address', '--aws')) as Hex
    const hash: Hex = `0x${'5a'.repeat(32)}`
    const signature = (await castAws('sign', '--aws', '--no-hash', hash)) as Hex
    expect(await recoverAddress({ hash, signature })).toBe(address)
  })

  test('wallet sign-auth --aws makes an EIP-7702 authorization of the key', async () => {
    const address = (await castAws('address', '--aws')) as Hex
    const delegate: Hex = `0x${'42'.repeat(20)}`
    const encoded = (await castAws('sign-auth', '--aws', '--chain', '84532', '--nonce', '0', delegate)) as Hex
    const [chainId, contract, nonce, yParity, r, s] = fromRlp(encoded, 'hex') as Hex[]
    const number = (hex: Hex | undefined): number =>
      hex === undefined || hex === '0x' ? 0 : hexToNumber(hex)
    const pad = (hex: Hex | undefined): Hex => `0x${(hex ?? '0x').slice(2).padStart(64, '0')}`
    expect([number(chainId), contract, number(nonce)]).toEqual([84532, delegate, 0])
    const authorization = { chainId: 84532, address: delegate, nonce: 0 }
    const signature = { r: pad(r), s: pad(s), yParity: number(yParity) }
    expect(await recoverAuthorizationAddress({ authorization, signature })).toBe(address)
  })
})

describe.skipIf(aws === undefined)('AWS CLI', () => {
  // Older versions do not read AWS_ENDPOINT_URL, so the endpoint is named.
  const cli = async (
    ...args: string[]
  ): Promise<{ status: number; stderr: string; json: Record<string, unknown> }> => {
    const all = ['--endpoint-url', sandbox.aws.url, '--output', 'json', ...args]
    const { status, stdout, stderr } = await run(aws ?? '', all, { env })
    return { status, stderr, json: stdout.trim() === '' ? {} : JSON.parse(stdout) }
  }

  test('describe-key, get-public-key and sign of a digest', async () => {
    const described = await cli('kms', 'describe-key', '--key-id', 'alias/cast')
    expect(described.json['KeyMetadata']).toMatchObject({
      Arn: keyArn,
      KeySpec: 'ECC_SECG_P256K1',
      KeyState: 'Enabled',
    })
    const file = join(await mkdtemp(join(tmpdir(), 'coffer-')), 'digest')
    await writeFile(file, Buffer.alloc(32, 7))
    const signed = await cli(
      ...['kms', 'sign', '--key-id', keyArn, '--message', `fileb://${file}`],
      ...['--message-type', 'DIGEST', '--signing-algorithm', 'ECDSA_SHA_256'],
    )
    expect(signed.json).toMatchObject({ KeyId: keyArn, SigningAlgorithm: 'ECDSA_SHA_256' })
  })

  test('error: a missing key is reported with its AWS error name', async () => {
    const { status, stderr } = await cli('kms', 'describe-key', '--key-id', 'alias/nothing')
    expect(status).not.toBe(0)
    expect(stderr).toContain('NotFoundException')
  })

  test('sts get-caller-identity tells the identity', async () => {
    const { json } = await cli('sts', 'get-caller-identity')
    expect(json).toMatchObject({ Arn: sandbox.identities.administrator.arn })
  })
})

function findCast(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('@foundry-rs/cast-linux-amd64/bin/cast')
  } catch {
    return onPath('cast')
  }
}
