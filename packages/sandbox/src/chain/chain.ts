// The sandbox's EVM chain: anvil with EntryPoint v0.7, SimpleAccount wallets, a gas sponsor and two
// stablecoins.
import { type Address, createPublicClient, erc20Abi, type Hex, http, type PublicClient } from 'viem'
import { startAnvil } from './anvil.ts'
import { type Inclusion, includeUserOperation } from './bundler.ts'
import { deployContracts, entryPoint } from './contracts.ts'
import { createSender } from './sender.ts'
import { type Account, accountAddress, type Call } from './simpleAccount.ts'
import { blacklistData, mintData, placeStablecoin, type Stablecoin, usdc, usdxm } from './stablecoin.ts'
import { buildUserOperation, type UserOperation } from './userOperation.ts'

export type Chain = {
  /** JSON-RPC over HTTP, on 127.0.0.1. */
  readonly rpcUrl: string
  readonly chainId: number
  /** EntryPoint v0.7 at its canonical address. */
  readonly entryPoint: Address
  /** SimpleAccountFactory v0.7. */
  readonly factory: Address
  /** VerifyingPaymaster v0.7: pays the gas of every operation built here. */
  readonly paymaster: Address
  readonly usdc: Stablecoin
  readonly usdxm: Stablecoin
  readonly client: PublicClient
  /** @param amount in base units */
  readonly mint: (coin: Stablecoin, to: Address, amount: bigint) => Promise<void>
  /** Makes every transfer from or to the account revert, as an issuer's blacklist does. */
  readonly blacklist: (coin: Stablecoin, account: Address) => Promise<void>
  /** @returns base units */
  readonly balanceOf: (coin: Stablecoin, owner: Address) => Promise<bigint>
  /** @returns the wallet the factory deploys, or has deployed, for the owner and the salt */
  readonly accountAddress: (owner: Address, salt: bigint) => Promise<Address>
  /** @throws {CALL_REVERTED} one of the calls would be reverted now */
  readonly buildUserOperation: (
    account: Account,
    calls: readonly Call[],
  ) => Promise<{ operation: UserOperation; hash: Hex }>
  /**
   * Submits one signed user operation through EntryPoint.handleOps and waits until it is mined or refused.
   */
  readonly handleOps: (operation: UserOperation) => Promise<Inclusion>
  readonly stop: () => Promise<void>
}

/**
 * Starts the chain on loopback and deploys the contracts. It ends with `stop()`, or with this process.
 * @param options.port of the JSON-RPC server; a free one is chosen by default
 * @param options.chainId Base Sepolia's, 84532, by default
 * @param options.onLost is called once if anvil ends without having been stopped
 * @throws {ANVIL_NOT_FOUND} neither the npm package nor an `anvil` on PATH is there
 * @throws {ANVIL_EXITED} anvil ended before it listened, for example because the port is taken
 */
export const startChain = async (
  options: {
    readonly port?: number | undefined
    readonly chainId?: number | undefined
    readonly onLost?: (() => void) | undefined
  } = {},
): Promise<Chain> => {
  const { port = 0, chainId = 84532 } = options
  const anvil = await startAnvil({ port, chainId, onLost: options.onLost })
  try {
    return await furnish(anvil.rpcUrl, chainId, anvil.stop)
  } catch (error) {
    await anvil.stop()
    throw error
  }
}

const furnish = async (rpcUrl: string, chainId: number, stop: () => Promise<void>): Promise<Chain> => {
  // Blocks come at once, so polling may be quick, and nothing may be remembered.
  const client = createPublicClient({ transport: http(rpcUrl), pollingInterval: 20, cacheTime: 0 })
  const sender = createSender(client, rpcUrl)
  const contracts = await deployContracts(sender)
  for (const coin of [usdc, usdxm]) await placeStablecoin(coin, rpcUrl, sender)
  const base = { client, chainId, contracts }

  const administer = async (coin: Stablecoin, data: Hex): Promise<void> => {
    await sender.send({ to: coin.address, data })
  }
  return {
    rpcUrl,
    chainId,
    entryPoint,
    ...contracts,
    usdc,
    usdxm,
    client,
    mint: (coin, to, amount) => administer(coin, mintData(to, amount)),
    blacklist: (coin, account) => administer(coin, blacklistData(account)),
    balanceOf: (coin, owner) =>
      client.readContract({ address: coin.address, abi: erc20Abi, functionName: 'balanceOf', args: [owner] }),
    accountAddress: (owner, salt) => accountAddress(client, contracts.factory, owner, salt),
    buildUserOperation: (account, calls) => buildUserOperation(base, account, calls),
    handleOps: operation => includeUserOperation(client, sender, operation),
    stop,
  }
}
