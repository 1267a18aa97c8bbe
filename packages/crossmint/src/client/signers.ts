// Operational signers of a wallet (the REST API calls them delegated signers). Adding or removing one is itself
// something the admin signer approves.
import { dictionary, object, oneOf, optional, type Reader, text, time } from './answer.ts'
import { nameLocator, path } from './locator.ts'
import { type Transaction, transaction } from './transaction.ts'
import type { Transport } from './transport.ts'

export type SignerState = {
  readonly status: 'success' | 'pending' | 'awaiting-approval' | 'failed'
  /** The signature or transaction that has to be approved, where one has. */
  readonly id: string | undefined
}

export type WalletSigner = {
  readonly type: string
  readonly locator: string
  readonly address: string | undefined
  readonly expiresAt: string | undefined
  /** State per chain; undefined for a signer that was created with the wallet. */
  readonly chains: Readonly<Record<string, SignerState>> | undefined
}

export type AddSigner = {
  /** Signer locator, e.g. `external-wallet:0x...`. */
  readonly signer: string
  readonly chain: string
  /** ISO 8601 in UTC, e.g. `2027-01-01T00:00:00Z`. */
  readonly expiresAt?: string | undefined
}

export type SignerCalls = {
  /** Reads a signer's state. @throws {CROSSMINT_NOT_FOUND} @throws {CrossmintError} */
  readonly getSigner: (wallet: string, signer: string) => Promise<WalletSigner>

  /** Registers a signer; `chains[chain].id` is what the admin signer then has to approve. @throws {CrossmintError} */
  readonly addSigner: (wallet: string, request: AddSigner) => Promise<WalletSigner>

  /** Starts the removal of a signer. @returns The transaction to approve. @throws {CrossmintError} */
  readonly removeSigner: (wallet: string, signer: string, chain: string) => Promise<Transaction>
}

const walletSigner: Reader<WalletSigner> = object<WalletSigner>({
  type: text,
  locator: text,
  address: optional(text),
  expiresAt: optional(time),
  chains: optional(
    dictionary(
      object<SignerState>({
        status: oneOf('success', 'pending', 'awaiting-approval', 'failed'),
        id: optional(text),
      }),
    ),
  ),
})

export function createSignerCalls(send: Transport): SignerCalls {
  return {
    getSigner: async (wallet, signer) =>
      send({
        operation: `read signer ${nameLocator(signer)}`,
        method: 'GET',
        path: path`/2025-06-09/wallets/${wallet}/signers/${signer}`,
        repeatable: true,
        read: walletSigner,
      }),
    addSigner: async (wallet, { signer, chain, expiresAt }) =>
      send({
        operation: `add signer ${nameLocator(signer)}`,
        method: 'POST',
        path: path`/2025-06-09/wallets/${wallet}/signers`,
        body: { signer, chain, expiresAt },
        repeatable: false,
        read: walletSigner,
      }),
    removeSigner: async (wallet, signer, chain) =>
      send({
        operation: `remove signer ${nameLocator(signer)}`,
        method: 'DELETE',
        path: path`/2025-06-09/wallets/${wallet}/signers/${signer}`,
        query: { chain },
        repeatable: false,
        read: transaction,
      }),
  }
}
