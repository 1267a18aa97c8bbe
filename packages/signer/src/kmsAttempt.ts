// What came of one attempt to ask KMS, and whether another one may help.
import type { AwsJsonAnswer, AwsJsonError } from './awsJson.ts'
import { KmsError, type KmsErrorCode, type KmsOperation, toKmsError } from './kmsError.ts'

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
  if (answer.kind === 'broken') return unreachable(subject, answer.detail, answer.requestId)
  const error = refusal(answer, subject)
  if (isClockWrong && CLOCK_ERRORS.has(answer.name)) return { kind: 'clock', error }
  if (answer.name === 'ExpiredTokenException') return { kind: 'expired', error }
  return { kind: kindOf(error.code, answer.status), error }
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

/** By what names, besides its own, KMS or what stands before it may say that there are too many requests. */
const THROTTLED = /^(?:Throttl|TooManyRequests|RequestThrottled|RequestLimitExceeded|LimitExceeded|SlowDown)/

const refusal = ({ name, message, status, requestId }: AwsJsonError, subject: KmsSubject): KmsError => {
  const isThrottled = THROTTLED.test(name) || status === 429
  const cause = Object.assign(new Error(message), {
    name: isThrottled ? 'ThrottlingException' : name,
    $metadata: { requestId },
  })
  return toKmsError(cause, subject.operation, subject.keyId)
}

/** An error that KMS is known by decides whatever its status is; of others, the status tells. */
const kindOf = (code: KmsErrorCode, status: number): KmsFailure['kind'] => {
  if (code === 'KMS_THROTTLED') return 'throttled'
  const passes = code === 'KMS_UNAVAILABLE' || (code === 'KMS_UNEXPECTED' && status >= 500)
  return passes ? 'transient' : 'final'
}
