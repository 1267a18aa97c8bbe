// ECDSA signatures for Ethereum: strict DER in (RFC 3279 section 2.2.3), low-s (EIP-2), yParity computed, never guessed.
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToNumberBE } from '@noble/curves/utils.js'
import { encodeHex, type Hex } from './hex.ts'
import { loadMulAdd, type MulAdd } from './mulAdd.ts'
import { decodePoint } from './point.ts'

/** An ECDSA signature over secp256k1. */
export type Signature = {
  /** x(R) mod n: 32 bytes. */
  readonly r: Hex
  /** 32 bytes, at most n/2. */
  readonly s: Hex
  /** The parity of y(R): with it the public key can be recovered from the signature. */
  readonly yParity: 0 | 1
}

const { Signature: EcdsaSignature } = secp256k1
const { Fn } = secp256k1.Point

/**
 * Reads a DER signature, normalises it, and proves that the key made it over the digest.
 *
 * @param parameters.der The ECDSA-Sig-Value: DER SEQUENCE of r and s, s in either half of the order.
 * @param parameters.digest The 32 bytes that were signed, not hashed again.
 * @param parameters.publicKey The uncompressed public key that must have signed: 65 bytes, 0x04 ‖ x ‖ y.
 * @returns r, low-s and yParity. It rejects with what is listed below, or where WebAssembly cannot be used.
 * @throws {SIGNATURE_MALFORMED} not strict DER, or r or s outside 1 to n - 1.
 * @throws {SIGNATURE_MISMATCH} made by another key or over another digest.
 * @throws {SIGNATURE_UNRECOVERABLE} valid ECDSA that Ethereum cannot express, since x(R) is n or more.
 * @throws {DIGEST_INVALID} the digest is not 32 bytes.
 * @throws {PUBLIC_KEY_COMPRESSED | PUBLIC_KEY_NOT_A_POINT | PUBLIC_KEY_NOT_ON_CURVE}
 * @see https://eips.ethereum.org/EIPS/eip-2 and https://www.secg.org/sec1-v2.pdf section 4.1.4
 */
export const parseSignature = async ({
  publicKey,
  ...signed
}: SignedDigest & { readonly publicKey: Uint8Array }): Promise<Signature> =>
  createSignatureParser(await loadMulAdd(), publicKey)(signed)

export type SignedDigest = {
  readonly der: Uint8Array
  readonly digest: Uint8Array
}

/**
 * Makes `parseSignature` of an implementation of the curve and one public key, which is then read once.
 *
 * @param mulAdd u1·G + u2·Q.
 * @param publicKey The uncompressed public key that must have signed: 65 bytes, 0x04 ‖ x ‖ y.
 * @returns `parseSignature` for that key, but that it answers and throws at once.
 * @throws {PUBLIC_KEY_COMPRESSED | PUBLIC_KEY_NOT_A_POINT | PUBLIC_KEY_NOT_ON_CURVE}
 */
export const createSignatureParser = (
  mulAdd: MulAdd,
  publicKey: Uint8Array,
): ((signed: SignedDigest) => Signature) => {
  const Q = decodePoint(publicKey)
  return ({ der, digest }) => {
    if (digest.length !== 32)
      throw new SignatureError('DIGEST_INVALID', `The digest has ${digest.length} bytes; it must have 32.`)
    const parsed = parseDer(der)
    // (r, s) and (r, n - s) are both valid. The second one belongs to -R, so it is normalised before R is computed.
    const { r } = parsed
    const s = parsed.hasHighS() ? Fn.neg(parsed.s) : parsed.s

    // R = u1·G + u2·Q with u1 = e/s and u2 = r/s. Public numbers only, so variable time is fine.
    const e = Fn.create(bytesToNumberBE(digest))
    const sInverse = Fn.inv(s)
    const R = mulAdd(Fn.mul(e, sInverse), Q, Fn.mul(r, sInverse))
    if (R === undefined || Fn.create(R.x) !== r)
      throw new SignatureError(
        'SIGNATURE_MISMATCH',
        'The signature was not made by the expected key over this digest. Nothing was signed that can be used.',
      )
    if (R.x !== r)
      throw new SignatureError(
        'SIGNATURE_UNRECOVERABLE',
        'The signature is valid, but x(R) is not below the group order, which Ethereum cannot express. Sign again.',
      )
    return { r: encodeHex(Fn.toBytes(r)), s: encodeHex(Fn.toBytes(s)), yParity: R.y & 1n ? 1 : 0 }
  }
}

const parseDer = (der: Uint8Array): InstanceType<typeof EcdsaSignature> => {
  try {
    return EcdsaSignature.fromBytes(der, 'der')
  } catch (cause) {
    throw new SignatureError(
      'SIGNATURE_MALFORMED',
      'The signature is not a DER SEQUENCE of two integers r and s between 1 and the group order.',
      { cause },
    )
  }
}

export type SignatureErrorCode =
  | 'SIGNATURE_MALFORMED'
  | 'SIGNATURE_MISMATCH'
  | 'SIGNATURE_UNRECOVERABLE'
  | 'DIGEST_INVALID'

/** A signature that must not be used. */
export class SignatureError extends Error {
  override readonly name = 'SignatureError'
  readonly code: SignatureErrorCode

  constructor(code: SignatureErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
