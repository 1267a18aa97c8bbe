// @coffer/signer/aws-kms: a KMS key as a signing key, over the AWS SDK.
// The caller needs kms:GetPublicKey (once, at the start) and kms:Sign, and nothing else: what DescribeKey would say of
// the key's ARN, spec, usage and state, GetPublicKey says too.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html
// https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
import {
  GetPublicKeyCommand,
  type GetPublicKeyCommandOutput,
  KMSClient,
  type KMSClientConfig,
  SignCommand,
  type SignCommandOutput,
} from '@aws-sdk/client-kms'
import { encodeHex, type Hex } from './hex.ts'
import { checkPublicKey, checkSignature } from './kmsAnswer.ts'
import { KmsError, type KmsOperation, toKmsError } from './kmsError.ts'
import { type KmsKeyId, parseKmsKeyId } from './kmsKeyId.ts'
import type { KmsRequest } from './kmsRequest.ts'
import type { SigningKey } from './signer.ts'

export { KmsError, type KmsErrorCode, type KmsOperation } from './kmsError.ts'
export type { KmsRequest } from './kmsRequest.ts'

export type AwsKmsOptions = {
  /** A key id, a key ARN, `alias/name` or an alias ARN. */
  readonly keyId: string
  /** Called after each request that KMS answered. */
  readonly onRequest?: ((request: KmsRequest) => void) | undefined
  /** How long one request may take with all its retries, in milliseconds: 20 000 unless given. API Gateway waits 29 000. */
  readonly deadlineMs?: number | undefined
} & (
  | {
      /** A client of your own, instead of the settings below. */
      readonly client: KMSClient
      readonly region?: undefined
      readonly endpoint?: undefined
      readonly credentials?: undefined
    }
  | {
      readonly client?: undefined
      /** The key's region. The default is that of the key ARN, else the SDK's: AWS_REGION or the profile's. */
      readonly region?: string | undefined
      /** The URL of KMS. The default is the SDK's: AWS_ENDPOINT_URL_KMS, AWS_ENDPOINT_URL or the region's. */
      readonly endpoint?: string | undefined
      /** The default is the SDK's credential chain. */
      readonly credentials?: KMSClientConfig['credentials'] | undefined
    }
)

/**
 * Makes a signing key of a KMS key. It asks KMS once, here, for the public key; an alias is resolved to the key ARN by
 * the same answer, and never again. Afterwards each signature is one Sign request for that ARN.
 *
 * @param options.keyId A key id, a key ARN, `alias/name` or an alias ARN.
 * @returns The signing key. Its `id` is the key ARN; its `signDigest` throws the codes below, from KMS_KEY_DISABLED on.
 * @throws {KMS_KEY_ID_INVALID | KMS_REGION_MISSING | KMS_REGION_MISMATCH} the options cannot be used.
 * @throws {KMS_KEY_NOT_FOUND | KMS_KEY_WRONG_SPEC | KMS_KEY_WRONG_USAGE} there is no such key, or it is of another kind.
 * @throws {KMS_KEY_DISABLED | KMS_KEY_PENDING_DELETION | KMS_KEY_STATE_INVALID} the key cannot be used now.
 * @throws {KMS_ACCESS_DENIED | KMS_CREDENTIALS_MISSING | KMS_CREDENTIALS_REJECTED} the caller may not use it.
 * @throws {KMS_ARN_MISMATCH | KMS_ANSWER_INVALID} what answers is not KMS as it should be.
 * @throws {KMS_THROTTLED | KMS_UNAVAILABLE | KMS_UNEXPECTED} after the SDK's own retries.
 */
export const awsKms = async (options: AwsKmsOptions): Promise<SigningKey> => {
  const name = parseKmsKeyId(options.keyId)
  if (name === undefined) throw new KmsError('KMS_KEY_ID_INVALID', { keyId: options.keyId })
  const client = options.client ?? createClient(options, name)
  await checkRegion(client, name)

  const observe = options.onRequest ?? (() => undefined)
  // Of the request with all its retries, and of an answer that stops half-way, which the client's own timeouts do not see.
  const deadline = (): { abortSignal: AbortSignal } => ({
    abortSignal: AbortSignal.timeout(options.deadlineMs ?? 20_000),
  })
  const answer = await send(() => client.send(new GetPublicKeyCommand({ KeyId: name.text }), deadline()), {
    operation: 'GetPublicKey',
    keyId: name.text,
    digest: undefined,
    observe,
  })
  const { keyArn, publicKey } = checkPublicKey(answer, name, answer.$metadata.requestId)

  return {
    id: keyArn,
    getPublicKey: async () => Uint8Array.from(publicKey),
    signDigest: async digest => {
      const command = new SignCommand({
        KeyId: keyArn,
        Message: digest,
        MessageType: 'DIGEST',
        SigningAlgorithm: 'ECDSA_SHA_256',
      })
      const request = { operation: 'Sign', keyId: keyArn, digest: encodeHex(digest), observe } as const
      const signed = await send(() => client.send(command, deadline()), request)
      return checkSignature(signed, keyArn, signed.$metadata.requestId)
    },
  }
}

// A request that gets no answer must not hold a signature up until the caller's own deadline.
const REQUEST_HANDLER = { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true }

const createClient = (options: AwsKmsOptions, name: KmsKeyId): KMSClient => {
  const { region = name.region, endpoint, credentials } = options
  return new KMSClient({
    requestHandler: REQUEST_HANDLER,
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  })
}

const checkRegion = async (client: KMSClient, name: KmsKeyId): Promise<void> => {
  const region = await client.config.region().catch((cause: unknown) => {
    throw new KmsError('KMS_REGION_MISSING', { keyId: name.text, cause })
  })
  if (name.region !== undefined && name.region !== region)
    throw new KmsError('KMS_REGION_MISMATCH', {
      keyId: name.text,
      detail: `the client's region is ${region}`,
    })
}

const send = async <Answer extends GetPublicKeyCommandOutput | SignCommandOutput>(
  call: () => Promise<Answer>,
  request: {
    readonly operation: KmsOperation
    readonly keyId: string
    readonly digest: Hex | undefined
    readonly observe: (request: KmsRequest) => void
  },
): Promise<Answer> => {
  const { operation, keyId, digest, observe } = request
  const start = performance.now()
  const answer = await call().catch((error: unknown) => {
    throw toKmsError(error, operation, keyId)
  })
  const { requestId, attempts = 1 } = answer.$metadata
  observe({ operation, digest, requestId, attempts, durationMs: performance.now() - start })
  return answer
}
