// Amazon CloudWatch, as far as looking at the alarms, switching their actions and deleting them. Nothing is measured.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/Welcome.html
import { headersByName } from '../rawRequest.ts'
import type { ServerRequest, ServerResponseData } from '../server.ts'
import { respondJson } from './awsJson.ts'
import type { Cloud } from './cloud.ts'
import { operations } from './cloudWatch/alarms.ts'
import { respondCbor } from './cloudWatch/rpcV2Cbor.ts'
import { respondQuery } from './queryService.ts'

/** AWS's name of the service in the protocols that name it. */
const target = 'GraniteServiceVersion20100801'

const errors = {
  AccessDeniedException: ['AccessDenied', 403],
  ResourceNotFound: ['ResourceNotFound', 404],
} as const

/**
 * Answers a request to CloudWatch. It speaks three protocols, and each client chooses one: the SDK for JavaScript JSON, a
 * recent AWS CLI CBOR, an older one the query protocol.
 *
 * @param request The request as received.
 * @param cloud The cloud.
 * @returns The output of the operation, or an error.
 */
export const respondCloudWatch = (request: ServerRequest, cloud: Cloud): Promise<ServerResponseData> => {
  const scope = { service: 'monitoring', region: cloud.region }
  const headers = headersByName(request.rawHeaders)
  if (headers.has('smithy-protocol'))
    return respondCbor(request, cloud, { ...scope, target, operations, errors })
  if (headers.has('x-amz-target'))
    return respondJson(request, cloud, { ...scope, version: '1.0', targets: [target], operations })
  return respondQuery(request, cloud, {
    ...scope,
    version: '2010-08-01',
    namespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    operations,
    errors,
  })
}
