// Step 5, approve. Submitting twice is harmless: Crossmint answers 409 or 422, and the transaction is read again.
import type { Hex } from 'viem'
import { CrossmintError } from '../client/error.ts'
import type { Transaction } from '../client/transaction.ts'
import type { TransferRecord } from './record.ts'
import type { Run } from './run.ts'
import { hasApproved, type Signable } from './sign.ts'

/** Submits the signature, of which `checkSignature` has approved. */
export async function submitApproval(
  run: Run,
  { intent }: TransferRecord,
  { pendingSigner }: Signable,
  id: string,
  signature: Hex,
): Promise<Transaction> {
  const approved = await approveOrRead()
  run.onStep({ step: 'approve', status: approved.status })
  return approved

  async function approveOrRead(): Promise<Transaction> {
    try {
      return await run.client.approveTransaction(intent.walletAddress, id, {
        signer: pendingSigner,
        signature,
      })
    } catch (error) {
      if (!isThereAlready(error)) throw error
      const found = await run.client.getTransaction(intent.walletAddress, id)
      if (found.status === 'awaiting-approval' && !hasApproved(found, intent.signerAddress)) throw error
      return found
    }
  }
}

function isThereAlready(error: unknown): boolean {
  if (!(error instanceof CrossmintError)) return false
  return error.code === 'CROSSMINT_ALREADY_SUBMITTED' || error.code === 'CROSSMINT_QUORUM_REACHED'
}
