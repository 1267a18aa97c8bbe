// What the steps of one payment share: the client, the held journal entry, and how they tell what they do.
import { isDeepStrictEqual } from 'node:util'
import type { Hex } from 'viem'
import type { CrossmintClient } from '../client/client.ts'
import type { TransactionStatus } from '../client/transaction.ts'
import type { VerifiedTransfer } from '../verify/verifyTransfer.ts'
import { type ResolvedIntent, toIdempotencyKey } from './intent.ts'
import type { Journal, JournalEntry } from './journal.ts'
import type { TransferReceipt } from './receipt.ts'
import { compareIntents, ReferenceConflictError, type TransferRecord } from './record.ts'

/** What happened, for progress shown to people. */
export type TransferProgress =
  | { readonly step: 'create'; readonly transactionId: string; readonly idempotencyKey: string }
  | { readonly step: 'resume'; readonly transactionId: string; readonly status: TransactionStatus }
  | { readonly step: 'kyc'; readonly attempt: number; readonly attempts: number }
  | ({ readonly step: 'compare'; readonly transactionId: string } & VerifiedTransfer)
  | { readonly step: 'sign'; readonly signature: Hex }
  | { readonly step: 'check'; readonly signerAddress: Hex }
  | { readonly step: 'approve'; readonly status: TransactionStatus }
  | { readonly step: 'wait'; readonly status: TransactionStatus; readonly elapsedMs: number }
  | { readonly step: 'done'; readonly receipt: TransferReceipt }

export type StepOptions = {
  readonly client: CrossmintClient
  readonly journal: Journal
  readonly onStep?: ((progress: TransferProgress) => void) | undefined
  /** The most the wallet itself may pay for gas, in wei; 0 unless given, since Crossmint sponsors it. */
  readonly maximumFee?: bigint | undefined
  /** How long to wait for the chain, in milliseconds; 60 000 unless given. */
  readonly pollTimeoutMs?: number | undefined
  readonly sleep?: ((milliseconds: number) => Promise<void>) | undefined
  /** Milliseconds since 1970, for what is recorded. */
  readonly now?: (() => number) | undefined
  /** Milliseconds since whenever, never set back, for what is waited. */
  readonly monotonicNow?: (() => number) | undefined
}

export type Run = {
  readonly client: CrossmintClient
  readonly entry: JournalEntry
  readonly onStep: (progress: TransferProgress) => void
  readonly maximumFee: bigint
  readonly pollTimeoutMs: number
  readonly sleep: (milliseconds: number) => Promise<void>
  readonly now: () => number
  readonly monotonicNow: () => number
}

/** Holds the reference and runs some steps. @throws {REFERENCE_BUSY} @throws {JOURNAL_CORRUPT} */
export async function withRun<T>(
  options: StepOptions,
  reference: string,
  steps: (run: Run) => Promise<T>,
): Promise<T> {
  return options.journal.exclusive(reference, entry =>
    steps({
      client: options.client,
      entry,
      onStep: options.onStep ?? (() => {}),
      maximumFee: options.maximumFee ?? 0n,
      pollTimeoutMs: options.pollTimeoutMs ?? 60_000,
      sleep: options.sleep ?? (milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds))),
      now: options.now ?? Date.now,
      monotonicNow: options.monotonicNow ?? (() => performance.now()),
    }),
  )
}

/** Binds the reference to the intent, before anything is sent. @throws {REFERENCE_CONFLICT} if it is bound to another. */
export async function openRecord(run: Run, intent: ResolvedIntent): Promise<TransferRecord> {
  const recorded = await run.entry.read()
  if (recorded === undefined) {
    const startedAt = new Date(run.now()).toISOString()
    const idempotencyKey = toIdempotencyKey(intent.walletAddress, intent.reference)
    return save(run, { version: 1, intent, idempotencyKey, startedAt, updatedAt: startedAt }, {})
  }
  const differences = compareIntents(recorded.intent, intent)
  if (differences.length > 0) throw new ReferenceConflictError(intent.reference, differences)
  // Until there is a transaction, nothing holds the payment to the signer, or the names, it was first asked with.
  const isMoot = recorded.transactionId !== undefined || isDeepStrictEqual(recorded.intent, intent)
  return isMoot ? recorded : save(run, { ...recorded, intent }, {})
}

/** Returns when the changed record is on stable storage. */
export async function save(
  run: Run,
  record: TransferRecord,
  changes: Partial<Pick<TransferRecord, 'transactionId' | 'signedNonce' | 'signedHashes' | 'outcome'>>,
): Promise<TransferRecord> {
  const changed = { ...record, ...changes, updatedAt: new Date(run.now()).toISOString() }
  await run.entry.write(changed)
  return changed
}
