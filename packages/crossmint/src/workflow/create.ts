// Step 1, create: one transaction per reference. Its id is on stable storage before anything is signed, so that a lost
// answer, or an idempotency key that was not honoured, costs at most a transaction that nobody ever approves.
import { CrossmintError } from '../client/error.ts'
import { externalWallet } from '../client/locator.ts'
import type { Transaction } from '../client/transaction.ts'
import type { TransferRecord } from './record.ts'
import { type Run, save } from './run.ts'
import { settle } from './settle.ts'

export type Created = { readonly record: TransferRecord; readonly transaction: Transaction }

const kycAttempts = 12
const kycPauseMs = 5000

/** Creates the transaction, or reads the recorded one. */
export async function createOrRead(run: Run, record: TransferRecord): Promise<Created> {
  if (record.transactionId !== undefined) return readTransaction(run, record, record.transactionId)
  const transaction = await createPatiently(run, record)
  const created = await save(run, record, { transactionId: transaction.id })
  run.onStep({ step: 'create', transactionId: transaction.id, idempotencyKey: record.idempotencyKey })
  return { record: created, transaction }
}

/** Reads the transaction on record. @throws {REFERENCE_UNKNOWN} if none was created. */
export async function readCreated(run: Run, reference: string): Promise<Created> {
  const record = await run.entry.read()
  if (record?.transactionId === undefined) throw new ReferenceUnknownError(reference)
  return readTransaction(run, record, record.transactionId)
}

/**
 * Lets no step go on with a reference that was closed as failed, unless it turns out to be paid after all.
 *
 * @throws {TRANSFER_FAILED} @throws as `settle`
 */
export async function refuseFailed(run: Run, { record, transaction }: Created): Promise<Created> {
  if (record.outcome?.status !== 'failed') return { record, transaction }
  const receipt = await settle(run, record, transaction)
  return { record: { ...record, outcome: { status: 'success', receipt } }, transaction }
}

async function readTransaction(run: Run, record: TransferRecord, id: string): Promise<Created> {
  const transaction = await run.client.getTransaction(record.intent.walletAddress, id)
  run.onStep({ step: 'resume', transactionId: transaction.id, status: transaction.status })
  return { record, transaction }
}

/** A recipient registered a moment ago is still being screened; that passes. */
async function createPatiently(run: Run, { intent, idempotencyKey }: TransferRecord): Promise<Transaction> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run.client.createTransfer({
        wallet: intent.walletAddress,
        token: intent.token,
        recipient: intent.recipient,
        amount: intent.amount,
        // Always named: by default Crossmint asks the wallet's admin signer, which may be another.
        signer: externalWallet(intent.signerAddress),
        idempotencyKey,
      })
    } catch (error) {
      const inProgress = error instanceof CrossmintError && error.code === 'CROSSMINT_KYC_IN_PROGRESS'
      if (!inProgress || attempt === kycAttempts) throw error
      run.onStep({ step: 'kyc', attempt, attempts: kycAttempts })
      await run.sleep(kycPauseMs)
    }
  }
}

/** No transaction was created for this reference. */
export class ReferenceUnknownError extends Error {
  override readonly name = 'ReferenceUnknownError'
  readonly code = 'REFERENCE_UNKNOWN'
  readonly reference: string

  constructor(reference: string) {
    super(`no transfer was created under reference ${JSON.stringify(reference)}; create it first`)
    this.reference = reference
  }
}
