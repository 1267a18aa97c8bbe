// The proof that a transfer is done, as data: plain JSON.
import type { Hex } from 'viem'
import type { ResolvedIntent } from './intent.ts'

export type TransferReceipt = ResolvedIntent & {
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
  transactionId: string,
  userOperationHash: Hex,
  confirmation: Confirmation,
): TransferReceipt {
  return { status: 'success', ...intent, transactionId, userOperationHash, ...confirmation }
}
