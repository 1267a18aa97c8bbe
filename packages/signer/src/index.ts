// @coffer/signer: a key that is elsewhere, as an Ethereum signer. The keys and the accounts are subpaths of their own.
export { type Address, checksumAddress, isAddress, publicKeyToAddress } from './address.ts'
export type { Hex } from './hex.ts'
export { encodePublicKey, parsePublicKey } from './publicKey.ts'
export { PublicKeyError, type PublicKeyErrorCode } from './publicKeyError.ts'
export { serializeCompactSignature, serializeSignature } from './serializeSignature.ts'
export { parseSignature, type Signature, SignatureError, type SignatureErrorCode } from './signature.ts'
export {
  createSigner,
  prepareVerification,
  type Signer,
  SignerError,
  type SignerErrorCode,
  type SigningKey,
} from './signer.ts'
