// Steps 2 and 3, compare and sign. Before the first signature the account nonce goes into the journal, and no other
// nonce is ever signed for this reference: even if Crossmint rebuilds the operation, the chain executes one of them.
import { type Address, type Hex, numberToHex } from 'viem'
import type { Transaction } from '../client/transaction.ts'
import { entryPoint, toUserOperationJson, type UserOperationJson } from '../verify/userOperation.ts'
import { isSigner, type VerifiedTransfer, verifyTransfer } from '../verify/verifyTransfer.ts'
import { checkSignature } from './checkSignature.ts'
import { toExpectedTransfer } from './intent.ts'
import type { TransferRecord } from './record.ts'
import { type Run, save } from './run.ts'

/** What the signing endpoint is asked. */
export type SignRequest = {
  /** The user operation hash, 32 bytes. */
  readonly message: Hex
  readonly signerAddress: Address
  /** The preimage, so that the endpoint judges what it signs. */
  readonly payload: {
    readonly kind: 'userOperation'
    readonly chainId: number
    readonly entryPoint: Address
    readonly userOperation: UserOperationJson
  }
  readonly reference: string
}

/** The call of the signing endpoint. */
export type Sign = (request: SignRequest) => Promise<{ readonly signature: Hex }>

/** What is to be signed, and by which signer as Crossmint spells it. */
export type Signable = VerifiedTransfer & { readonly pendingSigner: string }

/**
 * Step 2: verifies the transaction.
 *
 * @throws {TRANSFER_MISMATCH} @throws {NOTHING_TO_SIGN}
 */
export function compare(run: Run, { intent }: TransferRecord, transaction: Transaction): Signable {
  const verified = verifyTransfer(transaction, toExpectedTransfer(intent, run.maximumFee))
  run.onStep({ step: 'compare', transactionId: transaction.id, ...verified })
  const { pendingSigner } = verified
  if (transaction.status !== 'awaiting-approval' || pendingSigner === undefined)
    throw new NothingToSignError(transaction, intent.signerAddress)
  return { ...verified, pendingSigner }
}

/** Binds the reference to the operation's nonce, for good. @throws {NONCE_CHANGED} */
export async function bindNonce(
  run: Run,
  record: TransferRecord,
  signable: Signable,
): Promise<TransferRecord> {
  const nonce = numberToHex(signable.userOperation.nonce)
  if (record.signedNonce === undefined) return save(run, record, { signedNonce: nonce })
  if (record.signedNonce === nonce) return record
  throw new NonceChangedError(record.intent.reference, record.signedNonce, nonce)
}

/**
 * Steps 3 and 4: has the signing endpoint sign, and checks what it returns.
 *
 * @throws {SIGNATURE_REFUSED}
 */
export async function signAndCheck(
  run: Run,
  record: TransferRecord,
  signable: Signable,
  sign: Sign,
): Promise<Hex> {
  const { reference, chainId, signerAddress } = record.intent
  const { message } = signable
  const userOperation = toUserOperationJson(signable.userOperation)
  const payload = { kind: 'userOperation', chainId, entryPoint, userOperation } as const
  const { signature } = await sign({ message, signerAddress, payload, reference })
  run.onStep({ step: 'sign', signature })
  await checkSignature(message, signature, signerAddress)
  run.onStep({ step: 'check', signerAddress })
  return signature
}

/** Whether this signer's approval is in, so that only waiting is left. */
export function hasApproved(transaction: Transaction, signer: Address): boolean {
  const isOurs = (one: { signer: { locator: string } }): boolean => isSigner(one.signer.locator, signer)
  return transaction.approvals.submitted.some(isOurs) && !transaction.approvals.pending.some(isOurs)
}

/** The transaction does not ask this signer for anything. */
export class NothingToSignError extends Error {
  override readonly name = 'NothingToSignError'
  readonly code = 'NOTHING_TO_SIGN'
  readonly transactionId: string
  readonly status: string
  readonly pendingSigners: readonly string[]

  constructor(transaction: Transaction, signer: Address) {
    const pending = transaction.approvals.pending.map(one => one.signer.locator)
    const asked = pending.length === 0 ? 'nobody' : pending.join(', ')
    super(
      transaction.status === 'awaiting-approval'
        ? `transaction ${transaction.id} awaits the approval of ${asked}, not of ${signer}. Check the signer address, and that it is a signer of the wallet`
        : `transaction ${transaction.id} is ${transaction.status}: it needs no approval`,
    )
    this.transactionId = transaction.id
    this.status = transaction.status
    this.pendingSigners = pending
  }
}

/** Signing this too could pay twice. */
export class NonceChangedError extends Error {
  override readonly name = 'NonceChangedError'
  readonly code = 'NONCE_CHANGED'
  readonly reference: string
  readonly signedNonce: Hex
  readonly nonce: Hex

  constructor(reference: string, signedNonce: Hex, nonce: Hex) {
    super(
      `the transaction of reference ${JSON.stringify(reference)} now has nonce ${nonce}, but nonce ${signedNonce} was signed before: both could be executed. ` +
        'Find out on a block explorer whether the earlier one was, then pay under a new reference if it was not',
    )
    this.reference = reference
    this.signedNonce = signedNonce
    this.nonce = nonce
  }
}
