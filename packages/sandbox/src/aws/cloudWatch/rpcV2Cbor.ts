// Smithy's RPC v2 CBOR protocol, which a recent AWS CLI speaks with CloudWatch.
// https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
import { randomUUID } from 'node:crypto'
import { cbor } from '@smithy/core/cbor'
import { splitTarget } from '../../rawRequest.ts'
import type { ServerRequest, ServerResponseData } from '../../server.ts'
import { AwsError } from '../awsError.ts'
import type { Cloud } from '../cloud.ts'
import { authenticate, type ServiceOperation } from '../serviceOperation.ts'
import { describeFailure } from '../signatureFailure.ts'

export type CborService = {
  /** As a credential scope names it. */
  readonly service: string
  readonly region: string
  /** As a path names it. */
  readonly target: string
  /** By name. */
  readonly operations: ReadonlyMap<string, ServiceOperation>
  /** Code, as the query protocol has it, and status of the errors of this service by their name; 400 for the others. */
  readonly errors: Readonly<Record<string, readonly [code: string, status: number]>>
}

/**
 * Answers a request to a service that speaks CBOR.
 *
 * @param request The request as received.
 * @param cloud The cloud.
 * @param service The service.
 * @returns The output of the operation, or an error.
 */
export const respondCbor = async (
  request: ServerRequest,
  cloud: Cloud,
  service: CborService,
): Promise<ServerResponseData> => {
  try {
    if (request.bodyTooLarge) throw new AwsError('RequestEntityTooLargeException')
    const authenticated = authenticate(request, cloud, service)
    if ('failure' in authenticated) {
      const { name, message } = describeFailure(authenticated.failure)
      throw new AwsError(name, message)
    }
    const { path } = splitTarget(request.url)
    const [, target, operation = ''] = /^\/service\/(\w+)\/operation\/(\w+)$/.exec(path) ?? []
    const run = target === service.target ? service.operations.get(operation) : undefined
    if (!run || request.method !== 'POST')
      throw new AwsError('UnknownOperationException', `${request.method} ${path} is not known here.`)
    const output = await run(parseCbor(request.body), authenticated.call)
    return answer(200, output ?? {}, {})
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    const [code, status] = service.errors[error.type] ?? [error.type, 400]
    return answer(
      status,
      { __type: error.type, message: error.message },
      { 'x-amzn-query-error': `${code};Sender` },
    )
  }
}

const parseCbor = (body: Uint8Array): unknown => {
  if (body.length === 0) return {}
  try {
    return cbor.deserialize(body)
  } catch {
    throw new AwsError('SerializationException', 'The body is not CBOR.')
  }
}

const answer = (
  status: number,
  body: object,
  headers: ServerResponseData['headers'],
): ServerResponseData => ({
  status,
  headers: {
    'content-type': 'application/cbor',
    'smithy-protocol': 'rpc-v2-cbor',
    'x-amzn-RequestId': randomUUID(),
    ...headers,
  },
  body: cbor.serialize(body),
})
