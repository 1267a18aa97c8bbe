// Steps 2 and 3, compare and sign. Before the endpoint is asked, the account nonce and the hash go into the journal, and
// no other nonce is ever signed for this reference: even if Crossmint rebuilds the operation, the chain executes one.
import { type Address, type Hex, numberToHex } from 'viem'
import type { Transaction } from '../client/transaction.ts'
import { entryPoint, toUserOperationJson, type UserOperationJson } from '../verify/userOperation.ts'
import type { VerifiedTransfer } from '../verify/verifyTransfer.ts'
import { namePending, needsApproval } from './approvals.ts'
import { checkSignature } from './checkSignature.ts'
import { compare } from './compare.ts'
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
 * @throws {TRANSFER_MISMATCH} @throws {SIGNED_TRANSFER_CHANGED} @throws {NOTHING_TO_SIGN}
 */
export function compareSignable(run: Run, record: TransferRecord, transaction: Transaction): Signable {
  const { signerAddress } = record.intent
  if (!needsApproval(record, transaction)) throw new NothingToSignError(transaction, signerAddress)
  const verified = compare(run, record, transaction)
  const { pendingSigner } = verified
  if (pendingSigner === undefined) throw new NothingToSignError(transaction, signerAddress)
  return { ...verified, pendingSigner }
}

/** Binds the reference to the operation's nonce, for good, and notes its hash as signed. @throws {NONCE_CHANGED} */
export async function bindOperation(
  run: Run,
  record: TransferRecord,
  { message, userOperation }: Signable,
): Promise<TransferRecord> {
  const { signedNonce, signedHashes = [] } = record
  const nonce = numberToHex(userOperation.nonce)
  if (signedNonce !== undefined && signedNonce !== nonce)
    throw new NonceChangedError(record.intent.reference, signedNonce, signedHashes, nonce)
  if (signedHashes.includes(message)) return record
  return save(run, record, { signedNonce: nonce, signedHashes: [...signedHashes, message] })
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

/** The transaction does not ask this signer for anything. */
export class NothingToSignError extends Error {
  override readonly name = 'NothingToSignError'
  readonly code = 'NOTHING_TO_SIGN'
  readonly transactionId: string
  readonly status: string
  readonly pendingSigners: readonly string[]

  constructor(transaction: Transaction, signer: Address) {
    const asked = namePending(transaction, 'nobody')
    super(
      transaction.status === 'awaiting-approval'
        ? `transaction ${transaction.id} awaits the approval of ${asked}, not of ${signer}. Check the signer address, and that it is a signer of the wallet`
        : `transaction ${transaction.id} is ${transaction.status}: it needs no approval`,
    )
    this.transactionId = transaction.id
    this.status = transaction.status
    this.pendingSigners = transaction.approvals.pending.map(one => one.signer.locator)
  }
}

/** Signing this too could pay twice. */
export class NonceChangedError extends Error {
  override readonly name = 'NonceChangedError'
  readonly code = 'NONCE_CHANGED'
  readonly reference: string
  readonly signedNonce: Hex
  readonly signedHashes: readonly Hex[]
  readonly nonce: Hex

  constructor(reference: string, signedNonce: Hex, signedHashes: readonly Hex[], nonce: Hex) {
    super(
      `the transaction of reference ${JSON.stringify(reference)} now has nonce ${nonce}, but nonce ` +
        `${signedNonce} (user operation ${signedHashes.join(', ')}) was given to be signed before: with both signed, ` +
        'both could be executed, so the new one was not signed. The earlier one can be executed until its nonce is used. Pay again, ' +
        'under a new reference, only when a block explorer shows that another operation used that nonce',
    )
    this.reference = reference
    this.signedNonce = signedNonce
    this.signedHashes = signedHashes
    this.nonce = nonce
  }
}
