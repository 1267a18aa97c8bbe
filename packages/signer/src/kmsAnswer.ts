// What an answer of KMS must say before anything in it is used: the key that was asked for, of the one kind that signs
// for Ethereum.
import { KmsError } from './kmsError.ts'
import { isAnswerTo, type KmsKeyId } from './kmsKeyId.ts'

/** The members that are read of an answer to GetPublicKey. */
export type PublicKeyAnswer = {
  readonly KeyId?: string | undefined
  readonly KeySpec?: string | undefined
  readonly KeyUsage?: string | undefined
  /** DER SubjectPublicKeyInfo, RFC 5480. */
  readonly PublicKey?: Uint8Array | undefined
}

/** The members that are read of an answer to Sign. */
export type SignatureAnswer = {
  readonly KeyId?: string | undefined
  /** DER ECDSA-Sig-Value, RFC 3279. */
  readonly Signature?: Uint8Array | undefined
}

/**
 * Checks an answer to GetPublicKey.
 *
 * @param answer What KMS answered.
 * @param name The key as it was asked for.
 * @param requestId KMS's id of the request, for the error.
 * @returns The key ARN, which is never an alias, and the public key as DER SubjectPublicKeyInfo (RFC 5480).
 * @throws {KMS_ANSWER_INVALID | KMS_ARN_MISMATCH | KMS_KEY_WRONG_SPEC | KMS_KEY_WRONG_USAGE}
 */
export const checkPublicKey = (
  answer: PublicKeyAnswer,
  name: KmsKeyId,
  requestId: string | undefined,
): { readonly keyArn: string; readonly publicKey: Uint8Array } => {
  const { KeyId: keyArn, KeySpec: keySpec, KeyUsage: keyUsage, PublicKey: publicKey } = answer
  const facts = { keyId: name.text, operation: 'GetPublicKey', requestId } as const
  if (keyArn === undefined || publicKey === undefined) throw new KmsError('KMS_ANSWER_INVALID', facts)
  if (!isAnswerTo(name, keyArn))
    throw new KmsError('KMS_ARN_MISMATCH', { ...facts, detail: `answered: ${keyArn}` })
  if (keySpec !== 'ECC_SECG_P256K1')
    throw new KmsError('KMS_KEY_WRONG_SPEC', { ...facts, detail: `this key's spec is ${keySpec}` })
  if (keyUsage !== 'SIGN_VERIFY')
    throw new KmsError('KMS_KEY_WRONG_USAGE', { ...facts, detail: `this key's usage is ${keyUsage}` })
  return { keyArn, publicKey }
}

/**
 * Checks an answer to Sign. Whether the signature is one of the digest, `createSigner` verifies.
 *
 * @param answer What KMS answered.
 * @param keyArn The key that was asked to sign.
 * @param requestId KMS's id of the request, for the error.
 * @returns The signature: DER ECDSA-Sig-Value, s in either half of the order.
 * @throws {KMS_ANSWER_INVALID | KMS_ARN_MISMATCH}
 */
export const checkSignature = (
  answer: SignatureAnswer,
  keyArn: string,
  requestId: string | undefined,
): Uint8Array => {
  const { KeyId: answered, Signature: signature } = answer
  const facts = { keyId: keyArn, operation: 'Sign', requestId } as const
  if (answered === undefined || signature === undefined) throw new KmsError('KMS_ANSWER_INVALID', facts)
  if (answered !== keyArn)
    throw new KmsError('KMS_ARN_MISMATCH', { ...facts, detail: `answered: ${answered}` })
  return signature
}
