import { randomBytes } from 'node:crypto'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { computeAddress, hexlify, recoverAddress, Signature } from 'ethers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { digestForShortS, leadingZeroBytes, shortRBytes, signWithShortR, signWithShortS } from './nonces.ts'

const order = secp256k1.Point.CURVE().n
const secretKey = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter(secp256k1.utils.isValidSecretKey)
const digest = fc.uint8Array({ minLength: 32, maxLength: 32 })

/** Whether ethers recovers the key from it, with one of the two parities. */
const isBy = (key: Uint8Array, hash: Uint8Array, { r, s }: { r: bigint; s: bigint }): boolean => {
  const hex = (value: bigint): string => `0x${value.toString(16).padStart(64, '0')}`
  const low = s > order / 2n ? order - s : s
  return [27, 28].some(v => {
    try {
      const signature = Signature.from({ r: hex(r), s: hex(low), v })
      return recoverAddress(hash, signature) === computeAddress(hexlify(key))
    } catch {
      return false
    }
  })
}

describe('signWithShortR', () => {
  test.each(shortRBytes)('r begins with %i zero bytes, and the signature holds', bytes => {
    fc.assert(
      fc.property(secretKey, digest, (key, hash) => {
        const found = signWithShortR({ secretKey: key, digest: hash }, bytes)
        expect(found && leadingZeroBytes(found.r)).toBe(bytes)
        expect(found && isBy(key, hash, found)).toBe(true)
      }),
      { numRuns: 5 },
    )
  })

  test('default: other lengths cannot be had', () => {
    const signing = { secretKey: new Uint8Array(32).fill(1), digest: new Uint8Array(32).fill(2) }
    expect(signWithShortR(signing, 3)).toBeUndefined()
  })
})

describe('signWithShortS', () => {
  test('any digest has a signature whose s begins with a zero byte', () => {
    fc.assert(
      fc.property(secretKey, digest, (key, hash) => {
        const found = signWithShortS({ secretKey: key, digest: hash }, 1)
        expect(found && leadingZeroBytes(found.s)).toBe(1)
        expect(found && isBy(key, hash, found)).toBe(true)
      }),
      { numRuns: 5 },
    )
  })

  test('a digest made for it has one of any length', () => {
    fc.assert(
      fc.property(secretKey, fc.integer({ min: 1, max: 31 }), (key, bytes) => {
        const hash = digestForShortS(key, bytes, length => new Uint8Array(randomBytes(length)))
        const found = signWithShortS({ secretKey: key, digest: hash }, bytes)
        expect(hash).toHaveLength(32)
        expect(found && leadingZeroBytes(found.s)).toBe(bytes)
        expect(found && isBy(key, hash, found)).toBe(true)
      }),
      { numRuns: 31 },
    )
  })

  test('behavior: a digest made for it has the length that was asked for even if the random bytes are zero', () => {
    const key = new Uint8Array(32).fill(3)
    const hash = digestForShortS(key, 20, length => new Uint8Array(length))
    const found = signWithShortS({ secretKey: key, digest: hash }, 20)
    expect(found && leadingZeroBytes(found.s)).toBe(20)
  })

  test('default: of another digest there is none that is much shorter', () => {
    const signing = { secretKey: new Uint8Array(32).fill(1), digest: new Uint8Array(32).fill(2) }
    expect(signWithShortS(signing, 3)).toBeUndefined()
  })
})
