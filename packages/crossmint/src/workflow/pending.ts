// The one answer to everything that leaves an approved payment open: it may be executed, so go on with this reference.
import type { Transaction } from '../client/transaction.ts'

/** The outcome is not known yet. Nothing is lost: the payment is approved and may be under way. */
export class TransferPendingError extends Error {
  override readonly name = 'TransferPendingError'
  readonly code = 'TRANSFER_PENDING'
  readonly reference: string
  readonly transactionId: string
  readonly status: string

  /** `why` completes "transaction <id> ...". */
  constructor(reference: string, transaction: Transaction, why: string, cause?: Error) {
    super(
      `transaction ${transaction.id} ${why.replace(/[.\s]+$/, '')}. The payment may be executed. Run the same command ` +
        `again with reference ${JSON.stringify(reference)} to find out; do not pay under a new one`,
      { cause },
    )
    this.reference = reference
    this.transactionId = transaction.id
    this.status = transaction.status
  }
}
