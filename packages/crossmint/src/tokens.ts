// Which contract a token's symbol means on a chain. USDC's addresses are Circle's published ones, as viem carries them
// (https://developers.circle.com/stablecoins/usdc-contract-addresses); chain names are Crossmint's.
import { type Address, getAddress, isAddress } from 'viem'
import { usdc } from 'viem/tokens'
import { InvalidInputError } from './input.ts'

/** Chains where Crossmint runs EVM wallets and Circle issues native USDC, with their EIP-155 chain ids. */
const chainIds: ReadonlyMap<string, number> = new Map([
  ['arbitrum', 42161],
  ['arbitrum-sepolia', 421614],
  ['arc-testnet', 5042002],
  ['base', 8453],
  ['base-sepolia', 84532],
  ['ethereum', 1],
  ['ethereum-sepolia', 11155111],
  ['optimism', 10],
  ['optimism-sepolia', 11155420],
  ['plume', 98866],
  ['plume-testnet', 98867],
  ['polygon', 137],
  ['polygon-amoy', 80002],
  ['sei-atlantic-2-testnet', 1328],
  ['sei-pacific-1', 1329],
  ['world-chain', 480],
  ['world-chain-sepolia', 4801],
])

/** A token of the operator's own configuration. `chainId` is needed only for a chain not in the built-in table. */
export type TokenEntry = {
  readonly address: Address
  readonly decimals: number
  readonly chainId?: number | undefined
}

/** Configured tokens, by `<chain>:<symbol>` or `<chain>:<address>`. They take precedence over the built-in table. */
export type TokenTable = Readonly<Record<string, TokenEntry>>

/** A token as the chain knows it. */
export type Token = {
  /** What Crossmint's API is told: `<chain>:<symbol>` or `<chain>:<address>`. */
  readonly locator: string
  readonly address: Address
  readonly decimals: number
  readonly chainId: number
}

/**
 * Finds the contract, decimals and chain id of a token.
 *
 * @param options.chain Crossmint's name of the chain, e.g. `base-sepolia`.
 * @param options.token A symbol, e.g. `usdc` (any letter case), or a contract address.
 * @param options.tokens The operator's own tokens.
 * @returns The token; its locator keeps symbols in lower case and addresses in EIP-55 form.
 * @throws {INVALID_INPUT} if the chain or the token is not known, or an entry of `tokens` is not valid.
 */
export function resolveToken(options: {
  chain: string
  token: string
  tokens?: TokenTable | undefined
}): Token {
  const { chain, token } = options
  const symbol = isAddress(token) ? getAddress(token) : token.toLowerCase()
  const locator = `${chain}:${symbol}`
  const entry = findConfigured(options.tokens ?? {}, locator) ?? findUsdc(chain, symbol)
  const chainId = entry?.chainId ?? chainIds.get(chain)
  if (chainId === undefined)
    throw refusal(
      'chain',
      `${quote(chain)} is none of ${[...chainIds.keys()].join(', ')}; add a token with its chainId`,
    )
  if (entry === undefined)
    throw refusal(
      'token',
      `${quote(token)} is not known on ${chain}; add ${quote(locator)} with its address and decimals`,
    )
  if (
    !isAddress(entry.address) ||
    !Number.isInteger(entry.decimals) ||
    entry.decimals < 0 ||
    entry.decimals > 77
  )
    throw refusal(locator, 'must have an address and decimals from 0 to 77')
  if (!Number.isSafeInteger(chainId) || chainId < 1)
    throw refusal(locator, 'must have a positive whole chainId')
  if (isAddress(symbol) && getAddress(entry.address) !== symbol)
    throw refusal(locator, `is configured with another address, ${entry.address}`)
  return { locator, address: getAddress(entry.address), decimals: entry.decimals, chainId }
}

function findConfigured(tokens: TokenTable, locator: string): TokenEntry | undefined {
  return Object.entries(tokens).find(([key]) => key.toLowerCase() === locator.toLowerCase())?.[1]
}

function findUsdc(chain: string, symbol: string): TokenEntry | undefined {
  const chainId = chainIds.get(chain)
  if (chainId === undefined) return undefined
  const address = new Map<string, Address>(Object.entries(usdc.addresses)).get(String(chainId))
  if (address === undefined || (symbol !== 'usdc' && symbol !== address)) return undefined
  return { address, decimals: usdc.decimals, chainId }
}

function refusal(field: string, message: string): InvalidInputError {
  return new InvalidInputError('token', [{ field, message }])
}

const quote = (text: string): string => JSON.stringify(text)
