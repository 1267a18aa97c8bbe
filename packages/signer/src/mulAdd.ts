// u1·G + u2·Q by libsecp256k1 as WebAssembly, as @bitauth/libauth builds it: several times faster than in JavaScript.
// Everything here is public; the tests compare it with @noble/curves.

import type { Secp256k1 } from '@bitauth/libauth'
import { secp256k1Base64Bytes } from '@bitauth/libauth/build/lib/bin/secp256k1/secp256k1.base64.js'
import { instantiateSecp256k1Bytes } from '@bitauth/libauth/build/lib/crypto/secp256k1.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { concatBytes } from '@noble/curves/utils.js'
import type { Point } from './point.ts'

/**
 * The affine coordinates of u1·G + u2·Q, u2 not zero; `undefined` where that is the point at infinity, and where x(Q) = n,
 * as of two of all public keys.
 */
export type MulAdd = (
  u1: bigint,
  Q: Point,
  u2: bigint,
) => { readonly x: bigint; readonly y: bigint } | undefined

const { Fn, Fp } = secp256k1.Point

/**
 * Gives the arithmetic. The WebAssembly is made ready at the first call (some 30 ms, in part on other threads), so it is
 * best called before something else is waited for.
 *
 * @returns u1·G + u2·Q. It rejects where WebAssembly cannot be used; the next call tries again.
 */
export const loadMulAdd = (): Promise<MulAdd> => {
  loaded ??= instantiateSecp256k1Bytes(Uint8Array.from(Buffer.from(secp256k1Base64Bytes, 'base64')).buffer)
    .then(createMulAdd)
    .catch((error: unknown) => {
      loaded = undefined
      throw error
    })
  return loaded
}

let loaded: Promise<MulAdd> | undefined

/**
 * libsecp256k1 offers the sum as public key recovery: from (r, s), e and which of the points X with x(X) = r mod n is
 * meant, it computes (s·X - e·G)/r. With X = Q, s = r·u2 and e = -r·u1 that is u1·G + u2·Q.
 */
const createMulAdd =
  (library: Pick<Secp256k1, 'recoverPublicKeyUncompressed'>): MulAdd =>
  (u1, Q, u2) => {
    const { x, y } = Q.toAffine()
    const r = Fn.create(x)
    const signature = concatBytes(Fn.toBytes(r), Fn.toBytes(Fn.mul(r, u2)))
    const e = Fn.toBytes(Fn.neg(Fn.mul(r, u1)))
    const sum = library.recoverPublicKeyUncompressed(signature, recoveryId(x, y), e)
    if (typeof sum === 'string') return undefined
    return { x: Fp.fromBytes(sum.subarray(1, 33)), y: Fp.fromBytes(sum.subarray(33)) }
  }

/** SEC 1 section 4.1.6: whether y is odd, and whether x is n or more. */
const recoveryId = (x: bigint, y: bigint): 0 | 1 | 2 | 3 => {
  const isOdd = (y & 1n) === 1n
  if (x < Fn.ORDER) return isOdd ? 1 : 0
  return isOdd ? 3 : 2
}
