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
  /** What 409 and 422 mean depends on what was asked. */
  readonly meaning: Meaning
}

/** Codes that two statuses stand for at some endpoint. */
export type Meaning = { readonly 409: CrossmintErrorCode; readonly 422: CrossmintErrorCode }

const simulationReasons = ['execution_reverted', 'build_failed', 'program_error', 'failed_to_land_on_chain']

/** The error for a refused request. */
export function toCrossmintError(refusal: Refusal): CrossmintError {
  const { status } = refusal
  const { reason, message } = readErrorBody(refusal.body)
  const facts: CrossmintFacts = {
    operation: refusal.operation,
    status,
    detail: message === '' ? undefined : message,
    reason,
    retryAfter: refusal.retryAfter,
  }
  if (status === 429) return new CrossmintError('CROSSMINT_RATE_LIMITED', facts)
  if (status === 408 || status >= 500) return new CrossmintError('CROSSMINT_UNAVAILABLE', facts)
  const compliance = readComplianceReason(reason, message)
  if (compliance !== undefined) {
    const hint = `${complianceAdvice[compliance]} Nothing was signed or sent.`
    return new CrossmintError('CROSSMINT_COMPLIANCE_REFUSED', { ...facts, reason: compliance }, hint)
  }
  return new CrossmintError(codeOf(refusal, reason, message), facts)
}

function codeOf(refusal: Refusal, reason: string | undefined, message: string): CrossmintErrorCode {
  if (/kyc is in progress/i.test(message)) return 'CROSSMINT_KYC_IN_PROGRESS'
  if (/treasury wallets are not enabled|not configured to support regulated transfers/i.test(message))
    return 'CROSSMINT_NOT_ENABLED'
  if (/\binsufficient\b|\bexceeds (?:the )?(?:available )?balance\b/i.test(message))
    return 'CROSSMINT_INSUFFICIENT_FUNDS'
  if (reason !== undefined && simulationReasons.includes(reason)) return 'CROSSMINT_SIMULATION_FAILED'
  switch (refusal.status) {
    case 401:
      return 'CROSSMINT_UNAUTHORIZED'
    case 403:
      return 'CROSSMINT_FORBIDDEN'
    case 404:
      return 'CROSSMINT_NOT_FOUND'
    case 409:
      return refusal.meaning[409]
    case 422:
      return refusal.meaning[422]
    default:
      return 'CROSSMINT_INVALID_REQUEST'
  }
}

function readErrorBody(body: unknown): { reason: string | undefined; message: string } {
  const outer = isObject(body) ? body : {}
  const inner = isObject(outer['error']) ? outer['error'] : {}
  const revert = isObject(inner['revert']) ? inner['revert'] : {}
  const said = [outer['message'] ?? inner['message'], revert['reason']].filter(one => typeof one === 'string')
  const reason = inner['reason'] ?? outer['code']
  return {
    reason: typeof reason === 'string' ? clean(reason) : undefined,
    message: clean([...new Set(said)].join(': ')),
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
