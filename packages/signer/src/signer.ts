// A signing key as an Ethereum signer. Everything Ethereum signs is a 32-byte hash, so signHash is the whole of it.
import { hexToBytes } from '@noble/hashes/utils.js'
import { type Address, checksumAddress, publicKeyToAddress } from './address.ts'
import { encodeHex, type Hex, isHex32 } from './hex.ts'
import { loadMulAdd } from './mulAdd.ts'
import { parsePublicKey } from './publicKey.ts'
import { createSignatureParser, type Signature } from './signature.ts'

/** A secp256k1 key we may ask to sign but never see. It speaks what KMS speaks. */
export type SigningKey = {
  /** The key ARN, never an alias: an alias can be repointed. */
  readonly id: string
  /** DER SubjectPublicKeyInfo, RFC 5480. */
  readonly getPublicKey: () => Promise<Uint8Array>
  /** 32 bytes in, signed without another hash; DER ECDSA-Sig-Value out, s in either half of the order. */
  readonly signDigest: (digest: Uint8Array) => Promise<Uint8Array>
  /**
   * Called where what `signDigest` gave is not this key's signature of the digest, so that what is amiss on the way to the
   * key, such as answers in the wrong order, does not spoil the next one.
   */
  readonly distrust?: (() => void) | undefined
}

/** An Ethereum account whose key is elsewhere. */
export type Signer = {
  /** With its ERC-55 checksum. */
  readonly address: Address
  /** The uncompressed point: 65 bytes, 0x04 ‖ x ‖ y. */
  readonly publicKey: Hex
  /** The id of the signing key: the key ARN where the key is in KMS. */
  readonly keyId: string
  /** Signs a 32-byte hash as it is: no prefix, no hashing, no chain id. One call of the key. */
  readonly signHash: (hash: Hex) => Promise<Signature>
}

/**
 * Makes a signer of a signing key. It asks for the public key once, here; afterwards each signature is exactly one
 * call of `key.signDigest`, and is verified against that public key before it is returned.
 *
 * @param key The signing key, for example of `awsKms`.
 * @param options.expectedAddress The address that the key must have, lower-case or with a valid ERC-55 checksum.
 * @returns The signer. Its `signHash` takes 32 bytes of hex; it throws HASH_INVALID for anything else, the codes of
 *   `parseSignature` for an answer that is not this key's signature, and whatever the key throws.
 * @throws {ADDRESS_MISMATCH} the key has another address.
 * @throws {ADDRESS_INVALID} `expectedAddress` is not an address. The key has not been asked for anything.
 * @throws {PublicKeyError} the key's public key is not a secp256k1 one.
 */
export const createSigner = async (
  key: SigningKey,
  options: { readonly expectedAddress?: Address | undefined } = {},
): Promise<Signer> => {
  const expectedAddress = parseExpectedAddress(options.expectedAddress)
  const [publicKey, mulAdd] = await Promise.all([key.getPublicKey(), loadMulAdd()])
  const point = parsePublicKey(publicKey)
  const parse = createSignatureParser(mulAdd, point)
  const address = publicKeyToAddress(point)
  if (expectedAddress !== undefined && expectedAddress !== address)
    throw new SignerError(
      'ADDRESS_MISMATCH',
      `The key ${key.id} has the address ${address}, but ${expectedAddress} is expected. Correct one of the two.`,
      { keyId: key.id, address, expectedAddress },
    )
  return {
    address,
    publicKey: encodeHex(point),
    keyId: key.id,
    signHash: async hash => {
      if (!isHex32(hash))
        throw new SignerError('HASH_INVALID', 'The hash to sign must be 0x and 64 hex digits (32 bytes).')
      const digest = hexToBytes(hash.slice(2))
      // The key gets its own copy: what is verified below is what was asked for, whatever the key does with its bytes.
      const der = await key.signDigest(Uint8Array.from(digest))
      try {
        return parse({ der, digest })
      } catch (error) {
        key.distrust?.()
        throw error
      }
    },
  }
}

/**
 * Makes ready what signatures are verified with: some 30 ms, in part on other threads, which `createSigner` takes where this
 * was not called. Worth calling before other work that comes first.
 *
 * @returns It rejects where WebAssembly cannot be used.
 */
export const prepareVerification = async (): Promise<void> => {
  await loadMulAdd()
}

const parseExpectedAddress = (expectedAddress: Address | undefined): Address | undefined => {
  if (expectedAddress === undefined) return undefined
  const address = checksumAddress(expectedAddress)
  if (address === undefined)
    throw new SignerError(
      'ADDRESS_INVALID',
      `The expected address ${expectedAddress} is not an address: 0x and 40 hex digits, lower-case or with a valid checksum.`,
    )
  return address
}

export type SignerErrorCode = 'HASH_INVALID' | 'ADDRESS_INVALID' | 'ADDRESS_MISMATCH'

/** A signer that cannot be made, or a hash that cannot be signed. */
export class SignerError extends Error {
  override readonly name = 'SignerError'
  readonly code: SignerErrorCode
  readonly keyId: string | undefined
  /** The address that the key has. */
  readonly address: Address | undefined
  /** The address that it should have had. */
  readonly expectedAddress: Address | undefined

  constructor(
    code: SignerErrorCode,
    message: string,
    facts: { readonly keyId?: string; readonly address?: Address; readonly expectedAddress?: Address } = {},
  ) {
    super(message)
    this.code = code
    this.keyId = facts.keyId
    this.address = facts.address
    this.expectedAddress = facts.expectedAddress
  }
}
