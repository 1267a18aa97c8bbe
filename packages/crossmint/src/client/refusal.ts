// Turns a non-2xx answer into a CrossmintError. Crossmint's error bodies come in two documented shapes,
// `{ error: true, message, code? }` and `{ error: { reason, message }, message? }`; bodies of 401, 403, 429 and 5xx
// are undocumented, so anything is taken.
import { clean } from './answer.ts'
import { complianceAdvice, readComplianceReason } from './compliance.ts'
import { CrossmintError, type CrossmintErrorCode, type CrossmintFacts } from './error.ts'

export type Refusal = {
  readonly operation: string
  readonly status: number
  /** Parsed JSON body; undefined if it was not JSON. */
  readonly body: unknown
  readonly retryAfter?: number | undefined
  /** Whether sending it again is harmless. */
  readonly repeatable: boolean
  /** What 409 and 422 mean depends on what was asked. */
  readonly meaning: Meaning
}

/** Codes that two statuses stand for at some endpoint. */
export type Meaning = { readonly 409: CrossmintErrorCode; readonly 422: CrossmintErrorCode }

const simulationReasons = ['execution_reverted', 'build_failed', 'program_error', 'failed_to_land_on_chain']

/** The error for a refused request. The status decides; the words only tell the other 4xx apart. */
export function toCrossmintError(refusal: Refusal): CrossmintError {
  const { status } = refusal
  const { reason, message } = readErrorBody(refusal.body)
  const facts: CrossmintFacts = {
    operation: refusal.operation,
    status,
    detail: message === '' ? undefined : message,
    reason,
    retryAfter: refusal.retryAfter,
    repeatable: refusal.repeatable,
  }
  if (status === 429) return new CrossmintError('CROSSMINT_RATE_LIMITED', facts)
  if (status === 408 || status >= 500) return new CrossmintError('CROSSMINT_UNAVAILABLE', facts)
  if (status === 401) return new CrossmintError('CROSSMINT_UNAUTHORIZED', facts)
  if (status === 404) return new CrossmintError('CROSSMINT_NOT_FOUND', facts)
  if (status === 403)
    return new CrossmintError(isNotEnabled(message) ? 'CROSSMINT_NOT_ENABLED' : 'CROSSMINT_FORBIDDEN', facts)
  const compliance = readComplianceReason(reason, message)
  if (compliance !== undefined) {
    const hint = complianceAdvice[compliance]
    return new CrossmintError('CROSSMINT_COMPLIANCE_REFUSED', { ...facts, reason: compliance }, hint)
  }
  return new CrossmintError(codeOf(refusal, reason, message), facts)
}

function codeOf(refusal: Refusal, reason: string | undefined, message: string): CrossmintErrorCode {
  if (/kyc is in progress/i.test(message)) return 'CROSSMINT_KYC_IN_PROGRESS'
  if (isNotEnabled(message)) return 'CROSSMINT_NOT_ENABLED'
  if (/\binsufficient\b|\bexceeds (?:the )?(?:available )?balance\b/i.test(message))
    return 'CROSSMINT_INSUFFICIENT_FUNDS'
  if (reason !== undefined && simulationReasons.includes(reason)) return 'CROSSMINT_SIMULATION_FAILED'
  switch (refusal.status) {
    case 409:
      return refusal.meaning[409]
    case 422:
      return refusal.meaning[422]
    default:
      return 'CROSSMINT_INVALID_REQUEST'
  }
}

function isNotEnabled(message: string): boolean {
  return /treasury wallets are not enabled|not configured to support regulated transfers/i.test(message)
}

function readErrorBody(body: unknown): { reason: string | undefined; message: string } {
  const outer = isObject(body) ? body : {}
  const inner = isObject(outer['error']) ? outer['error'] : {}
  const revert = isObject(inner['revert']) ? inner['revert'] : {}
  const said = [outer['message'] ?? inner['message'], revert['reason']].filter(one => typeof one === 'string')
  const reason = inner['reason'] ?? outer['code']
  return {
    reason: typeof reason === 'string' ? clean(reason) : undefined,
    // Crossmint echoes locators, and a user's holds an e-mail address.
    message: clean([...new Set(said)].join(': ')).replace(/[^\s@:"'<>]+@[^\s@:"'<>]+/g, '[e-mail address]'),
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
