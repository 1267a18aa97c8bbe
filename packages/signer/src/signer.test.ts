import { secp256k1 } from '@noble/curves/secp256k1.js'
import fc from 'fast-check'
import { recoverAddress } from 'viem/utils'
import { describe, expect, test } from 'vitest'
import type { Address } from './address.ts'
import { encodeHex, type Hex } from './hex.ts'
import { encodePublicKey } from './publicKey.ts'
import { serializeSignature } from './serializeSignature.ts'
import { createSigner, type SigningKey } from './signer.ts'

const { Fn } = secp256k1.Point
const n = Fn.ORDER

/** A key in memory that counts what it is asked, and signs with s in either half of the order. */
const memoryKey = (secret: bigint): SigningKey & { readonly calls: string[] } => {
  const secretKey = Fn.toBytes(secret)
  const calls: string[] = []
  return {
    id: 'memory',
    calls,
    getPublicKey: async () => {
      calls.push('getPublicKey')
      return encodePublicKey(secp256k1.getPublicKey(secretKey, false))
    },
    signDigest: async digest => {
      calls.push('signDigest')
      return secp256k1.sign(digest, secretKey, { prehash: false, lowS: false, format: 'der' })
    },
  }
}

// The first account of the well-known test mnemonic "test test test test test test test test test test test junk".
const SECRET = 0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80n
const ADDRESS = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const HASH: Hex = `0x${'5a'.repeat(32)}`

const code = (expected: string): unknown => expect.objectContaining({ code: expected })

describe('createSigner', () => {
  test('the public key is asked for once, and each signature is one call', async () => {
    const key = memoryKey(SECRET)
    const signer = await createSigner(key)
    expect(key.calls).toEqual(['getPublicKey'])
    for (let i = 0; i < 3; i++) await signer.signHash(HASH)
    expect(key.calls).toEqual(['getPublicKey', 'signDigest', 'signDigest', 'signDigest'])
  })

  test('behavior: address, public key and key id are those of the key', async () => {
    const signer = await createSigner(memoryKey(SECRET))
    expect(signer.address).toBe(ADDRESS)
    expect(signer.publicKey).toBe(encodeHex(secp256k1.getPublicKey(Fn.toBytes(SECRET), false)))
    expect(signer.keyId).toBe('memory')
  })

  test('any key and any hash: the signature recovers to the address', async () => {
    const secret = fc.bigInt({ min: 1n, max: n - 1n })
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(encodeHex)
    await fc.assert(
      fc.asyncProperty(secret, hash, async (d, value) => {
        const signer = await createSigner(memoryKey(d))
        const signature = serializeSignature(await signer.signHash(value))
        expect(await recoverAddress({ hash: value, signature })).toBe(signer.address)
      }),
      { numRuns: 40 },
    )
  })

  test.each([ADDRESS, ADDRESS.toLowerCase()] as Address[])('behavior: expectedAddress %s', async expected => {
    expect((await createSigner(memoryKey(SECRET), { expectedAddress: expected })).address).toBe(ADDRESS)
  })

  test('error: another address is expected', async () => {
    const expectedAddress = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
    await expect(createSigner(memoryKey(SECRET), { expectedAddress })).rejects.toMatchObject({
      code: 'ADDRESS_MISMATCH',
      address: ADDRESS,
      expectedAddress,
      keyId: 'memory',
      message: expect.stringContaining(ADDRESS),
    })
  })

  test.each(['', '0x1234', ADDRESS.replace('f39F', 'F39F'), ADDRESS.slice(2)])(
    'error: expectedAddress %j is not an address, and the key is not asked',
    async expectedAddress => {
      const key = memoryKey(SECRET)
      await expect(createSigner(key, { expectedAddress: expectedAddress as Address })).rejects.toMatchObject({
        name: 'SignerError',
        code: 'ADDRESS_INVALID',
        message: expect.stringContaining(`${expectedAddress} is not an address`),
      })
      expect(key.calls).toEqual([])
    },
  )

  test('error: the key is not a secp256k1 key', async () => {
    const key = { ...memoryKey(SECRET), getPublicKey: async () => new Uint8Array(0) }
    await expect(createSigner(key)).rejects.toMatchObject({ code: 'PUBLIC_KEY_EMPTY' })
  })
})

describe('signHash', () => {
  test.each([
    ['31 bytes', `0x${'00'.repeat(31)}`],
    ['33 bytes', `0x${'00'.repeat(33)}`],
    ['no prefix', '00'.repeat(32)],
    ['a digit that is not hex', `0x${'0g'.repeat(32)}`],
    ['a newline at the end', `${HASH}\n`],
    ['undefined', undefined],
  ])('error: a hash of %s is refused, and the key is not asked', async (_title, hash) => {
    const key = memoryKey(SECRET)
    const signer = await createSigner(key)
    await expect(signer.signHash(hash as Hex)).rejects.toMatchObject({
      code: 'HASH_INVALID',
      message: expect.stringContaining('64 hex digits'),
    })
    expect(key.calls).toEqual(['getPublicKey'])
  })

  test('behavior: a hash in upper case is the same hash', async () => {
    const signer = await createSigner(memoryKey(SECRET))
    const upper: Hex = `0x${HASH.slice(2).toUpperCase()}`
    expect(await signer.signHash(upper)).toEqual(await signer.signHash(HASH))
  })

  test('error: another key signed', async () => {
    const signer = await createSigner({
      ...memoryKey(SECRET),
      signDigest: memoryKey(SECRET + 1n).signDigest,
    })
    await expect(signer.signHash(HASH)).rejects.toThrow(code('SIGNATURE_MISMATCH'))
  })

  test('error: the key signed another digest, and wrote that into the bytes it was given', async () => {
    const { getPublicKey, signDigest } = memoryKey(SECRET)
    const signer = await createSigner({
      id: 'hostile',
      getPublicKey,
      signDigest: digest => signDigest(digest.fill(1)),
    })
    await expect(signer.signHash(HASH)).rejects.toThrow(code('SIGNATURE_MISMATCH'))
  })

  test('error: the key hashed the digest before it signed', async () => {
    const { getPublicKey } = memoryKey(SECRET)
    const signer = await createSigner({
      id: 'prehashing',
      getPublicKey,
      signDigest: async digest =>
        secp256k1.sign(digest, Fn.toBytes(SECRET), { prehash: true, format: 'der' }),
    })
    await expect(signer.signHash(HASH)).rejects.toThrow(code('SIGNATURE_MISMATCH'))
  })

  test('error: what the key throws is thrown on as it is', async () => {
    const failure = new Error('no answer')
    const signer = await createSigner({
      ...memoryKey(SECRET),
      signDigest: () => Promise.reject(failure),
    })
    await expect(signer.signHash(HASH)).rejects.toBe(failure)
  })
})
