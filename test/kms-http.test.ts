// @coffer/signer/kms-http against the KMS of the sandbox, which verifies the signatures of requests, and their time, for real.
import { CreateKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { startSandbox } from '@coffer/sandbox'
import { createSigner, type SigningKey } from '@coffer/signer'
import { type KmsHttpOptions, kmsHttp } from '@coffer/signer/kms-http'
import { recoverAddress, serializeSignature } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'

const HASH = `0x${'5a'.repeat(32)}` as const
let sandbox: Awaited<ReturnType<typeof startSandbox>>
let client: KMSClient
let keyId: string

beforeAll(async () => {
  sandbox = await startSandbox()
  const { accessKeyId, secretAccessKey } = sandbox.identities.administrator
  client = new KMSClient({
    endpoint: sandbox.aws.url,
    region: sandbox.region,
    credentials: { accessKeyId, secretAccessKey },
  })
  const { KeyMetadata } = await client.send(
    new CreateKeyCommand({ KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' }),
  )
  keyId = KeyMetadata?.Arn ?? ''
})

afterAll(() => sandbox?.stop())

const keyWith = (options: Partial<KmsHttpOptions> = {}): Promise<SigningKey> =>
  kmsHttp({
    keyId,
    endpoint: sandbox.aws.url,
    credentials: () => sandbox.identities.administrator,
    ...options,
  })

test('default: a signature of the key', async () => {
  const signer = await createSigner(await keyWith())
  const signature = serializeSignature(await signer.signHash(HASH))
  expect(await recoverAddress({ hash: HASH, signature })).toBe(signer.address)
})

test('behavior: a clock that is an hour off is corrected', async () => {
  const attempts: number[] = []
  const key = await keyWith({
    clock: () => Date.now() - 3_600_000,
    onRequest: request => attempts.push(request.attempts),
  })
  await key.signDigest(new Uint8Array(32))
  expect(attempts).toEqual([2, 1])
})

test('error: another secret', async () => {
  const credentials = () => ({ ...sandbox.identities.administrator, secretAccessKey: 'another' })
  await expect(keyWith({ credentials })).rejects.toMatchObject({ code: 'KMS_CREDENTIALS_REJECTED' })
})

test('error: somebody who may not', async () => {
  const credentials = () => sandbox.identities.outsider
  await expect(keyWith({ credentials })).rejects.toMatchObject({ code: 'KMS_ACCESS_DENIED' })
})

test('error: a key that is disabled meanwhile', async () => {
  const key = await keyWith()
  await client.send(new DisableKeyCommand({ KeyId: keyId }))
  await expect(key.signDigest(new Uint8Array(32))).rejects.toMatchObject({ code: 'KMS_KEY_DISABLED' })
})
