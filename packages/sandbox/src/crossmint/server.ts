// Crossmint's wallets API on loopback (https://docs.crossmint.com): plain HTTP in front of the handlers,
// which work on a real chain. Follows the public OpenAPI document, version 2025-06-09; where that is silent,
// the comments say what was chosen.
import { isHash, TransactionReceiptNotFoundError } from 'viem'
import type { Chain } from '../chain/chain.ts'
import { headersByName } from '../rawRequest.ts'
import { listen, type ServerRequest, type ServerResponseData } from '../server.ts'
import { createSandboxApiKey, namedProject, sandboxProject } from './apiKey.ts'
import { CrossmintError, notFound } from './errors.ts'
import type { Answer } from './handler.ts'
import { answerError, answerJson, badGateway, header, maxBodyBytes, parseBody, parseTarget } from './http.ts'
import { createProject, type Project } from './project.ts'
import { createRateLimiter, type RateLimit } from './rateLimit.ts'
import { findRoute } from './routes.ts'
import { createSettlement } from './settlement.ts'
import { createTrouble, type RequestFailure, type Trouble, type TroubleState } from './trouble.ts'

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
 * @throws {EADDRINUSE} the port is taken
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
  const serve = async (request: ServerRequest): Promise<Answer> => {
    const { path, query } = parseTarget(request)
    if (path.startsWith('/tx/')) return receipt(chain, path.slice('/tx/'.length))
    if (!path.startsWith('/api/')) throw notFound(`Path ${path}`)
    const headers = headersByName(request.rawHeaders)
    const project = authenticate(header(headers, 'x-api-key'))
    const { method } = request
    if (!withinLimit(project.id, method)) throw tooManyRequests()
    const { handler, params } = findRoute(method, path.slice('/api'.length))
    return handler(
      { project, chain, trouble: state, now, url: server.url, settle: settlement.settle },
      { params, query, body: parseBody(request), idempotencyKey: header(headers, 'x-idempotency-key') },
    )
  }
  const respond = async (request: ServerRequest): Promise<ServerResponseData> => {
    try {
      const failure = takeFailure(state)
      if (failure === 'bad-gateway') return badGateway
      if (failure === 'rate-limited') throw tooManyRequests()
      if (failure === 'server-error') throw new CrossmintError(500, 'Internal server error')
      return answerJson(await serve(request))
    } catch (error) {
      return answerError(error)
    }
  }
  const server = await listen({ port: options.port, maxBodyBytes, now, respond })
  return {
    url: server.url,
    apiKey,
    trouble,
    stop: async () => {
      await Promise.all([server.stop(), settlement.stop()])
    },
  }
}

/** The failure that the next request is to meet, if any; counts it as met. */
const takeFailure = ({ requests }: TroubleState): RequestFailure | undefined => {
  if (requests.count <= 0) return undefined
  requests.count -= 1
  return requests.failure
}

const tooManyRequests = (): CrossmintError =>
  new CrossmintError(429, 'Too many requests. Please wait and try again.')

// Where `explorerLink` leads.
const receipt = async (chain: Chain, hash: string): Promise<Answer> => {
  const found = isHash(hash)
    ? await chain.client.getTransactionReceipt({ hash }).catch((error: unknown) => {
        if (!(error instanceof TransactionReceiptNotFoundError)) throw error
      })
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
