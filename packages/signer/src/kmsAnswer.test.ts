import { describe, expect, test } from 'vitest'
import { checkPublicKey, checkSignature, type PublicKeyAnswer } from './kmsAnswer.ts'

const ARN = 'arn:aws:kms:eu-central-1:111122223333:key/1'
const OTHER_ARN = 'arn:aws:kms:eu-central-1:111122223333:key/2'
const BYTES = Uint8Array.of(1, 2, 3)

describe('an answer to GetPublicKey', () => {
  const ALIAS = { text: 'alias/treasury', region: undefined }
  const good = { KeyId: ARN, KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY', PublicKey: BYTES }
  const check = (changes: PublicKeyAnswer): unknown =>
    checkPublicKey({ ...good, ...changes }, ALIAS, 'request-1')

  test('behavior: the key ARN and the public key are what it says', () => {
    expect(check({})).toEqual({ keyArn: ARN, publicKey: BYTES })
  })

  test.each([
    [{ KeyId: undefined }, 'KMS_ANSWER_INVALID', 'alias/treasury'],
    [{ PublicKey: undefined }, 'KMS_ANSWER_INVALID', 'alias/treasury'],
    [{ KeyId: 'alias/treasury' }, 'KMS_ARN_MISMATCH', '(answered: alias/treasury)'],
    [{ KeySpec: 'RSA_2048' }, 'KMS_KEY_WRONG_SPEC', "(this key's spec is RSA_2048)"],
    [{ KeySpec: undefined }, 'KMS_KEY_WRONG_SPEC', "(this key's spec is undefined)"],
    [{ KeyUsage: 'KEY_AGREEMENT' }, 'KMS_KEY_WRONG_USAGE', "(this key's usage is KEY_AGREEMENT)"],
  ])('error: %j is %s', (changes, code, message) => {
    expect(() => check(changes)).toThrow(
      expect.objectContaining({
        code,
        keyId: 'alias/treasury',
        operation: 'GetPublicKey',
        requestId: 'request-1',
        message: expect.stringContaining(message),
      }),
    )
  })
})

describe('an answer to Sign', () => {
  test('behavior: the signature is what it says', () => {
    expect(checkSignature({ KeyId: ARN, Signature: BYTES }, ARN, 'request-2')).toBe(BYTES)
  })

  test.each([
    [{ Signature: BYTES }, 'KMS_ANSWER_INVALID', ARN],
    [{ KeyId: ARN }, 'KMS_ANSWER_INVALID', ARN],
    [{ KeyId: OTHER_ARN, Signature: BYTES }, 'KMS_ARN_MISMATCH', `(answered: ${OTHER_ARN})`],
  ])('error: %j is %s', (answer, code, message) => {
    expect(() => checkSignature(answer, ARN, 'request-2')).toThrow(
      expect.objectContaining({
        code,
        keyId: ARN,
        operation: 'Sign',
        requestId: 'request-2',
        message: expect.stringContaining(message),
      }),
    )
  })
})
