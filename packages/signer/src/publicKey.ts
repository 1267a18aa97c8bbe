// Public keys as KMS hands them out: X.509 SubjectPublicKeyInfo (RFC 5280 section 4.1, RFC 5480), in DER or PEM.
import { concatBytes } from '@noble/curves/utils.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { diagnosePublicKey } from './diagnosePublicKey.ts'
import { decodePem } from './pem.ts'
import { decodePoint, POINT_LENGTH } from './point.ts'
import { PublicKeyError } from './publicKeyError.ts'

// DER is canonical: everything before the point of a secp256k1 public key is always these 23 bytes.
//   30 56        SEQUENCE, 86 bytes
//     30 10        SEQUENCE, 16 bytes: the algorithm
//       06 07 2a8648ce3d0201   OBJECT IDENTIFIER 1.2.840.10045.2.1, id-ecPublicKey
//       06 05 2b8104000a       OBJECT IDENTIFIER 1.3.132.0.10, secp256k1
//     03 42 00     BIT STRING, 66 bytes: no unused bits, then the point
const SPKI_PREFIX = '3056301006072a8648ce3d020106052b8104000a034200'

/**
 * Reads a secp256k1 public key, strictly: any other key and any other encoding is an error that names what was given.
 *
 * @param input PEM text as the KMS console shows it (CRLF and a missing last newline are fine), or the bytes of such
 *   a text, or DER SubjectPublicKeyInfo bytes as KMS `GetPublicKey` answers them.
 * @returns The uncompressed point: 65 bytes, 0x04 ‖ x ‖ y, proved to be on the curve.
 * @throws {PublicKeyError} with the code of what is wrong, for example PUBLIC_KEY_RSA or PUBLIC_KEY_TRUNCATED.
 * @see https://www.rfc-editor.org/rfc/rfc5480#section-2
 */
export const parsePublicKey = (input: string | Uint8Array): Uint8Array => {
  const der = toDer(input)
  if (bytesToHex(der.subarray(0, -POINT_LENGTH)) !== SPKI_PREFIX) throw diagnosePublicKey(der)
  const point = Uint8Array.from(der.subarray(-POINT_LENGTH))
  decodePoint(point)
  return point
}

/**
 * Writes a secp256k1 public key as KMS `GetPublicKey` does.
 *
 * @param point The uncompressed public key: 65 bytes, 0x04 ‖ x ‖ y.
 * @returns DER SubjectPublicKeyInfo: 88 bytes.
 * @throws {PUBLIC_KEY_COMPRESSED | PUBLIC_KEY_NOT_A_POINT | PUBLIC_KEY_NOT_ON_CURVE}
 * @see https://www.rfc-editor.org/rfc/rfc5480#section-2
 */
export const encodePublicKey = (point: Uint8Array): Uint8Array => {
  decodePoint(point)
  return concatBytes(hexToBytes(SPKI_PREFIX), point)
}

const SEQUENCE = 0x30

const toDer = (input: string | Uint8Array): Uint8Array => {
  if (typeof input === 'string') return decodePem(input)
  if (input.length === 0) throw new PublicKeyError('PUBLIC_KEY_EMPTY', 'The public key is empty.')
  if (input[0] === SEQUENCE) return input
  // PowerShell's > writes this.
  if ((input[0] === 0xff && input[1] === 0xfe) || (input[0] === 0xfe && input[1] === 0xff))
    throw new PublicKeyError('PUBLIC_KEY_NOT_PEM', 'The text is UTF-16. Save it as UTF-8 or ASCII.')
  const text = new TextDecoder().decode(input)
  if (text.includes('-----BEGIN ')) return decodePem(text)
  throw new PublicKeyError(
    'PUBLIC_KEY_NOT_DER',
    `The public key has ${input.length} bytes that are neither DER nor PEM. Give what KMS GetPublicKey answers, or a PEM file.`,
    { length: input.length },
  )
}
