// Says what a DER input is that is not the one accepted encoding of a secp256k1 public key. It decides nothing: by
// the time it runs the input is refused, so OpenSSL's more lenient parsers (node:crypto) may look at it.
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { isCertificateError, isPrivateError, isRsaError, PublicKeyError } from './publicKeyError.ts'

/**
 * Finds the reason for refusing a DER input.
 *
 * @param der Bytes that begin like DER and are not a canonical secp256k1 SubjectPublicKeyInfo.
 */
export const diagnosePublicKey = (der: Uint8Array): PublicKeyError =>
  diagnoseLength(der) ?? diagnoseContent(Buffer.from(der))

const diagnoseLength = (der: Uint8Array): PublicKeyError | undefined => {
  const expectedLength = announcedLength(der)
  const facts = { length: der.length, expectedLength }
  if (expectedLength === undefined || der.length < expectedLength)
    return new PublicKeyError(
      'PUBLIC_KEY_TRUNCATED',
      `The public key is cut off: ${der.length} bytes of ${expectedLength ?? 'an unknown number'}. Copy all of it.`,
      facts,
    )
  if (der.length > expectedLength)
    return new PublicKeyError(
      'PUBLIC_KEY_TRAILING_BYTES',
      `The public key is ${expectedLength} bytes long, but ${der.length} were given. Remove what follows it.`,
      facts,
    )
  return undefined
}

// X.690 section 8.1.3: one octet up to 127, or 0x80 + n and then n octets. undefined while those octets are missing.
const announcedLength = (der: Uint8Array): number | undefined => {
  const first = der[1]
  if (first === undefined) return undefined
  if (first < 0x80) return 2 + first
  if (first === 0x80) return der.length // indefinite length: BER, which says nothing about the end
  const octets = der.subarray(2, 2 + (first & 0x7f))
  if (octets.length < (first & 0x7f)) return undefined
  return 2 + octets.length + octets.reduce((length, octet) => length * 256 + octet, 0)
}

const diagnoseContent = (der: Buffer): PublicKeyError => {
  const key = attempt(() => createPublicKey({ key: der, format: 'der', type: 'spki' }))
  if (key !== undefined) return describePublicKey(key, der)
  if (attempt(() => new X509Certificate(der)) !== undefined) return isCertificateError('X.509, DER')
  const secret = PRIVATE_KEY_TYPES.find(type => isPrivateKey(der, type))
  if (secret !== undefined) return isPrivateError(`${secret}, DER`)
  // After the private keys, because createPublicKey takes the public half of a PKCS #1 private key, too.
  const rsa = attempt(() => createPublicKey({ key: der, format: 'der', type: 'pkcs1' }))
  if (rsa !== undefined) return isRsaError('pkcs1, DER')
  return new PublicKeyError(
    'PUBLIC_KEY_MALFORMED',
    'The public key is not a well-formed DER SubjectPublicKeyInfo. Copy it from KMS again.',
    { length: der.length },
  )
}

const describePublicKey = (key: KeyObject, der: Buffer): PublicKeyError => {
  const algorithm = key.asymmetricKeyType ?? 'unknown'
  if (algorithm === 'rsa' || algorithm === 'rsa-pss') return isRsaError(algorithm)
  if (algorithm === 'ec') return describeCurve(key.asymmetricKeyDetails?.namedCurve ?? 'unnamed', der)
  const code = algorithm === 'ed25519' ? 'PUBLIC_KEY_ED25519' : 'PUBLIC_KEY_WRONG_ALGORITHM'
  return new PublicKeyError(
    code,
    `This is a public key of ${algorithm}. Ethereum needs a KMS key whose key spec is ECC_SECG_P256K1.`,
    { found: algorithm },
  )
}

const describeCurve = (curve: string, der: Buffer): PublicKeyError => {
  const found = curve === 'prime256v1' ? 'P-256' : curve
  if (curve !== 'secp256k1')
    return new PublicKeyError(
      'PUBLIC_KEY_WRONG_CURVE',
      `This is a public key on the curve ${found}. Ethereum needs a KMS key whose key spec is ECC_SECG_P256K1.`,
      { found },
    )
  if (der.length === COMPRESSED_LENGTH)
    return new PublicKeyError(
      'PUBLIC_KEY_COMPRESSED',
      `This secp256k1 public key is compressed. ${CONVERT}`,
      { length: der.length },
    )
  return new PublicKeyError(
    'PUBLIC_KEY_NOT_CANONICAL',
    `This secp256k1 public key is not in the form that KMS answers: named curve, uncompressed point, DER. ${CONVERT}`,
    { length: der.length },
  )
}

// A canonical SubjectPublicKeyInfo around a point of 33 bytes instead of 65.
const COMPRESSED_LENGTH = 56

const CONVERT =
  'Convert it: openssl ec -pubin -in key.pem -pubout -conv_form uncompressed -param_enc named_curve'

// OpenSSL reads PKCS #8 as sec1 too; the order of this list only decides what the error calls it.
const PRIVATE_KEY_TYPES = ['pkcs8', 'sec1', 'pkcs1'] as const

const isPrivateKey = (der: Buffer, type: (typeof PRIVATE_KEY_TYPES)[number]): boolean => {
  try {
    createPrivateKey({ key: der, format: 'der', type })
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ERR_MISSING_PASSPHRASE'
  }
}

const attempt = <T>(parse: () => T): T | undefined => {
  try {
    return parse()
  } catch {
    return undefined
  }
}
