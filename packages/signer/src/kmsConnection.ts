// A connection to KMS in one region: signs, sends, reads, asks again where that may help, and leaves KMS alone while it
// fails time after time.
import { type JsonObject, readAwsJson } from './awsJson.ts'
import { createCircuit } from './circuit.ts'
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
  /** How long nothing is sent after five failures in a row; it doubles with each failed probe. */
  readonly openMs: number
  readonly longestOpenMs: number
}

export type KmsConnection = {
  /**
   * Asks KMS.
   *
   * @param subject The operation, and the key for errors.
   * @param input The operation's input, as it is on the wire.
   * @throws {KmsError} why KMS refused, or that it gave no answer.
   */
  readonly ask: (
    subject: KmsSubject,
    input: Readonly<Record<string, string>>,
  ) => Promise<{
    readonly body: JsonObject
    readonly requestId: string | undefined
    readonly attempts: number
  }>
  readonly close: () => void
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

  const attempt = async (
    subject: KmsSubject,
    body: string,
    remainingMs: number,
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
    const timeoutMs = Math.min(requestMs, remainingMs)
    const signed = sign({ headers, body }, given, signedAt)
    try {
      const answer = await client.post({ headers: signed, body, connectMs, timeoutMs })
      const lag = Date.parse(answer.headers.date ?? '') - signedAt
      const outcome = judge(readAwsJson(answer), subject, Math.abs(lag) > LARGEST_LAG_MS)
      if (outcome.kind === 'clock') clockOffset = signedAt + lag - clock()
      return outcome
    } catch (error) {
      return unreachable(subject, error instanceof Error ? error.message : 'no answer')
    }
  }

  return {
    ask: (subject, input) => {
      const body = JSON.stringify(input)
      return circuit.run(
        () => retry(remainingMs => attempt(subject, body, remainingMs), timing, deadlineMs),
        code => new KmsError(code, { ...subject, detail: 'not sent: the last requests have all failed so' }),
      )
    },
    close: client.close,
  }
}

/** KMS allows five minutes; an answer takes less than one. */
const LARGEST_LAG_MS = 4 * 60_000

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
