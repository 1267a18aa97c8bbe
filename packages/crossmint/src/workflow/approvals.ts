// Whose approvals a transaction has, and whether this signer's is the next thing to happen.
import type { Address } from 'viem'
import { nameLocator } from '../client/locator.ts'
import type { Transaction } from '../client/transaction.ts'
import { isSigner } from '../verify/verifyTransfer.ts'
import type { TransferRecord } from './record.ts'

/**
 * Whether this signer's approval is in, so that only waiting is left.
 *
 * @param signer Address of the external wallet (KMS key).
 */
export function hasApproved(transaction: Transaction, signer: Address): boolean {
  const isOurs = (one: { signer: { locator: string } }): boolean => isSigner(one.signer.locator, signer)
  return transaction.approvals.submitted.some(isOurs) && !transaction.approvals.pending.some(isOurs)
}

/** Whether the recorded signer's approval is still to come. Of a closed reference nothing is. */
export function needsApproval({ outcome, intent }: TransferRecord, transaction: Transaction): boolean {
  return (
    outcome === undefined &&
    transaction.status === 'awaiting-approval' &&
    !hasApproved(transaction, intent.signerAddress)
  )
}

/** Whether anybody can have signed an operation of this transaction. */
export function mayBeSigned({ signedNonce }: TransferRecord, transaction: Transaction): boolean {
  return (
    signedNonce !== undefined ||
    transaction.approvals.submitted.length > 0 ||
    transaction.onChain.txId !== undefined
  )
}

/** Who is still to approve, for error messages. */
export function namePending({ approvals }: Transaction, nobody: string): string {
  const names = approvals.pending.map(one => nameLocator(one.signer.locator))
  return names.length === 0 ? nobody : names.join(', ')
}

/** Waiting would be in vain. @throws {NOT_APPROVED} */
export function requireApproved(record: TransferRecord, transaction: Transaction): void {
  if (needsApproval(record, transaction)) throw new NotApprovedError(record.intent.reference, transaction)
}

/** The transaction awaits this signer's approval; until then there is nothing to wait for. */
export class NotApprovedError extends Error {
  override readonly name = 'NotApprovedError'
  readonly code = 'NOT_APPROVED'
  readonly reference: string
  readonly transactionId: string
  readonly pendingSigners: readonly string[]

  constructor(reference: string, transaction: Transaction) {
    super(
      `transaction ${transaction.id} of reference ${JSON.stringify(reference)} is not approved yet: it awaits ` +
        `${namePending(transaction, 'its approvals')}. Approve it first; nothing moves until then`,
    )
    this.reference = reference
    this.transactionId = transaction.id
    this.pendingSigners = transaction.approvals.pending.map(one => one.signer.locator)
  }
}
