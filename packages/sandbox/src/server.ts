// A plain HTTP server on 127.0.0.1 that hands out requests as they came, bytes and header order included.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { headersByName, type RawRequest } from './rawRequest.ts'

/** A request with its whole body, or with what came of it where the body exceeds the limit. */
export type ServerRequest = RawRequest & { readonly bodyTooLarge: boolean; readonly remoteAddress: string }

/** What goes back; node:http adds the length. */
export type ServerResponseData = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string | Uint8Array
  /** How it fails to arrive; it arrives where absent. */
  readonly delivery?: Delivery | undefined
}

/** `reset` in its place, `cut` off after half of the body, `stalled` there with the connection open, `silence` in its place. */
export type Delivery = 'reset' | 'cut' | 'stalled' | 'silence'

/** A running server. */
export type Listener = {
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  readonly url: string
  /** Closes the server and every connection. */
  readonly stop: () => Promise<void>
}

/**
 * Starts a server on loopback; it is never reachable from outside the machine.
 *
 * @param options.port The port; a free one where absent.
 * @param options.maxBodyBytes Bodies are read up to this length.
 * @param options.now The clock of the Date header, epoch milliseconds: clients correct theirs by it.
 * @param options.respond Answers a request. What it throws is a fault of ours and becomes status 500, without a body.
 * @returns The running server.
 */
export const listen = async (options: {
  readonly port?: number | undefined
  readonly maxBodyBytes: number
  readonly now: () => number
  readonly respond: (request: ServerRequest) => Promise<ServerResponseData>
}): Promise<Listener> => {
  const server = createServer((message, response) => {
    readRequest(message, options.maxBodyBytes)
      .then(request => (hosts(request) > 1 ? badRequest : options.respond(request)))
      .catch(() => fault)
      .then(answer => send(response, answer, options.now()))
      // An answer that HTTP cannot carry. One request must never end the process, and with it everything else.
      .catch(() => response.destroy())
  })
  await listening(server, options.port ?? 0)
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, stop: () => close(server) }
}

const badRequest: ServerResponseData = { status: 400, headers: {}, body: '' }
const fault: ServerResponseData = { status: 500, headers: {}, body: '' }

/** RFC 9112 section 3.2: more than one Host header is a bad request; node:http lets it through. */
const hosts = ({ rawHeaders }: RawRequest): number => headersByName(rawHeaders).get('host')?.length ?? 0

const readRequest = async (message: IncomingMessage, maxBodyBytes: number): Promise<ServerRequest> => {
  const chunks: Uint8Array[] = []
  let length = 0
  // The rest of a body that is too large is still read, and dropped: a client hears an answer only after it has spoken.
  for await (const chunk of message as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length <= maxBodyBytes) chunks.push(chunk)
  }
  return {
    method: message.method ?? '',
    url: message.url ?? '',
    rawHeaders: message.rawHeaders,
    body: new Uint8Array(Buffer.concat(chunks)),
    bodyTooLarge: length > maxBodyBytes,
    remoteAddress: message.socket.remoteAddress ?? '',
  }
}

const send = (
  response: ServerResponse,
  { status, headers, body, delivery }: ServerResponseData,
  time: number,
): void => {
  response.setHeader('date', new Date(time).toUTCString())
  for (const [name, value] of Object.entries(headers)) {
    response.setHeader(name, typeof value === 'string' ? value : [...value])
  }
  response.statusCode = status
  switch (delivery) {
    case undefined:
      response.end(body)
      return
    case 'reset':
      response.socket?.resetAndDestroy()
      return
    case 'silence':
      return
    default:
      sendHalf(response, body, delivery)
  }
}

const sendHalf = (response: ServerResponse, body: string | Uint8Array, delivery: 'cut' | 'stalled'): void => {
  const bytes = Buffer.from(body)
  response.setHeader('content-length', bytes.length)
  response.write(bytes.subarray(0, bytes.length >> 1), () => {
    if (delivery === 'cut') response.socket?.end()
  })
}

const listening = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })

const close = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    server.close(error => (error ? reject(error) : resolve()))
    server.closeAllConnections()
  })
