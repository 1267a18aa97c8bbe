// Is the transaction this payment? Before a signature every field counts. After one, what decides is what can execute:
// sender, nonce and call data; and a difference no longer means that nothing has happened.
import { type Hex, numberToHex } from 'viem'
import type { Transaction } from '../client/transaction.ts'
import type { Difference } from '../verify/callData.ts'
import { hashUserOperation } from '../verify/userOperation.ts'
import {
  compareEffect,
  TransferMismatchError,
  type VerifiedTransfer,
  verifyTransfer,
} from '../verify/verifyTransfer.ts'
import { mayBeSigned } from './approvals.ts'
import { toExpectedTransfer } from './intent.ts'
import type { TransferRecord } from './record.ts'
import type { Run } from './run.ts'

/**
 * Compares all of a transaction that is to be signed.
 *
 * @throws {TRANSFER_MISMATCH} if nothing was signed yet @throws {SIGNED_TRANSFER_CHANGED} if something may be
 */
export function compare(run: Run, record: TransferRecord, transaction: Transaction): VerifiedTransfer {
  const verified = verifyOrWarn(run, record, transaction)
  run.onStep({ step: 'compare', transactionId: transaction.id, ...verified })
  return verified
}

function verifyOrWarn(run: Run, record: TransferRecord, transaction: Transaction): VerifiedTransfer {
  try {
    return verifyTransfer(transaction, toExpectedTransfer(record.intent, run.maximumFee))
  } catch (error) {
    if (error instanceof TransferMismatchError && mayBeSigned(record, transaction))
      throw new SignedTransferChangedError(record, transaction, error.differences)
    throw error
  }
}

/**
 * Compares a transaction that was approved. Its gas fields may read differently by now; with this sender, nonce and
 * call data it is the payment all the same, since the chain executes a nonce once.
 *
 * @returns The hash of the operation that was signed.
 * @throws {SIGNED_TRANSFER_CHANGED}
 */
export function compareApproved(record: TransferRecord, transaction: Transaction): Hex {
  const { intent, signedNonce, signedHashes = [] } = record
  const { userOperation, userOperationHash } = transaction.onChain
  const nonce = numberToHex(userOperation.nonce)
  const differences = [...compareEffect(userOperation, toExpectedTransfer(intent))]
  if (signedNonce !== undefined && signedNonce !== nonce)
    differences.push({ field: 'nonce', expected: signedNonce, found: nonce })
  if (differences.length > 0) throw new SignedTransferChangedError(record, transaction, differences)
  const told = [hashUserOperation(userOperation, intent.chainId), userOperationHash]
  return told.find(one => signedHashes.includes(one)) ?? signedHashes.at(-1) ?? userOperationHash
}

/** Something was signed for this reference, and the transaction is not, or no longer, this transfer. */
export class SignedTransferChangedError extends Error {
  override readonly name = 'SignedTransferChangedError'
  readonly code = 'SIGNED_TRANSFER_CHANGED'
  readonly reference: string
  readonly transactionId: string
  readonly nonce: Hex
  readonly userOperationHashes: readonly Hex[]
  readonly differences: readonly Difference[]

  constructor(record: TransferRecord, transaction: Transaction, differences: readonly Difference[]) {
    const { reference, walletAddress } = record.intent
    const { nonce, hashes } = signedOperation(record, transaction)
    super(
      [
        `an operation was signed already for reference ${JSON.stringify(reference)} and may have been executed, but transaction ${transaction.id} is not this transfer:`,
        ...differences.map(one => `  - ${one.field}: expected ${one.expected}, found ${one.found}`),
        `Look on a block explorer for what ${walletAddress} executed with nonce ${nonce} (user operation ${hashes.join(', ')}).`,
        'Do not pay again, under this reference or another, and ask Crossmint why.',
      ].join('\n'),
    )
    this.reference = reference
    this.transactionId = transaction.id
    this.nonce = nonce
    this.userOperationHashes = hashes
    this.differences = differences
  }
}

/** What may be signed, by the journal, or by the transaction where the journal was lost. */
export function signedOperation(
  { signedNonce, signedHashes = [] }: TransferRecord,
  { onChain }: Transaction,
): { readonly nonce: Hex; readonly hashes: readonly Hex[] } {
  return {
    nonce: signedNonce ?? numberToHex(onChain.userOperation.nonce),
    hashes: signedHashes.length > 0 ? signedHashes : [onChain.userOperationHash],
  }
}
