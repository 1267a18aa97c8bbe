// One JSON line for each request. The object written below is the whole list of what may be logged: neither a signature
// nor call data is in it. The digest and the KMS request ids join it to CloudTrail, which records that a key signed but
// never what. https://docs.aws.amazon.com/kms/latest/developerguide/ct-sign.html
import type { Effect } from './effects/effect.ts'
import type { Principal } from './policy/inquiry.ts'
import type { Reason } from './policy/reason.ts'
import type { Prepared } from './prepare.ts'
import type { ProblemCode } from './problem.ts'
import type { SigningRequest } from './request.ts'

/** What is known of a request; it grows while the request is answered. Times in milliseconds since 1970. */
export type Facts = {
  readonly requestId: string
  readonly principal: Principal | undefined
  readonly started: number
  readonly kmsRequestIds: string[]
  request?: SigningRequest
  prepared?: Prepared
  policyVersion?: string
  keyId?: string
  rules?: readonly string[]
  /** How long the key took to sign or to fail, in milliseconds. */
  keyDuration?: number
  reasons?: readonly Reason[]
  problem?: { readonly code: ProblemCode; readonly error: unknown }
}

/**
 * Writes the log line of a request that has been answered.
 *
 * @param facts What has become known of it.
 * @param status The HTTP status of the answer.
 * @param ended When it was answered, in milliseconds since 1970.
 * @returns JSON of ASCII, without a line break. Amounts are decimal strings of base units; durations are in milliseconds.
 */
export const logLine = (facts: Facts, status: number, ended: number): string => {
  const { principal, request, prepared, problem } = facts
  const line = {
    time: new Date(facts.started).toISOString(),
    requestId: facts.requestId,
    principal: principal?.arn,
    sourceIp: principal?.sourceIp,
    status,
    outcome: outcomeOf(facts, status),
    code: problem?.code,
    error: status < 500 ? undefined : describeError(problem),
    dryRun: request?.dryRun,
    reference: request?.reference,
    kind: prepared?.kind,
    scheme: request?.scheme,
    chainId: prepared?.chainId,
    signerAddress: request?.signerAddress,
    account: prepared?.account,
    hash: prepared?.hash,
    digest: prepared?.digest,
    effects: prepared?.effects.map(withoutText),
    rules: facts.rules,
    reasons: facts.reasons?.map(reason => reason.code),
    policyVersion: facts.policyVersion,
    keyId: facts.keyId,
    kmsRequestIds: facts.kmsRequestIds,
    durations: { total: ended - facts.started, key: facts.keyDuration },
  }
  return toAscii(
    JSON.stringify(line, (_name, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
  )
}

/** The text of a personal message is what is signed; its hash is enough to find it by. */
const withoutText = (effect: Effect): Effect =>
  effect.kind === 'message' ? { ...effect, text: undefined } : effect

/** Names in typed data are foreign text, which can hold what turns a line around or colours a terminal. */
const toAscii = (json: string): string =>
  json.replace(/[^ -~]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** `explained`: the decision was asked for, and no signature. */
const outcomeOf = ({ request, reasons }: Facts, status: number): string => {
  if (status === 200) return request?.dryRun === true ? 'explained' : 'signed'
  if (reasons !== undefined) return 'denied'
  return status < 500 ? 'refused' : 'failed'
}

/** What AWS or the key said. Of a defect only its place: the message could quote what was sent. */
const describeError = (problem: Facts['problem']): string | undefined => {
  if (!(problem?.error instanceof Error)) return undefined
  const { name, message, stack = '' } = problem.error
  if (problem.code !== 'INTERNAL_ERROR') return message
  const place = stack.slice(stack.indexOf(message) + message.length).split('\n')[1]
  return `${name}${place === undefined ? '' : ` ${place.trim()}`}`
}
