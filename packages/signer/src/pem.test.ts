import { describe, expect, test } from 'vitest'
import { decodePem } from './pem.ts'

const BEGIN = '-----BEGIN PUBLIC KEY-----'
const END = '-----END PUBLIC KEY-----'

describe('what is read', () => {
  test.each([
    ['AQID', [1, 2, 3]],
    ['AQI=', [1, 2]],
    ['AQ==', [1]],
    ['\nAQ\r\nI\t=\n', [1, 2]],
    [' +/ +/ ', [251, 255, 191]],
  ])('behavior: %j', (text, bytes) => {
    expect(decodePem(`${BEGIN}${text}${END}`)).toEqual(Uint8Array.from(bytes))
    expect(decodePem(`\uFEFF\n ${BEGIN}\n${text}\n${END} \r\n`)).toEqual(Uint8Array.from(bytes))
  })

  test('behavior: the bytes share no memory with others', () => {
    expect(decodePem(`${BEGIN}AQID${END}`).buffer.byteLength).toBe(3)
  })
})

describe('what is refused', () => {
  const block = `${BEGIN}\nAQID\n${END}`
  test.each([
    [' \n', 'PUBLIC_KEY_EMPTY', 'The public key is empty.', undefined],
    ['AQID', 'PUBLIC_KEY_NOT_PEM', `must begin with the line ${BEGIN}`, undefined],
    ['-----BEGIN -----\nAQID', 'PUBLIC_KEY_NOT_PEM', `must begin with the line ${BEGIN}`, undefined],
    [
      `x${block}`,
      'PUBLIC_KEY_PEM_MALFORMED',
      `one block and nothing else: it begins with ${BEGIN}`,
      undefined,
    ],
    [
      block + block,
      'PUBLIC_KEY_PEM_MALFORMED',
      `one block and nothing else: it begins with ${BEGIN}`,
      undefined,
    ],
    [`${BEGIN}\nAQID\n`, 'PUBLIC_KEY_TRUNCATED', `its last line must be ${END}`, undefined],
    [`${block}x`, 'PUBLIC_KEY_PEM_MALFORMED', `goes on after ${END}. Remove what follows.`, undefined],
    [`${BEGIN}${END}`, 'PUBLIC_KEY_PEM_MALFORMED', `between ${BEGIN} and ${END} is not base64`, undefined],
    [`${BEGIN}AQ=${END}`, 'PUBLIC_KEY_PEM_MALFORMED', `between ${BEGIN} and ${END} is not base64`, undefined],
    [`${BEGIN}AQ!${END}`, 'PUBLIC_KEY_PEM_MALFORMED', `between ${BEGIN} and ${END} is not base64`, undefined],
    [
      `${BEGIN}-_-_${END}`,
      'PUBLIC_KEY_PEM_MALFORMED',
      `between ${BEGIN} and ${END} is not base64`,
      undefined,
    ],
    ['-----BEGIN PRIVATE KEY-----', 'PUBLIC_KEY_IS_PRIVATE', 'This is a private key', 'PRIVATE KEY'],
    ['-----BEGIN EC PRIVATE KEY-----', 'PUBLIC_KEY_IS_PRIVATE', 'This is a private key', 'EC PRIVATE KEY'],
    ['-----BEGIN CERTIFICATE-----', 'PUBLIC_KEY_IS_CERTIFICATE', 'This is a certificate', 'CERTIFICATE'],
    [
      '-----BEGIN TRUSTED CERTIFICATE-----',
      'PUBLIC_KEY_IS_CERTIFICATE',
      'This is a certificate',
      'TRUSTED CERTIFICATE',
    ],
    ['-----BEGIN RSA PUBLIC KEY-----', 'PUBLIC_KEY_RSA', 'This is an RSA public key', 'RSA PUBLIC KEY'],
    [
      '-----BEGIN CERTIFICATE REQUEST-----',
      'PUBLIC_KEY_PEM_LABEL',
      'a block labelled CERTIFICATE REQUEST, not PUBLIC KEY',
      'CERTIFICATE REQUEST',
    ],
    [
      '-----BEGIN PRIVATE KEY BLOCK-----',
      'PUBLIC_KEY_PEM_LABEL',
      'a block labelled PRIVATE KEY BLOCK, not PUBLIC KEY',
      'PRIVATE KEY BLOCK',
    ],
    [
      '-----BEGIN NEW RSA PUBLIC KEY-----',
      'PUBLIC_KEY_PEM_LABEL',
      'a block labelled NEW RSA PUBLIC KEY, not PUBLIC KEY',
      'NEW RSA PUBLIC KEY',
    ],
    // A private key anywhere is what is said, whatever stands before it.
    [
      `${block}\n-----BEGIN PRIVATE KEY-----`,
      'PUBLIC_KEY_IS_PRIVATE',
      'This is a private key',
      'PRIVATE KEY',
    ],
    [
      '-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----',
      'PUBLIC_KEY_IS_PRIVATE',
      'This is a private key',
      'PRIVATE KEY',
    ],
    [`${block}\n-----BEGIN X-----`, 'PUBLIC_KEY_PEM_LABEL', 'a block labelled X, not PUBLIC KEY', 'X'],
  ])('error: %j is %s', (text, code, message, found) => {
    expect(() => decodePem(text)).toThrow(
      expect.objectContaining({ code, found, message: expect.stringContaining(message) }),
    )
  })
})
