// The canonical request of Signature Version 4. IAM User Guide, "Create a signed AWS API request", step 1; for S3 its API
// Reference, "Signature Calculations for the Authorization Header".
import { createHash } from 'node:crypto'
import { headersByName, type RawRequest, splitTarget } from '../rawRequest.ts'

/**
 * Builds the canonical request.
 *
 * @param request The request as received.
 * @param signedHeaders Names of the headers that are signed: lower case, sorted.
 * @returns The canonical request, one character per byte.
 */
export const canonicalRequest = (request: RawRequest, signedHeaders: readonly string[]): string =>
  build(request, signedHeaders, canonicalPath(splitTarget(request.url).path), sha256Hex(request.body))

/**
 * Builds the canonical request as S3 does: the path is encoded once and not normalised, for `a//b` is the name of an object.
 *
 * @param request The request as received.
 * @param signedHeaders Names of the headers that are signed: lower case, sorted.
 * @param payload What the request says of its body, in x-amz-content-sha256.
 * @returns The canonical request, one character per byte.
 */
export const canonicalS3Request = (
  request: RawRequest,
  signedHeaders: readonly string[],
  payload: string,
): string => {
  const segments = splitTarget(request.url).path.split('/')
  const path = segments.map(segment => percentEncode(percentDecode(segment))).join('/')
  return build(request, signedHeaders, path, payload)
}

const build = (
  request: RawRequest,
  signedHeaders: readonly string[],
  path: string,
  payload: string,
): string => {
  const { query } = splitTarget(request.url)
  const headers = headersByName(request.rawHeaders)
  return [
    request.method,
    path,
    canonicalQuery(query),
    ...signedHeaders.map(name => `${name}:${(headers.get(name) ?? []).map(canonicalValue).join(',')}`),
    '',
    signedHeaders.join(';'),
    payload,
  ].join('\n')
}

/** The decoded names and values of a query, in the order sent; a name without a value has an empty one. */
export const queryPairs = (query: string): readonly (readonly [name: string, value: string])[] =>
  query
    .split('&')
    .filter(pair => pair !== '')
    .map(pair => {
      const equals = pair.indexOf('=')
      const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
      return [percentDecode(name), percentDecode(value)] as const
    })

/** SHA-256 in lower-case hex. A string is hashed as one byte per character. */
export const sha256Hex = (data: Uint8Array | string): string =>
  createHash('sha256')
    .update(typeof data === 'string' ? Buffer.from(data, 'latin1') : data)
    .digest('hex')

/** Dot segments and empty segments removed, then each byte encoded once more: `%20` becomes `%2520`. */
const canonicalPath = (path: string): string => {
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  const end = segments.length > 0 && path.endsWith('/') ? '/' : ''
  return `/${segments.map(percentEncode).join('/')}${end}`
}

/** Encoded first, then sorted by name and value: the order of the encoded forms counts. */
const canonicalQuery = (query: string): string =>
  queryPairs(query)
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')

/** Outer white space trimmed, inner runs (and folded lines) made one space. */
const canonicalValue = (value: string): string => value.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '')

/** RFC 3986 section 2.3: unreserved characters stay, every other byte becomes `%XX` in upper case. */
const percentEncode = (text: string): string =>
  text.replace(
    /[^A-Za-z0-9\-._~]/g,
    byte => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )

/** Each `%XX` becomes its byte, one character. */
export const percentDecode = (text: string): string =>
  text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
