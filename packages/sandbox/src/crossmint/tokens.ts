// The tokens of the sandbox: ETH, USDC and USDXM on Base Sepolia, and the locators that name them.
import type { Address } from 'viem'
import type { Chain } from '../chain/chain.ts'
import type { Stablecoin } from '../chain/stablecoin.ts'
import { invalid } from './errors.ts'
import { chainName } from './locators.ts'

export type Token = {
  readonly symbol: string
  readonly name: string
  readonly decimals: number
  /** `undefined` for the native token. */
  readonly coin: Stablecoin | undefined
}

/**
 * @param locator `<chain>:<symbol>` or `<chain>:<contract address>`
 * @throws {CROSSMINT_ERROR} 400
 */
export const parseToken = (chain: Chain, locator: string): Token => {
  const [, name, currency] = /^([^:]+):([^:]+)$/.exec(locator) ?? []
  const token = currency === undefined ? undefined : findToken(chain, currency)
  if (name === chainName && token !== undefined) return token
  throw invalid([
    `tokenLocator: Unknown token "${locator}": ` +
      `the sandbox has ${chainName}:usdc, ${chainName}:usdxm and ${chainName}:eth`,
  ])
}

/** @param currency a symbol or contract address, in any letter case */
export const findToken = (chain: Chain, currency: string): Token | undefined =>
  [native, stable(chain.usdc), stable(chain.usdxm)].find(({ symbol, coin }) =>
    [symbol, coin?.address.toLowerCase()].includes(currency.toLowerCase()),
  )

/** @returns base units */
export const tokenBalance = (chain: Chain, { coin }: Token, address: Address): Promise<bigint> =>
  coin === undefined ? chain.client.getBalance({ address }) : chain.balanceOf(coin, address)

/** The contract, as an optional field of answers: the native token has none. */
export const contractField = ({ coin }: Token): { contractAddress?: Address } =>
  coin === undefined ? {} : { contractAddress: coin.address }

const native: Token = { symbol: 'eth', name: 'Ethereum', decimals: 18, coin: undefined }

const stable = (coin: Stablecoin): Token => ({
  symbol: coin.symbol,
  name: coin.name,
  decimals: coin.decimals,
  coin,
})
