import { expect, test } from 'vitest'
import { isCertificateError, isPrivateError, isRsaError, PublicKeyError } from './publicKeyError.ts'

test.each([
  [
    isPrivateError,
    'PUBLIC_KEY_IS_PRIVATE',
    'This is a private key (X); only a public key is wanted. Keep it where it was',
  ],
  [
    isCertificateError,
    'PUBLIC_KEY_IS_CERTIFICATE',
    'This is a certificate (X), not a public key. Give the public key',
  ],
  [isRsaError, 'PUBLIC_KEY_RSA', 'This is an RSA public key (X). Ethereum needs a KMS key whose key spec is'],
])('behavior: %o says what was found, and what to do', (make, code, message) => {
  expect(make('X')).toMatchObject({
    name: 'PublicKeyError',
    code,
    found: 'X',
    length: undefined,
    expectedLength: undefined,
    message: expect.stringContaining(message),
  })
})

test('behavior: it has the facts that are given, and no others', () => {
  expect(new PublicKeyError('PUBLIC_KEY_TRUNCATED', 'why', { length: 1, expectedLength: 2 })).toMatchObject({
    message: 'why',
    code: 'PUBLIC_KEY_TRUNCATED',
    found: undefined,
    length: 1,
    expectedLength: 2,
  })
  expect(new PublicKeyError('PUBLIC_KEY_EMPTY', 'why')).toMatchObject({ found: undefined, length: undefined })
})
