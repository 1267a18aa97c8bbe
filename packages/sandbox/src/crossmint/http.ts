// HTTP around the handlers: bodies in, JSON out. Every answer says Content-Type: application/json, errors
// too; the SDK parses whatever comes.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { CrossmintError, invalid } from './errors.ts'
import type { Answer } from './handler.ts'

/** @throws {CROSSMINT_ERROR} 413 for more than 1 MB */
export const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    // The rest is read all the same: a client that still writes would not see the answer.
    if (size <= 1_000_000) chunks.push(chunk)
  }
  if (size > 1_000_000) throw new CrossmintError(413, 'The request body is larger than 1 MB')
  return Buffer.concat(chunks).toString()
}

/** @throws {CROSSMINT_ERROR} 400 for text that is not JSON */
export const parseBody = (text: string): unknown => {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw invalid(['body: Invalid JSON'])
  }
}

export const header = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

export const send = (response: ServerResponse, { status, body }: Answer): void => {
  // The API's own headers for this are not documented; Retry-After is HTTP's (RFC 9110).
  if (status === 429) response.setHeader('retry-after', '1')
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
}

export const sendError = (response: ServerResponse, error: unknown): void => {
  const message = error instanceof Error ? error.message : String(error)
  send(
    response,
    error instanceof CrossmintError ? error : new CrossmintError(500, `The sandbox failed: ${message}`),
  )
}

/** What stands between client and API says this, not the API. */
export const sendBadGateway = (response: ServerResponse): void => {
  response.writeHead(502, { 'content-type': 'text/html' }).end('<html><h1>502 Bad Gateway</h1></html>')
}
