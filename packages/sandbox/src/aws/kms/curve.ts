// The curve of a key spec, by noble, and the form in which KMS hands out a public key of it.
// RFC 5480 (SubjectPublicKeyInfo of elliptic curves).
import { encodePublicKey } from '@coffer/signer'
import type { ECDSA } from '@noble/curves/abstract/weierstrass.js'
import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { type KeySpec, keySpec } from './keySpec.ts'

export const curveOf = (spec: KeySpec): ECDSA => (spec === keySpec ? secp256k1 : p256)

/** Everything of a P-256 SubjectPublicKeyInfo before the 65 bytes of the point. */
const p256Prefix = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex')

/**
 * Encodes a public key as KMS does.
 *
 * @param spec The key spec.
 * @param publicKey 65 bytes, uncompressed.
 * @returns DER SubjectPublicKeyInfo.
 */
export const encodeSubjectPublicKeyInfo = (spec: KeySpec, publicKey: Uint8Array): Uint8Array =>
  spec === keySpec ? encodePublicKey(publicKey) : Buffer.concat([p256Prefix, publicKey])
