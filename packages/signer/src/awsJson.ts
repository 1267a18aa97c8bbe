// An HTTP answer as AWS JSON 1.1 has it: an object, an error with a name, or neither.
// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
import type { HttpAnswer } from './httpExchange.ts'

/** The members of an answer or of an error, of any type. */
export type JsonObject = Readonly<Record<string, unknown>>

export type AwsJsonAnswer =
  | { readonly kind: 'answered'; readonly body: JsonObject; readonly requestId: string | undefined }
  | AwsJsonError
  /** Not what AWS JSON allows: a page of HTML, a text that is cut off. Something else may have answered. */
  | {
      readonly kind: 'broken'
      readonly detail: string
      readonly status: number
      readonly requestId: string | undefined
    }

/** An error by which the service refuses a request. */
export type AwsJsonError = {
  readonly kind: 'refused'
  /** Without its namespace: `ThrottlingException`. */
  readonly name: string
  readonly message: string
  readonly status: number
  readonly requestId: string | undefined
}

/**
 * Reads an answer.
 *
 * @param answer The HTTP answer.
 * @returns What it says. `detail` tells the status and the kind of content, never the content.
 */
export const readAwsJson = ({ status, headers, body }: HttpAnswer): AwsJsonAnswer => {
  const id = headers['x-amzn-requestid']
  const requestId = typeof id === 'string' ? id : undefined
  const broken = (what: string): AwsJsonAnswer => ({
    kind: 'broken',
    detail: `HTTP status ${status} with ${what}`,
    status,
    requestId,
  })
  const type = headers['content-type'] ?? ''
  if (!/^application\/(?:x-amz-json-1\.[01]|json)\s*(?:;|$)/i.test(type))
    return broken('another content type than JSON')
  const json = parseObject(body)
  if (json === undefined) return broken('a body that is no JSON object')
  if (status === 200) return { kind: 'answered', body: json, requestId }
  const name = errorName(headers['x-amzn-errortype'] ?? json['__type'] ?? json['code'])
  const message = json['message'] ?? json['Message']
  return { kind: 'refused', name, message: typeof message === 'string' ? message : '', status, requestId }
}

const parseObject = (text: string): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined
  } catch {
    return undefined
  }
}

/** `com.amazonaws.kms#DisabledException` and `DisabledException:http://internal/` are both `DisabledException`. */
const errorName = (type: unknown): string =>
  typeof type === 'string' ? (type.split(/[,:]/)[0]?.split('#').at(-1) ?? '') : ''
