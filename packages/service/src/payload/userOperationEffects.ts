// What a user operation is and would do. https://eips.ethereum.org/EIPS/eip-4337
import { type Address, getAddress, type Hex, zeroAddress } from 'viem'
import { entryPoint06Address } from 'viem/account-abstraction'
import type { Effect } from '../effects/effect.ts'
import { executionEffects } from '../effects/execution.ts'
import type { Examined } from './examined.ts'
import type { UserOperation, UserOperation06, UserOperationPayload } from './userOperation.ts'
import { userOperationHash } from './userOperationHash.ts'

/**
 * Finds out what a user operation is.
 *
 * @param payload A user operation for EntryPoint v0.6, v0.7 or v0.8.
 * @returns Its hash, `EntryPoint.getUserOpHash`, which is what the account's signer approves, and its effects.
 */
export const examineUserOperation = (payload: UserOperationPayload): Examined => ({
  chainId: payload.chainId,
  account: payload.userOperation.sender,
  hash: userOperationHash(payload),
  effects: operationEffects(operation(payload)),
  origin: '/payload/userOperation/callData',
})

/** What matters of a user operation, whatever form it was stated in. */
export type Operation = {
  readonly sender: Address
  readonly entryPoint: Address
  readonly factory: Address | undefined
  readonly callData: Hex
  readonly paymaster: Address | undefined
  /** All gas that the EntryPoint takes payment for before it executes anything, in units. */
  readonly gas: bigint
  /** In wei per unit of gas. */
  readonly maxFeePerGas: bigint
}

/**
 * Tells what a user operation would do.
 *
 * @param operation What matters of it.
 * @returns The deployment of the account, what its call data does, and the fee, in this order.
 */
export const operationEffects = (operation: Operation): readonly Effect[] => {
  const { sender, entryPoint, factory, callData, paymaster, gas, maxFeePerGas } = operation
  const deployment: readonly Effect[] =
    factory === undefined ? [] : [{ kind: 'deployment', account: sender, factory }]
  return [
    ...deployment,
    ...executionEffects(callData, { account: sender, entryPoint }),
    { kind: 'fee', payer: isPayer(paymaster) ? paymaster : sender, maximum: gas * maxFeePerGas },
  ]
}

/** The EntryPoint charges the account where the paymaster's address is given as zero. */
const isPayer = (paymaster: Address | undefined): paymaster is Address =>
  paymaster !== undefined && paymaster !== zeroAddress

const operation = (payload: UserOperationPayload): Operation =>
  payload.entryPoint === entryPoint06Address
    ? operation06(payload.userOperation, payload.entryPoint)
    : operation07(payload.userOperation, payload.entryPoint)

/** EntryPoint v0.6 reserves the verification gas three times where there is a paymaster: its `postOp` may run twice. */
export const operation06 = (userOperation: UserOperation06, entryPoint: Address): Operation => {
  const { initCode = '0x', paymasterAndData = '0x' } = userOperation
  const paymaster = leadingAddress(paymasterAndData)
  const times = isPayer(paymaster) ? 3n : 1n
  return {
    ...userOperation,
    entryPoint,
    factory: leadingAddress(initCode),
    paymaster,
    gas:
      userOperation.callGasLimit +
      userOperation.verificationGasLimit * times +
      userOperation.preVerificationGas,
  }
}

/** EntryPoint v0.7 and v0.8 state the gas of the paymaster apart. */
export const operation07 = (userOperation: UserOperation, entryPoint: Address): Operation => ({
  ...userOperation,
  entryPoint,
  factory: userOperation.factory,
  paymaster: userOperation.paymaster,
  gas:
    userOperation.callGasLimit +
    userOperation.verificationGasLimit +
    userOperation.preVerificationGas +
    (userOperation.paymasterVerificationGasLimit ?? 0n) +
    (userOperation.paymasterPostOpGasLimit ?? 0n),
})

/** The address at the start of a packed field of at least 20 bytes; `undefined` of an empty one. */
const leadingAddress = (packed: Hex): Address | undefined =>
  packed === '0x' ? undefined : getAddress(packed.slice(0, 42))
