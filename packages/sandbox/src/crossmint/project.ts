// What the sandbox remembers. An API key belongs to one project, and a project sees nothing of another.
import type { Hex } from 'viem'
import type { Account } from '../chain/simpleAccount.ts'
import type { UserOperation } from '../chain/userOperation.ts'
import type { TransactionError } from './errors.ts'
import { createReplays, type Replays } from './replays.ts'
import type { KeySigner, Signer } from './signers.ts'
import type { TypedData } from './typedData.ts'

export type Wallet = {
  readonly account: Account
  readonly adminSigner: Signer
  readonly owner: string | undefined
  readonly alias: string | undefined
  readonly createdAt: number
  /** By locator in lower case. */
  readonly operationalSigners: Map<string, OperationalSigner>
}

export type OperationalSigner = {
  readonly signer: KeySigner
  readonly expiresAt: string | undefined
  readonly scopes: unknown
  /** The request that registers it; `undefined` for one the wallet was created with. */
  readonly registration: Transaction | SignatureRequest | undefined
}

export const isRegistered = ({ registration }: OperationalSigner): boolean =>
  registration === undefined || registration.status === 'success'

/** Something that waits for the approval of one signer. */
export type Approvable = {
  readonly kind: 'transaction' | 'signature'
  readonly id: string
  readonly signer: KeySigner
  /** 32 bytes. */
  readonly message: Hex
  readonly createdAt: number
  status: 'awaiting-approval' | 'pending' | 'success' | 'failed'
  submitted: { readonly signature: Hex; readonly submittedAt: number } | undefined
}

export type Transaction = Approvable & {
  readonly kind: 'transaction'
  readonly wallet: Wallet
  /** As in answers. */
  readonly calls: readonly unknown[]
  /** With its signature once approved. */
  operation: UserOperation
  readonly sendParams: SendParams | undefined
  /** Done once the transaction has succeeded. */
  readonly onSuccess: (() => void) | undefined
  txId: Hex | undefined
  completedAt: number | undefined
  error: TransactionError | undefined
}

/** A request for a signature over EIP-712 typed data. */
export type SignatureRequest = Approvable & {
  readonly kind: 'signature'
  readonly wallet: Wallet
  readonly typedData: TypedData
}

export type SendParams = {
  readonly token: string
  readonly params: { readonly amount: string; readonly recipient: string; readonly recipientAddress: string }
}

export type User = {
  readonly id: string
  details: { readonly countryOfResidence: string } | undefined
  hasKycData: boolean
  hasDueDiligence: boolean
  hasVerificationHistory: boolean
  readonly legalDocuments: Map<string, string>
}

export type Project = {
  readonly id: string
  readonly wallets: Wallet[]
  /** By canonical user locator. */
  readonly users: Map<string, User>
  readonly transactions: Map<string, Transaction>
  readonly signatures: Map<string, SignatureRequest>
  /** By owner and alias: a company or a user has one wallet of a name. */
  readonly namedWallets: Replays<Wallet>
  readonly walletReplays: Replays<Wallet>
  readonly transactionReplays: Replays<Transaction>
}

export const createProject = (id: string): Project => ({
  id,
  wallets: [],
  users: new Map(),
  transactions: new Map(),
  signatures: new Map(),
  namedWallets: createReplays(),
  walletReplays: createReplays(),
  transactionReplays: createReplays(),
})
