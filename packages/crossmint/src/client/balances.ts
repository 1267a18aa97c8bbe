// What wallets hold, and money for testing.
import type { Address } from 'viem'
import { type Issue, refuseIssues } from '../input.ts'
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
import { nameLocator, path } from './locator.ts'
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
   * @param funds.amount Decimal string of whole tokens, `1` to `100`. @param funds.token Crossmint's staging mints `usdxm` only.
   * @param funds.chain A test chain, e.g. `base-sepolia`.
   * @throws {INVALID_INPUT} with a production key, or another amount. @throws {CrossmintError}
   */
  readonly fundWallet: (
    locator: string,
    funds: { readonly amount: string; readonly token: string; readonly chain: string },
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
        operation: `read the balances of ${nameLocator(locator)}`,
        method: 'GET',
        path: path`/2025-06-09/wallets/${locator}/balances`,
        query: { tokens: tokens.join(','), chains: chains?.join(',') },
        repeatable: true,
        read: array(balance),
      }),
    fundWallet: async (locator, { amount, token, chain }) => {
      const issues: Issue[] = []
      if (environment === 'production') issues.push({ field: 'apiKey', message: 'must be a staging key' })
      if (!/^(?:[1-9]\d?|100)$/.test(amount))
        issues.push({ field: 'amount', message: 'must be a whole number from 1 to 100' })
      refuseIssues('funding', issues)
      await send({
        operation: `fund wallet ${nameLocator(locator)}`,
        method: 'POST',
        path: path`/v1-alpha2/wallets/${locator}/balances`,
        // The API takes a number here; it is small and whole.
        body: { amount: Number(amount), token, chain },
        repeatable: false,
        read: array(object<object>({})),
      })
    },
  }
}
