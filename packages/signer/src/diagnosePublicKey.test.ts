// What the error says of DER that is no secp256k1 public key. That it is refused at all, publicKey.test.ts tests.
import { createPrivateKey, createPublicKey, ECDH, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createCertificate } from '../test/certificate.ts'
import { diagnosePublicKey } from './diagnosePublicKey.ts'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
const DER = Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' }))
const hex = (...parts: readonly (string | Uint8Array)[]): Uint8Array =>
  Uint8Array.from(
    Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part, 'hex') : part))),
  )
const spki = (key: KeyObject): Uint8Array => Uint8Array.from(key.export({ type: 'spki', format: 'der' }))

describe('the length', () => {
  test.each([
    ['30', undefined, 'cut off: 1 bytes of an unknown number'],
    ['3003', 5, 'cut off: 2 bytes of 5'],
    ['307f00', 129, 'cut off: 3 bytes of 129'],
    ['3081', undefined, 'cut off: 2 bytes of an unknown number'],
    ['308181', 132, 'cut off: 3 bytes of 132'],
    ['308201', undefined, 'cut off: 3 bytes of an unknown number'],
    ['30820102', 262, 'cut off: 4 bytes of 262'],
    ['30830102', undefined, 'cut off: 4 bytes of an unknown number'],
    ['3083010203', 66_056, 'cut off: 5 bytes of 66056'],
  ])('error: of %s: %j bytes', (bytes, expectedLength, message) => {
    expect(diagnosePublicKey(hex(bytes))).toMatchObject({
      code: 'PUBLIC_KEY_TRUNCATED',
      length: bytes.length / 2,
      expectedLength,
      message: expect.stringContaining(message),
    })
  })

  test.each([
    ['300000', 2, 'is 2 bytes long, but 3 were given. Remove what follows it.'],
    ['30810000', 3, 'is 3 bytes long, but 4 were given. Remove what follows it.'],
    ['30820001aabb', 5, 'is 5 bytes long, but 6 were given. Remove what follows it.'],
  ])('error: %s goes on after %i bytes', (bytes, expectedLength, message) => {
    expect(diagnosePublicKey(hex(bytes))).toMatchObject({
      code: 'PUBLIC_KEY_TRAILING_BYTES',
      length: bytes.length / 2,
      expectedLength,
      message: expect.stringContaining(message),
    })
  })

  test.each(['3000', '3080', '308000', '30800000', '308100'])(
    'behavior: of %s nothing is wrong with it',
    bytes => {
      expect(diagnosePublicKey(hex(bytes))).toMatchObject({
        code: 'PUBLIC_KEY_MALFORMED',
        length: bytes.length / 2,
        message: expect.stringContaining(
          'not a well-formed DER SubjectPublicKeyInfo. Copy it from KMS again.',
        ),
      })
    },
  )
})

describe('secp256k1 in another form', () => {
  const convert = 'Convert it: openssl ec -pubin -in key.pem -pubout -conv_form uncompressed'
  const point = Uint8Array.from(
    ECDH.convertKey(DER.subarray(-65), 'secp256k1', undefined, undefined, 'compressed') as Buffer,
  )

  test('error: compressed', () => {
    expect(diagnosePublicKey(hex('3036301006072a8648ce3d020106052b8104000a032200', point))).toMatchObject({
      code: 'PUBLIC_KEY_COMPRESSED',
      length: 56,
      message: `This secp256k1 public key is compressed. ${convert} -param_enc named_curve`,
    })
  })

  test('error: not canonical', () => {
    expect(diagnosePublicKey(hex('308156', DER.subarray(2)))).toMatchObject({
      code: 'PUBLIC_KEY_NOT_CANONICAL',
      length: 89,
      message: expect.stringContaining(
        `the form that KMS answers: named curve, uncompressed point, DER. ${convert}`,
      ),
    })
  })
})

describe('other public keys', () => {
  test.each([
    ['P-256', 'P-256'],
    ['P-384', 'secp384r1'],
  ])('error: on the curve %s', (namedCurve, found) => {
    const { publicKey: other } = generateKeyPairSync('ec', { namedCurve })
    expect(diagnosePublicKey(spki(other))).toMatchObject({
      code: 'PUBLIC_KEY_WRONG_CURVE',
      found,
      message: `This is a public key on the curve ${found}. Ethereum needs a KMS key whose key spec is ECC_SECG_P256K1.`,
    })
  })

  test.each([
    ['ed25519', 'PUBLIC_KEY_ED25519'],
    ['x25519', 'PUBLIC_KEY_WRONG_ALGORITHM'],
  ] as const)('error: of %s', (algorithm, code) => {
    const { publicKey: other } = generateKeyPairSync(algorithm as 'ed25519')
    expect(diagnosePublicKey(spki(other))).toMatchObject({
      code,
      found: algorithm,
      message: `This is a public key of ${algorithm}. Ethereum needs a KMS key whose key spec is ECC_SECG_P256K1.`,
    })
  })

  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
  const pss = generateKeyPairSync('rsa-pss', { modulusLength: 1024 }).publicKey
  test.each([
    ['rsa', spki(rsa)],
    ['rsa-pss', spki(pss)],
    ['pkcs1, DER', Uint8Array.from(rsa.export({ type: 'pkcs1', format: 'der' }))],
  ])('error: RSA, as %s', (found, der) => {
    expect(diagnosePublicKey(der)).toMatchObject({ code: 'PUBLIC_KEY_RSA', found })
  })
})

describe('private keys', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
  const encrypted = { type: 'pkcs8', format: 'der', cipher: 'aes-256-cbc', passphrase: 'passphrase' } as const

  test.each([
    ['pkcs8, DER', privateKey.export({ type: 'pkcs8', format: 'der' })],
    ['pkcs8, DER', privateKey.export(encrypted)],
    // OpenSSL reads it as PKCS #8 as well.
    [expect.stringMatching(/^(?:pkcs8|sec1), DER$/), privateKey.export({ type: 'sec1', format: 'der' })],
    [expect.stringMatching(/^(?:pkcs8|pkcs1|sec1), DER$/), rsa.export({ type: 'pkcs1', format: 'der' })],
  ])('error: %s', (found, der) => {
    expect(diagnosePublicKey(Uint8Array.from(der))).toMatchObject({ code: 'PUBLIC_KEY_IS_PRIVATE', found })
  })

  test('behavior: what is nearly one is not called one', () => {
    const der = Uint8Array.from(privateKey.export({ type: 'pkcs8', format: 'der' }))
    expect(() =>
      createPrivateKey({ key: Buffer.from(der.fill(0, 8)), format: 'der', type: 'pkcs8' }),
    ).toThrow()
    expect(() => createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' })).toThrow()
    expect(diagnosePublicKey(der)).toMatchObject({ code: 'PUBLIC_KEY_MALFORMED' })
  })
})

test('error: a certificate', () => {
  const base64 = createCertificate().cert.replaceAll(/-----[A-Z ]+-----/g, '')
  expect(diagnosePublicKey(Uint8Array.from(Buffer.from(base64, 'base64')))).toMatchObject({
    code: 'PUBLIC_KEY_IS_CERTIFICATE',
    found: 'X.509, DER',
  })
})
