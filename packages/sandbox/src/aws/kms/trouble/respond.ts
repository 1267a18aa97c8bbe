// KMS with trouble before it: each call meets what is due for it, or goes through.
import { headersByName } from '../../../rawRequest.ts'
import type { ServerRequest, ServerResponseData } from '../../../server.ts'
import type { Cloud } from '../../cloud.ts'
import { respondKms } from '../../kms.ts'
import { troubles } from './troubles.ts'

/**
 * Answers a request to KMS, with the trouble that is due for it.
 *
 * @param request The request as received.
 * @param cloud The cloud, whose `kmsTrouble` says what is due.
 * @returns The answer, which may say how it is not to arrive.
 */
export const respondKmsInTrouble = (
  request: ServerRequest,
  cloud: Cloud,
): ServerResponseData | Promise<ServerResponseData> => {
  const order = cloud.kmsTrouble.take(operationOf(request))
  if (!order) return respondKms(request, cloud)
  const { bytes = 1, milliseconds = 1_000 } = order
  const { rendezvous } = cloud.kmsTrouble
  const respond = (one: Cloud): ServerResponseData => respondKms(request, one)
  return troubles[order.trouble]({ request, cloud, respond, rendezvous }, { bytes, milliseconds })
}

const operationOf = ({ rawHeaders }: ServerRequest): string =>
  headersByName(rawHeaders).get('x-amz-target')?.[0]?.split('.').at(-1) ?? ''
