// A REST API of API Gateway on loopback: POST on the root resource of one stage, authorized by AWS_IAM, with a Lambda
// proxy integration behind it. Plain HTTP, where the real one insists on TLS; nothing but loopback can reach it.
import { randomBytes, randomUUID } from 'node:crypto'
import { splitTarget } from '../rawRequest.ts'
import { type Listener, listen, type ServerRequest, type ServerResponseData } from '../server.ts'
import {
  type GatewayError,
  integrationTimeout,
  malformedResult,
  maxPayloadBytes,
  missingAuthenticationToken,
  payloadTooLarge,
  signatureRefused,
} from './gateway/gatewayError.ts'
import { readResult } from './gateway/proxyResult.ts'
import { type ApiContext, type RestApiEvent, restApiEvent } from './gateway/restApiEvent.ts'
import { findIdentity, type Identity } from './identity.ts'
import { verifySignature } from './sigv4.ts'

/** A running API. */
export type Gateway = Listener & {
  /** Where to POST: `http://127.0.0.1:PORT/STAGE`. */
  readonly invokeUrl: string
}

/** The function behind the API. It may return anything; what is not a proxy result becomes status 502. */
export type ProxyHandler = (event: RestApiEvent) => Promise<unknown>

/** How long API Gateway waits for a function. */
const integrationTimeoutMs = 29_000

/**
 * Starts an API on loopback.
 *
 * Requests are authenticated for real; permissions are not evaluated (see `createIdentities`).
 *
 * @param options.port The port on 127.0.0.1; a free one where absent.
 * @param options.identities Who may sign requests.
 * @param options.region The region requests must be scoped to; the service is `execute-api`.
 * @param options.accountId 12 digits, the account of the API.
 * @param options.apiId The id of the API.
 * @param options.stage The stage: the first and only segment of the path.
 * @param options.handler The function: `invoke` of `startFunction`, or a handler of this process. When it throws, the status is 502.
 * @param options.now The clock, epoch milliseconds.
 * @param options.timeoutMs Milliseconds after which the function is given up with status 504.
 * @returns The running server.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html
 */
export const startGateway = async (options: {
  readonly port?: number | undefined
  readonly identities: Readonly<Record<string, Identity>>
  readonly region: string
  readonly accountId: string
  readonly apiId?: string | undefined
  readonly stage: string
  readonly handler: ProxyHandler
  readonly now?: (() => number) | undefined
  readonly timeoutMs?: number | undefined
}): Promise<Gateway> => {
  const {
    region,
    accountId,
    apiId = 'sandbox000',
    stage,
    now = Date.now,
    timeoutMs = integrationTimeoutMs,
  } = options
  const verification = {
    service: 'execute-api',
    region,
    lookup: (accessKeyId: string): Identity | undefined => findIdentity(options.identities, accessKeyId),
    now,
  }
  const handle = async (request: ServerRequest, ids: RequestIds): Promise<Answer> => {
    if (request.bodyTooLarge) return payloadTooLarge
    const { path } = splitTarget(request.url)
    const isRoute = path === `/${stage}` || path === `/${stage}/`
    if (!isRoute || request.method !== 'POST') return missingAuthenticationToken
    const verified = verifySignature(request, verification)
    if ('failure' in verified) return signatureRefused(verified.failure)
    const context: ApiContext = { region, accountId, apiId, stage, ...ids, time: now() }
    const result = await invoke(options.handler, restApiEvent(request, verified.identity, context), timeoutMs)
    return result === timedOut ? integrationTimeout : (readResult(result) ?? malformedResult)
  }
  const listener = await listen({
    port: options.port,
    maxBodyBytes: maxPayloadBytes,
    now,
    respond: async request => {
      const ids = { requestId: randomUUID(), extendedRequestId: randomBytes(11).toString('base64') }
      return respond(await handle(request, ids), ids)
    },
  })
  return { ...listener, invokeUrl: `${listener.url}/${stage}` }
}

const timedOut = Symbol('timed out')

type RequestIds = Pick<ApiContext, 'requestId' | 'extendedRequestId'>

type Answer = GatewayError | NonNullable<ReturnType<typeof readResult>>

/** Runs the function. What it returns goes through JSON, as it does between Lambda and API Gateway. */
const invoke = async (handler: ProxyHandler, event: RestApiEvent, timeoutMs: number): Promise<unknown> => {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<typeof timedOut>(resolve => {
    timer = setTimeout(resolve, timeoutMs, timedOut)
  })
  try {
    const run = async (): Promise<unknown> => JSON.parse(JSON.stringify(await handler(event)))
    return await Promise.race([run(), timeout])
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
  }
}

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
