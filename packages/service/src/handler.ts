// The service behind an API Gateway REST API with Lambda proxy integration (payload format 1.0) and AWS_IAM authorization.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
import type { Principal } from './policy/inquiry.ts'
import { createService, type ServiceOptions } from './service.ts'

/** The parts of a proxy event that are read. API Gateway writes `null` for what is absent. */
export type ProxyEvent = {
  readonly headers?: Readonly<Record<string, string | undefined>> | null | undefined
  readonly body?: string | null | undefined
  readonly isBase64Encoded?: boolean | undefined
  readonly requestContext?:
    | {
        readonly requestId?: string | undefined
        readonly identity?:
          | { readonly userArn?: string | null | undefined; readonly sourceIp?: string | null | undefined }
          | undefined
      }
    | undefined
}

/** The answer to a proxy event. */
export type ProxyResult = {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isBase64Encoded: false
}

export type HandlerOptions = ServiceOptions
export type Handler = (event: ProxyEvent) => Promise<ProxyResult>

/**
 * Makes the Lambda handler. The caller's identity is the one that API Gateway has verified and put into the event's
 * request context; so whoever may invoke the function directly, past API Gateway, can claim any identity.
 *
 * @param options Of `createService`.
 * @returns A handler of proxy events.
 */
export const createHandler = (options: HandlerOptions): Handler => {
  const service = createService(options)
  return async event => {
    const { status, headers, body } = await service({
      body: bodyOf(event),
      contentType: header(event, 'content-type'),
      principal: principalOf(event),
      requestId: event.requestContext?.requestId ?? 'none',
    })
    return { statusCode: status, headers, body, isBase64Encoded: false }
  }
}

const bodyOf = ({ body, isBase64Encoded }: ProxyEvent): string | Uint8Array =>
  isBase64Encoded === true ? Buffer.from(body ?? '', 'base64') : (body ?? '')

/** API Gateway leaves header names in the caller's letter case. */
const header = (event: ProxyEvent, name: string): string | undefined =>
  Object.entries(event.headers ?? {}).find(([given]) => given.toLowerCase() === name)?.[1]

const principalOf = ({ requestContext }: ProxyEvent): Principal | undefined => {
  const { userArn, sourceIp } = requestContext?.identity ?? {}
  return userArn ? { arn: userArn, sourceIp: sourceIp ?? undefined } : undefined
}
