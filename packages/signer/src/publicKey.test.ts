import { createPublicKey, ECDH, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodePublicKey, parsePublicKey } from './publicKey.ts'

const { Fn } = secp256k1.Point

/** Any public key, as an uncompressed point. */
const anyPoint = fc
  .bigInt({ min: 1n, max: Fn.ORDER - 1n })
  .map(scalar => secp256k1.getPublicKey(Fn.toBytes(scalar), false))

const POINT = secp256k1.getPublicKey(Fn.toBytes(2026n), false)
const DER = encodePublicKey(POINT)
const PEM = createPublicKey({ key: Buffer.from(DER), format: 'der', type: 'spki' })
  .export({ type: 'spki', format: 'pem' })
  .toString()
const [BEGIN = '', LINE_1 = '', LINE_2 = '', END = ''] = PEM.split('\n')

const code = (expected: string): unknown => expect.objectContaining({ code: expected })
const hex = (...parts: readonly (string | Uint8Array)[]): Uint8Array =>
  Uint8Array.from(
    Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part, 'hex') : part))),
  )

// Self-signed, of a secp256k1 key that was thrown away.
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBhjCCASygAwIBAgIUH2XeFPXGAfkwQq70qaJ8pKXv968wCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOY29mZmVyLmV4YW1wbGUwIBcNMjYxMTIyMDk0OTMzWhgPMjEy
NjEwMjkwOTQ5MzNaMBkxFzAVBgNVBAMMDmNvZmZlci5leGFtcGxlMFYwEAYHKoZI
zj0CAQYFK4EEAAoDQgAEpKF9gUHzvh0dbT+CMGFU7Fon3UtkshZh+Woh4IRmHd0m
zcQsOESN/ZuWoAyAySRCql8zCWFPLAFOf2ftbgobL6NTMFEwHQYDVR0OBBYEFJi0
TJ4GYd1nqunMUpOmgIYE2UdBMB8GA1UdIwQYMBaAFJi0TJ4GYd1nqunMUpOmgIYE
2UdBMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAKc6B8pwmfFu
ZqGScbb8HwVurCwsUnmHP+K9pzWlFEh2AiBbVuRp8JHBGrcqYAUaXEeMz9FkEJBD
zmGelSETS05pEw==
-----END CERTIFICATE-----
`

const derOf = (pem: string): Uint8Array =>
  Uint8Array.from(Buffer.from(pem.replace(/-----[A-Z ]+-----/g, ''), 'base64'))

const errorOf = (act: () => unknown): unknown => {
  try {
    return act()
  } catch (error) {
    return error
  }
}

describe('laws', () => {
  test('parse(encode(point)) = point', () => {
    fc.assert(
      fc.property(anyPoint, point => {
        expect(parsePublicKey(encodePublicKey(point))).toEqual(point)
      }),
    )
  })

  test('OpenSSL writes the same DER, and its PEM is read', () => {
    for (let i = 0; i < 20; i++) {
      const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
      const der = publicKey.export({ type: 'spki', format: 'der' })
      const point = parsePublicKey(der)
      expect(Buffer.from(encodePublicKey(point))).toEqual(der)
      expect(parsePublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString())).toEqual(point)
    }
  })

  test('any one-byte change of the DER is refused', () => {
    const change = fc.record({ at: fc.nat({ max: 87 }), xor: fc.integer({ min: 1, max: 255 }) })
    fc.assert(
      fc.property(anyPoint, change, (point, { at, xor }) => {
        const der = encodePublicKey(point)
        expect(() => parsePublicKey(der.with(at, (der[at] ?? 0) ^ xor))).toThrow(
          expect.objectContaining({ name: 'PublicKeyError' }),
        )
      }),
      { numRuns: 300 },
    )
  })

  test('the point is a copy, also out of a Buffer', () => {
    const der = Buffer.from(DER)
    const point = parsePublicKey(der)
    der.fill(0)
    expect(point).toEqual(POINT)
  })
})

describe('PEM', () => {
  test.each([
    ['as OpenSSL writes it', PEM],
    ['without a last newline', PEM.trimEnd()],
    ['with CRLF', PEM.replaceAll('\n', '\r\n')],
    ['with CR', PEM.replaceAll('\n', '\r')],
    ['with white space around it', `\n\n  ${PEM}\n \t\n`],
    ['with trailing spaces and indentation', PEM.replaceAll('\n', ' \n\t')],
    ['with a byte order mark', `\uFEFF${PEM}`],
    ['in one line of base64', `${BEGIN}\n${LINE_1}${LINE_2}\n${END}`],
    ['in lines of 20', `${BEGIN}\n${(LINE_1 + LINE_2).replace(/.{20}/g, '$&\n')}\n${END}\n`],
  ])('behavior: %s, as text and as bytes', (_title, pem) => {
    expect(parsePublicKey(pem)).toEqual(POINT)
    expect(parsePublicKey(new TextEncoder().encode(pem))).toEqual(POINT)
  })

  test('every truncation is refused with the reason', () => {
    const text = PEM.trimEnd()
    for (let length = 0; length < text.length; length++) {
      const expected =
        length === 0
          ? 'PUBLIC_KEY_EMPTY'
          : length < BEGIN.length
            ? 'PUBLIC_KEY_NOT_PEM'
            : 'PUBLIC_KEY_TRUNCATED'
      expect(() => parsePublicKey(text.slice(0, length))).toThrow(code(expected))
    }
  })

  test.each([
    ['little', 'utf16le' as const, [0xff, 0xfe]],
    ['big', undefined, [0xfe, 0xff]],
  ])('error: UTF-16, %s end first, as PowerShell writes it', (_title, encoding, mark) => {
    const bytes = encoding === undefined ? Buffer.from(PEM, 'utf16le').swap16() : Buffer.from(PEM, encoding)
    expect(() => parsePublicKey(Buffer.concat([Buffer.from(mark), bytes]))).toThrow(
      expect.objectContaining({
        code: 'PUBLIC_KEY_NOT_PEM',
        message: 'The text is UTF-16. Save it as UTF-8 or ASCII.',
      }),
    )
  })

  test.each(['ff2d', 'fe2d', '2dfe', '2dff', 'ffff', 'fefe'])('error: %s begins no UTF-16', start => {
    expect(() => parsePublicKey(hex(start, '2d2d'))).toThrow(
      expect.objectContaining({
        code: 'PUBLIC_KEY_NOT_DER',
        length: 4,
        message: expect.stringContaining('has 4 bytes that are neither DER nor PEM'),
      }),
    )
  })

  test.each([
    ['nothing but white space', ' \r\n', 'PUBLIC_KEY_EMPTY'],
    ['bare base64, as aws kms get-public-key prints it', LINE_1 + LINE_2, 'PUBLIC_KEY_NOT_PEM'],
    ['an SSH key', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8G', 'PUBLIC_KEY_NOT_PEM'],
    ['a line lost', `${BEGIN}\n${LINE_1}\n${END}`, 'PUBLIC_KEY_TRUNCATED'],
    ['a base64 digit lost', PEM.replace(LINE_1, LINE_1.slice(1)), 'PUBLIC_KEY_PEM_MALFORMED'],
    ['a digit that is not base64', PEM.replace(LINE_1, LINE_1.replace('M', '!')), 'PUBLIC_KEY_PEM_MALFORMED'],
    ['base64url digits', PEM.replace(LINE_2, `-_${LINE_2.slice(2)}`), 'PUBLIC_KEY_PEM_MALFORMED'],
    ['no content', `${BEGIN}\n${END}`, 'PUBLIC_KEY_PEM_MALFORMED'],
    ['two keys', PEM + PEM, 'PUBLIC_KEY_PEM_MALFORMED'],
    ['text before', `the key:\n${PEM}`, 'PUBLIC_KEY_PEM_MALFORMED'],
    ['text after', `${PEM}that was the key`, 'PUBLIC_KEY_PEM_MALFORMED'],
    ['another label', PEM.replaceAll('PUBLIC KEY', 'SSH2 PUBLIC KEY'), 'PUBLIC_KEY_PEM_LABEL'],
    ['a PGP key', '-----BEGIN PGP PUBLIC KEY BLOCK-----', 'PUBLIC_KEY_PEM_LABEL'],
  ])('error: %s', (_title, pem, expected) => {
    expect(() => parsePublicKey(pem)).toThrow(code(expected))
  })

  test.each([
    ['two keys', PEM + PEM, 'one block and nothing else'],
    ['text before', `the key:\n${PEM}`, 'one block and nothing else'],
    ['text after', `${PEM}that was the key`, 'Remove what follows'],
    ['a digit that is not base64', PEM.replace(LINE_1, LINE_1.replace('M', '!')), 'is not base64'],
  ])('error: the message says what is wrong with %s', (_title, pem, message) => {
    expect(() => parsePublicKey(pem)).toThrow(message)
  })
})

describe('DER', () => {
  test('every truncation is refused with the reason', () => {
    expect(() => parsePublicKey(new Uint8Array(0))).toThrow(
      expect.objectContaining({ code: 'PUBLIC_KEY_EMPTY', message: 'The public key is empty.' }),
    )
    for (let length = 1; length < DER.length; length++)
      expect(() => parsePublicKey(DER.subarray(0, length))).toThrow(
        expect.objectContaining({
          code: 'PUBLIC_KEY_TRUNCATED',
          length,
          expectedLength: length === 1 ? undefined : 88,
        }),
      )
  })

  test('any bytes after it are refused with the reason', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), tail => {
        expect(() => parsePublicKey(hex(DER, tail))).toThrow(
          expect.objectContaining({
            code: 'PUBLIC_KEY_TRAILING_BYTES',
            length: 88 + tail.length,
            expectedLength: 88,
          }),
        )
      }),
    )
  })

  test('any bytes are a PublicKeyError, whatever they are', () => {
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.uint8Array({ minLength: 4, maxLength: 100 }).map(tail => hex('30', tail)),
    )
    fc.assert(
      fc.property(bytes, input => {
        expect(() => parsePublicKey(input)).toThrow(expect.objectContaining({ name: 'PublicKeyError' }))
      }),
      { numRuns: 500 },
    )
  })

  const compressed = Uint8Array.from(
    ECDH.convertKey(POINT, 'secp256k1', undefined, undefined, 'compressed') as Buffer,
  )
  const hybrid = Uint8Array.of(6 + ((POINT[64] ?? 0) & 1), ...POINT.subarray(1))
  const algorithm = '301006072a8648ce3d020106052b8104000a'

  test.each([
    ['a bare point', POINT, 'PUBLIC_KEY_NOT_DER'],
    ['a byte in front', hex('00', DER), 'PUBLIC_KEY_NOT_DER'],
    ['a compressed point', hex('3036', algorithm, '032200', compressed), 'PUBLIC_KEY_COMPRESSED'],
    ['a hybrid point', hex('3056', algorithm, '034200', hybrid), 'PUBLIC_KEY_NOT_A_POINT'],
    ['a length in long form', hex('308156', DER.subarray(2)), 'PUBLIC_KEY_NOT_CANONICAL'],
    ['an indefinite length', hex('3080', DER.subarray(2), '0000'), 'PUBLIC_KEY_NOT_CANONICAL'],
    ['unused bits', DER.with(22, 1), 'PUBLIC_KEY_MALFORMED'],
    ['x changed', DER.with(30, (DER[30] ?? 0) ^ 1), 'PUBLIC_KEY_NOT_ON_CURVE'],
    ['y changed', DER.with(87, (DER[87] ?? 0) ^ 1), 'PUBLIC_KEY_NOT_ON_CURVE'],
    [
      'x = p',
      hex(DER.subarray(0, 24), 'ff'.repeat(27), 'fefffffc2f', '00'.repeat(32)),
      'PUBLIC_KEY_NOT_ON_CURVE',
    ],
    ['the point zero', hex(DER.subarray(0, 24), '00'.repeat(64)), 'PUBLIC_KEY_NOT_ON_CURVE'],
    [
      'NULL in place of the curve',
      hex('3051300b06072a8648ce3d02010500034200', POINT),
      'PUBLIC_KEY_MALFORMED',
    ],
    ['no curve', hex('304f300906072a8648ce3d0201034200', POINT), 'PUBLIC_KEY_MALFORMED'],
    [
      'an unknown curve',
      hex('3056301006072a8648ce3d020106052b810400ff034200', POINT),
      'PUBLIC_KEY_MALFORMED',
    ],
    [
      'an unknown algorithm',
      hex('3056301006072a8648ce3d02ff06052b8104000a034200', POINT),
      'PUBLIC_KEY_MALFORMED',
    ],
    ['an empty sequence', hex('3000'), 'PUBLIC_KEY_MALFORMED'],
  ])('error: %s', (_title, der, expected) => {
    expect(() => parsePublicKey(der)).toThrow(code(expected))
  })
})

describe('other keys, each in PEM and in DER', () => {
  const inBoth = (key: KeyObject, type: 'spki' | 'pkcs1' | 'pkcs8' | 'sec1'): [string, Uint8Array] => {
    const options = { type: type as 'spki' }
    return [
      key.export({ ...options, format: 'pem' }).toString(),
      Uint8Array.from(key.export({ ...options, format: 'der' })),
    ]
  }
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const k1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
  const explicit = generateKeyPairSync('ec', { namedCurve: 'secp256k1', paramEncoding: 'explicit' })
  const ed25519 = generateKeyPairSync('ed25519')
  const encrypted = { type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'passphrase' } as const

  test.each([
    ['RSA', inBoth(rsa.publicKey, 'spki'), 'PUBLIC_KEY_RSA', 'rsa'],
    ['RSA, PKCS #1', inBoth(rsa.publicKey, 'pkcs1'), 'PUBLIC_KEY_RSA', undefined],
    ['Ed25519', inBoth(ed25519.publicKey, 'spki'), 'PUBLIC_KEY_ED25519', 'ed25519'],
    [
      'X25519',
      inBoth(generateKeyPairSync('x25519').publicKey, 'spki'),
      'PUBLIC_KEY_WRONG_ALGORITHM',
      'x25519',
    ],
    ['P-256', inBoth(p256.publicKey, 'spki'), 'PUBLIC_KEY_WRONG_CURVE', 'P-256'],
    [
      'P-384',
      inBoth(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey, 'spki'),
      'PUBLIC_KEY_WRONG_CURVE',
      'secp384r1',
    ],
    ['explicit curve parameters', inBoth(explicit.publicKey, 'spki'), 'PUBLIC_KEY_NOT_CANONICAL', undefined],
    ['a private key, PKCS #8', inBoth(k1.privateKey, 'pkcs8'), 'PUBLIC_KEY_IS_PRIVATE', undefined],
    ['a private key, SEC 1', inBoth(k1.privateKey, 'sec1'), 'PUBLIC_KEY_IS_PRIVATE', undefined],
    ['a private RSA key, PKCS #1', inBoth(rsa.privateKey, 'pkcs1'), 'PUBLIC_KEY_IS_PRIVATE', undefined],
    ['a private Ed25519 key', inBoth(ed25519.privateKey, 'pkcs8'), 'PUBLIC_KEY_IS_PRIVATE', undefined],
    [
      'an encrypted private key',
      [
        k1.privateKey.export({ ...encrypted, format: 'pem' }).toString(),
        Uint8Array.from(k1.privateKey.export({ ...encrypted, format: 'der' })),
      ] as [string, Uint8Array],
      'PUBLIC_KEY_IS_PRIVATE',
      undefined,
    ],
    [
      'a certificate',
      [CERTIFICATE, derOf(CERTIFICATE)] as [string, Uint8Array],
      'PUBLIC_KEY_IS_CERTIFICATE',
      undefined,
    ],
  ])('error: %s', (_title, [pem, der], expected, found) => {
    for (const input of [pem, new TextEncoder().encode(pem), der]) {
      expect(() => parsePublicKey(input)).toThrow(code(expected))
      if (found !== undefined) expect(() => parsePublicKey(input)).toThrow(expect.objectContaining({ found }))
    }
  })

  test('error: curve parameters in front of a private key, as openssl ecparam -genkey writes them', () => {
    const [pem] = inBoth(k1.privateKey, 'sec1')
    const parameters = '-----BEGIN EC PARAMETERS-----\nBgUrgQQACg==\n-----END EC PARAMETERS-----\n'
    expect(() => parsePublicKey(parameters + pem)).toThrow(code('PUBLIC_KEY_IS_PRIVATE'))
  })

  test('behavior: an error about a private key holds nothing of it', () => {
    const [pem, der] = inBoth(k1.privateKey, 'sec1')
    const secret = Buffer.from(k1.privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
    for (const input of [pem, der]) {
      const shown = JSON.stringify(
        errorOf(() => parsePublicKey(input)),
        ['name', 'message', 'stack', 'cause', 'code', 'found', 'length', 'expectedLength'],
      )
      expect(shown).toContain('PUBLIC_KEY_IS_PRIVATE')
      expect(shown).not.toContain(secret.toString('hex').slice(0, 16))
      expect(shown).not.toContain(pem.split('\n')[1]?.slice(0, 16))
    }
  })
})

describe('encodePublicKey', () => {
  test.each([
    ['a compressed point', secp256k1.getPublicKey(Fn.toBytes(1n), true), 'PUBLIC_KEY_COMPRESSED'],
    ['a point without its prefix', POINT.subarray(1), 'PUBLIC_KEY_NOT_A_POINT'],
    ['a point not on the curve', POINT.with(64, (POINT[64] ?? 0) ^ 1), 'PUBLIC_KEY_NOT_ON_CURVE'],
    ['nothing', new Uint8Array(0), 'PUBLIC_KEY_NOT_A_POINT'],
  ])('error: %s', (_title, point, expected) => {
    expect(() => encodePublicKey(point)).toThrow(code(expected))
  })
})
