// The sandbox's stablecoins: contracts/Stablecoin.sol, placed where the real tokens lie on Base Sepolia, so
// that one configuration serves the sandbox and the testnet.
import { readFileSync } from 'node:fs'
import { type Address, createTestClient, encodeFunctionData, type Hex, http, parseAbi } from 'viem'
import type { Sender } from './sender.ts'

export type Stablecoin = {
  readonly address: Address
  readonly symbol: string
  readonly name: string
  readonly decimals: 6
}

/** USDC of Circle (https://developers.circle.com/stablecoins/usdc-contract-addresses). */
export const usdc: Stablecoin = {
  address: '0x036CbD53842c5426634e7929541eC2318f3dCF7e',
  symbol: 'usdc',
  name: 'USDC',
  decimals: 6,
}
/** USDXM, Crossmint's staging stablecoin. */
export const usdxm: Stablecoin = {
  address: '0x14196F08a4Fa0B66B7331bC40dd6bCd8A1dEeA9F',
  symbol: 'usdxm',
  name: 'USDXM',
  decimals: 6,
}

const abi = parseAbi([
  'function initialize(string name, string symbol, address minter)',
  'function mint(address to, uint256 amount) returns (bool)',
  'function blacklist(address account)',
])

/** Puts the token's code at its address and makes the sender its minter. */
export const placeStablecoin = async (coin: Stablecoin, rpcUrl: string, sender: Sender): Promise<void> => {
  const client = createTestClient({ mode: 'anvil', transport: http(rpcUrl) })
  await client.setCode({ address: coin.address, bytecode: runtimeCode() })
  const data = encodeFunctionData({
    abi,
    functionName: 'initialize',
    args: [coin.name, coin.symbol.toUpperCase(), sender.address],
  })
  await sender.send({ to: coin.address, data })
}

/** @param amount in base units */
export const mintData = (to: Address, amount: bigint): Hex =>
  encodeFunctionData({ abi, functionName: 'mint', args: [to, amount] })

export const blacklistData = (account: Address): Hex =>
  encodeFunctionData({ abi, functionName: 'blacklist', args: [account] })

const runtimeCode = (): Hex => {
  const compiled = new URL('../../contracts/Stablecoin.json', import.meta.url)
  return JSON.parse(readFileSync(compiled, 'utf8')).deployedBytecode
}
