// A connection to KMS in one region: signs, sends, reads, asks again where that may help, and leaves KMS alone while it
// fails time after time.
import { type JsonObject, readAwsJson } from './awsJson.ts'
import { createCircuit, type Passage } from './circuit.ts'
import { createHttpClient } from './httpExchange.ts'
import { judge, type KmsAttempt, type KmsSubject, unreachable } from './kmsAttempt.ts'
import { KmsError } from './kmsError.ts'
import { type RetryTiming, retry } from './kmsRetry.ts'
import { type AwsCredentials, createRequestSigner } from './sigV4.ts'

/** In milliseconds. */
export type KmsTiming = RetryTiming & {
  /** How long connecting may take, with TLS. */
  readonly connectMs: number
  /** How long one attempt may take. */
  readonly requestMs: number
  /** How long nothing is sent after five failed attempts in a row; it doubles with each failed probe. */
  readonly openMs: number
  readonly longestOpenMs: number
}

export type KmsConnection = {
  /**
   * Asks KMS.
   *
   * @param subject The operation, and the key for errors.
   * @param input The operation's input, as it is on the wire.
   * @throws {KmsError} why KMS refused, or that it gave no answer; KMS_UNAVAILABLE once `close` was called.
   */
  readonly ask: (
    subject: KmsSubject,
    input: Readonly<Record<string, string>>,
  ) => Promise<{
    readonly body: JsonObject
    readonly requestId: string | undefined
    readonly attempts: number
  }>
  /** Lets what was asked come to its end, sends nothing else, and resolves when no connection is left. */
  readonly close: () => Promise<void>
  /** Uses no connection again that exists now, for what came over one of them was not the answer to what was asked. */
  readonly renew: () => void
}

/**
 * Makes a connection to KMS. Nothing is sent before something is asked.
 *
 * @param options.endpoint An http: or https: URL, of which host and port are used.
 * @param options.credentials Gives the credentials, for each attempt.
 * @param options.deadlineMs How long one question may take with all its attempts, in milliseconds.
 * @param options.clock The time, in milliseconds since 1970.
 * @returns The connection.
 */
export const connectKms = (options: {
  readonly region: string
  readonly endpoint: URL
  readonly credentials: () => AwsCredentials
  readonly timing: KmsTiming
  readonly deadlineMs: number
  readonly clock: () => number
}): KmsConnection => {
  const { region, endpoint, credentials, timing, deadlineMs, clock } = options
  const client = createHttpClient(endpoint)
  const sign = createRequestSigner({ region, service: 'kms' })
  const circuit = createCircuit(timing, () => performance.now())
  // What our clock lacks of KMS's: learnt when KMS refuses a signature for its time, and kept.
  let clockOffset = 0
  const asked = new Set<Promise<unknown>>()
  let closed: Promise<void> | undefined

  const attempt = async (
    subject: KmsSubject,
    body: string,
    remainingMs: number,
    passage: Passage,
  ): Promise<KmsAttempt<JsonObject>> => {
    const given = readCredentials(credentials, subject)
    if (given instanceof KmsError) return { kind: 'final', error: given }
    const signedAt = clock() + clockOffset
    const headers = {
      host: endpoint.host,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `TrentService.${subject.operation}`,
    }
    const { connectMs, requestMs } = timing
    try {
      const signed = sign({ headers, body }, given, signedAt)
      const answer = await client.post({ headers: signed, body, connectMs, requestMs, remainingMs })
      const theirs = Date.parse(answer.headers.date ?? '')
      const isClockWrong = isPlausible(theirs) && Math.abs(theirs - signedAt) > LARGEST_LAG_MS
      const outcome = judge(readAwsJson(answer), subject, isClockWrong)
      if (outcome.kind === 'clock') clockOffset = theirs - clock()
      if (outcome.kind === 'transient') passage.failed(outcome.error.code)
      // Of a throttled request it depends on whether it gets through in the end.
      else if (outcome.kind !== 'throttled') passage.answered()
      return outcome
    } catch (error) {
      passage.failed('KMS_UNAVAILABLE')
      return unreachable(subject, error instanceof Error ? error.message : 'no answer')
    }
  }

  const send = async (subject: KmsSubject, body: string) => {
    const passage = circuit.enter()
    if (passage.refused !== undefined)
      throw new KmsError(passage.refused, {
        ...subject,
        retryAfterMs: passage.retryAfterMs,
        detail: 'not sent: the last requests have all failed so',
      })
    try {
      const attempting = (remainingMs: number) => attempt(subject, body, remainingMs, passage)
      return await retry(attempting, timing, deadlineMs, passage.mayRepeat)
    } catch (error) {
      if (error instanceof KmsError && error.code === 'KMS_THROTTLED') passage.failed(error.code)
      throw error
    } finally {
      passage.leave()
    }
  }

  return {
    ask: async (subject, input) => {
      // Who waits for a signature is to ask again, and then meets what stands in the place of this one.
      if (closed !== undefined)
        throw new KmsError('KMS_UNAVAILABLE', { ...subject, detail: 'not sent: the key was closed' })
      const answer = send(subject, JSON.stringify(input))
      asked.add(answer)
      return answer.finally(() => asked.delete(answer))
    },
    close: () => {
      closed ??= Promise.allSettled(asked).then(client.close)
      return closed
    },
    renew: client.renew,
  }
}

/** KMS allows five minutes; an answer takes less than one. */
const LARGEST_LAG_MS = 4 * 60_000

/** A time from 2000 to 2100. By any other one no signature is made: it is no clock's. */
const isPlausible = (time: number): boolean => time > Date.UTC(2000) && time < Date.UTC(2100)

/** Those that are missing, or that no header can carry, are not sent. */
const readCredentials = (
  credentials: () => AwsCredentials,
  subject: KmsSubject,
): AwsCredentials | KmsError => {
  try {
    const { accessKeyId, secretAccessKey, sessionToken } = credentials()
    if (!accessKeyId || !secretAccessKey) return new KmsError('KMS_CREDENTIALS_MISSING', subject)
    const isText = [accessKeyId, sessionToken ?? ''].every(text => /^[!-~]*$/.test(text))
    if (isText) return { accessKeyId, secretAccessKey, sessionToken: sessionToken || undefined }
    return new KmsError('KMS_CREDENTIALS_REJECTED', { ...subject, detail: 'they are not printable ASCII' })
  } catch (cause) {
    return new KmsError('KMS_CREDENTIALS_MISSING', { ...subject, cause })
  }
}
