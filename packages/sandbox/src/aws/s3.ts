// Amazon S3, as far as uploading code and templates needs it: buckets that are there, and objects in them. REST with XML;
// buckets are in the path, because the host is an IP address. Amazon S3 API Reference, version 2006-03-01.
import { randomUUID } from 'node:crypto'
import { headersByName, splitTarget } from '../rawRequest.ts'
import type { ServerRequest, ServerResponseData } from '../server.ts'
import { percentDecode, queryPairs } from './canonicalRequest.ts'
import { type Cloud, denialOf } from './cloud.ts'
import { element, textElement } from './query.ts'
import { decodeBody } from './s3/body.ts'
import { findOperation } from './s3/operations.ts'
import { type S3Call, S3Error } from './s3/s3Error.ts'
import { describeFailure, type SignatureFailure } from './signatureFailure.ts'
import { verifySignature } from './sigv4.ts'

/** The names S3 has for errors the other services call differently. */
const errorCodes: Readonly<Record<string, readonly [code: string, status: number]>> = {
  MissingAuthenticationTokenException: ['AccessDenied', 403],
  IncompleteSignatureException: ['AuthorizationHeaderMalformed', 400],
  InvalidSignatureException: ['SignatureDoesNotMatch', 403],
  UnrecognizedClientException: ['InvalidAccessKeyId', 403],
  ExpiredTokenException: ['ExpiredToken', 400],
}

/**
 * Answers a request to S3: authenticated by its signature, authorized by IAM policies.
 *
 * @param request The request as received.
 * @param cloud The cloud.
 * @returns The answer of the operation, or an error.
 */
export const respondS3 = (request: ServerRequest, cloud: Cloud): ServerResponseData => {
  const answer = run(request, cloud)
  // An answer to HEAD has the headers of the one to GET, and no body.
  return request.method === 'HEAD' ? { ...answer, body: '' } : answer
}

const run = (request: ServerRequest, cloud: Cloud): ServerResponseData => {
  try {
    const { region, now } = cloud
    const lookup = (accessKeyId: string) => cloud.credentials.get(accessKeyId)
    const verified = verifySignature(request, { service: 's3', region, lookup, now })
    if ('failure' in verified) throw signatureError(verified.failure)
    if (request.bodyTooLarge)
      throw new S3Error(400, 'EntityTooLarge', 'The object is too large for this sandbox.')
    const call = readCall(request)
    const operation = findOperation(call)
    const resource = `arn:aws:s3:::${call.bucket}${call.key === '' ? '' : `/${call.key}`}`
    const { identity } = verified
    const { action } = operation
    const denial = denialOf(cloud, { identity, action, resource, sourceIp: request.remoteAddress })
    if (denial !== undefined) throw new S3Error(403, 'AccessDenied', denial)
    const owner = call.headers.get('x-amz-expected-bucket-owner')?.[0]
    if (owner !== undefined && owner !== cloud.account.accountId)
      throw new S3Error(403, 'AccessDenied', 'Access Denied')
    const objects = cloud.buckets.get(call.bucket)
    if (!objects) throw new S3Error(404, 'NoSuchBucket', 'The specified bucket does not exist')
    return operation.run(call, objects, cloud)
  } catch (thrown) {
    if (!(thrown instanceof S3Error)) throw thrown
    return {
      status: thrown.status,
      headers: { 'content-type': 'application/xml' },
      body: element(
        'Error',
        textElement('Code', thrown.code) +
          textElement('Message', thrown.message) +
          element('RequestId', randomUUID()),
      ),
    }
  }
}

/** Whatever else stands in such a header would change what is done: a copy, a condition, a lock. */
const knownHeader =
  /^x-amz-(content-sha256|date|security-token|user-agent|checksum-.*|sdk-checksum-algorithm|trailer|decoded-content-length|expected-bucket-owner|server-side-encryption|meta-.*)$/

const readCall = (request: ServerRequest): S3Call => {
  const { path, query } = splitTarget(request.url)
  const [, bucket = '', ...key] = path.split('/')
  const headers = headersByName(request.rawHeaders)
  const unknown = [...headers.keys()].find(name => /^(x-amz-|if-)/.test(name) && !knownHeader.test(name))
  if (unknown !== undefined)
    throw new S3Error(501, 'NotImplemented', `The header ${unknown} is not known here.`)
  return {
    method: request.method,
    bucket: utf8(percentDecode(bucket)),
    key: utf8(percentDecode(key.join('/'))),
    query: new Map(queryPairs(query).map(([name, value]) => [utf8(name), utf8(value)])),
    headers,
    body: decodeBody(headers, request.body),
  }
}

/** A text of one character per byte, as the characters it stands for. */
const utf8 = (bytes: string): string => Buffer.from(bytes, 'latin1').toString()

const signatureError = (failure: SignatureFailure): S3Error => {
  const { name, message } = describeFailure(failure)
  const [code, status] = errorCodes[name] ?? [name, 403]
  return new S3Error(status, code, message)
}
