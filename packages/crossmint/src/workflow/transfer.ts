// The treasury workflow: a regulated transfer from intent to receipt, in one call or step by step. Every step may be
// repeated, in any process, after any interruption; the reference stands for one payment.
import type { Hex } from 'viem'
import type { Transaction } from '../client/transaction.ts'
import type { TokenTable } from '../tokens.ts'
import { needsApproval, requireApproved } from './approvals.ts'
import { submitApproval } from './approve.ts'
import { checkSignature } from './checkSignature.ts'
import { compare, compareApproved } from './compare.ts'
import { type Created, createOrRead, readCreated, refuseFailed } from './create.ts'
import { resolveIntent, type TransferIntent } from './intent.ts'
import type { TransferReceipt } from './receipt.ts'
import { requireSameSigner, type TransferRecord } from './record.ts'
import { openRecord, type StepOptions, withRun } from './run.ts'
import { recall, settle } from './settle.ts'
import { bindOperation, compareSignable, type Sign, signAndCheck } from './sign.ts'

export type TransferOptions = StepOptions & {
  readonly intent: TransferIntent
  readonly sign: Sign
  /** The operator's own tokens, see `resolveToken`. */
  readonly tokens?: TokenTable | undefined
}

/**
 * Pays once. Killed at any point and called again with the same intent, it goes on where it was; called again after
 * success, it returns the recorded receipt without asking anybody.
 *
 * @param options.sign Calls the signing endpoint. Its signature is checked, never stored.
 * @returns The receipt of the one transfer that this reference stands for.
 * @throws {INVALID_INPUT} @throws {REFERENCE_CONFLICT} @throws {REFERENCE_BUSY} @throws {JOURNAL_CORRUPT}
 * @throws {JOURNAL_WRITE_FAILED} call again with the same reference
 * @throws {TRANSFER_MISMATCH} nothing was signed @throws {NOTHING_TO_SIGN} @throws {SIGNATURE_REFUSED} nothing was approved
 * @throws {SIGNED_TRANSFER_CHANGED} @throws {NONCE_CHANGED} something was signed before: look at the chain
 * @throws {TRANSFER_FAILED} closed @throws {TRANSFER_PENDING} @throws {APPROVALS_MISSING} call again later
 * @throws {CrossmintError} @throws whatever `sign` throws
 */
export async function transfer(options: TransferOptions): Promise<TransferReceipt> {
  const intent = resolveIntent(options.intent, options.tokens)
  return withRun(options, intent.reference, async run => {
    const opened = await openRecord(run, intent)
    const done = recall(opened)
    if (done !== undefined) return done
    const { record, transaction } = await createOrRead(run, opened)
    if (!needsApproval(record, transaction)) return settle(run, record, transaction)
    requireSameSigner(record.intent, intent)
    const signable = compareSignable(run, record, transaction)
    const bound = await bindOperation(run, record, signable)
    const signature = await signAndCheck(run, bound, signable, options.sign)
    return settle(run, bound, await submitApproval(run, bound, signable, transaction, signature))
  })
}

/**
 * Step 1 with its comparison: creates the transaction, or reads the one on record.
 *
 * @throws as `transfer`, as far as it goes.
 */
export async function createTransferStep(
  options: StepOptions & Pick<TransferOptions, 'intent' | 'tokens'>,
): Promise<Created> {
  const intent = resolveIntent(options.intent, options.tokens)
  return withRun(options, intent.reference, async run => {
    const opened = await openRecord(run, intent)
    const created = await refuseFailed(run, await createOrRead(run, opened))
    const { record, transaction } = created
    if (transaction.status === 'awaiting-approval') compare(run, record, transaction)
    else compareApproved(record, transaction)
    return created
  })
}

/**
 * Steps 2 to 4: compares, has the endpoint sign, checks. Nothing is submitted.
 *
 * @returns The signature, for `approveTransferStep`. @throws {REFERENCE_UNKNOWN}, or as `transfer`.
 */
export async function signTransferStep(
  options: StepOptions & { readonly reference: string; readonly sign: Sign },
): Promise<{ readonly signature: Hex; readonly message: Hex }> {
  return withRun(options, options.reference, async run => {
    const { record, transaction } = await refuseFailed(run, await readCreated(run, options.reference))
    const signable = compareSignable(run, record, transaction)
    const bound = await bindOperation(run, record, signable)
    return { signature: await signAndCheck(run, bound, signable, options.sign), message: signable.message }
  })
}

/**
 * Step 5: compares again, checks the signature against what is on record now, and submits it.
 *
 * @param options.signature 65 bytes of `0x` hex, from `signTransferStep` or any other way to the same key.
 * @returns The transaction; if this signer had approved already, as it stands. @throws as `transfer`.
 */
export async function approveTransferStep(
  options: StepOptions & { readonly reference: string; readonly signature: Hex },
): Promise<Transaction> {
  return withRun(options, options.reference, async run => {
    const { record, transaction } = await refuseFailed(run, await readCreated(run, options.reference))
    if (!needsApproval(record, transaction)) return transaction
    const signable = compareSignable(run, record, transaction)
    await checkSignature(signable.message, options.signature, record.intent.signerAddress)
    const bound = await bindOperation(run, record, signable)
    return submitApproval(run, bound, signable, transaction, options.signature)
  })
}

/** Step 6: waits for the outcome. @throws {REFERENCE_UNKNOWN} @throws {NOT_APPROVED}, or as `transfer`. */
export async function waitTransferStep(
  options: StepOptions & { readonly reference: string },
): Promise<TransferReceipt> {
  return withRun(options, options.reference, async run => {
    const recorded = await run.entry.read()
    const done = recorded === undefined ? undefined : recall(recorded)
    if (done !== undefined) return done
    const { record, transaction } = await readCreated(run, options.reference)
    requireApproved(record, transaction)
    return settle(run, record, transaction)
  })
}

/**
 * Where a payment stands: what the journal says, and the transaction as it is now. Changes nothing.
 *
 * @returns Both, since they may differ: `record.outcome` is what was seen last, `transaction.status` what Crossmint
 * says now. Undefined if the reference was never used.
 */
export async function readTransfer(
  options: Pick<StepOptions, 'client' | 'journal'> & { readonly reference: string },
): Promise<{ readonly record: TransferRecord; readonly transaction: Transaction | undefined } | undefined> {
  const record = await options.journal.read(options.reference)
  if (record === undefined) return undefined
  if (record.transactionId === undefined) return { record, transaction: undefined }
  const transaction = await options.client.getTransaction(record.intent.walletAddress, record.transactionId)
  return { record, transaction }
}
