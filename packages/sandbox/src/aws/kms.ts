// AWS Key Management Service: AWS JSON 1.1 (`TrentService.*`). AWS KMS API Reference, version 2014-11-01.
import { randomUUID } from 'node:crypto'
import { headersByName, splitTarget } from '../rawRequest.ts'
import type { ServerRequest, ServerResponseData } from '../server.ts'
import { AwsError } from './awsError.ts'
import type { Cloud } from './cloud.ts'
import { authorizeCall, mayPutPolicy } from './kms/authorizeCall.ts'
import { operations } from './kms/operations.ts'
import { type Call, removeDeletedKeys } from './kms/store.ts'
import { describeFailure } from './signatureFailure.ts'
import { verifySignature } from './sigv4.ts'

const targetPrefix = 'TrentService.'
const maxBodyBytes = 1024 * 1024

/**
 * Answers a request to KMS: authenticated by its signature, authorized by key policies, grants and IAM policies.
 *
 * @param request The request as received.
 * @param cloud The cloud.
 * @returns The output of the operation, or an error.
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/Welcome.html
 */
export const respondKms = (request: ServerRequest, cloud: Cloud): ServerResponseData => {
  if (request.method !== 'POST' || splitTarget(request.url).path !== '/') return unknownOperation()
  if (mediaType(request) !== 'application/x-amz-json-1.1') return unknownOperation()
  if (request.bodyTooLarge || request.body.length > maxBodyBytes) return answer(413, '')
  const { kms: store, region, now } = cloud
  const lookup = (accessKeyId: string) => cloud.credentials.get(accessKeyId)
  const verified = verifySignature(request, { service: 'kms', region, lookup, now })
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
    const call: Call = {
      store,
      identity: verified.identity,
      operation,
      authorize: input => authorizeCall(cloud, call, request.remoteAddress, input),
      mayPutPolicy: key => mayPutPolicy(cloud, call, request.remoteAddress, key),
    }
    const output = run(parseJson(request.body), call)
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
