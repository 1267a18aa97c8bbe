// AWS Key Management Service on loopback: AWS JSON 1.1 (`TrentService.*`), and STS at the same address, because
// AWS_ENDPOINT_URL sends every service there. AWS KMS API Reference, version 2014-11-01.
import { randomUUID } from 'node:crypto'
import { headersByName, splitTarget } from '../rawRequest.ts'
import { type Listener, listen, type ServerRequest, type ServerResponseData } from '../server.ts'
import { findIdentity, type Identity } from './identity.ts'
import { AwsError } from './kms/awsError.ts'
import { operations } from './kms/operations.ts'
import { removeDeletedKeys, type Store } from './kms/store.ts'
import { type Random, systemRandom } from './random.ts'
import { describeFailure } from './signatureFailure.ts'
import { verifySignature } from './sigv4.ts'
import { respondSts } from './sts.ts'

/** A running KMS. Its keys live in the memory of this process and end with it. */
export type Kms = Listener

const targetPrefix = 'TrentService.'
const maxBodyBytes = 1024 * 1024

/**
 * Starts KMS and STS on loopback.
 *
 * Requests are authenticated for real; permissions are not evaluated (see `createIdentities`).
 *
 * @param options.port The port on 127.0.0.1; a free one where absent.
 * @param options.identities Who may sign requests.
 * @param options.region The region of the keys; KMS requests must be scoped to it.
 * @param options.accountId 12 digits, the account of the keys.
 * @param options.now The clock, epoch milliseconds: signatures, dates and key deletion go by it.
 * @param options.random Source of keys, key ids and signature entropy; the operating system's unless given.
 * @returns The running server; `url` is the endpoint for AWS_ENDPOINT_URL.
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/Welcome.html
 */
export const startKms = (options: {
  readonly port?: number | undefined
  readonly identities: Readonly<Record<string, Identity>>
  readonly region: string
  readonly accountId: string
  readonly now?: (() => number) | undefined
  readonly random?: Random | undefined
}): Promise<Kms> => {
  const { port, identities, region, accountId, now = Date.now, random = systemRandom } = options
  const lookup = (accessKeyId: string): Identity | undefined => findIdentity(identities, accessKeyId)
  const store: Store = { accountId, region, keys: new Map(), aliases: new Map(), now, random }
  return listen({
    port,
    maxBodyBytes,
    now,
    respond: async request => {
      if (request.method !== 'POST' || splitTarget(request.url).path !== '/') return unknownOperation()
      switch (mediaType(request)) {
        case 'application/x-amz-json-1.1':
          return respondKms(request, store, lookup)
        case 'application/x-www-form-urlencoded':
          return respondSts(request, { lookup, now })
        default:
          return unknownOperation()
      }
    },
  })
}

const respondKms = (
  request: ServerRequest,
  store: Store,
  lookup: (accessKeyId: string) => Identity | undefined,
): ServerResponseData => {
  if (request.bodyTooLarge) return answer(413, '')
  const verified = verifySignature(request, { service: 'kms', region: store.region, lookup, now: store.now })
  if ('failure' in verified) {
    const { name, message } = describeFailure(verified.failure)
    return error(new AwsError(name, message))
  }
  try {
    const target = header(request, 'x-amz-target')
    const operation = target.slice(targetPrefix.length)
    const run = target.startsWith(targetPrefix) ? operations.get(operation) : undefined
    if (!run) throw new AwsError('UnknownOperationException')
    removeDeletedKeys(store)
    const output = run(parseJson(request.body), { store, identity: verified.identity, operation })
    return answer(200, output === undefined ? '' : JSON.stringify(output))
  } catch (thrown) {
    return error(thrown)
  }
}

const unknownOperation = (): ServerResponseData => answer(404, '<UnknownOperationException/>\n')

/** KMS answers a client's errors with status 400, whatever status its service model gives them. */
const error = (thrown: unknown): ServerResponseData =>
  thrown instanceof AwsError
    ? answer(400, errorBody(thrown.type, thrown.message))
    : answer(500, errorBody('KMSInternalException', 'The request failed because of an internal error.'))

const errorBody = (type: string, message: string): string =>
  JSON.stringify({ __type: type, ...(message === '' ? {} : { message }) })

const answer = (status: number, body: string): ServerResponseData => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-RequestId': randomUUID() },
  body,
})

const parseJson = (body: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new AwsError('SerializationException')
  }
}

/** RFC 9110 section 8.3.1: in any letter case, parameters apart. */
const mediaType = (request: ServerRequest): string =>
  (header(request, 'content-type').split(';')[0] ?? '').trim().toLowerCase()

const header = (request: ServerRequest, name: string): string =>
  headersByName(request.rawHeaders).get(name)?.[0] ?? ''
