// API Gateway on loopback: a REST API whose methods are authorized by AWS_IAM, with a Lambda proxy integration behind them. Plain
// HTTP, where the real one insists on TLS; nothing but loopback can reach it.
import { randomBytes, randomUUID } from 'node:crypto'
import { serviceCaller } from '../iam/account.ts'
import { type ApiDenial, authorizeExecuteApi, authorizeInvoke } from '../iam/authorize.ts'
import type { Method, RestApi } from '../iam/template/deployment.ts'
import { splitTarget } from '../rawRequest.ts'
import { type Listener, listen, type ServerRequest, type ServerResponseData } from '../server.ts'
import { type Cloud, callerOf, connectionOf, type RunningCode } from './cloud.ts'
import {
  type GatewayError,
  integrationTimeout,
  internalError,
  malformedResult,
  maxPayloadBytes,
  missingAuthenticationToken,
  payloadTooLarge,
  signatureRefused,
} from './gateway/gatewayError.ts'
import { readResult } from './gateway/proxyResult.ts'
import { type ApiContext, type RestApiEvent, restApiEvent } from './gateway/restApiEvent.ts'
import type { Identity } from './identity.ts'
import { verifySignature } from './sigv4.ts'

/** How long API Gateway waits for a function. */
const integrationTimeoutMs = 29_000

/**
 * Starts API Gateway on loopback, over the REST API that is deployed in a cloud. Until one is, every request is answered as
 * one for a path that does not exist.
 *
 * A request is authenticated by its signature and authorized by the API's policy and those of the caller, as the stage
 * enforces them; then API Gateway itself must be allowed to invoke the function.
 *
 * @param options.port The port on 127.0.0.1; a free one where absent.
 * @param options.cloud What is deployed. It is told where the API is reached.
 * @param options.timeoutMs Milliseconds after which the function is given up with status 504.
 * @returns The running server.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
 */
export const startGateway = async (options: {
  readonly port?: number | undefined
  readonly cloud: Cloud
  readonly timeoutMs?: number | undefined
}): Promise<Listener> => {
  const { cloud, timeoutMs = integrationTimeoutMs } = options
  const listener = await listen({
    port: options.port,
    maxBodyBytes: maxPayloadBytes,
    now: cloud.now,
    respond: async request => {
      const ids = { requestId: randomUUID(), extendedRequestId: randomBytes(11).toString('base64') }
      return respond(await handle(cloud, request, ids, timeoutMs), ids)
    },
  })
  cloud.urls.api = listener.url
  return listener
}

const handle = async (
  cloud: Cloud,
  request: ServerRequest,
  ids: RequestIds,
  timeoutMs: number,
): Promise<Answer> => {
  if (request.bodyTooLarge) return payloadTooLarge
  const route = findRoute(cloud, request)
  if (!route) return missingAuthenticationToken
  const { api, stage, path } = route
  const { region, now } = cloud
  const lookup = (accessKeyId: string): Identity | undefined => cloud.credentials.get(accessKeyId)
  const verified = verifySignature(request, { service: 'execute-api', region, lookup, now })
  if ('failure' in verified) return signatureRefused(verified.failure)
  const { identity } = verified
  const enforced = { ...api, policy: cloud.enforced.get(api.id)?.policy }
  const { denial } = authorizeExecuteApi(cloud.account, {
    caller: callerOf(cloud, identity),
    connection: connectionOf(cloud, 'execute-api', request.remoteAddress),
    api: enforced,
    httpMethod: request.method,
    path,
    stage,
  })
  if (denial) return denied(denial)
  const code = findCode(cloud, route)
  if (!code) return internalError
  const { accountId } = cloud.account
  const context: ApiContext = { region, accountId, apiId: api.id, stage, ...ids, time: now() }
  const result = await invoke(code, restApiEvent(request, identity, context), timeoutMs)
  return result === timedOut ? integrationTimeout : (readResult(result) ?? malformedResult)
}

type Route = {
  readonly api: RestApi
  readonly stage: string
  readonly method: Method
  /** Within the stage. */
  readonly path: string
}

/** The stage is the first segment of the path. */
const findRoute = (cloud: Cloud, request: ServerRequest): Route | undefined => {
  const [, stage = '', rest = ''] = /^\/([^/]*)(\/.*)?$/.exec(splitTarget(request.url).path) ?? []
  const path = rest === '' ? '/' : rest
  const api = cloud.account.apis.find(one => one.stages.some(({ name }) => name === stage))
  const method = api?.methods.find(one => one.path === path && one.httpMethod === request.method)
  return api && method && { api, stage, method, path }
}

/** The function behind a method, if API Gateway may invoke it for that method. */
const findCode = (cloud: Cloud, { api, stage, method, path }: Route): RunningCode | undefined => {
  const lambda = cloud.account.functions.find(one => one.arn === method.functionArn)
  // A reserved concurrency of none stops a function: Lambda throttles every invocation.
  if (!lambda || lambda.reservedConcurrency === 0) return undefined
  const { decision } = authorizeInvoke(cloud.account, {
    caller: serviceCaller('apigateway.amazonaws.com'),
    connection: connectionOf(cloud, 'lambda', '127.0.0.1'),
    lambda,
    sourceArn: `${api.arn}/${stage}/${method.httpMethod}${path}`,
  })
  return decision.outcome === 'allow' ? cloud.code.get(lambda.arn)?.running : undefined
}

const timedOut = Symbol('timed out')

type RequestIds = Pick<ApiContext, 'requestId' | 'extendedRequestId'>

type Answer = GatewayError | NonNullable<ReturnType<typeof readResult>>

/** Runs the function. What it returns goes through JSON, as it does between Lambda and API Gateway. */
const invoke = async (code: RunningCode, event: RestApiEvent, timeoutMs: number): Promise<unknown> => {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<typeof timedOut>(resolve => {
    timer = setTimeout(resolve, timeoutMs, timedOut)
  })
  try {
    const run = async (): Promise<unknown> => JSON.parse(JSON.stringify(await code.invoke(event)))
    return await Promise.race([run(), timeout])
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
  }
}

const denied = ({ status, type, body }: ApiDenial): Answer => ({
  status,
  headers: { 'content-type': ['application/json'], 'x-amzn-ErrorType': [type] },
  body,
})

const respond = (answer: Answer, ids: RequestIds): ServerResponseData => {
  const idHeaders = { 'x-amzn-RequestId': ids.requestId, 'x-amz-apigw-id': ids.extendedRequestId }
  if ('headers' in answer) return { ...answer, headers: { ...answer.headers, ...idHeaders } }
  const { status, type, message } = answer
  return type === undefined
    ? { status, headers: { 'content-type': 'text/plain', ...idHeaders }, body: message }
    : {
        status,
        headers: { 'content-type': 'application/json', 'x-amzn-ErrorType': type, ...idHeaders },
        body: JSON.stringify({ message }),
      }
}
