// AWS Security Token Service, as far as asking who one is: GetCallerIdentity, in AWS's query protocol
// (a form in, XML out). AWS STS API Reference, version 2011-06-15.
import { randomUUID } from 'node:crypto'
import type { RawRequest } from '../rawRequest.ts'
import type { ServerResponseData } from '../server.ts'
import type { Identity } from './identity.ts'
import { describeFailure, type SignatureFailure } from './signatureFailure.ts'
import { verifySignature } from './sigv4.ts'

const version = '2011-06-15'
const namespace = `https://sts.amazonaws.com/doc/${version}/`

/** The names this service has for errors the others call differently. */
const errorCodes: Readonly<Record<string, readonly [code: string, status: number]>> = {
  MissingAuthenticationTokenException: ['MissingAuthenticationToken', 403],
  IncompleteSignatureException: ['IncompleteSignature', 400],
  InvalidSignatureException: ['SignatureDoesNotMatch', 403],
  UnrecognizedClientException: ['InvalidClientTokenId', 403],
}

/**
 * Answers a request to STS.
 *
 * @param request The request as received.
 * @param options.lookup The identities by access key id.
 * @param options.now The clock, epoch milliseconds.
 * @returns The caller's identity, or an error.
 */
export const respondSts = (
  request: RawRequest,
  options: { readonly lookup: (accessKeyId: string) => Identity | undefined; readonly now: () => number },
): ServerResponseData => {
  // No region: the global endpoint and the regional ones are all at this address.
  const verified = verifySignature(request, { service: 'sts', ...options })
  if ('failure' in verified) return refused(verified.failure)
  const form = new URLSearchParams(Buffer.from(request.body).toString())
  const [action, requested] = [form.get('Action'), form.get('Version')]
  if (action !== 'GetCallerIdentity' || requested !== version) {
    return errorResponse(400, 'InvalidAction', `Could not find operation ${action} for version ${requested}`)
  }
  const { arn, userId, accountId } = verified.identity
  return xml(
    200,
    element(
      'GetCallerIdentityResponse',
      element(
        'GetCallerIdentityResult',
        element('Arn', escapeXml(arn)) + element('UserId', escapeXml(userId)) + element('Account', accountId),
      ) + element('ResponseMetadata', element('RequestId', randomUUID())),
    ),
  )
}

const refused = (failure: SignatureFailure): ServerResponseData => {
  const { name, message } = describeFailure(failure)
  const [code, status] = errorCodes[name] ?? [name, 403]
  return errorResponse(status, code, message)
}

const errorResponse = (status: number, code: string, message: string): ServerResponseData =>
  xml(
    status,
    element(
      'ErrorResponse',
      element(
        'Error',
        element('Type', 'Sender') + element('Code', code) + element('Message', escapeXml(message)),
      ) + element('RequestId', randomUUID()),
    ),
  )

const xml = (status: number, root: string): ServerResponseData => ({
  status,
  headers: { 'content-type': 'text/xml', 'x-amzn-RequestId': /<RequestId>(.*?)</.exec(root)?.[1] ?? '' },
  body: `${root.replace('>', ` xmlns="${namespace}">`)}\n`,
})

const element = (name: string, content: string): string => `<${name}>${content}</${name}>`

const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
