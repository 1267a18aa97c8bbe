// HTTP around the handlers: bodies in, JSON out. Every answer says Content-Type: application/json, errors
// too; the SDK parses whatever comes.
import { type RawRequest, splitTarget } from '../rawRequest.ts'
import type { ServerRequest, ServerResponseData } from '../server.ts'
import { CrossmintError, describeFault, invalid } from './errors.ts'
import type { Answer } from './handler.ts'

/** Bytes of a request's body. */
export const maxBodyBytes = 1_000_000

/**
 * Path, still encoded, and query of a request.
 * @throws {CROSSMINT_ERROR} 400 for a target that is no path, 404 for a path without a first segment
 */
export const parseTarget = ({ url }: RawRequest): { path: string; query: URLSearchParams } => {
  const { path, query } = splitTarget(url)
  if (!path.startsWith('/')) throw invalid(['path: the request target must be a path, beginning with "/"'])
  if (path.startsWith('//'))
    throw new CrossmintError(
      404,
      `The sandbox does not serve ${path}: it begins with two slashes. The base URL has to end without one.`,
    )
  return { path, query: new URLSearchParams(query) }
}

/** @throws {CROSSMINT_ERROR} 413 for more than 1 MB, 400 for text that is not JSON, or is nested too deeply */
export const parseBody = ({ body, bodyTooLarge }: ServerRequest): unknown => {
  if (bodyTooLarge) throw new CrossmintError(413, 'The request body is larger than 1 MB')
  if (body.length === 0) return undefined
  const value = parseJson(Buffer.from(body).toString())
  if (isDeeperThan(maxDepth, value)) throw invalid([`body: Nested more than ${maxDepth} levels deep`])
  return value
}

/** The values of a header, joined; `undefined` where it is absent or empty. */
export const header = (headers: ReadonlyMap<string, readonly string[]>, name: string): string | undefined =>
  headers.get(name)?.join(', ') || undefined

export const answerJson = ({ status, body }: Answer): ServerResponseData => ({
  status,
  headers: {
    'content-type': 'application/json; charset=utf-8',
    // The API's own headers for this are not documented; Retry-After is HTTP's (RFC 9110).
    ...(status === 429 ? { 'retry-after': '1' } : {}),
  },
  body: JSON.stringify(body),
})

export const answerError = (error: unknown): ServerResponseData =>
  answerJson(
    error instanceof CrossmintError
      ? error
      : new CrossmintError(500, `The sandbox failed: ${describeFault(error)}`),
  )

/** What stands between client and API says this, not the API. */
export const badGateway: ServerResponseData = {
  status: 502,
  headers: { 'content-type': 'text/html' },
  body: '<html><h1>502 Bad Gateway</h1></html>',
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid(['body: Invalid JSON'])
  }
}

// More than any request needs, an ABI with nested tuples included, and few enough for all that recurse:
// JSON.parse takes any depth, JSON.stringify does not.
const maxDepth = 100

const isDeeperThan = (depth: number, value: unknown): boolean => {
  let level = [value]
  for (let reached = 0; reached <= depth; reached += 1) {
    level = level.flatMap(item => (typeof item === 'object' && item !== null ? Object.values(item) : []))
    if (level.length === 0) return false
  }
  return true
}
