// A bundler of one: gives each user operation to EntryPoint.handleOps in a transaction of its own and says
// what came of it.
import { encodeFunctionData, type Hex, type PublicClient, parseEventLogs } from 'viem'
import { entryPoint07Abi } from 'viem/account-abstraction'
import { entryPoint } from './contracts.ts'
import { revertData, revertReason } from './revert.ts'
import type { Sender } from './sender.ts'
import { packUserOperation, type UserOperation } from './userOperation.ts'

export type Inclusion =
  /** Mined, and the account's calls went through. */
  | { readonly status: 'success'; readonly transactionHash: Hex }
  /** Mined, and the account's calls were reverted: no effect but the used nonce. */
  | { readonly status: 'reverted'; readonly transactionHash: Hex; readonly reason: string }
  /**
   * Refused by the EntryPoint, as by any bundler before sending: nothing on chain. `reason` starts with its
   * AA code.
   */
  | { readonly status: 'refused'; readonly reason: string }

/** Submits one signed user operation and waits until it is mined or refused. */
export const includeUserOperation = async (
  client: PublicClient,
  sender: Sender,
  operation: UserOperation,
): Promise<Inclusion> => {
  const data = encodeFunctionData({
    abi: entryPoint07Abi,
    functionName: 'handleOps',
    args: [[packUserOperation(operation)], sender.address],
  })
  const gas = gasOf(operation)
  try {
    await client.call({ account: sender.address, to: entryPoint, data, gas })
  } catch (error) {
    const refusal = revertData(error)
    if (refusal === undefined) throw error
    return { status: 'refused', reason: revertReason(refusal) }
  }
  const { transactionHash, logs } = await sender.send({ to: entryPoint, data, gas })
  const [event] = parseEventLogs({ abi: entryPoint07Abi, eventName: 'UserOperationEvent', logs })
  // Another operation came between the check and the block, and changed the answer.
  if (event === undefined) return { status: 'refused', reason: 'the bundle was reverted' }
  if (event.args.success) return { status: 'success', transactionHash }
  const [revert] = parseEventLogs({ abi: entryPoint07Abi, eventName: 'UserOperationRevertReason', logs })
  return { status: 'reverted', transactionHash, reason: revertReason(revert?.args.revertReason ?? '0x') }
}

// All the operation may use, and what handleOps needs around it (1/64 stays behind at every call, EIP-150).
const gasOf = (operation: UserOperation): bigint => {
  const limits =
    operation.callGasLimit +
    operation.verificationGasLimit +
    operation.preVerificationGas +
    (operation.paymasterVerificationGasLimit ?? 0n) +
    (operation.paymasterPostOpGasLimit ?? 0n)
  return limits + limits / 32n + 200_000n
}
