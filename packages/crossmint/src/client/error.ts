// What can go wrong at Crossmint, as one error with a stable code, Crossmint's own words, and what to do about it.
import type { ComplianceReason } from './compliance.ts'

export type CrossmintErrorCode = keyof typeof advice

export type CrossmintFacts = {
  /** Completes "Crossmint could not ...". */
  readonly operation: string
  /** HTTP status; undefined if no answer came. */
  readonly status?: number | undefined
  /** Crossmint's own words, or what happened instead of an answer. */
  readonly detail?: string | undefined
  /** With CROSSMINT_COMPLIANCE_REFUSED: the reason's current name. With CROSSMINT_SIMULATION_FAILED: Crossmint's. */
  readonly reason?: ComplianceReason | (string & {}) | undefined
  /** With CROSSMINT_RATE_LIMITED: seconds to wait, where Crossmint said so. */
  readonly retryAfter?: number | undefined
  /** Whether sending it again is harmless; if not said, it is not. */
  readonly repeatable?: boolean | undefined
  readonly cause?: unknown
}

const advice = {
  CROSSMINT_UNAUTHORIZED: 'Check that the API key is right, not revoked, and of this environment.',
  CROSSMINT_FORBIDDEN:
    'The API key lacks a scope: wallets.create, wallets.read, wallets:balance.read, wallets:transactions.create, wallets:transactions.sign, wallets:transactions.read, users.create.',
  CROSSMINT_NOT_FOUND:
    'Check the wallet locator or id, and that the API key is of the same project and environment.',
  CROSSMINT_INVALID_REQUEST: 'Correct the request; it was refused as it stands.',
  CROSSMINT_CONFLICT:
    'It collides with something that exists or is under way; look at its state before trying again.',
  CROSSMINT_COMPLIANCE_REFUSED: 'Look up why in the console before trying again.',
  CROSSMINT_KYC_IN_PROGRESS:
    'The recipient is still being screened. Try again in a minute, with the same reference.',
  CROSSMINT_INSUFFICIENT_FUNDS: 'Fund the treasury wallet and run it again, with the same reference.',
  CROSSMINT_ALREADY_SUBMITTED: 'This signer has approved already; read the transaction for its state.',
  CROSSMINT_QUORUM_REACHED: 'The transaction has all its approvals; read it for its state.',
  CROSSMINT_RATE_LIMITED:
    'Wait before trying again; Crossmint allows 120 writes and 360 reads a minute per project.',
  CROSSMINT_SIMULATION_FAILED: 'The transaction would fail on chain, so Crossmint did not create it.',
  CROSSMINT_NOT_ENABLED: 'Ask Crossmint to enable this for the project (console, or support@crossmint.com).',
  CROSSMINT_UNAVAILABLE:
    'Crossmint did not answer properly, and may have done it all the same: look before running it again.',
  CROSSMINT_MALFORMED_ANSWER: 'Check that the base URL is Crossmint; otherwise its API has changed.',
} as const

/**
 * Crossmint refused, failed or could not be understood. Never carries the API key or anything of the request's body.
 */
export class CrossmintError extends Error {
  override readonly name = 'CrossmintError'
  readonly code: CrossmintErrorCode
  readonly operation: string
  readonly status: number | undefined
  readonly detail: string | undefined
  readonly reason: ComplianceReason | (string & {}) | undefined
  readonly retryAfter: number | undefined

  constructor(code: CrossmintErrorCode, facts: CrossmintFacts, hint: string = adviceFor(code, facts)) {
    const said = facts.detail ?? (facts.status === undefined ? 'no answer' : `HTTP ${facts.status}`)
    super(`Crossmint could not ${facts.operation}: ${said.replace(/[.\s]+$/, '')}. ${hint}`, {
      cause: facts.cause,
    })
    this.code = code
    this.operation = facts.operation
    this.status = facts.status
    this.detail = facts.detail
    this.reason = facts.reason
    this.retryAfter = facts.retryAfter
  }
}

function adviceFor(code: CrossmintErrorCode, { repeatable = false }: CrossmintFacts): string {
  return code === 'CROSSMINT_UNAVAILABLE' && repeatable
    ? 'Crossmint did not answer properly. Running it again is safe.'
    : advice[code]
}
