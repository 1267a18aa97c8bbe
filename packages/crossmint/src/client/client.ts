// Crossmint's wallets REST API, version 2025-06-09, as far as treasury wallets need it.
// https://docs.crossmint.com/api-reference/wallets
import { type ActivityCalls, createActivityCalls } from './activity.ts'
import { type Environment, readAccess } from './apiKey.ts'
import { type BalanceCalls, createBalanceCalls } from './balances.ts'
import { createSignerCalls, type SignerCalls } from './signers.ts'
import { createTransactionCalls, type TransactionCalls } from './transactions.ts'
import { createTransport, type TransportOptions } from './transport.ts'
import { createUserCalls, type UserCalls } from './users.ts'
import { createWalletCalls, type WalletCalls } from './wallets.ts'

export type CrossmintClientOptions = {
  /** A server key, `sk_staging_...` or `sk_production_...`. Stays inside the client. */
  readonly apiKey: string
  /** Overrides the environment's host; a path prefix is kept, and `/api/<version>` is appended. */
  readonly baseUrl?: string | undefined
} & { readonly [K in 'fetch' | 'sleep' | 'random' | 'now' | 'timeoutMs']?: TransportOptions[K] | undefined }

export type CrossmintClient = WalletCalls &
  BalanceCalls &
  UserCalls &
  TransactionCalls &
  SignerCalls &
  ActivityCalls & {
    readonly environment: Environment
  }

/**
 * Creates a client. Network faults, 5xx and 429 answers are repeated up to three times, with jitter and Retry-After,
 * where repeating cannot do anything twice.
 *
 * @param options.timeoutMs For one attempt; 30 s unless given.
 * @throws {INVALID_INPUT} for a client key, an old or malformed key, or an unusable base URL.
 * @example
 * const client = createCrossmintClient({ apiKey })
 * const wallet = await client.getWallet('evm:smart:alias:treasury')
 */
export function createCrossmintClient(options: CrossmintClientOptions): CrossmintClient {
  const { environment, baseUrl } = readAccess(options.apiKey, options.baseUrl)
  const send = createTransport({
    apiKey: options.apiKey,
    baseUrl,
    fetch: options.fetch ?? fetch,
    sleep: options.sleep ?? (milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds))),
    random: options.random ?? Math.random,
    now: options.now ?? Date.now,
    timeoutMs: options.timeoutMs ?? 30_000,
  })
  return {
    environment,
    ...createWalletCalls(send),
    ...createBalanceCalls(send, environment),
    ...createUserCalls(send),
    ...createTransactionCalls(send),
    ...createSignerCalls(send),
    ...createActivityCalls(send),
  }
}
