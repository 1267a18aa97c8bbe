// Reads a transfer's receipt from the chain itself, so that "success" does not rest on an API's word.
import { createPublicClient, erc20Abi, http, isAddressEqual, parseAbi, parseEventLogs } from 'viem'
import { exitCodes } from './exitCodes.ts'
import { CliError } from './failure.ts'

type Address = `0x${string}`
type Hex = `0x${string}`

export type ChainReceipt = {
  readonly transactionHash: Hex
  readonly blockNumber: bigint
  readonly gasUsed: bigint
}

const entryPointAbi = parseAbi([
  'event UserOperationEvent(bytes32 indexed userOpHash, address indexed sender, address indexed paymaster, uint256 nonce, bool success, uint256 actualGasCost, uint256 actualGasUsed)',
])

/**
 * Makes sure, before any money moves, that receipts can be read from the right chain.
 *
 * @throws {CliError} RPC_UNREACHABLE or RPC_WRONG_CHAIN.
 */
export async function checkRpc(rpcUrl: string, chainId: number): Promise<void> {
  const actual = await createPublicClient({ transport: http(rpcUrl) })
    .getChainId()
    .catch((cause: Error) => {
      throw new CliError('RPC_UNREACHABLE', `"rpcUrl" does not answer: ${firstLine(cause)}`, {
        exitCode: exitCodes.unavailable,
        hints: ['nothing was sent', 'correct "rpcUrl" (COFFER_RPC_URL), or leave it out'],
      })
    })
  if (actual !== chainId)
    throw new CliError('RPC_WRONG_CHAIN', `"rpcUrl" is of chain ${actual}, the transfer is on ${chainId}`, {
      hints: ['nothing was sent', 'correct "rpcUrl" (COFFER_RPC_URL), or leave it out'],
    })
}

/**
 * Reads the receipt and checks that it holds the very user operation and token transfer that were signed. The money has
 * moved, or so Crossmint says, when this is called; so no failure here reads as if nothing had been sent.
 *
 * @param options.rpcUrl JSON-RPC URL of the chain.
 * @param options.amount Base units of the token.
 * @param options.timeoutMs How long to wait for it, in milliseconds; 60 000 unless given.
 * @throws {CliError} RECEIPT_UNAVAILABLE or RECEIPT_MISMATCH.
 */
export async function readReceipt(options: {
  rpcUrl: string
  entryPoint: Address
  transactionHash: Hex
  userOperationHash: Hex
  token: Address
  from: Address
  to: Address
  amount: bigint
  timeoutMs?: number | undefined
}): Promise<ChainReceipt> {
  const receipt = await createPublicClient({ transport: http(options.rpcUrl) })
    .waitForTransactionReceipt({ hash: options.transactionHash, timeout: options.timeoutMs ?? 60_000 })
    .catch((cause: Error) => {
      const text = `the transfer was sent (${options.transactionHash}), but its receipt cannot be read: ${firstLine(cause)}`
      throw new CliError('RECEIPT_UNAVAILABLE', text, {
        exitCode: exitCodes.unavailable,
        hints: ['run the same command again: it pays nothing twice'],
      })
    })
  const executed = parseEventLogs({ abi: entryPointAbi, logs: receipt.logs }).some(
    log =>
      isAddressEqual(log.address, options.entryPoint) &&
      log.args.userOpHash === options.userOperationHash &&
      isAddressEqual(log.args.sender, options.from) &&
      log.args.success,
  )
  const moved = parseEventLogs({ abi: erc20Abi, eventName: 'Transfer', logs: receipt.logs }).some(
    log =>
      isAddressEqual(log.address, options.token) &&
      isAddressEqual(log.args.from, options.from) &&
      isAddressEqual(log.args.to, options.to) &&
      log.args.value === options.amount,
  )
  if (receipt.status !== 'success' || !executed || !moved)
    throw new CliError(
      'RECEIPT_MISMATCH',
      `Crossmint says the transfer succeeded, but transaction ${options.transactionHash} does not hold ${executed ? 'the token transfer' : 'the user operation'} that was signed`,
      {
        exitCode: exitCodes.untrusted,
        hints: ['look at that transaction, and at the balances, before paying again'],
      },
    )
  return {
    transactionHash: receipt.transactionHash,
    blockNumber: receipt.blockNumber,
    gasUsed: receipt.gasUsed,
  }
}

// viem's first line says what happened; the rest repeats the URL, whose path may hold a provider's key.
function firstLine(error: Error): string {
  return error.message.split('\n')[0] ?? error.message
}
