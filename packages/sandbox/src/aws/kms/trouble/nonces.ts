// Signatures of secp256k1 with a nonce of one's own choosing, by which r and s come out as short as is wanted.
// Whoever knows the nonce of a signature knows the key: keys of a sandbox only.
import { secp256k1 } from '@noble/curves/secp256k1.js'

const { BASE, Fn } = secp256k1.Point

/** The number of leading zero bytes of r that can be had, and the nonce for each: r is the nonce's alone. */
const shortRNonces: ReadonlyMap<number, bigint> = new Map([
  [1, 153n],
  [2, 44629n],
  // One half: its point has an x of 166 bits, which nobody has explained.
  [11, Fn.inv(2n)],
])

/** How short r can be made: leading zero bytes of 32. */
export const shortRBytes: readonly number[] = [...shortRNonces.keys()]

/** The nonce with which only crafted digests are signed. */
const craftedNonce = 0x636f66666572n

/** Two bytes take 65 536 tries on average, which is some seconds; this many fail once in ten thousand times. */
const maxTries = 600_000

/** What is signed with which key: 32 bytes each. */
export type Signing = { readonly secretKey: Uint8Array; readonly digest: Uint8Array }

/**
 * Signs with a given nonce. SEC 1 version 2.0, section 4.1.3.
 *
 * @param signing Key and digest.
 * @param nonce 1 up to the order.
 * @returns r and s; s in either half of the order.
 */
export const signWithNonce = (
  { secretKey, digest }: Signing,
  nonce: bigint,
): { readonly r: bigint; readonly s: bigint } => {
  const r = Fn.create(BASE.multiply(nonce).toAffine().x)
  return { r, s: solve(toScalar(digest), toScalar(secretKey), r, nonce) }
}

/**
 * Signs so that r begins with zero bytes.
 *
 * @param signing Key and digest.
 * @param bytes How many: one of `shortRBytes`. Any other number would take a search that does not end in time.
 * @returns r and s; undefined for another number of bytes.
 */
export const signWithShortR = (
  signing: Signing,
  bytes: number,
): ReturnType<typeof signWithNonce> | undefined => {
  const nonce = shortRNonces.get(bytes)
  return nonce === undefined ? undefined : signWithNonce(signing, nonce)
}

/**
 * Signs so that s begins with zero bytes.
 *
 * @param signing Key and digest. For more than two bytes, a digest made by `digestForShortS` for that number.
 * @param bytes How many: 1 to 31.
 * @returns r and s; undefined where there is no such signature that can be found.
 */
export const signWithShortS = (
  signing: Signing,
  bytes: number,
): ReturnType<typeof signWithNonce> | undefined => {
  const crafted = signWithNonce(signing, craftedNonce)
  if (leadingZeroBytes(crafted.s) === bytes) return crafted
  return bytes <= 2 ? searchShortS(signing, bytes) : undefined
}

/**
 * Makes the digest of which `signWithShortS` has a signature: s is chosen first, and the digest follows from it.
 *
 * @param secretKey 32 bytes.
 * @param bytes How many zero bytes s begins with: 1 to 31.
 * @param random Source of the rest of s.
 * @returns 32 bytes that look like any other digest.
 */
export const digestForShortS = (
  secretKey: Uint8Array,
  bytes: number,
  random: (length: number) => Uint8Array,
): Uint8Array => {
  const tail = Buffer.from(random(32 - bytes))
  if (tail[0] === 0) tail[0] = 1
  const r = Fn.create(BASE.multiply(craftedNonce).toAffine().x)
  const z = Fn.sub(Fn.mul(toScalar(tail), craftedNonce), Fn.mul(r, toScalar(secretKey)))
  return Fn.toBytes(z)
}

/** How many of the 32 bytes of a scalar are zero before the first that is not. */
export const leadingZeroBytes = (value: bigint): number =>
  32 - Math.ceil((value === 0n ? 0 : value.toString(16).length) / 2)

/** Goes up from a nonce one by one, which is an addition of points each instead of a multiplication. */
const searchShortS = (signing: Signing, bytes: number): ReturnType<typeof signWithNonce> | undefined => {
  const [z, d] = [toScalar(signing.digest), toScalar(signing.secretKey)]
  let nonce = craftedNonce
  let point = BASE.multiply(nonce)
  for (let tries = 0; tries < maxTries; tries++) {
    nonce += 1n
    point = point.add(BASE)
    const r = Fn.create(point.toAffine().x)
    const s = solve(z, d, r, nonce)
    if (leadingZeroBytes(s) === bytes) return { r, s }
  }
  return undefined
}

const solve = (z: bigint, d: bigint, r: bigint, nonce: bigint): bigint =>
  Fn.mul(Fn.inv(nonce), Fn.add(z, Fn.mul(r, d)))

const toScalar = (bytes: Uint8Array): bigint => Fn.create(BigInt(`0x${Buffer.from(bytes).toString('hex')}`))
