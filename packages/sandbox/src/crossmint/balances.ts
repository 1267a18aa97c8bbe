// Balances, read from the chain, and the staging faucet. Two shapes: of today, and of the older versions of
// the API.
import { type Address, formatUnits } from 'viem'
import type { Chain } from '../chain/chain.ts'
import { invalid } from './errors.ts'
import type { Handler } from './handler.ts'
import { integer, literal, object, optional, parse, text } from './input.ts'
import { chainName } from './locators.ts'
import { contractField, findToken, type Token, tokenBalance } from './tokens.ts'
import { walletOf } from './wallets.ts'

/** `GET /wallets/{walletLocator}/balances?tokens=&chains=` */
export const getBalances: Handler = async ({ project, chain }, { params, query }) => {
  const { address } = walletOf(project, params).account
  const tokens = wantedTokens(chain, query)
  return { status: 200, body: await Promise.all(tokens.map(token => viewBalance(chain, token, address))) }
}

/** The same in versions `v1-alpha2` and `2024-09-26` */
export const getBalancesOld: Handler = async ({ project, chain }, { params, query }) => {
  const { address } = walletOf(project, params).account
  const tokens = wantedTokens(chain, query)
  return { status: 200, body: await Promise.all(tokens.map(token => viewBalanceOld(chain, token, address))) }
}

/**
 * `POST /wallets/{walletLocator}/balances`: whole tokens out of nothing. The real API gives USDXM only; here
 * also USDC.
 */
export const fundWallet: Handler = async ({ project, chain }, { params, body }) => {
  const { address } = walletOf(project, params).account
  const { amount, token } = parse(fundBody, body)
  const coin = chain[token]
  await chain.mint(coin, address, BigInt(amount) * 10n ** BigInt(coin.decimals))
  return { status: 201, body: [await viewBalanceOld(chain, { ...coin, coin }, address)] }
}

const fundBody = object({
  amount: integer(1, 100),
  token: literal('usdxm', 'usdc'),
  chain: literal(chainName),
})

const wantedTokens = (chain: Chain, query: URLSearchParams): readonly Token[] => {
  const { tokens, chains = chainName } = parse(
    object({ tokens: text, chains: optional(text) }),
    Object.fromEntries(query),
  )
  const faults = chains
    .split(',')
    .filter(name => name !== chainName)
    .map(name => `chains: Unsupported chain "${name}": the sandbox has ${chainName}`)
  const found = tokens.split(',').flatMap(name => {
    const token = findToken(chain, name.replace(`${chainName}:`, ''))
    if (token === undefined)
      faults.push(`tokens: Unsupported token "${name}": the sandbox has eth, usdc and usdxm`)
    return token ?? []
  })
  if (faults.length > 0) throw invalid(faults)
  return found
}

const viewBalance = async (chain: Chain, token: Token, address: Address): Promise<unknown> => {
  const balance = await tokenBalance(chain, token, address)
  const amounts = { amount: formatUnits(balance, token.decimals), rawAmount: String(balance) }
  return {
    symbol: token.symbol,
    name: token.name,
    decimals: token.decimals,
    ...amounts,
    chains: {
      [chainName]: { locator: `${chainName}:${token.symbol}`, ...amounts, ...contractField(token) },
    },
  }
}

const viewBalanceOld = async (chain: Chain, token: Token, address: Address): Promise<unknown> => {
  const balance = String(await tokenBalance(chain, token, address))
  return { token: token.symbol, decimals: token.decimals, balances: { [chainName]: balance, total: balance } }
}
