// A payment as a signing request before there is a user operation. Policies decide by effects, and its effects are those of
// the payment: what is missing is what Crossmint will add, such as gas, a paymaster, and the deployment of a new wallet.
import type { ResolvedIntent } from '@coffer/crossmint'
import { encodeFunctionData, erc20Abi, parseAbi, parseUnits } from 'viem'
import { entryPoint07Address } from 'viem/account-abstraction'
import type { EndpointRequest } from '../endpoint.ts'

/**
 * Makes the request.
 *
 * @param intent The payment.
 * @returns A signing request whose user operation, of EntryPoint v0.7, is this one transfer and costs nothing. It could not
 *   be executed: no gas is in it.
 */
export function toStandIn(intent: ResolvedIntent): EndpointRequest {
  const { walletAddress, tokenAddress, recipient, amount, decimals, chainId, signerAddress, reference } =
    intent
  const transfer = encodeFunctionData({
    abi: erc20Abi,
    functionName: 'transfer',
    args: [recipient, parseUnits(amount, decimals)],
  })
  const callData = encodeFunctionData({ abi: accountAbi, args: [tokenAddress, 0n, transfer] })
  return {
    signerAddress,
    reference,
    payload: {
      kind: 'userOperation',
      chainId,
      entryPoint: entryPoint07Address,
      userOperation: {
        sender: walletAddress,
        nonce: '0x0',
        callData,
        callGasLimit: '0x0',
        verificationGasLimit: '0x0',
        preVerificationGas: '0x0',
        maxFeePerGas: '0x0',
        maxPriorityFeePerGas: '0x0',
      },
    },
  }
}

const accountAbi = parseAbi(['function execute(address dest, uint256 value, bytes func)'])
