// Step 6, wait: until the transaction is success or failed. A record can stay `pending` after the money moved, and
// "failed" can be wrong, so the activity list is asked before giving up and before a payment is closed as failed.
import type { Hex } from 'viem'
import type { Activity } from '../client/activity.ts'
import { CrossmintError } from '../client/error.ts'
import type { Transaction } from '../client/transaction.ts'
import { hasApproved, mayBeSigned, namePending } from './approvals.ts'
import { compareApproved, signedOperation } from './compare.ts'
import { findActivity } from './findActivity.ts'
import { TransferPendingError } from './pending.ts'
import { type Confirmation, type TransferReceipt, toReceipt } from './receipt.ts'
import type { TransferRecord } from './record.ts'
import { type Run, save } from './run.ts'

/**
 * Waits for the outcome and records it.
 *
 * @throws {TRANSFER_FAILED} @throws {TRANSFER_PENDING} @throws {APPROVALS_MISSING} @throws {SIGNED_TRANSFER_CHANGED}
 */
export async function settle(
  run: Run,
  record: TransferRecord,
  transaction: Transaction,
): Promise<TransferReceipt> {
  const start = run.monotonicNow()
  let last: Look = { transaction, fault: undefined }
  for (let pause = 500; ; pause = nextPause(pause, run.monotonicNow() - start)) {
    const elapsedMs = run.monotonicNow() - start
    const current = last.transaction
    run.onStep({ step: 'wait', status: current.status, elapsedMs })
    if (current.status === 'success') return succeed(run, record, current, confirm('transaction', current))
    if (hasFailed(record, current)) return failUnlessItMoved(run, record, current)
    requireAllAsked(current, record)
    if (elapsedMs >= run.pollTimeoutMs) return giveUpUnlessItMoved(run, record, last, elapsedMs)
    await run.sleep(pause)
    last = await look(run, record, current)
  }
}

/** The receipt that is on record. A recorded failure is not final: the transaction is read again. */
export function recall({ outcome }: TransferRecord): TransferReceipt | undefined {
  return outcome?.status === 'success' ? outcome.receipt : undefined
}

/** A transaction as it was last read, and why it could not be read since. */
type Look = { readonly transaction: Transaction; readonly fault: CrossmintError | undefined }

/** The payment is approved: no refusal to show it is a reason to stop waiting. */
async function look(run: Run, { intent }: TransferRecord, last: Transaction): Promise<Look> {
  try {
    return { transaction: await run.client.getTransaction(intent.walletAddress, last.id), fault: undefined }
  } catch (error) {
    if (!(error instanceof CrossmintError)) throw error
    return { transaction: last, fault: error }
  }
}

async function succeed(
  run: Run,
  record: TransferRecord,
  transaction: Transaction,
  confirmation: Confirmation,
): Promise<TransferReceipt> {
  // Also for a transaction that was not signed in this run: a receipt is only for what was asked.
  const userOperationHash = compareApproved(record, transaction)
  const receipt = toReceipt(record.intent, transaction.id, userOperationHash, confirmation)
  await save(run, record, { outcome: { status: 'success', receipt } })
  run.onStep({ step: 'done', receipt })
  return receipt
}

/** A reference that was closed as failed is never approved again, whatever the transaction asks for. */
function hasFailed({ outcome }: TransferRecord, { status }: Transaction): boolean {
  return status === 'failed' || (status === 'awaiting-approval' && outcome?.status === 'failed')
}

async function failUnlessItMoved(
  run: Run,
  record: TransferRecord,
  transaction: Transaction,
): Promise<TransferReceipt> {
  const { reference } = record.intent
  const { activity, complete } = await findActivity(run.client, record.intent, transaction)
  if (activity !== undefined) return succeed(run, record, transaction, confirm('activity', activity))
  if (!complete) {
    const why = "is reported as failed, but whether the money moved cannot be seen in the wallet's activity"
    throw new TransferPendingError(reference, transaction, why)
  }
  const { reason, message } = transaction.error ??
    (record.outcome?.status === 'failed' ? record.outcome : undefined) ?? { reason: 'unknown', message: '' }
  const failure = { reason, message: message === '' ? 'Crossmint gives no explanation' : message }
  await save(run, record, { outcome: { status: 'failed', ...failure } })
  throw new TransferFailedError(record, transaction, failure)
}

async function giveUpUnlessItMoved(
  run: Run,
  record: TransferRecord,
  { transaction, fault }: Look,
  elapsedMs: number,
): Promise<TransferReceipt> {
  const { activity, complete } = await findActivity(run.client, record.intent, transaction)
  if (activity !== undefined) return succeed(run, record, transaction, confirm('activity', activity))
  const shown = complete ? 'does not show it' : 'cannot be read to the end'
  const unread = fault === undefined ? '' : `; the last attempt to read it: ${fault.message}`
  const why = `is approved and still ${transaction.status} after ${Math.round(elapsedMs / 1000)} s, and the wallet's activity ${shown}${unread}`
  throw new TransferPendingError(record.intent.reference, transaction, why, fault)
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

/** Crossmint says that the transfer failed: this reference is closed. What was signed for it may still be executed. */
export class TransferFailedError extends Error {
  override readonly name = 'TransferFailedError'
  readonly code = 'TRANSFER_FAILED'
  readonly reference: string
  readonly transactionId: string
  readonly reason: string
  readonly detail: string
  /** What may still be executed: hex nonce and user operation hashes; undefined if nothing was ever signed. */
  readonly signed: { readonly nonce: Hex; readonly hashes: readonly Hex[] } | undefined

  constructor(
    record: TransferRecord,
    transaction: Transaction,
    { reason, message }: { readonly reason: string; readonly message: string },
  ) {
    const { reference, walletAddress } = record.intent
    const neverLanded = reason === 'execution_reverted' || reason === 'build_failed'
    const signed =
      mayBeSigned(record, transaction) || !neverLanded ? signedOperation(record, transaction) : undefined
    super(
      `transaction ${transaction.id} failed (${reason}): ${message.replace(/[.\s]+$/, '')}. ` +
        `The reference ${JSON.stringify(reference)} is closed. ` +
        (signed === undefined
          ? 'Nothing was signed for it: pay under a new reference'
          : `The signed operation with nonce ${signed.nonce} (user operation ${signed.hashes.join(', ')}) can still be ` +
            `executed until that nonce of ${walletAddress} is used. Before paying under a new reference, make sure on a ` +
            'block explorer that it is used and that the money did not move'),
    )
    this.reference = reference
    this.transactionId = transaction.id
    this.reason = reason
    this.detail = message
    this.signed = signed
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
    super(
      `transaction ${transaction.id} is approved by this signer and awaits ${namePending(transaction, 'others')}. It is executed when ` +
        `they approve: run the same command again with reference ${JSON.stringify(reference)} then, and do not pay ` +
        'under a new one',
    )
    this.reference = reference
    this.transactionId = transaction.id
    this.pendingSigners = transaction.approvals.pending.map(one => one.signer.locator)
  }
}
