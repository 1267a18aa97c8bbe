// The proof that a transfer is done, as data: plain JSON.
import type { Hex } from 'viem'
import type { Transaction } from '../client/transaction.ts'
import type { ResolvedIntent } from './intent.ts'

export type TransferReceipt = Omit<ResolvedIntent, 'decimals'> & {
  readonly status: 'success'
  readonly transactionId: string
  readonly userOperationHash: Hex
  /** Hash of the chain's transaction; undefined only if Crossmint reports success without it. */
  readonly transactionHash: Hex | undefined
  readonly explorerLink: string | undefined
  readonly completedAt: string | undefined
  /** What says so: the transaction itself, or the activity list where the transaction stayed behind. */
  readonly confirmedBy: 'transaction' | 'activity'
}

/** What an activity adds to a transaction that stayed behind. */
export type Confirmation = Pick<
  TransferReceipt,
  'confirmedBy' | 'transactionHash' | 'explorerLink' | 'completedAt'
>

/** Makes the receipt of a transaction that was verified to be the intent's. */
export function toReceipt(
  intent: ResolvedIntent,
  transaction: Transaction,
  confirmation: Confirmation,
): TransferReceipt {
  const { decimals: _, ...payment } = intent
  return {
    status: 'success',
    ...payment,
    transactionId: transaction.id,
    userOperationHash: transaction.onChain.userOperationHash,
    ...confirmation,
  }
}
