// AWS's query protocol: a form in, XML out. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
import { randomUUID } from 'node:crypto'
import type { ServerResponseData } from '../server.ts'

/**
 * Answers an action.
 *
 * @param namespace XML namespace of the service.
 * @param action The action.
 * @param result XML inside of the result element; an action without a result has no such element.
 */
export const queryAnswer = (
  namespace: string,
  action: string,
  result: string | undefined,
): ServerResponseData => {
  const requestId = randomUUID()
  const inner = result === undefined ? '' : element(`${action}Result`, result)
  const metadata = element('ResponseMetadata', element('RequestId', requestId))
  return xml(namespace, 200, requestId, element(`${action}Response`, inner + metadata))
}

/**
 * Answers that something is wrong.
 *
 * @param namespace XML namespace of the service.
 * @param status HTTP status.
 * @param code AWS's name of the error.
 * @param message AWS's text.
 */
export const queryError = (
  namespace: string,
  status: number,
  code: string,
  message: string,
): ServerResponseData => {
  const requestId = randomUUID()
  const error = element('Type', 'Sender') + element('Code', code) + element('Message', escapeXml(message))
  return xml(
    namespace,
    status,
    requestId,
    element('ErrorResponse', element('Error', error) + element('RequestId', requestId)),
  )
}

/** An element; its content is XML already. */
export const element = (name: string, content: string): string => `<${name}>${content}</${name}>`

/** An element with a text, or nothing where there is none. */
export const textElement = (name: string, text: string | undefined): string =>
  text === undefined ? '' : element(name, escapeXml(text))

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)

const xml = (namespace: string, status: number, requestId: string, root: string): ServerResponseData => ({
  status,
  headers: { 'content-type': 'text/xml', 'x-amzn-RequestId': requestId },
  body: `${root.replace('>', ` xmlns="${namespace}">`)}\n`,
})
