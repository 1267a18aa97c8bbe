// What came of one attempt to ask KMS, and whether another one may help.
import type { AwsJsonAnswer, AwsJsonError } from './awsJson.ts'
import { KmsError, type KmsOperation, toKmsError } from './kmsError.ts'

export type KmsAttempt<Answer> =
  | { readonly kind: 'answered'; readonly body: Answer; readonly requestId: string | undefined }
  | KmsFailure

export type KmsFailure = {
  /**
   * `throttled` and `transient` pass with time; `clock` and `expired` are over once the clock's offset is corrected, or
   * the credentials are asked for anew; nothing helps what is `final`.
   */
  readonly kind: 'throttled' | 'transient' | 'clock' | 'expired' | 'final'
  readonly error: KmsError
}

/** What a request is about, for its errors. */
export type KmsSubject = { readonly operation: KmsOperation; readonly keyId: string }

/**
 * Tells what an answer means.
 *
 * @param answer The answer.
 * @param subject What was asked.
 * @param isClockWrong Whether the answer's time differs from that of the signature by more than the network explains.
 */
export const judge = (
  answer: AwsJsonAnswer,
  subject: KmsSubject,
  isClockWrong: boolean,
): KmsAttempt<Extract<AwsJsonAnswer, { kind: 'answered' }>['body']> => {
  if (answer.kind === 'answered') return answer
  if (answer.kind === 'broken' && answer.status !== 429)
    return unreachable(subject, answer.detail, answer.requestId)
  const refused: AwsJsonError =
    answer.kind === 'broken' ? { ...answer, kind: 'refused', name: '', message: answer.detail } : answer
  const error = refusal(refused, subject)
  if (isClockWrong && CLOCK_ERRORS.has(refused.name)) return { kind: 'clock', error }
  if (EXPIRED.has(refused.name)) return { kind: 'expired', error }
  if (error.code === 'KMS_THROTTLED') return { kind: 'throttled', error }
  return { kind: error.code === 'KMS_UNAVAILABLE' ? 'transient' : 'final', error }
}

/**
 * A request that has got no answer of KMS.
 *
 * @param detail Why not. It goes into the error's text.
 */
export const unreachable = (
  subject: KmsSubject,
  detail: string,
  requestId?: string | undefined,
): KmsFailure => ({
  kind: 'transient',
  error: new KmsError('KMS_UNAVAILABLE', { ...subject, detail, requestId }),
})

/** By what names AWS says that the time of a signature is not its own. */
const CLOCK_ERRORS: ReadonlySet<string> = new Set([
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'RequestTimeTooSkewed',
  'RequestExpired',
  'RequestInTheFuture',
])

const EXPIRED: ReadonlySet<string> = new Set([
  'ExpiredTokenException',
  'ExpiredToken',
  'TokenRefreshRequired',
])

/** How much of KMS's words is told: what stands before it may have many. */
const LONGEST_MESSAGE = 1_000

const refusal = ({ name, message, status, requestId }: AwsJsonError, subject: KmsSubject): KmsError => {
  const cause = Object.assign(new Error(message.slice(0, LONGEST_MESSAGE)), {
    name,
    $metadata: { requestId, httpStatusCode: status },
  })
  return toKmsError(cause, subject.operation, subject.keyId)
}
