// The event a REST API's Lambda proxy integration receives (payload format 1.0) under AWS_IAM authorization.
// API Gateway Developer Guide, "Lambda proxy integrations in API Gateway".
import { headersByName, splitTarget } from '../../rawRequest.ts'
import type { ServerRequest } from '../../server.ts'
import { queryPairs } from '../canonicalRequest.ts'
import type { Identity } from '../identity.ts'

/** All of it; a function states what it reads. Maps that would be empty are null, and so is an absent body. */
export type RestApiEvent = {
  readonly resource: string
  readonly path: string
  readonly httpMethod: string
  readonly headers: Readonly<Record<string, string>> | null
  readonly multiValueHeaders: Readonly<Record<string, readonly string[]>> | null
  readonly queryStringParameters: Readonly<Record<string, string>> | null
  readonly multiValueQueryStringParameters: Readonly<Record<string, readonly string[]>> | null
  readonly pathParameters: null
  readonly stageVariables: null
  readonly requestContext: {
    readonly accountId: string
    readonly apiId: string
    readonly domainName: string
    readonly domainPrefix: string
    readonly extendedRequestId: string
    readonly httpMethod: string
    readonly identity: {
      readonly accessKey: string | null
      readonly accountId: string | null
      readonly apiKey: null
      readonly apiKeyId: null
      readonly caller: string | null
      readonly clientCert: null
      readonly cognitoAuthenticationProvider: null
      readonly cognitoAuthenticationType: null
      readonly cognitoIdentityId: null
      readonly cognitoIdentityPoolId: null
      readonly principalOrgId: null
      readonly sourceIp: string
      readonly user: string | null
      readonly userAgent: string | null
      readonly userArn: string | null
    }
    readonly path: string
    readonly protocol: string
    readonly requestId: string
    readonly requestTime: string
    readonly requestTimeEpoch: number
    readonly resourceId: string
    readonly resourcePath: string
    readonly stage: string
  }
  readonly body: string | null
  readonly isBase64Encoded: boolean
}

/** The API and the request's ids. */
export type ApiContext = {
  readonly apiId: string
  readonly region: string
  readonly accountId: string
  readonly stage: string
  readonly requestId: string
  readonly extendedRequestId: string
  /** Epoch milliseconds. */
  readonly time: number
}

/**
 * Makes the event of a request to the root resource.
 *
 * @param request The request as received, its signature verified.
 * @param identity Whose request it is.
 * @param context The API and the request's ids.
 * @returns The event. Text is UTF-8; `isBase64Encoded` is false, as it is for an API without binary media types.
 */
export const restApiEvent = (
  request: ServerRequest,
  identity: Identity,
  context: ApiContext,
): RestApiEvent => {
  const { path, query } = splitTarget(request.url)
  const multiValueHeaders = headersAsSent(request.rawHeaders)
  const multiValueQuery = groupBy(
    queryPairs(query).map(([name, value]) => [utf8(name), utf8(value)] as const),
  )
  const body = Buffer.from(request.body).toString()
  return {
    resource: '/',
    path: '/',
    httpMethod: request.method,
    headers: lastValues(multiValueHeaders),
    multiValueHeaders,
    queryStringParameters: lastValues(multiValueQuery),
    multiValueQueryStringParameters: multiValueQuery,
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      accountId: context.accountId,
      apiId: context.apiId,
      domainName: `${context.apiId}.execute-api.${context.region}.amazonaws.com`,
      domainPrefix: context.apiId,
      extendedRequestId: context.extendedRequestId,
      httpMethod: request.method,
      identity: {
        accessKey: identity.accessKeyId,
        accountId: identity.accountId,
        apiKey: null,
        apiKeyId: null,
        caller: identity.userId,
        clientCert: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: request.remoteAddress,
        user: identity.userId,
        userAgent: headersByName(request.rawHeaders).get('user-agent')?.at(-1) ?? null,
        userArn: identity.arn,
      },
      path,
      protocol: 'HTTP/1.1',
      requestId: context.requestId,
      requestTime: formatRequestTime(context.time),
      requestTimeEpoch: context.time,
      resourceId: 'root',
      resourcePath: '/',
      stage: context.stage,
    },
    body: body === '' ? null : body,
    isBase64Encoded: false,
  }
}

/** Names in the case they were sent in. Authorization does not reach a function behind AWS_IAM. */
const headersAsSent = (rawHeaders: readonly string[]): Readonly<Record<string, readonly string[]>> | null => {
  const pairs = rawHeaders.flatMap((name, i) =>
    i % 2 === 0 ? [[name, utf8(rawHeaders[i + 1] ?? '')] as const] : [],
  )
  return groupBy(pairs.filter(([name]) => name.toLowerCase() !== 'authorization'))
}

const groupBy = (
  pairs: readonly (readonly [name: string, value: string])[],
): Readonly<Record<string, readonly string[]>> | null => {
  const groups = new Map<string, string[]>()
  for (const [name, value] of pairs) groups.set(name, [...(groups.get(name) ?? []), value])
  return groups.size === 0 ? null : Object.fromEntries(groups)
}

const lastValues = (
  groups: Readonly<Record<string, readonly string[]>> | null,
): Readonly<Record<string, string>> | null =>
  groups && Object.fromEntries(Object.entries(groups).map(([name, values]) => [name, values.at(-1) ?? '']))

/** 22/Nov/2026:10:00:00 +0000: the time format of access logs. */
const formatRequestTime = (time: number): string => {
  const [, day, month, year, clock] = new Date(time).toUTCString().split(' ')
  return `${day}/${month}/${year}:${clock} +0000`
}

/** From one character per byte to text. */
const utf8 = (wire: string): string => Buffer.from(wire, 'latin1').toString()
