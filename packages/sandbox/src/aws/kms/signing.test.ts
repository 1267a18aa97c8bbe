import { createPublicKey, verify as verifyOpenSsl } from 'node:crypto'
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DisableKeyCommand,
  GetPublicKeyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
  SignCommand,
  type SignCommandInput,
  VerifyCommand,
} from '@aws-sdk/client-kms'
import { parsePublicKey, parseSignature, publicKeyToAddress } from '@coffer/signer'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import fc from 'fast-check'
import { recoverAddress, toHex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAdministratorSession } from '../../../test/cloud.ts'
import type { Listener } from '../../server.ts'
import { createCloud } from '../cloud.ts'
import { startAws } from '../endpoint.ts'

const region = 'us-east-1'
const cloud = createCloud({ region })
const { accessKeyId, secretAccessKey, sessionToken = '' } = createAdministratorSession(cloud)
const credentials = { accessKeyId, secretAccessKey, sessionToken }
const order = secp256k1.Point.CURVE().n
const invalidDigest = 'ValidationException: Digest is invalid length for algorithm ECDSA_SHA_256.'
let server: Listener
let kms: KMSClient
let keyId: string
let arn: string
let spki: Uint8Array

beforeAll(async () => {
  server = await startAws({ cloud })
  kms = new KMSClient({ endpoint: server.url, region, credentials, maxAttempts: 1 })
  ;({ keyId, arn } = await newKey())
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/signing', TargetKeyId: keyId }))
  spki = (await kms.send(new GetPublicKeyCommand({ KeyId: keyId }))).PublicKey ?? new Uint8Array()
})

afterAll(async () => {
  kms.destroy()
  await server.stop()
})

const newKey = async (): Promise<{ keyId: string; arn: string }> => {
  const { KeyMetadata } = await kms.send(
    new CreateKeyCommand({ KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' }),
  )
  return { keyId: KeyMetadata?.KeyId ?? '', arn: KeyMetadata?.Arn ?? '' }
}

const request = (more: Partial<SignCommandInput>): SignCommandInput => ({
  KeyId: keyId,
  Message: new Uint8Array(32).fill(7),
  MessageType: 'DIGEST',
  SigningAlgorithm: 'ECDSA_SHA_256',
  ...more,
})

const signWith = async (more: Partial<SignCommandInput> = {}): Promise<Uint8Array> =>
  (await kms.send(new SignCommand(request(more)))).Signature ?? new Uint8Array()

describe('GetPublicKey', () => {
  test('answers SubjectPublicKeyInfo that OpenSSL and @coffer/signer read alike', async () => {
    expect(spki).toHaveLength(88)
    const openSsl = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
    expect(openSsl.asymmetricKeyDetails).toEqual({ namedCurve: 'secp256k1' })
    const { x, y } = openSsl.export({ format: 'jwk' })
    const point = Buffer.concat([
      Buffer.of(4),
      Buffer.from(x ?? '', 'base64url'),
      Buffer.from(y ?? '', 'base64url'),
    ])
    expect(toHex(parsePublicKey(spki))).toBe(toHex(point))
  })

  test('describes the key by its ARN, whatever it is asked by', async () => {
    for (const id of [keyId, arn, 'alias/signing', arn.replace(`key/${keyId}`, 'alias/signing')]) {
      expect(await kms.send(new GetPublicKeyCommand({ KeyId: id }))).toMatchObject({
        KeyId: arn,
        KeySpec: 'ECC_SECG_P256K1',
        CustomerMasterKeySpec: 'ECC_SECG_P256K1',
        KeyUsage: 'SIGN_VERIFY',
        SigningAlgorithms: ['ECDSA_SHA_256'],
        PublicKey: spki,
      })
    }
  })
})

describe('Sign', () => {
  test('RAW: OpenSSL verifies the signature over the message', async () => {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 4096 }), async message => {
        for (const type of [{ MessageType: 'RAW' as const }, { MessageType: undefined }]) {
          expect(verifyOpenSsl('sha256', message, key, await signWith({ Message: message, ...type }))).toBe(
            true,
          )
        }
      }),
      { numRuns: 10 },
    )
  })

  test('DIGEST: noble verifies, and viem recovers the address, over the digest itself', async () => {
    const publicKey = parsePublicKey(spki)
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 32, maxLength: 32 }), async digest => {
        const der = await signWith({ Message: digest })
        expect(secp256k1.verify(der, digest, publicKey, { prehash: false, lowS: false, format: 'der' })).toBe(
          true,
        )
        const signature = await parseSignature({ der, digest, publicKey })
        const address = await recoverAddress({ hash: toHex(digest), signature })
        expect(address).toBe(publicKeyToAddress(publicKey))
      }),
      { numRuns: 20 },
    )
  })

  test('behavior: two signatures over one digest differ, and high s occurs as well as low s', async () => {
    const signatures = await Promise.all(Array.from({ length: 40 }, () => signWith()))
    expect(new Set(signatures.map(signature => toHex(signature))).size).toBe(40)
    const high = signatures.filter(
      signature => secp256k1.Signature.fromBytes(signature, 'der').s > order / 2n,
    )
    // Forty fair coins fall on one side once in 5e11 runs.
    expect(high.length).toBeGreaterThan(0)
    expect(high.length).toBeLessThan(40)
  })

  test('behavior: the key may be named by alias; the answer names its ARN', async () => {
    const answer = await kms.send(new SignCommand(request({ KeyId: 'alias/signing' })))
    expect(answer).toMatchObject({ KeyId: arn, SigningAlgorithm: 'ECDSA_SHA_256' })
    expect(answer.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/)
  })

  test.each<[string, Partial<SignCommandInput>, string]>([
    ['a digest of 31 bytes', { Message: new Uint8Array(31) }, invalidDigest],
    ['a digest of 33 bytes', { Message: new Uint8Array(33) }, invalidDigest],
    [
      'an empty message',
      { Message: new Uint8Array(0) },
      "ValidationException: 1 validation error detected: Value at 'message' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      'a message of 4097 bytes',
      { Message: new Uint8Array(4097), MessageType: 'RAW' },
      "ValidationException: 1 validation error detected: Value at 'message' failed to satisfy constraint: Member must have length less than or equal to 4096",
    ],
    [
      'an algorithm of another curve',
      { SigningAlgorithm: 'ECDSA_SHA_512' },
      'InvalidKeyUsageException: Algorithm ECDSA_SHA_512 is incompatible with key spec ECC_SECG_P256K1.',
    ],
    [
      'a message type of another key spec',
      { MessageType: 'EXTERNAL_MU' },
      'ValidationException: Message type EXTERNAL_MU is incompatible with key spec ECC_SECG_P256K1.',
    ],
    [
      'an unknown message type',
      { MessageType: 'HASH' as never },
      "ValidationException: 1 validation error detected: Value 'HASH' at 'messageType' failed to satisfy constraint: Member must satisfy enum value set: [RAW, DIGEST, EXTERNAL_MU]",
    ],
    [
      'an alias that does not exist',
      { KeyId: 'alias/none' },
      'NotFoundException: Alias arn:aws:kms:us-east-1:123456789012:alias/none is not found.',
    ],
    [
      'a dry run that would succeed',
      { DryRun: true },
      'DryRunOperationException: Request would have succeeded, but the DryRun option is set.',
    ],
    ['a dry run that would not', { DryRun: true, Message: new Uint8Array(5) }, invalidDigest],
  ])('error: %s', async (_, more, message) => {
    await expect(signWith(more)).rejects.toThrowError(error(message))
  })
})

describe('Verify', () => {
  const verifyOf = (more: Partial<SignCommandInput>, signature: Uint8Array): Promise<unknown> =>
    kms.send(new VerifyCommand({ ...request(more), Signature: signature }))

  test.each(['RAW', 'DIGEST'] as const)('what is signed as %s verifies, with either s', async MessageType => {
    const signature = await signWith({ MessageType })
    const { r, s } = secp256k1.Signature.fromBytes(signature, 'der')
    const flipped = new secp256k1.Signature(r, order - s).toBytes('der')
    for (const either of [signature, flipped]) {
      expect(await verifyOf({ MessageType }, either)).toMatchObject({ KeyId: arn, SignatureValid: true })
    }
  })

  test('error: another message, another key, another message type, or no signature at all', async () => {
    const signature = await signWith()
    const other = await newKey()
    for (const attempt of [
      verifyOf({ Message: new Uint8Array(32) }, signature),
      verifyOf({ KeyId: other.keyId }, signature),
      verifyOf({ MessageType: 'RAW' }, signature),
      verifyOf({}, new Uint8Array(70)),
      verifyOf({}, signature.subarray(0, -1)),
    ]) {
      await expect(attempt).rejects.toThrowError(
        expect.objectContaining({ name: 'KMSInvalidSignatureException' }),
      )
    }
  })

  test('error: a dry run', async () => {
    await expect(verifyOf({ DryRun: true }, new Uint8Array(8))).rejects.toThrowError(
      error('DryRunOperationException: Request would have succeeded, but the DryRun option is set.'),
    )
  })
})

describe('a key that may not be used', () => {
  const attempts = (KeyId: string): Promise<unknown>[] => [
    signWith({ KeyId }),
    signWith({ KeyId, DryRun: true }),
    kms.send(new VerifyCommand({ ...request({ KeyId }), Signature: new Uint8Array(8) })),
    kms.send(new GetPublicKeyCommand({ KeyId })),
  ]

  test('error: disabled', async () => {
    const key = await newKey()
    await kms.send(new DisableKeyCommand({ KeyId: key.keyId }))
    for (const attempt of attempts(key.keyId)) {
      await expect(attempt).rejects.toThrowError(error(`DisabledException: ${key.arn} is disabled.`))
    }
  })

  test('error: pending deletion', async () => {
    const key = await newKey()
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId: key.keyId }))
    for (const attempt of attempts(key.keyId)) {
      await expect(attempt).rejects.toThrowError(
        error(`KMSInvalidStateException: ${key.arn} is pending deletion.`),
      )
    }
  })
})

/** Matches an error of the SDK by `Name: message`. */
const error = (text: string): Error => {
  const [name = '', ...message] = text.split(': ')
  return expect.objectContaining({ name, message: message.join(': ') }) as unknown as Error
}
