// Step 6, wait: until the transaction is success or failed. A record can stay `pending` after the money moved, so
// before giving up the activity list is asked; it can close a payment as done, never as failed.
import type { Activity } from '../client/activity.ts'
import { CrossmintError } from '../client/error.ts'
import type { Transaction } from '../client/transaction.ts'
import { verifyTransfer } from '../verify/verifyTransfer.ts'
import { findActivity } from './findActivity.ts'
import { toExpectedTransfer } from './intent.ts'
import { type Confirmation, type TransferReceipt, toReceipt } from './receipt.ts'
import type { TransferRecord } from './record.ts'
import { type Run, save } from './run.ts'
import { hasApproved } from './sign.ts'

/**
 * Waits for the outcome and records it.
 *
 * @throws {TRANSFER_FAILED} @throws {TRANSFER_PENDING} when time is up @throws {APPROVALS_MISSING} @throws {TRANSFER_MISMATCH}
 */
export async function settle(
  run: Run,
  record: TransferRecord,
  transaction: Transaction,
): Promise<TransferReceipt> {
  const start = run.now()
  let current = transaction
  for (let pause = 500; ; pause = nextPause(pause, run.now() - start)) {
    const elapsedMs = run.now() - start
    run.onStep({ step: 'wait', status: current.status, elapsedMs })
    if (current.status === 'success') return succeed(run, record, current, confirm('transaction', current))
    if (current.status === 'failed') return failUnlessItMoved(run, record, current)
    requireAllAsked(current, record)
    if (elapsedMs >= run.pollTimeoutMs) return giveUpUnlessItMoved(run, record, current, elapsedMs)
    await run.sleep(pause)
    current = await readPatiently(run, record, current)
  }
}

/** The outcome that is on record, without any call. @throws {TRANSFER_FAILED} */
export function recall({ outcome, intent, transactionId = '' }: TransferRecord): TransferReceipt | undefined {
  if (outcome?.status === 'failed')
    throw new TransferFailedError(intent.reference, transactionId, outcome.reason, outcome.message)
  return outcome?.receipt
}

async function succeed(
  run: Run,
  record: TransferRecord,
  transaction: Transaction,
  confirmation: Confirmation,
): Promise<TransferReceipt> {
  // Also for a transaction that was not signed in this run: a receipt is only for what was asked.
  verifyTransfer(transaction, toExpectedTransfer(record.intent))
  const receipt = toReceipt(record.intent, transaction, confirmation)
  await save(run, record, { outcome: { status: 'success', receipt } })
  run.onStep({ step: 'done', receipt })
  return receipt
}

async function failUnlessItMoved(
  run: Run,
  record: TransferRecord,
  transaction: Transaction,
): Promise<TransferReceipt> {
  const activity = await findActivity(run.client, record.intent, transaction)
  if (activity !== undefined) return succeed(run, record, transaction, confirm('activity', activity))
  const { reason, message } = transaction.error ?? { reason: 'unknown', message: '' }
  const failure = { reason, message: message === '' ? 'Crossmint gives no explanation' : message }
  await save(run, record, { outcome: { status: 'failed', ...failure } })
  throw new TransferFailedError(record.intent.reference, transaction.id, failure.reason, failure.message)
}

async function giveUpUnlessItMoved(
  run: Run,
  record: TransferRecord,
  transaction: Transaction,
  elapsedMs: number,
): Promise<TransferReceipt> {
  const activity = await findActivity(run.client, record.intent, transaction)
  if (activity !== undefined) return succeed(run, record, transaction, confirm('activity', activity))
  throw new TransferPendingError(record.intent.reference, transaction, elapsedMs)
}

/** A read that fails for a while is no reason to stop waiting: the money is under way. */
async function readPatiently(run: Run, { intent }: TransferRecord, last: Transaction): Promise<Transaction> {
  try {
    return await run.client.getTransaction(intent.walletAddress, last.id)
  } catch (error) {
    const passing =
      error instanceof CrossmintError &&
      ['CROSSMINT_UNAVAILABLE', 'CROSSMINT_RATE_LIMITED'].includes(error.code)
    if (passing) return last
    throw error
  }
}

function requireAllAsked(transaction: Transaction, { intent }: TransferRecord): void {
  const { pending, submitted, required } = transaction.approvals
  if (transaction.status !== 'awaiting-approval' || !hasApproved(transaction, intent.signerAddress)) return
  if (pending.length > 0 && (required === undefined || submitted.length < required))
    throw new ApprovalsMissingError(intent.reference, transaction)
}

function confirm(confirmedBy: Confirmation['confirmedBy'], source: Transaction | Activity): Confirmation {
  const { txId: transactionHash, explorerLink } = source.onChain ?? {}
  return { confirmedBy, transactionHash, explorerLink, completedAt: source.completedAt }
}

/** 500 ms for the first 5 s, then growing by half up to 2 s. */
function nextPause(pause: number, elapsedMs: number): number {
  return elapsedMs < 5000 ? 500 : Math.min(pause * 1.5, 2000)
}

/** The transfer failed, for good: this reference is closed. */
export class TransferFailedError extends Error {
  override readonly name = 'TransferFailedError'
  readonly code = 'TRANSFER_FAILED'
  readonly reference: string
  readonly transactionId: string
  readonly reason: string
  readonly detail: string

  constructor(reference: string, transactionId: string, reason: string, detail: string) {
    const ambiguous = reason !== 'execution_reverted' && reason !== 'build_failed'
    super(
      `transaction ${transactionId} failed (${reason}): ${detail.replace(/[.\s]+$/, '')}. ` +
        (ambiguous ? "Make sure on a block explorer that the wallet's money did not move; then pay" : 'Pay') +
        ` under a new reference: ${JSON.stringify(reference)} is closed`,
    )
    this.reference = reference
    this.transactionId = transactionId
    this.reason = reason
    this.detail = detail
  }
}

/** Time is up. Nothing is lost: the payment is approved and under way. */
export class TransferPendingError extends Error {
  override readonly name = 'TransferPendingError'
  readonly code = 'TRANSFER_PENDING'
  readonly reference: string
  readonly transactionId: string
  readonly status: string

  constructor(reference: string, transaction: Transaction, elapsedMs: number) {
    super(
      `transaction ${transaction.id} is still ${transaction.status} after ${Math.round(elapsedMs / 1000)} s, and the wallet's ` +
        `activity does not show it. Run the same command again with reference ${JSON.stringify(reference)} to go on ` +
        'waiting; do not pay under a new one',
    )
    this.reference = reference
    this.transactionId = transaction.id
    this.status = transaction.status
  }
}

/** This signer has approved; the wallet needs more signers to. */
export class ApprovalsMissingError extends Error {
  override readonly name = 'ApprovalsMissingError'
  readonly code = 'APPROVALS_MISSING'
  readonly reference: string
  readonly transactionId: string
  readonly pendingSigners: readonly string[]

  constructor(reference: string, transaction: Transaction) {
    const pending = transaction.approvals.pending.map(one => one.signer.locator)
    super(
      `transaction ${transaction.id} is approved by this signer and awaits ${pending.join(', ')}. ` +
        `Run the same command again with reference ${JSON.stringify(reference)} when they have approved`,
    )
    this.reference = reference
    this.transactionId = transaction.id
    this.pendingSigners = pending
  }
}
