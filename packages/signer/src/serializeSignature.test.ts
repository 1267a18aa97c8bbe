import { secp256k1 } from '@noble/curves/secp256k1.js'
import { Signature as EthersSignature, hashMessage } from 'ethers'
import fc from 'fast-check'
import { serializeSignature as viemSerializeSignature } from 'viem'
import { describe, expect, test } from 'vitest'
import { encodeHex, type Hex } from './hex.ts'
import { serializeCompactSignature, serializeSignature } from './serializeSignature.ts'
import { parseSignature, type Signature } from './signature.ts'

const { Fn } = secp256k1.Point

/** Any signature that Ethereum accepts: r from 1 to n - 1, s from 1 to n/2, both with a bias to short ones. */
const signature: fc.Arbitrary<Signature> = fc.record({
  r: fc.bigInt({ min: 1n, max: Fn.ORDER - 1n }).map(r => encodeHex(Fn.toBytes(r))),
  s: fc.bigInt({ min: 1n, max: Fn.ORDER / 2n }).map(s => encodeHex(Fn.toBytes(s))),
  yParity: fc.constantFrom(0, 1),
})

test('serializeSignature equals viem and ethers, always 65 bytes', () => {
  fc.assert(
    fc.property(signature, value => {
      const serialized = serializeSignature(value)
      expect(serialized).toBe(viemSerializeSignature(value))
      expect(serialized).toBe(EthersSignature.from(value).serialized)
      expect(serialized.length).toBe(2 + 2 * 65)
    }),
  )
})

test('serializeCompactSignature equals ethers, always 64 bytes', () => {
  fc.assert(
    fc.property(signature, value => {
      const compact = serializeCompactSignature(value)
      expect(compact).toBe(EthersSignature.from(value).compactSerialized)
      expect(compact.length).toBe(2 + 2 * 64)
    }),
  )
})

// https://eips.ethereum.org/EIPS/eip-2098#test-cases, made anew from the private key and the message given there.
test.each([
  [
    'Hello World',
    '0x68a020a209d3d56c46f38cc50a33f704f4a9a10a59377f8dd762ac66910e9b907e865ad05c4035ab5792787d4a0297a43617ae897930a6fe4d822b8faea52064',
  ],
  [
    "It's a small(er) world",
    '0x9328da16089fcba9bececa81663203989f2df5fe1faa6291a45381c81bd17f76939c6d6b623b42da56557e5e734a43dc83345ddfadec52cbe24d0cc64f550793',
  ],
])('ERC-2098 vector: %s', async (message, compact) => {
  const secretKey = Buffer.from('1234567890'.repeat(7).slice(0, 64), 'hex')
  const digest = Buffer.from(hashMessage(message).slice(2), 'hex')
  const der = secp256k1.sign(digest, secretKey, { prehash: false, format: 'der' })
  const publicKey = secp256k1.getPublicKey(secretKey, false)
  expect(serializeCompactSignature(await parseSignature({ der, digest, publicKey }))).toBe(compact)
})

describe('input', () => {
  const valid: Signature = { r: `0x${'AB'.repeat(32)}`, s: `0x${'0c'.repeat(32)}`, yParity: 1 }

  test('behavior: upper-case hex is written in lower case', () => {
    expect(serializeSignature(valid)).toBe(`0x${'ab'.repeat(32)}${'0c'.repeat(32)}1c`)
    expect(serializeCompactSignature(valid)).toBe(`0x${'ab'.repeat(32)}8c${'0c'.repeat(31)}`)
  })

  test.each([
    [
      'r of 31 bytes',
      { ...valid, r: `0x${'ab'.repeat(31)}` as Hex },
      'r and s must be 0x and 64 hex digits each',
    ],
    [
      's of 33 bytes',
      { ...valid, s: `0x${'ab'.repeat(33)}` as Hex },
      'r and s must be 0x and 64 hex digits each',
    ],
    [
      's that is not hex',
      { ...valid, s: `0x${'zz'.repeat(32)}` as Hex },
      'r and s must be 0x and 64 hex digits each',
    ],
    ['yParity 27', { ...valid, yParity: 27 as 1 }, 'yParity must be 0 or 1'],
  ])('error: %s', (_title, value, fault) => {
    const malformed = expect.objectContaining({
      code: 'SIGNATURE_MALFORMED',
      message: `The signature cannot be serialised: ${fault}.`,
    })
    expect(() => serializeSignature(value)).toThrow(malformed)
    expect(() => serializeCompactSignature(value)).toThrow(malformed)
  })

  test('error: an s that fills the top bit has no compact form', () => {
    expect(() => serializeCompactSignature({ ...valid, s: `0x80${'00'.repeat(31)}` })).toThrow(
      expect.objectContaining({
        code: 'SIGNATURE_MALFORMED',
        message: expect.stringContaining(
          's fills the top bit, where the compact form puts yParity. Normalise it',
        ),
      }),
    )
  })
})
