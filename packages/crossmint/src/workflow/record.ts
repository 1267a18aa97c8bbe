// What the journal keeps of one payment. Never a signature: one can be asked for again, and a stolen journal then
// holds nothing that can be submitted.
import type { Hex } from 'viem'
import { parseAmount } from '../amount.ts'
import {
  address,
  array,
  count,
  hex,
  object,
  oneOf,
  optional,
  quantity,
  type Reader,
  text,
} from '../client/answer.ts'
import type { ResolvedIntent } from './intent.ts'
import type { TransferReceipt } from './receipt.ts'

export type TransferRecord = {
  readonly version: 1
  readonly intent: ResolvedIntent
  readonly idempotencyKey: string
  /** The one transaction that may be signed and approved for this reference. Recorded before anything is signed. */
  readonly transactionId?: string | undefined
  /**
   * The one account nonce that may be signed for this reference: the chain executes at most one operation with it.
   * Recorded just before the signing endpoint is asked, so from then on a signature may exist.
   */
  readonly signedNonce?: Hex | undefined
  /** The user operation hashes that were given to be signed, oldest first; all have that nonce. */
  readonly signedHashes?: readonly Hex[] | undefined
  readonly outcome?: TransferOutcome | undefined
  /** ISO 8601 in UTC. */
  readonly startedAt: string
  readonly updatedAt: string
}

export type TransferOutcome =
  | { readonly status: 'success'; readonly receipt: TransferReceipt }
  | { readonly status: 'failed'; readonly reason: string; readonly message: string }

const intent: Reader<ResolvedIntent> = object<ResolvedIntent>({
  reference: text,
  wallet: text,
  walletAddress: address,
  chain: text,
  chainId: count,
  token: text,
  tokenAddress: address,
  decimals: count,
  recipient: address,
  amount: text,
  signerAddress: address,
})

const receipt: Reader<TransferReceipt> = object<TransferReceipt>({
  status: oneOf('success'),
  reference: text,
  transactionId: text,
  wallet: text,
  walletAddress: address,
  chain: text,
  chainId: count,
  token: text,
  tokenAddress: address,
  decimals: count,
  recipient: address,
  amount: text,
  signerAddress: address,
  userOperationHash: hex(32),
  transactionHash: optional(hex(32)),
  explorerLink: optional(text),
  completedAt: optional(text),
  confirmedBy: oneOf('transaction', 'activity'),
})

const success: Reader<TransferOutcome> = object<{ status: 'success'; receipt: TransferReceipt }>({
  status: oneOf('success'),
  receipt,
})

const failure: Reader<TransferOutcome> = object<{ status: 'failed'; reason: string; message: string }>({
  status: oneOf('failed'),
  reason: text,
  message: text,
})

const nonce: Reader<Hex> = (value, path) => {
  quantity(256)(value, path)
  return value as Hex
}

/** Reads a record strictly: a journal that cannot be understood stops the payment, it never restarts it. */
export const readRecord: Reader<TransferRecord> = object<TransferRecord>({
  version: (value, path) => (value === 1 ? 1 : oneOf<never>()(value, path)),
  intent,
  idempotencyKey: text,
  transactionId: optional(text),
  signedNonce: optional(nonce),
  signedHashes: optional(array(hex(32))),
  outcome: optional((value, path) => {
    const { status } = object<{ status: 'success' | 'failed' }>({ status: oneOf('success', 'failed') })(
      value,
      path,
    )
    return status === 'success' ? success(value, path) : failure(value, path)
  }),
  startedAt: text,
  updatedAt: text,
})

/**
 * Where two intents under one reference are different payments. How wallet and chain are named does not count, nor does
 * the signer: a key may be rotated while a payment is under way.
 */
export function compareIntents(recorded: ResolvedIntent, asked: ResolvedIntent): readonly IntentDifference[] {
  const fields = ['walletAddress', 'chainId', 'tokenAddress', 'recipient'] as const
  const differences = fields
    .filter(field => recorded[field] !== asked[field])
    .map(field => ({ field, recorded: String(recorded[field]), asked: String(asked[field]) }))
  const isSameAmount =
    parseAmount(recorded.amount, recorded.decimals) === parseAmount(asked.amount, asked.decimals)
  if (isSameAmount) return differences
  const show = ({ amount, decimals }: ResolvedIntent): string => `${amount} (${decimals} decimals)`
  return [...differences, { field: 'amount', recorded: show(recorded), asked: show(asked) }]
}

/** Of a payment that is not approved yet, the signer cannot change any more. @throws {REFERENCE_CONFLICT} */
export function requireSameSigner(recorded: ResolvedIntent, asked: ResolvedIntent): void {
  if (recorded.signerAddress === asked.signerAddress) return
  const difference = {
    field: 'signerAddress',
    recorded: recorded.signerAddress,
    asked: asked.signerAddress,
  }
  throw new ReferenceConflictError(recorded.reference, [difference])
}

export type IntentDifference = { readonly field: string; readonly recorded: string; readonly asked: string }

/** The reference already stands for another payment, or for this one with another signer. */
export class ReferenceConflictError extends Error {
  override readonly name = 'ReferenceConflictError'
  readonly code = 'REFERENCE_CONFLICT'
  readonly reference: string
  readonly differences: readonly IntentDifference[]

  constructor(reference: string, differences: readonly IntentDifference[]) {
    const isSamePayment = differences.every(one => one.field === 'signerAddress')
    const quoted = JSON.stringify(reference)
    super(
      [
        isSamePayment
          ? `reference ${quoted} already stands for this very payment, which awaits the approval of another signer:`
          : `reference ${quoted} already stands for another payment:`,
        ...differences.map(one => `  - ${one.field}: recorded ${one.recorded}, now asked for ${one.asked}`),
        isSamePayment
          ? 'Do not pay it again under a new reference. Set the recorded signer again and repeat the command.'
          : 'Use a new reference for a new payment.',
      ].join('\n'),
    )
    this.reference = reference
    this.differences = differences
  }
}
