// The one door through which a public key becomes a curve point: SEC 1 v2 section 2.3.4, uncompressed form only.
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { PublicKeyError } from './publicKeyError.ts'

export type Point = InstanceType<typeof secp256k1.Point>

/** Bytes of an uncompressed point: 0x04, then x and y of 32 bytes each. */
export const POINT_LENGTH = 65

/**
 * Decodes an uncompressed secp256k1 point, and proves that it lies on the curve.
 *
 * @throws {PUBLIC_KEY_COMPRESSED} 33 bytes beginning with 02 or 03.
 * @throws {PUBLIC_KEY_NOT_A_POINT} not 65 bytes beginning with 04.
 * @throws {PUBLIC_KEY_NOT_ON_CURVE} x and y do not satisfy y² = x³ + 7.
 */
export const decodePoint = (point: Uint8Array): Point => {
  if (point.length === 33 && (point[0] === 0x02 || point[0] === 0x03))
    throw new PublicKeyError(
      'PUBLIC_KEY_COMPRESSED',
      'The public key is a compressed point (33 bytes). Give the uncompressed one: 65 bytes beginning with 04.',
    )
  if (point.length !== POINT_LENGTH || point[0] !== 0x04)
    throw new PublicKeyError(
      'PUBLIC_KEY_NOT_A_POINT',
      `The public key has ${point.length} bytes that are not an uncompressed point: 65 bytes beginning with 04.`,
      { length: point.length },
    )
  try {
    return secp256k1.Point.fromBytes(point)
  } catch {
    throw new PublicKeyError(
      'PUBLIC_KEY_NOT_ON_CURVE',
      'The public key is not a point of the secp256k1 curve: some of its bytes are wrong. Copy it from KMS again.',
    )
  }
}
