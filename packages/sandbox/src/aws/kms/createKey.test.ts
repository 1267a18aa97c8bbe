import { createPublicKey, verify } from 'node:crypto'
import {
  type CreateKeyCommandInput,
  DescribeKeyCommand,
  GetPublicKeyCommand,
  ListKeysCommand,
  SignCommand,
} from '@aws-sdk/client-kms'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTestKms, type TestKms } from '../../../test/kms.ts'
import { sandboxAccountId } from '../identity.ts'

const clock = Date.now()
let kms: TestKms['kms']
let create: TestKms['create']
let stop: TestKms['stop']

beforeEach(async () => {
  ;({ kms, create, stop } = await startTestKms(() => clock))
})

afterEach(() => stop())

describe('CreateKey and DescribeKey', () => {
  test('describe the key alike, as KMS does', async () => {
    const created = await create({ Description: 'treasury' })
    expect(created).toEqual({
      AWSAccountId: sandboxAccountId,
      Arn: `arn:aws:kms:us-east-1:123456789012:key/${created.KeyId}`,
      CreationDate: new Date(clock),
      CustomerMasterKeySpec: 'ECC_SECG_P256K1',
      Description: 'treasury',
      Enabled: true,
      KeyId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      KeyManager: 'CUSTOMER',
      KeySpec: 'ECC_SECG_P256K1',
      KeyState: 'Enabled',
      KeyUsage: 'SIGN_VERIFY',
      MultiRegion: false,
      Origin: 'AWS_KMS',
      SigningAlgorithms: ['ECDSA_SHA_256'],
    })
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: created.KeyId }))
    expect(KeyMetadata).toEqual(created)
  })

  test('behavior: CustomerMasterKeySpec, the old name, is accepted', async () => {
    const created = await create({ KeySpec: undefined, CustomerMasterKeySpec: 'ECC_SECG_P256K1' })
    expect(created.KeySpec).toBe('ECC_SECG_P256K1')
  })

  test('behavior: keys differ', async () => {
    const [a, b] = [await create(), await create()]
    const keyOf = async (KeyId = ''): Promise<unknown> =>
      (await kms.send(new GetPublicKeyCommand({ KeyId }))).PublicKey
    expect(a.KeyId).not.toBe(b.KeyId)
    expect(await keyOf(a.KeyId)).not.toEqual(await keyOf(b.KeyId))
  })

  test.each<[string, Partial<CreateKeyCommandInput>, string]>([
    ['an RSA key', { KeySpec: 'RSA_2048' }, unsupported('KeySpec RSA_2048')],
    ['no key spec', { KeySpec: undefined, KeyUsage: undefined }, unsupported('KeySpec SYMMETRIC_DEFAULT')],
    ['imported key material', { Origin: 'EXTERNAL' }, unsupported('Origin EXTERNAL')],
    ['several regions', { MultiRegion: true }, unsupported('MultiRegion true')],
    ['a key store', { CustomKeyStoreId: 'cks-1' }, unsupported('CustomKeyStoreId cks-1')],
    [
      'an unknown key spec and usage',
      { KeySpec: 'ECC_X' as never, KeyUsage: 'SIGN' as never },
      "ValidationException: 2 validation errors detected: Value 'ECC_X' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: [RSA_2048, RSA_3072, RSA_4096, ECC_NIST_P256, ECC_NIST_P384, ECC_NIST_P521, ECC_SECG_P256K1, SYMMETRIC_DEFAULT, HMAC_224, HMAC_256, HMAC_384, HMAC_512, SM2, ML_DSA_44, ML_DSA_65, ML_DSA_87, ECC_NIST_EDWARDS25519]; Value 'SIGN' at 'keyUsage' failed to satisfy constraint: Member must satisfy enum value set: [SIGN_VERIFY, ENCRYPT_DECRYPT, GENERATE_VERIFY_MAC, KEY_AGREEMENT]",
    ],
    [
      'a key spec its old name does not know',
      { KeySpec: undefined, CustomerMasterKeySpec: 'ML_DSA_44' as never },
      "ValidationException: 1 validation error detected: Value 'ML_DSA_44' at 'customerMasterKeySpec' failed to satisfy constraint: Member must satisfy enum value set: [RSA_2048, RSA_3072, RSA_4096, ECC_NIST_P256, ECC_NIST_P384, ECC_NIST_P521, ECC_SECG_P256K1, SYMMETRIC_DEFAULT, HMAC_224, HMAC_256, HMAC_384, HMAC_512, SM2]",
    ],
    [
      'no usage',
      { KeyUsage: undefined },
      'ValidationException: You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    ],
    [
      'another usage',
      { KeyUsage: 'ENCRYPT_DECRYPT' },
      'ValidationException: KeyUsage ENCRYPT_DECRYPT is not compatible with KeySpec ECC_SECG_P256K1',
    ],
    [
      'both names of the key spec',
      { CustomerMasterKeySpec: 'ECC_SECG_P256K1' },
      'ValidationException: You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
    ],
    [
      'a reserved tag',
      { Tags: [{ TagKey: 'aws:x', TagValue: '' }] },
      'TagException: Tags beginning with aws: are reserved',
    ],
  ])('error: %s leaves no key behind', async (_, more, message) => {
    await expect(create(more)).rejects.toThrowError(error(message))
    expect((await kms.send(new ListKeysCommand({}))).Keys).toEqual([])
  })
})

test.each(['{}', '{"Statement":1}', '{"Statement":null}', '{"Statement":[1]}', '[]', '"Statement"', '{'])(
  'error: the policy %s leaves no key behind',
  async Policy => {
    await expect(create({ Policy })).rejects.toThrowError(
      expect.objectContaining({ name: 'MalformedPolicyDocumentException' }),
    )
    expect((await kms.send(new ListKeysCommand({}))).Keys).toEqual([])
  },
)

test('error: a policy that locks the caller out, unless they insist', async () => {
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS: '123456789012' }, Action: 'kms:Sign', Resource: '*' },
  })
  await expect(create({ Policy })).rejects.toThrowError(
    error(
      'MalformedPolicyDocumentException: The new key policy will not allow you to update the key policy in the future.',
    ),
  )
  expect(await create({ Policy, BypassPolicyLockoutSafetyCheck: true })).toMatchObject({ Enabled: true })
})

test('a P-256 key, which OpenSSL reads and whose signatures it verifies', async () => {
  const { Arn } = await create({ KeySpec: 'ECC_NIST_P256' })
  const { PublicKey, KeySpec } = await kms.send(new GetPublicKeyCommand({ KeyId: Arn }))
  expect(KeySpec).toBe('ECC_NIST_P256')
  const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' })
  const message = Buffer.from('message')
  const { Signature } = await kms.send(
    new SignCommand({ KeyId: Arn, Message: message, SigningAlgorithm: 'ECDSA_SHA_256' }),
  )
  expect(verify('sha256', message, key, Buffer.from(Signature ?? []))).toBe(true)
})

function unsupported(what: string): string {
  return `UnsupportedOperationException: ${what} is not supported here: this KMS keeps ECC_SECG_P256K1 and ECC_NIST_P256 keys of one region, with key material of its own.`
}

/** Matches an error of the SDK by `Name: message`. */
const error = (text: string): Error => {
  const [name = '', ...message] = text.split(': ')
  return expect.objectContaining({ name, message: message.join(': ') }) as unknown as Error
}
