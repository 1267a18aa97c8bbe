// AWS's REST-JSON protocol: the operation is a method and a path, its input the path's parameters, the query and the body.
// https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
import { randomUUID } from 'node:crypto'
import { isObject } from '../iam/elements.ts'
import { splitTarget } from '../rawRequest.ts'
import type { ServerRequest, ServerResponseData } from '../server.ts'
import { AwsError } from './awsError.ts'
import type { Cloud } from './cloud.ts'
import { authenticate, parseJsonBody, type ServiceCall, type ServiceOperation } from './serviceOperation.ts'
import { describeFailure } from './signatureFailure.ts'

/** What answers a request: the parameters of the path and of the query, and the request itself. */
export type RestHandler = (
  parameters: Readonly<Record<string, string>>,
  request: ServerRequest,
  call: ServiceCall,
) => Promise<ServerResponseData>

export type RestService = {
  /** As a credential scope names it. */
  readonly service: string
  /** Methods with paths, `GET /restapis/{restApiId}`, and what answers them. */
  readonly routes: ReadonlyMap<string, RestHandler>
  /** HTTP status of the errors of this service by their name; 400 for the others. */
  readonly statuses: Readonly<Record<string, number>>
  /** The name that the error's text has in a body. */
  readonly messageMember: 'message' | 'Message'
}

/** Errors that every service of this protocol has. */
const commonStatuses: RestService['statuses'] = {
  AccessDeniedException: 403,
  IncompleteSignatureException: 403,
  InvalidSignatureException: 403,
  MissingAuthenticationTokenException: 403,
  RequestEntityTooLargeException: 413,
  UnknownOperationException: 404,
  UnrecognizedClientException: 403,
}

/**
 * Answers a request to a service that speaks REST-JSON.
 *
 * @param request The request as received.
 * @param cloud The cloud.
 * @param service The service.
 * @returns The answer, or an error.
 */
export const respondRest = async (
  request: ServerRequest,
  cloud: Cloud,
  service: RestService,
): Promise<ServerResponseData> => {
  try {
    if (request.bodyTooLarge) throw new AwsError('RequestEntityTooLargeException')
    const authenticated = authenticate(request, cloud, { service: service.service, region: cloud.region })
    if ('failure' in authenticated) {
      const { name, message } = describeFailure(authenticated.failure)
      throw new AwsError(name, message)
    }
    const { handle, parameters } = findRoute(request, service)
    return await handle(parameters, request, authenticated.call)
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    const status = service.statuses[error.type] ?? commonStatuses[error.type] ?? 400
    const answer = restAnswer(status, { [service.messageMember]: error.message })
    return { ...answer, headers: { ...answer.headers, 'x-amzn-ErrorType': error.type } }
  }
}

/**
 * Makes the handler of an operation whose body is JSON.
 *
 * @param status HTTP status of success.
 * @param run The operation. Its input is the body, and the parameters of path and query with it.
 */
export const restOperation =
  (status: number, run: ServiceOperation): RestHandler =>
  async (parameters, request, call) => {
    const body = request.body.length === 0 ? {} : parseJsonBody(request.body)
    if (!isObject(body)) throw new AwsError('SerializationException', 'The body is not a JSON object.')
    return restAnswer(status, await run({ ...body, ...parameters }, call))
  }

/** An answer with a JSON body, or with none. */
export const restAnswer = (status: number, body: object | undefined): ServerResponseData => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-RequestId': randomUUID() },
  body: body === undefined ? '' : JSON.stringify(body),
})

const findRoute = (
  request: ServerRequest,
  { routes }: RestService,
): { readonly handle: RestHandler; readonly parameters: Readonly<Record<string, string>> } => {
  const { path, query } = splitTarget(request.url)
  for (const [route, handle] of routes) {
    const [method = '', template = ''] = route.split(' ')
    const found = method === request.method ? matchPath(template, path) : undefined
    if (found) return { handle, parameters: { ...Object.fromEntries(new URLSearchParams(query)), ...found } }
  }
  throw new AwsError('UnknownOperationException', `${request.method} ${path} is not known here.`)
}

/** A slash at the end makes no difference. */
const matchPath = (template: string, path: string): Readonly<Record<string, string>> | undefined => {
  const pattern = new RegExp(`^${template.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}/?$`)
  const match = pattern.exec(path)
  return match
    ? Object.fromEntries(Object.entries(match.groups ?? {}).map(([name, value]) => [name, decode(value)]))
    : undefined
}

const decode = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new AwsError('SerializationException', 'The path is not percent-encoded UTF-8.')
  }
}
