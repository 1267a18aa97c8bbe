// @coffer/signer/viem: a signer as a viem local account. Each method hashes with viem and signs with the signer, so
// that it answers what viem's privateKeyToAccount would answer if the key were at hand.
import type { NonceManager, TransactionSerializableEIP4844, Signature as ViemSignature } from 'viem'
import { type CustomSource, type LocalAccount, toAccount } from 'viem/accounts'
import {
  hashAuthorization,
  hashMessage,
  hashTypedData,
  keccak256,
  type SerializeTransactionFn,
  serializeTransaction,
} from 'viem/utils'
import type { Hex } from './hex.ts'
import { serializeSignature } from './serializeSignature.ts'
import type { Signer } from './signer.ts'

/** A viem local account which has every signing method, also those that viem leaves optional. */
export type KmsAccount = LocalAccount<'kms'> & {
  readonly sign: NonNullable<CustomSource['sign']>
  readonly signAuthorization: NonNullable<CustomSource['signAuthorization']>
}

/**
 * Makes a viem account of a signer, for any viem client or action that takes a local account.
 *
 * @param signer The signer, for example `await createSigner(await awsKms({ keyId }))`.
 * @param options.nonceManager viem's nonce manager, as in `privateKeyToAccount`.
 * @returns The account: `sign`, `signMessage` (EIP-191), `signTypedData` (EIP-712), `signTransaction` (every type that
 *   the serializer knows) and `signAuthorization` (EIP-7702). Each asks the key once and throws what `signHash` throws.
 * @see https://viem.sh/docs/accounts/local/toAccount
 */
export const signerToAccount = (
  signer: Signer,
  options: { readonly nonceManager?: NonceManager | undefined } = {},
): KmsAccount => {
  const signHex = async (hash: Hex): Promise<Hex> => serializeSignature(await signer.signHash(hash))
  const sign: KmsAccount['sign'] = ({ hash }) => signHex(hash)
  const signAuthorization: KmsAccount['signAuthorization'] = async request => {
    const { chainId, nonce } = request
    const address = request.contractAddress ?? request.address
    const signature = await signHash(signer, hashAuthorization({ address, chainId, nonce }))
    return { address, chainId, nonce, ...signature }
  }
  const account = toAccount({
    address: signer.address,
    nonceManager: options.nonceManager,
    sign,
    signMessage: async ({ message }) => signHex(hashMessage(message)),
    signTypedData: async typedData => signHex(hashTypedData(typedData)),
    signTransaction: (transaction, { serializer } = {}) => signTransaction(signer, transaction, serializer),
    signAuthorization,
  })
  return { ...account, sign, signAuthorization, publicKey: signer.publicKey, source: 'kms' }
}

type Transaction = Parameters<SerializeTransactionFn>[0]

const signTransaction = async (
  signer: Signer,
  transaction: Transaction,
  serializer: SerializeTransactionFn = serializeTransaction,
): Promise<Hex> => {
  const signable: Transaction = isBlobTransaction(transaction)
    ? { ...transaction, sidecars: false as const }
    : transaction
  const signature = await signHash(signer, keccak256(await serializer(signable)))
  return serializer(transaction, signature)
}

// EIP-4844 signs the transaction without its blobs, which travel in a wrapper around it. A transaction that leaves its
// type to be inferred from the blobs is one, too.
const isBlobTransaction = (
  transaction: Transaction,
): transaction is Extract<Transaction, TransactionSerializableEIP4844> =>
  transaction.type === 'eip4844' ||
  (transaction.type === undefined && (transaction.blobs !== undefined || transaction.sidecars !== undefined))

const signHash = async (signer: Signer, hash: Hex): Promise<ViemSignature> => {
  const { r, s, yParity } = await signer.signHash(hash)
  return { r, s, v: yParity === 0 ? 27n : 28n, yParity }
}
