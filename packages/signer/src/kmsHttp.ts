// @coffer/signer/kms-http: a KMS key as a signing key, over Node's own HTTPS. It does what `awsKms` does, for what runs
// beside the key: nothing is loaded but this package.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html
// https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
import type { JsonObject } from './awsJson.ts'
import { encodeHex, type Hex } from './hex.ts'
import { checkPublicKey, checkSignature } from './kmsAnswer.ts'
import type { KmsSubject } from './kmsAttempt.ts'
import { connectKms, type KmsTiming } from './kmsConnection.ts'
import { endpointOf, regionOf } from './kmsEndpoint.ts'
import { KmsError } from './kmsError.ts'
import { parseKmsKeyId } from './kmsKeyId.ts'
import type { KmsRequest } from './kmsRequest.ts'
import type { SigningKey } from './signer.ts'
import type { AwsCredentials } from './sigV4.ts'

export type { KmsTiming } from './kmsConnection.ts'
export { KmsError, type KmsErrorCode, type KmsOperation } from './kmsError.ts'
export type { KmsRequest } from './kmsRequest.ts'
export type { AwsCredentials } from './sigV4.ts'

export type KmsHttpOptions = {
  /** A key id, a key ARN, `alias/name` or an alias ARN. */
  readonly keyId: string
  /** The key's region. The default is that of the ARN. */
  readonly region?: string | undefined
  /** The URL of KMS, without a path. The default is the region's, over TLS, in the partitions aws, aws-us-gov and aws-cn. */
  readonly endpoint?: string | undefined
  /** Gives the credentials; called for each time that a request is sent. */
  readonly credentials: () => AwsCredentials
  /** Called after each request that KMS answered. What it throws is lost: no signature is, for an observer's sake. */
  readonly onRequest?: ((request: KmsRequest) => void) | undefined
  /**
   * How long one request may take with all its retries, in milliseconds: 20 000 unless given. API Gateway waits 29 000. This
   * and the times below are from 0 to 2 147 483 647.
   */
  readonly deadlineMs?: number | undefined
  /** What of the timing is to be otherwise, in milliseconds. */
  readonly timing?: Partial<KmsTiming> | undefined
  /** The time, in milliseconds since 1970. The default is the system's. */
  readonly clock?: (() => number) | undefined
}

/** A signing key with connections of its own. Those that idle keep no process alive, so closing it is optional. */
export type KmsHttpKey = SigningKey & {
  /**
   * Refuses new signatures with KMS_UNAVAILABLE, lets those that were asked for come to their end, which is within the
   * deadline, and closes the connections. Resolves when none is left; calling it again changes nothing.
   */
  readonly close: () => Promise<void>
}

/**
 * Makes a signing key of a KMS key. It asks KMS once, here, for the public key; an alias is resolved to the key ARN by
 * the same answer, and never again. Afterwards each signature is one Sign request for that ARN.
 *
 * @param options.keyId A key id, a key ARN, `alias/name` or an alias ARN.
 * @returns The signing key. Its `id` is the key ARN; its `signDigest` throws the codes below, from KMS_KEY_DISABLED on.
 *   Its `close` is for a program that goes on without it.
 * @throws {TypeError} the endpoint is no http: or https: URL, or has a path; a time is none.
 * @throws {KMS_KEY_ID_INVALID | KMS_REGION_MISSING | KMS_REGION_MISMATCH} the options cannot be used.
 * @throws {KMS_KEY_NOT_FOUND | KMS_KEY_WRONG_SPEC | KMS_KEY_WRONG_USAGE} there is no such key, or it is of another kind.
 * @throws {KMS_KEY_DISABLED | KMS_KEY_PENDING_DELETION | KMS_KEY_STATE_INVALID} the key cannot be used now.
 * @throws {KMS_ACCESS_DENIED | KMS_CREDENTIALS_MISSING | KMS_CREDENTIALS_REJECTED} the caller may not use it.
 * @throws {KMS_ARN_MISMATCH | KMS_ANSWER_INVALID} what answers is not KMS as it should be.
 * @throws {KMS_THROTTLED | KMS_UNAVAILABLE | KMS_UNEXPECTED} after up to three attempts.
 */
export const kmsHttp = async (options: KmsHttpOptions): Promise<KmsHttpKey> => {
  const { keyId, credentials, onRequest, deadlineMs = 20_000, clock = Date.now } = options
  const name = parseKmsKeyId(keyId)
  if (name === undefined) throw new KmsError('KMS_KEY_ID_INVALID', { keyId })
  const region = regionOf(options.region, name)
  const endpoint = endpointOf(options.endpoint, region)
  const timing = timingOf(options.timing)
  checkTimes({ ...timing, deadlineMs })
  const connection = connectKms({ region, endpoint, credentials, timing, deadlineMs, clock })

  const ask = async (
    subject: KmsSubject,
    input: Readonly<Record<string, string>>,
    digest?: Hex,
  ): Promise<{ readonly body: JsonObject; readonly requestId: string | undefined }> => {
    const start = performance.now()
    const { body, requestId, attempts } = await connection.ask(subject, input)
    const { operation } = subject
    try {
      onRequest?.({ operation, digest, requestId, attempts, durationMs: performance.now() - start })
    } catch {
      // As is said of onRequest.
    }
    return { body, requestId }
  }

  const getPublicKey = async (): Promise<ReturnType<typeof checkPublicKey>> => {
    const { body, requestId } = await ask({ operation: 'GetPublicKey', keyId }, { KeyId: keyId })
    const answer = {
      KeyId: readText(body['KeyId']),
      KeySpec: readText(body['KeySpec']),
      KeyUsage: readText(body['KeyUsage']),
      PublicKey: readBytes(body['PublicKey']),
    }
    const checked = checkPublicKey(answer, name, requestId)
    // Where a name has no region, the key is in that of the endpoint.
    if (checked.keyArn.split(':')[3] === region) return checked
    const detail = `answered: ${checked.keyArn}, asked in ${region}`
    throw new KmsError('KMS_ARN_MISMATCH', { operation: 'GetPublicKey', keyId, requestId, detail })
  }

  const { keyArn, publicKey } = await getPublicKey().catch(async (error: unknown) => {
    await connection.close()
    throw error
  })

  return {
    id: keyArn,
    getPublicKey: async () => Uint8Array.from(publicKey),
    signDigest: async digest => {
      const input = {
        KeyId: keyArn,
        Message: Buffer.from(digest).toString('base64'),
        MessageType: 'DIGEST',
        SigningAlgorithm: 'ECDSA_SHA_256',
      }
      const { body, requestId } = await ask({ operation: 'Sign', keyId: keyArn }, input, encodeHex(digest))
      const answer = { KeyId: readText(body['KeyId']), Signature: readBytes(body['Signature']) }
      try {
        return checkSignature(answer, keyArn, requestId)
      } catch (error) {
        connection.renew()
        throw error
      }
    },
    distrust: connection.renew,
    close: connection.close,
  }
}

/** All attempts and pauses together fit into the deadline: 3 × 5 s, and 1.5 s where each pause is the longest. */
const TIMING: KmsTiming = {
  connectMs: 2_000,
  requestMs: 5_000,
  backoffMs: 100,
  throttleBackoffMs: 500,
  longestBackoffMs: 5_000,
  openMs: 1_000,
  longestOpenMs: 10_000,
}

const timingOf = (given: Partial<KmsTiming> = {}): KmsTiming => ({
  ...TIMING,
  ...Object.fromEntries(Object.entries(given).filter(([, ms]) => ms !== undefined)),
})

/** The timers of Node take no others: they would be over after 1 ms. */
const checkTimes = (times: Readonly<Record<string, number>>): void => {
  const wrong = Object.entries(times).filter(([, ms]) => !(ms >= 0 && ms < 2 ** 31))
  if (wrong.length > 0)
    throw new TypeError(
      wrong.map(([name, ms]) => `${name} must be milliseconds below 2^31, not ${ms}`).join('; '),
    )
}

const readText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Base64 as it is written, and no other text that could be read as it. */
const readBytes = (value: unknown): Uint8Array | undefined => {
  if (typeof value !== 'string') return undefined
  const bytes = Buffer.from(value, 'base64')
  return bytes.toString('base64') === value ? Uint8Array.from(bytes) : undefined
}
