// Crossmint's wallets API on loopback (https://docs.crossmint.com): plain HTTP in front of the handlers,
// which work on a real chain. Follows the public OpenAPI document, version 2025-06-09; where that is silent,
// the comments say what was chosen.
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isHash } from 'viem'
import type { Chain } from '../chain/chain.ts'
import { createSandboxApiKey, namedProject, sandboxProject } from './apiKey.ts'
import { CrossmintError, notFound } from './errors.ts'
import type { Answer } from './handler.ts'
import { header, parseBody, readBody, send, sendBadGateway, sendError } from './http.ts'
import { createProject, type Project } from './project.ts'
import { createRateLimiter, type RateLimit } from './rateLimit.ts'
import { findRoute } from './routes.ts'
import { createSettlement } from './settlement.ts'
import { createTrouble, type Trouble } from './trouble.ts'

export type CrossmintOptions = {
  /** Is taken for Base Sepolia, whatever its id. */
  readonly chain: Chain
  /** On 127.0.0.1; a free one is chosen by default. */
  readonly port?: number | undefined
  /**
   * A key to accept besides the sandbox's own, for example a developer's `sk_staging_...`; it is returned as
   * `apiKey`.
   */
  readonly apiKey?: string | undefined
  /** Milliseconds since the epoch. */
  readonly now?: (() => number) | undefined
  /** Milliseconds from an approval to the broadcast; 200 by default. */
  readonly settleDelay?: number | undefined
  /** Off by default; the real API allows 360 reads and 120 writes a minute. */
  readonly rateLimit?: RateLimit | undefined
}

export type Crossmint = {
  /** Base URL without the `/api`, what the SDK calls `overrideBaseUrl`. */
  readonly url: string
  readonly apiKey: string
  readonly trouble: Trouble
  readonly stop: () => Promise<void>
}

/**
 * Starts the API. It keeps everything in memory; what is on chain stays in `chain`, which it does not stop.
 * @throws {INVALID_API_KEY} `apiKey` has not the form of a staging server key
 */
export const startCrossmint = async (options: CrossmintOptions): Promise<Crossmint> => {
  const { chain, now = Date.now, settleDelay = 200 } = options
  const apiKey = options.apiKey ?? createSandboxApiKey().apiKey
  if (namedProject(apiKey) === undefined) throw new InvalidApiKeyError()
  const { trouble, state } = createTrouble(settleDelay)
  const settlement = createSettlement(chain, state, now)
  const withinLimit = options.rateLimit === undefined ? () => true : createRateLimiter(options.rateLimit, now)
  const projects = new Map<string, Project>()

  const authenticate = (key: string | undefined): Project => {
    const id = key === undefined ? undefined : key === apiKey ? namedProject(key) : sandboxProject(key)
    if (id === undefined)
      throw new CrossmintError(401, key === undefined ? 'Missing X-API-KEY header' : 'Invalid API key')
    const project = projects.get(id) ?? createProject(id)
    projects.set(id, project)
    return project
  }
  const serve = async (request: IncomingMessage): Promise<Answer> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', url)
    if (pathname.startsWith('/tx/')) return receipt(chain, pathname.slice('/tx/'.length))
    const body = await readBody(request)
    if (!pathname.startsWith('/api/')) throw notFound(`Path ${pathname}`)
    const project = authenticate(header(request, 'x-api-key'))
    const method = request.method ?? 'GET'
    if (!withinLimit(project.id, method)) throw tooManyRequests()
    const { handler, params } = findRoute(method, pathname.slice('/api'.length))
    return handler(
      { project, chain, trouble: state, now, url, settle: settlement.settle },
      {
        params,
        query: searchParams,
        body: parseBody(body),
        idempotencyKey: header(request, 'x-idempotency-key'),
      },
    )
  }
  const server = createServer(async (request, response) => {
    try {
      if (state.requests.count > 0) {
        state.requests.count -= 1
        const { failure } = state.requests
        if (failure === 'bad-gateway') return sendBadGateway(response)
        throw failure === 'rate-limited'
          ? tooManyRequests()
          : new CrossmintError(500, 'Internal server error')
      }
      send(response, await serve(request))
    } catch (error) {
      sendError(response, error)
    }
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    apiKey,
    trouble,
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await Promise.all([closed, settlement.stop()])
    },
  }
}

const tooManyRequests = (): CrossmintError =>
  new CrossmintError(429, 'Too many requests. Please wait and try again.')

// Where `explorerLink` leads.
const receipt = async (chain: Chain, hash: string): Promise<Answer> => {
  const found = isHash(hash)
    ? await chain.client.getTransactionReceipt({ hash }).catch(() => undefined)
    : undefined
  if (found === undefined) throw notFound(`Transaction ${hash}`)
  const { transactionHash, status, blockNumber, from, to, gasUsed, logs } = found
  const events = logs.map(({ address, topics, data }) => ({ address, topics, data }))
  return {
    status: 200,
    body: {
      transactionHash,
      status,
      blockNumber: String(blockNumber),
      from,
      to,
      gasUsed: String(gasUsed),
      logs: events,
    },
  }
}

export class InvalidApiKeyError extends Error {
  readonly code = 'INVALID_API_KEY'
  constructor() {
    super(
      'The API key has not the form of a Crossmint staging server key, sk_staging_...; leave it out to have one made.',
    )
    this.name = 'InvalidApiKeyError'
  }
}
