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
 * Reads the receipt and checks that it holds the very user operation and token transfer that were signed.
 *
 * @param options.rpcUrl JSON-RPC URL of the chain.
 * @param options.amount Base units of the token.
 * @throws {CliError} RECEIPT_CHAIN_MISMATCH, RECEIPT_NOT_FOUND or RECEIPT_MISMATCH.
 */
export async function readReceipt(options: {
  rpcUrl: string
  chainId: number
  transactionHash: Hex
  userOperationHash: Hex
  token: Address
  from: Address
  to: Address
  amount: bigint
}): Promise<ChainReceipt> {
  const client = createPublicClient({ transport: http(options.rpcUrl) })
  const chainId = await client.getChainId().catch((cause: Error) => {
    throw new CliError(
      'RECEIPT_UNAVAILABLE',
      `${options.rpcUrl} does not answer: ${cause.message.split('\n')[0]}`,
      {
        exitCode: exitCodes.unavailable,
      },
    )
  })
  if (chainId !== options.chainId)
    throw new CliError(
      'RECEIPT_CHAIN_MISMATCH',
      `${options.rpcUrl} is chain ${chainId}, the transfer is on ${options.chainId}`,
    )
  const receipt = await client
    .waitForTransactionReceipt({ hash: options.transactionHash, timeout: 60_000 })
    .catch((cause: Error) => {
      throw new CliError(
        'RECEIPT_NOT_FOUND',
        `no receipt of ${options.transactionHash}: ${cause.message.split('\n')[0]}`,
        {
          exitCode: exitCodes.unavailable,
          hints: ['coffer transfer status REFERENCE'],
        },
      )
    })
  const executed = parseEventLogs({ abi: entryPointAbi, logs: receipt.logs }).some(
    log => log.args.userOpHash === options.userOperationHash && log.args.success,
  )
  const moved = parseEventLogs({ abi: erc20Abi, eventName: 'Transfer', logs: receipt.logs }).some(
    log =>
      isAddressEqual(log.address, options.token) &&
      isAddressEqual(log.args.from, options.from) &&
      isAddressEqual(log.args.to, options.to) &&
      log.args.value === options.amount,
  )
  if (!executed || !moved)
    throw new CliError(
      'RECEIPT_MISMATCH',
      `transaction ${options.transactionHash} does not hold ${executed ? 'the token transfer' : 'the user operation'} that was signed`,
      { exitCode: exitCodes.untrusted },
    )
  return {
    transactionHash: receipt.transactionHash,
    blockNumber: receipt.blockNumber,
    gasUsed: receipt.gasUsed,
  }
}
