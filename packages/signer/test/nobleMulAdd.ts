// u1·G + u2·Q by @noble/curves: what libsecp256k1's is compared with.
import { secp256k1 } from '@noble/curves/secp256k1.js'
import type { MulAdd } from '../src/mulAdd.ts'

/** The reference implementation. */
export const nobleMulAdd: MulAdd = (u1, Q, u2) => {
  const sum = secp256k1.Point.BASE.mulAddUnsafe(u1, Q, u2)
  return sum.is0() ? undefined : sum.toAffine()
}
