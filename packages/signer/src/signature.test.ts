import { generateKeyPairSync, sign as opensslSign } from 'node:crypto'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToNumberBE } from '@noble/curves/utils.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { hexToBytes } from '@noble/hashes/utils.js'
import { SigningKey as EthersSigningKey } from 'ethers'
import fc from 'fast-check'
import { recoverPublicKey } from 'viem/utils'
import { describe, expect, test } from 'vitest'
import { nobleMulAdd } from '../test/nobleMulAdd.ts'
import { parserOf } from '../test/parserOf.ts'
import { encodeHex } from './hex.ts'
import { loadMulAdd } from './mulAdd.ts'
import { parsePublicKey } from './publicKey.ts'
import { serializeSignature } from './serializeSignature.ts'
import { parseSignature, type Signature } from './signature.ts'

const { Point, Signature: EcdsaSignature } = secp256k1
const { Fn, Fp } = Point
const n = Fn.ORDER

const code = (expected: string): unknown => expect.objectContaining({ code: expected })
/** The error in full, with some of its words. */
const error = (expected: string, words: string, cause?: unknown): unknown =>
  expect.objectContaining({
    name: 'SignatureError',
    code: expected,
    message: expect.stringContaining(words),
    ...(cause === undefined ? {} : { cause }),
  })

/** Any scalar from 1 to n - 1: also those next to 1, to n/2 and to n. */
const scalar = fc.oneof(
  fc.bigInt({ min: 1n, max: n - 1n }),
  fc.bigInt({ min: 1n, max: 300n }),
  fc.bigInt({ min: n - 300n, max: n - 1n }),
  fc.bigInt({ min: n / 2n - 2n, max: n / 2n + 3n }),
)

/** Any 32 bytes: also zero, and numbers of n or more. */
const digest = fc.oneof(
  fc.uint8Array({ minLength: 32, maxLength: 32 }),
  fc.constantFrom(new Uint8Array(32), new Uint8Array(32).fill(0xff), Fn.toBytes(1n)),
)

/** A public key for which (r, s) is a valid signature over the digest, whatever r = x(R) mod n and s are. */
const keyFor = (R: InstanceType<typeof Point>, s: bigint, signed: Uint8Array): Uint8Array => {
  // Q = (s·R - e·G)/r
  const rInverse = Fn.inv(Fn.create(R.x))
  const e = Fn.create(bytesToNumberBE(signed))
  return Point.BASE.mulAddUnsafe(Fn.mul(Fn.neg(e), rInverse), R, Fn.mul(s, rInverse)).toBytes(false)
}

/** Any valid signature: R = k·G, s and a digest, but for those whose public key would be the point at infinity. */
const signing = fc
  .record({ k: scalar, s: scalar, signed: digest })
  .filter(({ k, s, signed }) => Fn.mul(k, s) !== Fn.create(bytesToNumberBE(signed)))

const derOf = (r: bigint, s: bigint): Uint8Array => new EcdsaSignature(r, s).toBytes('der')

const expectAccepted = (signature: Signature, signed: Uint8Array, publicKey: Uint8Array): void => {
  const serialized = serializeSignature(signature)
  const compact = hexToBytes(serialized.slice(2, -2))
  expect(secp256k1.verify(compact, signed, publicKey, { prehash: false, lowS: true })).toBe(true)
  expect(EthersSigningKey.recoverPublicKey(encodeHex(signed), serialized)).toBe(encodeHex(publicKey))
}

/** What is shipped, and what it is compared with. */
const parsers = [
  ['libsecp256k1', parserOf(await loadMulAdd())],
  ['noble', parserOf(nobleMulAdd)],
] as const

describe.each(parsers)('properties, by %s', (_name, parseSignature) => {
  test('r, low-s and the parity of R come back for any R, any s and any digest', () => {
    fc.assert(
      fc.property(signing, ({ k, s, signed }) => {
        const R = Point.BASE.multiply(k)
        const publicKey = keyFor(R, s, signed)
        const high = s > n / 2n
        expect(parseSignature({ der: derOf(Fn.create(R.x), s), digest: signed, publicKey })).toEqual({
          r: encodeHex(Fn.toBytes(Fn.create(R.x))),
          s: encodeHex(Fn.toBytes(high ? n - s : s)),
          yParity: Number(high ? Fp.neg(R.y) & 1n : R.y & 1n),
        })
      }),
    )
  })

  test('any key over any digest: verified by noble, recovered by viem and by ethers, the same for s and n - s', async () => {
    await fc.assert(
      fc.asyncProperty(scalar, digest, async (d, signed) => {
        const secretKey = Fn.toBytes(d)
        const publicKey = secp256k1.getPublicKey(secretKey, false)
        const { r, s } = EcdsaSignature.fromBytes(secp256k1.sign(signed, secretKey, { prehash: false }))
        const signature = parseSignature({ der: derOf(r, s), digest: signed, publicKey })
        expect(parseSignature({ der: derOf(r, n - s), digest: signed, publicKey })).toEqual(signature)
        expectAccepted(signature, signed, publicKey)
        expect(await recoverPublicKey({ hash: signed, signature: serializeSignature(signature) })).toBe(
          encodeHex(publicKey),
        )
      }),
      { numRuns: 60 },
    )
  })

  test('an OpenSSL key and signature are read as they are', () => {
    const keys = Array.from({ length: 5 }, () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' }))
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.uint8Array(), (key, message) => {
        const publicKey = parsePublicKey(key.publicKey.export({ type: 'spki', format: 'der' }))
        const der = opensslSign('sha256', message, key.privateKey)
        const signed = sha256(message)
        expectAccepted(parseSignature({ der, digest: signed, publicKey }), signed, publicKey)
      }),
    )
  })

  test('any one-byte change of a DER signature never yields a different accepted signature', () => {
    const change = fc.record({ at: fc.nat(), xor: fc.integer({ min: 1, max: 255 }) })
    const last = derOf(Point.BASE.multiply(9n).x, n / 2n).length - 1
    fc.assert(
      fc.property(signing, change, ({ k, s, signed }, { at, xor }) => {
        const R = Point.BASE.multiply(k)
        const publicKey = keyFor(R, s, signed)
        const der = derOf(Fn.create(R.x), s)
        const changed = der.with(at % der.length, (der[at % der.length] ?? 0) ^ xor)
        const parse = (): Signature => parseSignature({ der: changed, digest: signed, publicKey })
        // The one change that is no change: (n - 1)/2 and (n + 1)/2 differ in one byte and are each other's n - s.
        if (encodeHex(changed) === encodeHex(derOf(Fn.create(R.x), n - s)))
          expect(parse()).toEqual(parseSignature({ der, digest: signed, publicKey }))
        else
          expect(parse).toThrow(
            expect.objectContaining({ code: expect.stringMatching(/^SIGNATURE_(MALFORMED|MISMATCH)$/) }),
          )
      }),
      {
        numRuns: 300,
        examples: [
          [
            { k: 9n, s: (n - 1n) / 2n, signed: new Uint8Array(32) },
            { at: last, xor: 1 },
          ],
        ],
      },
    )
  })

  test('every change of a tag or a length of a DER signature is malformed', () => {
    const signed = new Uint8Array(32).fill(7)
    const secretKey = Fn.toBytes(7n)
    const publicKey = secp256k1.getPublicKey(secretKey, false)
    const der = secp256k1.sign(signed, secretKey, { prehash: false, format: 'der' })
    const sTag = 4 + (der[3] ?? 0)
    for (const at of [0, 1, 2, 3, sTag, sTag + 1])
      for (let value = 0; value < 256; value++) {
        if (value === der[at]) continue
        expect(() => parseSignature({ der: der.with(at, value), digest: signed, publicKey })).toThrow(
          code('SIGNATURE_MALFORMED'),
        )
      }
  })

  test('every truncation and every added byte is malformed', () => {
    const signed = new Uint8Array(32).fill(7)
    const secretKey = Fn.toBytes(7n)
    const publicKey = secp256k1.getPublicKey(secretKey, false)
    const der = secp256k1.sign(signed, secretKey, { prehash: false, format: 'der' })
    const faulty = [...Array(der.length).keys()].map(length => der.subarray(0, length))
    for (const changed of [...faulty, Uint8Array.of(...der, 0), Uint8Array.of(0, ...der)])
      expect(() => parseSignature({ der: changed, digest: signed, publicKey })).toThrow(
        code('SIGNATURE_MALFORMED'),
      )
  })

  test('a signature by another key or over another digest is a mismatch', () => {
    fc.assert(
      fc.property(scalar, scalar, digest, digest, (d, other, signed, otherDigest) => {
        // Over the digest zero, the keys d and n - d make the same signatures.
        fc.pre(d !== other && d !== n - other && encodeHex(signed) !== encodeHex(otherDigest))
        // e and e + n are the same number to ECDSA.
        fc.pre(Fn.create(bytesToNumberBE(signed)) !== Fn.create(bytesToNumberBE(otherDigest)))
        const der = secp256k1.sign(signed, Fn.toBytes(d), { prehash: false, format: 'der' })
        const publicKey = secp256k1.getPublicKey(Fn.toBytes(d), false)
        const otherKey = secp256k1.getPublicKey(Fn.toBytes(other), false)
        const mismatch = code('SIGNATURE_MISMATCH')
        expect(() => parseSignature({ der, digest: signed, publicKey: otherKey })).toThrow(mismatch)
        expect(() => parseSignature({ der, digest: otherDigest, publicKey })).toThrow(mismatch)
      }),
      { numRuns: 40 },
    )
  })
})

describe.each(parsers)('edges, by %s', (_name, parseSignature) => {
  const signed = sha256(Uint8Array.of(1))

  test('behavior: an r of 21 bytes and an s of one byte are 32 bytes each afterwards', () => {
    // x(G/2) is the shortest known x of the curve.
    const R = Point.BASE.multiply(Fn.inv(2n))
    const signature = parseSignature({
      der: derOf(R.x, 1n),
      digest: signed,
      publicKey: keyFor(R, 1n, signed),
    })
    expect(signature.r).toBe('0x00000000000000000000003b78ce563f89a0ed9414f5aa28ad0d96d6795f9c63')
    expect(signature.s).toBe(`0x${'00'.repeat(31)}01`)
    expectAccepted(signature, signed, keyFor(R, 1n, signed))
  })

  test('error: valid ECDSA whose x(R) is n or more cannot be expressed in Ethereum', () => {
    // The first x above n that is on the curve: r = x - n is small, and ecrecover would lift the wrong point.
    const R = firstPointFrom(n + 1n)
    const s = 12345n
    const publicKey = keyFor(R, s, signed)
    const der = derOf(R.x - n, s)
    expect(secp256k1.verify(der, signed, publicKey, { prehash: false, format: 'der' })).toBe(true)
    expect(() => parseSignature({ der, digest: signed, publicKey })).toThrow(
      error('SIGNATURE_UNRECOVERABLE', 'Sign again'),
    )
  })

  test('error: R at infinity', () => {
    // u1·G + u2·Q = 0 where e = -r·d.
    const [r, d] = [11n, 13n]
    const publicKey = secp256k1.getPublicKey(Fn.toBytes(d), false)
    const vanishing = Fn.toBytes(Fn.neg(Fn.mul(r, d)))
    expect(() => parseSignature({ der: derOf(r, 5n), digest: vanishing, publicKey })).toThrow(
      error('SIGNATURE_MISMATCH', 'not made by the expected key'),
    )
  })

  test.each([
    ['r = 0', '3006020100020101'],
    ['s = 0', '3006020101020100'],
    ['r = n', `3026022100${n.toString(16)}020101`],
    ['s = n', `302602010102 2100${n.toString(16)}`.replace(' ', '')],
    ['r negative', '30060201ff020101'],
    ['r with a needless zero', '300702020001020101'],
    ['indefinite length', '30800201010201010000'],
    ['length in long form', '308106020101020101'],
    ['three integers', '3009020101020101020101'],
    ['a compact signature of 64 bytes', '11'.repeat(64)],
  ])('error: %s', (_title, hex) => {
    const publicKey = secp256k1.getPublicKey(Fn.toBytes(7n), false)
    expect(() => parseSignature({ der: hexToBytes(hex), digest: signed, publicKey })).toThrow(
      error('SIGNATURE_MALFORMED', 'not a DER SEQUENCE', expect.any(Error)),
    )
  })

  test.each([0, 31, 33, 64])('error: a digest of %i bytes', length => {
    const publicKey = secp256k1.getPublicKey(Fn.toBytes(7n), false)
    const der = derOf(1n, 1n)
    expect(() => parseSignature({ der, digest: new Uint8Array(length), publicKey })).toThrow(
      error('DIGEST_INVALID', `has ${length} bytes`),
    )
  })

  test('error: a compressed public key', () => {
    const publicKey = secp256k1.getPublicKey(Fn.toBytes(7n), true)
    expect(() => parseSignature({ der: derOf(1n, 1n), digest: signed, publicKey })).toThrow(
      code('PUBLIC_KEY_COMPRESSED'),
    )
  })
})

const firstPointFrom = (x: bigint): InstanceType<typeof Point> => {
  try {
    return Point.fromBytes(Uint8Array.of(2, ...Fp.toBytes(x)))
  } catch {
    return firstPointFrom(x + 1n)
  }
}

test('behavior: parseSignature is the parser that is shipped', async () => {
  const signed = new Uint8Array(32).fill(7)
  const publicKey = secp256k1.getPublicKey(Fn.toBytes(7n), false)
  const der = secp256k1.sign(signed, Fn.toBytes(7n), { prehash: false, format: 'der' })
  expectAccepted(await parseSignature({ der, digest: signed, publicKey }), signed, publicKey)
  const changed = { der, digest: new Uint8Array(32), publicKey }
  await expect(parseSignature(changed)).rejects.toThrow(code('SIGNATURE_MISMATCH'))
})
