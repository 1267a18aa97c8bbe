// AWS's JSON protocols: the operation is named in a header, its input is a JSON object, its output another one.
// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
import { randomUUID } from 'node:crypto'
import { headersByName } from '../rawRequest.ts'
import type { ServerRequest, ServerResponseData } from '../server.ts'
import { AwsError } from './awsError.ts'
import type { Cloud } from './cloud.ts'
import { authenticate, parseJsonBody, type ServiceOperation } from './serviceOperation.ts'
import { describeFailure } from './signatureFailure.ts'

export type JsonService = {
  /** As a credential scope names it. */
  readonly service: string
  readonly version: '1.0' | '1.1'
  /** What stands before the dot in x-amz-target; some clients have a longer form. */
  readonly targets: readonly string[]
  /** By name. */
  readonly operations: ReadonlyMap<string, ServiceOperation>
}

/**
 * Answers a request to a service that speaks JSON.
 *
 * @param request The request as received.
 * @param cloud The cloud.
 * @param service The service.
 * @returns The output of the operation, or an error.
 */
export const respondJson = async (
  request: ServerRequest,
  cloud: Cloud,
  service: JsonService,
): Promise<ServerResponseData> => {
  const scope = { service: service.service, region: cloud.region }
  try {
    if (request.bodyTooLarge) throw new AwsError('RequestEntityTooLargeException')
    const authenticated = authenticate(request, cloud, scope)
    if ('failure' in authenticated) {
      const { name, message } = describeFailure(authenticated.failure)
      throw new AwsError(name, message)
    }
    const run = findOperation(request, service)
    const output = await run(parseJsonBody(request.body), authenticated.call)
    return answer(service, 200, output ?? {})
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    return answer(service, 400, { __type: error.type, message: error.message })
  }
}

const findOperation = (request: ServerRequest, { targets, operations }: JsonService): ServiceOperation => {
  const [target = ''] = headersByName(request.rawHeaders).get('x-amz-target') ?? []
  const dot = target.lastIndexOf('.')
  const operation = targets.includes(target.slice(0, dot)) ? operations.get(target.slice(dot + 1)) : undefined
  if (!operation) throw new AwsError('UnknownOperationException', `${target} is not known here.`)
  return operation
}

const answer = ({ version }: JsonService, status: number, body: object): ServerResponseData => ({
  status,
  headers: { 'content-type': `application/x-amz-json-${version}`, 'x-amzn-RequestId': randomUUID() },
  body: JSON.stringify(body),
})
