// What wallets hold, and money for testing.
import type { Address } from 'viem'
import { InvalidInputError } from '../input.ts'
import {
  address,
  array,
  baseUnits,
  count,
  dictionary,
  object,
  optional,
  type Reader,
  text,
} from './answer.ts'
import type { Environment } from './apiKey.ts'
import { path } from './locator.ts'
import type { Transport } from './transport.ts'

export type Balance = {
  readonly symbol: string | undefined
  readonly name: string | undefined
  readonly decimals: number
  /** Decimal string; `rawAmount` is in base units. Sums over the chains. */
  readonly amount: string
  readonly rawAmount: bigint
  readonly chains: Readonly<Record<string, ChainBalance>>
}

export type ChainBalance = {
  readonly locator: string
  readonly amount: string
  readonly rawAmount: bigint
  /** Undefined for a chain's native token. */
  readonly contractAddress: Address | undefined
}

export type BalanceCalls = {
  /**
   * Reads balances.
   *
   * @param locator Address or wallet locator.
   * @param filter.tokens Symbols or token locators, at least one. @param filter.chains Chain names.
   * @throws {CrossmintError}
   */
  readonly getBalances: (
    locator: string,
    filter: { readonly tokens: readonly string[]; readonly chains?: readonly string[] | undefined },
  ) => Promise<readonly Balance[]>

  /**
   * Puts test tokens into a wallet. Staging only.
   *
   * @param funds.amount Whole tokens, 1 to 100. @param funds.token Crossmint's staging mints `usdxm` only.
   * @param funds.chain A test chain, e.g. `base-sepolia`.
   * @throws {INVALID_INPUT} with a production key. @throws {CrossmintError}
   */
  readonly fundWallet: (
    locator: string,
    funds: { readonly amount: number; readonly token: string; readonly chain: string },
  ) => Promise<void>
}

const balance: Reader<Balance> = object<Balance>({
  symbol: optional(text),
  name: optional(text),
  decimals: count,
  amount: text,
  rawAmount: baseUnits,
  chains: dictionary(
    object<ChainBalance>({
      locator: text,
      amount: text,
      rawAmount: baseUnits,
      contractAddress: optional(address),
    }),
  ),
})

export function createBalanceCalls(send: Transport, environment: Environment): BalanceCalls {
  return {
    getBalances: async (locator, { tokens, chains }) =>
      send({
        operation: `read the balances of ${locator}`,
        method: 'GET',
        path: path`/2025-06-09/wallets/${locator}/balances`,
        query: { tokens: tokens.join(','), chains: chains?.join(',') },
        repeatable: true,
        read: array(balance),
      }),
    fundWallet: async (locator, { amount, token, chain }) => {
      if (environment === 'production')
        throw new InvalidInputError('funding', [{ field: 'apiKey', message: 'must be a staging key' }])
      await send({
        operation: `fund wallet ${locator}`,
        method: 'POST',
        path: path`/v1-alpha2/wallets/${locator}/balances`,
        body: { amount, token, chain },
        repeatable: false,
        read: array(object<object>({})),
      })
    },
  }
}
