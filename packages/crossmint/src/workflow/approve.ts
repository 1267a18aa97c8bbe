// Step 5, approve. Whatever goes wrong, the approval may have arrived; so after any error the transaction is read, and
// only where it still awaits this signer is the error believed. Submitting twice is harmless.
import type { Hex } from 'viem'
import { CrossmintError } from '../client/error.ts'
import type { Transaction } from '../client/transaction.ts'
import { needsApproval } from './approvals.ts'
import { TransferPendingError } from './pending.ts'
import type { TransferRecord } from './record.ts'
import type { Run } from './run.ts'
import type { Signable } from './sign.ts'

/** Submits the signature, of which `checkSignature` has approved. @throws {CrossmintError} @throws {TRANSFER_PENDING} */
export async function submitApproval(
  run: Run,
  record: TransferRecord,
  { pendingSigner }: Signable,
  transaction: Transaction,
  signature: Hex,
): Promise<Transaction> {
  const approved = await approveOrRead()
  run.onStep({ step: 'approve', status: approved.status })
  return approved

  async function approveOrRead(): Promise<Transaction> {
    const approval = { signer: pendingSigner, signature }
    try {
      return await run.client.approveTransaction(record.intent.walletAddress, transaction.id, approval)
    } catch (error) {
      if (!(error instanceof CrossmintError)) throw error
      const found = await readAfter(run, record, transaction, error)
      if (needsApproval(record, found)) throw error
      return found
    }
  }
}

async function readAfter(
  run: Run,
  { intent }: TransferRecord,
  transaction: Transaction,
  error: CrossmintError,
): Promise<Transaction> {
  try {
    return await run.client.getTransaction(intent.walletAddress, transaction.id)
  } catch (second) {
    if (!(second instanceof CrossmintError)) throw second
    const why = `was sent its approval, but neither the answer nor the transaction can be read (${error.message})`
    throw new TransferPendingError(intent.reference, transaction, why, error)
  }
}
