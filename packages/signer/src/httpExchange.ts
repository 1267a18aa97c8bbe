// One HTTP request and its whole answer, over connections that are kept. Bounded in time and in size; whatever goes
// wrong, the connection is closed and is not used again.
import * as http from 'node:http'
import * as https from 'node:https'

/** An answer, read to its end. */
export type HttpAnswer = {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

export type HttpPost = {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** How long connecting may take, with TLS, in milliseconds. */
  readonly connectMs: number
  /** How long the whole exchange may take, in milliseconds. */
  readonly timeoutMs: number
}

export type HttpClient = {
  /** Posts to `/` of the endpoint. Rejects with an error whose text holds nothing of what was sent or received. */
  readonly post: (post: HttpPost) => Promise<HttpAnswer>
  /** Closes every connection. */
  readonly close: () => void
}

/** An answer of KMS has a few hundred bytes. */
const MOST_BYTES = 64 * 1024

/**
 * Makes a client of one server. A connection carries one request at a time, so that answers cannot be mixed up, and is
 * kept after an answer that was read to its end. Connections that idle keep no process alive. Redirects are not followed.
 *
 * @param endpoint An http: or https: URL, of which host and port are used. Certificates are verified.
 * @returns The client.
 */
export const createHttpClient = (endpoint: URL): HttpClient => {
  const { Agent, request: send } = endpoint.protocol === 'http:' ? http : https
  const agent = new Agent({ keepAlive: true })
  // A URL has an IPv6 address in brackets, and a socket takes it without.
  const host = endpoint.hostname.replaceAll(/^\[|\]$/g, '')

  const exchange = ({ headers, body, connectMs, timeoutMs }: HttpPost): Promise<HttpAnswer> =>
    new Promise((resolve, reject) => {
      const request = send({ agent, host, port: endpoint.port, method: 'POST', path: '/', headers })
      const fail = (text: string): void => {
        stop()
        reject(new Error(text))
        request.destroy()
      }
      const timer = setTimeout(() => fail(`no whole answer in ${Math.round(timeoutMs)} ms`), timeoutMs)
      const connecting = setTimeout(() => fail(`no connection in ${connectMs} ms`), connectMs)
      const connected = (): void => clearTimeout(connecting)
      const stop = (): void => {
        clearTimeout(timer)
        connected()
      }
      request.on('socket', socket => {
        if (request.reusedSocket) connected()
        else socket.once(endpoint.protocol === 'http:' ? 'connect' : 'secureConnect', connected)
      })
      // Stays to the end: a connection may fail again after it was given up.
      request.on('error', error => fail(describe(error)))
      // Without an error, as after an answer that would change the protocol, or half-way through one.
      const closed = (): void => fail('the connection was closed')
      request.on('close', closed)
      request.on('response', response => {
        request.off('close', closed)
        response.on('close', closed)
        const chunks: Buffer[] = []
        let size = 0
        response.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > MOST_BYTES) fail(`the answer is longer than ${MOST_BYTES} bytes`)
          else chunks.push(chunk)
        })
        response.on('end', () => {
          stop()
          response.off('close', closed)
          const { statusCode: status = 0, headers: answered } = response
          resolve({ status, headers: answered, body: Buffer.concat(chunks).toString() })
        })
      })
      request.end(body)
    })

  return {
    post: post =>
      exchange(post).catch((error: unknown) => {
        // Where one connection has died, those that idle may be dead as well, as after the host was frozen: the next
        // attempt makes a new one.
        for (const sockets of Object.values(agent.freeSockets))
          for (const socket of sockets ?? []) socket.destroy()
        throw error
      }),
    close: () => agent.destroy(),
  }
}

/** The text of one of Node's errors. An error of many addresses has none, but a code. */
const describe = (error: NodeJS.ErrnoException): string => error.message || String(error.code)
