// The way to trouble for other processes: a resource on the sandbox's AWS URL that no service of AWS could have.
import { headersByName, splitTarget } from '../../../rawRequest.ts'
import type { ServerRequest, ServerResponseData } from '../../../server.ts'
import type { Cloud } from '../../cloud.ts'
import { parseOrders } from './parseOrders.ts'

/** No bucket, key or function has a name with an underscore in front. */
const path = '/_coffer/kms/trouble'

/** Whether a request is for the control: it bears no signature, as every call of AWS does. */
export const isForTrouble = (request: ServerRequest): boolean =>
  splitTarget(request.url).path === path && !headersByName(request.rawHeaders).has('authorization')

/**
 * Answers a request to the control: GET tells what is set and how many calls there were, POST sets `{ "next": [...] }` in the
 * place of what was set, DELETE ends it. Pages in a browser are kept out.
 *
 * @param request The request as received.
 * @param cloud The cloud.
 * @returns Status 200 with what is set now; 400 with every fault; 403 for a browser; 405 for another method.
 */
export const respondTrouble = (request: ServerRequest, cloud: Cloud): ServerResponseData => {
  const { kmsTrouble } = cloud
  const headers = headersByName(request.rawHeaders)
  if (headers.has('origin') || !isLoopback(headers.get('host')?.[0] ?? ''))
    return json(403, { faults: ['Not for pages in a browser.'] })
  switch (request.method) {
    case 'GET':
      break
    case 'DELETE':
      kmsTrouble.clear()
      break
    case 'POST': {
      const read = parseOrders(request.body)
      if ('faults' in read) return json(400, read)
      kmsTrouble.set(read.orders)
      break
    }
    default:
      return json(405, { faults: ['GET, POST or DELETE'] })
  }
  return json(200, { next: kmsTrouble.pending(), calls: kmsTrouble.calls(), hits: kmsTrouble.hits() })
}

/** A name that is bound to this machine by a page's own DNS is not. */
const isLoopback = (host: string): boolean => /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host)

const json = (status: number, value: object): ServerResponseData => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: `${JSON.stringify(value)}\n`,
})
