// The error of everything that reads a public key.

export type PublicKeyErrorCode =
  | 'PUBLIC_KEY_EMPTY'
  | 'PUBLIC_KEY_NOT_PEM'
  | 'PUBLIC_KEY_PEM_LABEL'
  | 'PUBLIC_KEY_PEM_MALFORMED'
  | 'PUBLIC_KEY_NOT_DER'
  | 'PUBLIC_KEY_MALFORMED'
  | 'PUBLIC_KEY_TRUNCATED'
  | 'PUBLIC_KEY_TRAILING_BYTES'
  | 'PUBLIC_KEY_IS_PRIVATE'
  | 'PUBLIC_KEY_IS_CERTIFICATE'
  | 'PUBLIC_KEY_RSA'
  | 'PUBLIC_KEY_ED25519'
  | 'PUBLIC_KEY_WRONG_ALGORITHM'
  | 'PUBLIC_KEY_WRONG_CURVE'
  | 'PUBLIC_KEY_COMPRESSED'
  | 'PUBLIC_KEY_NOT_CANONICAL'
  | 'PUBLIC_KEY_NOT_A_POINT'
  | 'PUBLIC_KEY_NOT_ON_CURVE'

export type PublicKeyErrorFacts = {
  /** What stood in place of a secp256k1 public key: a curve, an algorithm or a PEM label. */
  readonly found?: string | undefined
  /** Bytes given. */
  readonly length?: number | undefined
  /** Bytes that the DER header announces. */
  readonly expectedLength?: number | undefined
}

/** A public key that cannot be used. It never holds bytes of the input, which may have been a private key. */
export class PublicKeyError extends Error {
  override readonly name = 'PublicKeyError'
  readonly code: PublicKeyErrorCode
  readonly found: string | undefined
  readonly length: number | undefined
  readonly expectedLength: number | undefined

  constructor(code: PublicKeyErrorCode, message: string, facts: PublicKeyErrorFacts = {}) {
    super(message)
    this.code = code
    this.found = facts.found
    this.length = facts.length
    this.expectedLength = facts.expectedLength
  }
}

export const isPrivateError = (found: string): PublicKeyError =>
  new PublicKeyError(
    'PUBLIC_KEY_IS_PRIVATE',
    `This is a private key (${found}); only a public key is wanted. Keep it where it was, and give the public half.`,
    { found },
  )

export const isCertificateError = (found: string): PublicKeyError =>
  new PublicKeyError(
    'PUBLIC_KEY_IS_CERTIFICATE',
    `This is a certificate (${found}), not a public key. Give the public key that KMS shows for the signing key.`,
    { found },
  )

export const isRsaError = (found: string): PublicKeyError =>
  new PublicKeyError(
    'PUBLIC_KEY_RSA',
    `This is an RSA public key (${found}). Ethereum needs a KMS key whose key spec is ECC_SECG_P256K1.`,
    { found },
  )
