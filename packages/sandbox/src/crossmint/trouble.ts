// Trouble on demand: makes the sandbox misbehave as the real API does on bad days. For tests, and for people
// trying things.
import type { Address } from 'viem'
import type { RecipientRefusal } from './compliance.ts'
import type { TransactionError } from './errors.ts'

export type RequestFailure = 'rate-limited' | 'server-error' | 'bad-gateway'

export type Trouble = {
  /** Answers the next `count` (1) requests with 429, 500, or a proxy's HTML page with status 502. */
  readonly failRequests: (failure: RequestFailure, count?: number) => void
  /** The next approved transaction ends `failed` with this error; nothing reaches the chain. */
  readonly failTransaction: (error: TransactionError) => void
  /**
   * Approved transactions stay `pending` for good: not sent at all, or sent, so that the money moves all the
   * same.
   */
  readonly holdPending: (where: 'before-sending' | 'after-landing') => void
  /** The next `count` regulated transfers are refused because the recipient's KYC is in progress. */
  readonly kycPending: (count: number) => void
  /** Refuses every regulated transfer to the wallet. */
  readonly refuseRecipient: (recipient: Address, reason: RecipientRefusal) => void
  /** Milliseconds from the approval to the broadcast. */
  readonly settleAfter: (milliseconds: number) => void
  /** Ends all trouble. Transactions that were held stay held. */
  readonly reset: () => void
}

/** What is set at the moment; the counters go down as they are used. */
export type TroubleState = {
  requests: { failure: RequestFailure; count: number }
  transaction: TransactionError | undefined
  hold: 'before-sending' | 'after-landing' | undefined
  kycPending: number
  readonly recipients: Map<string, RecipientRefusal>
  settleAfter: number
}

export const createTrouble = (settleAfter: number): { trouble: Trouble; state: TroubleState } => {
  const state: TroubleState = {
    requests: { failure: 'server-error', count: 0 },
    transaction: undefined,
    hold: undefined,
    kycPending: 0,
    recipients: new Map(),
    settleAfter,
  }
  const trouble: Trouble = {
    failRequests: (failure, count = 1) => {
      state.requests = { failure, count }
    },
    failTransaction: error => {
      state.transaction = error
    },
    holdPending: where => {
      state.hold = where
    },
    kycPending: count => {
      state.kycPending = count
    },
    refuseRecipient: (recipient, reason) => {
      state.recipients.set(recipient.toLowerCase(), reason)
    },
    settleAfter: milliseconds => {
      state.settleAfter = milliseconds
    },
    reset: () => {
      state.requests.count = 0
      state.transaction = undefined
      state.hold = undefined
      state.kycPending = 0
      state.recipients.clear()
      state.settleAfter = settleAfter
    },
  }
  return { trouble, state }
}
