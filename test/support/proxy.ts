// A proxy in front of one server that can go wrong at a chosen request: before the server has seen it, or after the
// server has done its work but before the answer arrives.
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Fault = { readonly at: number; readonly when: 'before' | 'after'; readonly strike: () => void }

export type Proxy = {
  readonly url: string
  /** Counts from 1; requests of all proxies of a test may share a counter. */
  readonly stop: () => Promise<void>
}

/** Counts requests over several proxies and strikes at one of them. */
export type Trouble = { count: number; fault: Fault | undefined }

/** Starts a proxy of `target` (origin and path prefix). */
export async function startProxy(target: string, trouble: Trouble): Promise<Proxy> {
  const origin = new URL(target)
  const server = createServer((incoming, outgoing) => {
    trouble.count++
    const fault = trouble.fault?.at === trouble.count ? trouble.fault : undefined
    if (fault?.when === 'before') {
      fault.strike()
      incoming.socket.destroy()
      return
    }
    void forward(origin, incoming, outgoing, fault)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}${origin.pathname === '/' ? '' : origin.pathname}`,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function forward(
  origin: URL,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  return new Promise(resolve => {
    const onward = request(
      {
        host: origin.hostname,
        port: origin.port,
        method: incoming.method,
        path: incoming.url,
        headers: incoming.headers,
      },
      answer => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () => {
          if (fault === undefined) {
            outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
            outgoing.end(Buffer.concat(chunks))
          } else {
            fault.strike()
            incoming.socket.destroy()
          }
          resolve()
        })
      },
    )
    incoming.pipe(onward)
  })
}
