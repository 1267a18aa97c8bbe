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
  /** How long the whole exchange may take from when there is a socket for it, in milliseconds. */
  readonly requestMs: number
  /** How long all of it may take, with waiting for a socket, in milliseconds. */
  readonly remainingMs: number
}

export type HttpClient = {
  /** Posts to `/` of the endpoint. Rejects with an error whose text holds nothing of what was sent or received. */
  readonly post: (post: HttpPost) => Promise<HttpAnswer>
  /** Closes every connection, also one that is in use; resolves when they are gone. */
  readonly close: () => Promise<void>
  /** Closes what idles, and each other connection after the exchange for which it is in use. */
  readonly renew: () => void
}

/** An answer of KMS has a few hundred bytes. */
const MOST_BYTES = 64 * 1024

/** As many as the AWS SDK has. Over each KMS signs some fifty times a second; whoever finds none free waits. */
const MOST_CONNECTIONS = 50

/** What has idled for longer may be dead without a word: after the host was frozen, or behind a NAT. */
const LONGEST_IDLE_MS = 30_000

/**
 * Makes a client of one server. A connection carries one request at a time, so that answers cannot be mixed up, and is
 * kept after an answer that was read to its end. Connections that idle keep no process alive. Redirects are not followed.
 *
 * @param endpoint An http: or https: URL, of which host and port are used. Certificates are verified.
 * @returns The client.
 */
export const createHttpClient = (endpoint: URL): HttpClient => {
  const { Agent, request: send } = endpoint.protocol === 'http:' ? http : https
  const freedAt = new WeakMap<object, number>()
  const createAgent = (): http.Agent => {
    const created = new Agent({ keepAlive: true, maxSockets: MOST_CONNECTIONS })
    // By the wall clock, which goes on while the host is frozen.
    created.on('free', (socket: object) => freedAt.set(socket, Date.now()))
    return created
  }
  let agent = createAgent()
  // A URL has an IPv6 address in brackets, and a socket takes it without.
  const host = endpoint.hostname.replaceAll(/^\[|\]$/g, '')

  const exchange = ({ headers, body, connectMs, requestMs, remainingMs }: HttpPost): Promise<HttpAnswer> =>
    new Promise((resolve, reject) => {
      const request = send({ agent, host, port: endpoint.port, method: 'POST', path: '/', headers })
      const end = performance.now() + remainingMs
      let isOver = false
      const fail = (text: string): void => {
        if (isOver) return
        stop()
        reject(new Error(text))
        request.destroy()
      }
      // What has arrived is looked at before it is called late: timers come first where the process was busy or frozen.
      const after = (ms: number, text: string): NodeJS.Timeout =>
        setTimeout(() => setImmediate(fail, text), ms)
      let timer = after(remainingMs, 'no connection was free')
      let connecting: NodeJS.Timeout | undefined
      const connected = (): void => clearTimeout(connecting)
      const stop = (): void => {
        isOver = true
        clearTimeout(timer)
        connected()
      }
      request.on('socket', socket => {
        clearTimeout(timer)
        const timeoutMs = Math.max(Math.min(requestMs, end - performance.now()), 0)
        timer = after(timeoutMs, `no whole answer in ${Math.round(timeoutMs)} ms`)
        // Node's reusedSocket does not tell of one that was waited for.
        if (freedAt.has(socket)) return
        connecting = after(connectMs, `no connection in ${connectMs} ms`)
        socket.once(endpoint.protocol === 'http:' ? 'connect' : 'secureConnect', connected)
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

  const closeIdle = (isUseless: (socket: object) => boolean): void => {
    for (const sockets of Object.values(agent.freeSockets))
      for (const socket of sockets ?? []) if (isUseless(socket)) socket.destroy()
  }

  return {
    post: post => {
      const now = Date.now()
      closeIdle(socket => Math.abs(now - (freedAt.get(socket) ?? 0)) > LONGEST_IDLE_MS)
      return exchange(post).catch((error: unknown) => {
        // Where one connection has died, those that idle may be dead as well: the next attempt makes a new one.
        closeIdle(() => true)
        throw error
      })
    },
    close: async () => {
      const sockets = [agent.freeSockets, agent.sockets].flatMap(byHost =>
        Object.values(byHost).flatMap(list => list ?? []),
      )
      const gone = sockets
        .filter(socket => !socket.closed)
        .map(socket => new Promise<void>(resolve => socket.once('close', () => resolve())))
      agent.destroy()
      await Promise.all(gone)
    },
    renew: () => {
      closeIdle(() => true)
      agent.maxFreeSockets = 0
      agent = createAgent()
    },
  }
}

/** The text of one of Node's errors. An error of many addresses has none, but a code. */
const describe = (error: NodeJS.ErrnoException): string => error.message || String(error.code)
