import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { nobleMulAdd } from '../test/nobleMulAdd.ts'
import { parserOf } from '../test/parserOf.ts'
import { loadMulAdd } from './mulAdd.ts'
import { encodePublicKey } from './publicKey.ts'

const { Point, Signature: EcdsaSignature } = secp256k1
const { Fn, Fp } = Point
const n = Fn.ORDER
const mulAdd = await loadMulAdd()

const scalar = fc.oneof(
  fc.bigInt({ min: 1n, max: n - 1n }),
  fc.bigInt({ min: 1n, max: 40n }),
  fc.bigInt({ min: n - 40n, max: n - 1n }),
  fc.bigInt({ min: n / 2n - 2n, max: n / 2n + 3n }),
)

/** Points whose x is above n, as only every 2¹²⁸th is. */
const pointsBeyondOrder = Array.from({ length: 60 }, (_, index) => n + 1n + BigInt(index))
  .map(x => Uint8Array.of(2, ...Fp.toBytes(x)))
  .filter(bytes => secp256k1.utils.isValidPublicKey(bytes))
  .map(bytes => Point.fromBytes(bytes))

/** Any point, also small multiples of G, with which u1·G + u2·Q doubles or vanishes. */
const point = fc.oneof(
  scalar.map(k => Point.BASE.multiply(k)),
  fc.constantFrom(...pointsBeyondOrder, ...pointsBeyondOrder.map(beyond => beyond.negate())),
)

test('u1·G + u2·Q is what noble computes, for any scalars and any point', () => {
  fc.assert(
    fc.property(fc.oneof(scalar, fc.constant(0n)), point, scalar, (u1, Q, u2) => {
      expect(mulAdd(u1, Q, u2)).toEqual(nobleMulAdd(u1, Q, u2))
    }),
    { numRuns: 3000 },
  )
})

test('where the sum vanishes there is none', () => {
  fc.assert(
    fc.property(scalar, scalar, (k, u2) => {
      expect(mulAdd(Fn.neg(Fn.mul(k, u2)), Point.BASE.multiply(k), u2)).toBeUndefined()
    }),
  )
})

test('behavior: with the two points of x = n nothing is computed, so that nothing verifies', () => {
  const Q = Point.fromBytes(Uint8Array.of(2, ...Fp.toBytes(n)))
  expect(mulAdd(1n, Q, 1n)).toBeUndefined()
  expect(mulAdd(1n, Q.negate(), 1n)).toBeUndefined()
})

test('points beyond the order are among those compared', () => {
  expect(pointsBeyondOrder.length).toBeGreaterThan(10)
})

/** What comes of a signature: the signature, or the code with which it is refused. */
const outcome = (parse: ReturnType<typeof parserOf>, signed: Parameters<typeof parse>[0]): unknown => {
  try {
    return parse(signed)
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
}

/** Any signature that R, s and a digest make, with the key for which it is valid. R may be beyond the order. */
const signing = fc
  .record({ R: point, s: scalar, e: scalar, corrupt: fc.constantFrom('no', 'r', 's', 'e', 'Q') })
  .filter(({ R, s, e }) => !Point.BASE.multiply(e).equals(R.multiply(s)))
  .map(({ R, s, e, corrupt }) => {
    const r = Fn.create(R.x)
    const rInverse = Fn.inv(r)
    const Q = Point.BASE.mulAddUnsafe(Fn.mul(Fn.neg(e), rInverse), R, Fn.mul(s, rInverse))
    const next = (value: bigint): bigint => (value === n - 1n ? 1n : value + 1n)
    const other = corrupt === 'Q' ? Q.negate() : Q
    return {
      der: new EcdsaSignature(corrupt === 'r' ? next(r) : r, corrupt === 's' ? next(s) : s).toBytes('der'),
      digest: Fn.toBytes(corrupt === 'e' ? next(e) : e),
      publicKey: other.toBytes(false),
    }
  })

test('both give the same signature or the same code, for any valid or corrupted signature', () => {
  const counts = new Map<unknown, number>()
  const library = parserOf(mulAdd)
  const noble = parserOf(nobleMulAdd)
  fc.assert(
    fc.property(signing, signed => {
      const result = outcome(library, signed)
      expect(result).toEqual(outcome(noble, signed))
      const kind = typeof result === 'string' ? result : 'signature'
      counts.set(kind, (counts.get(kind) ?? 0) + 1)
    }),
    { numRuns: 600 },
  )
  for (const kind of ['signature', 'SIGNATURE_MISMATCH', 'SIGNATURE_UNRECOVERABLE'])
    expect(counts.get(kind)).toBeGreaterThan(10)
})

test('both give the same code for any bytes in place of DER', () => {
  const library = parserOf(mulAdd)
  const noble = parserOf(nobleMulAdd)
  const publicKey = Point.BASE.toBytes(false)
  const digest = sha256(Uint8Array.of(1))
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), der => {
      expect(outcome(library, { der, digest, publicKey })).toEqual(outcome(noble, { der, digest, publicKey }))
    }),
  )
})

test('behavior: it is loaded once', async () => {
  expect(await loadMulAdd()).toBe(await loadMulAdd())
})

// Node's types do not know it.
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: { instantiate: (...input: readonly unknown[]) => Promise<unknown> }
}

test('behavior: what was made ready before is not made again for a signer', async () => {
  vi.resetModules()
  const fresh = await import('./signer.ts')
  const instantiate = vi.spyOn(WebAssembly, 'instantiate')
  await fresh.prepareVerification()
  expect(instantiate).toHaveBeenCalledTimes(1)
  const getPublicKey = async () => encodePublicKey(Point.BASE.toBytes(false))
  await fresh.createSigner({ id: 'k', getPublicKey, signDigest: () => Promise.reject(new Error('unused')) })
  expect(instantiate).toHaveBeenCalledTimes(1)
  instantiate.mockRestore()
})

test('error: where WebAssembly cannot be used it says so, and the next call tries again', async () => {
  vi.resetModules()
  const fresh = await import('./mulAdd.ts')
  const { prepareVerification } = await import('./signer.ts')
  const failure = new Error('no WebAssembly')
  const instantiate = vi.spyOn(WebAssembly, 'instantiate').mockRejectedValueOnce(failure)
  await expect(prepareVerification()).rejects.toBe(failure)
  const reloaded = await fresh.loadMulAdd()
  expect(reloaded(2n, Point.BASE, 3n)).toEqual(Point.BASE.multiply(5n).toAffine())
  instantiate.mockRestore()
})
