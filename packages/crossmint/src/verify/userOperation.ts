// The user operation that Crossmint built: its hash, recomputed, and its form for the signing endpoint.
// ERC-4337 v0.7: https://github.com/eth-infinitism/account-abstraction/blob/v0.7.0/contracts/core/EntryPoint.sol
import { type Hex, numberToHex, zeroAddress } from 'viem'
import { entryPoint07Address, getUserOperationHash } from 'viem/account-abstraction'
import type { UserOperation } from '../client/transaction.ts'

/** EntryPoint v0.7, the same on every chain. */
export const entryPoint: typeof entryPoint07Address = entryPoint07Address

/**
 * The hash that the account checks the signature against: `EntryPoint.getUserOpHash` of v0.7.
 *
 * @param userOperation Only the fields of v0.7 go in. @param chainId EIP-155.
 * @returns 32 bytes of `0x` hex.
 */
export function hashUserOperation(userOperation: UserOperation, chainId: number): Hex {
  return getUserOperationHash({
    chainId,
    entryPointAddress: entryPoint,
    entryPointVersion: '0.7',
    userOperation: { ...userOperation, signature: '0x' },
  })
}

/** A user operation as JSON: the unpacked v0.7 fields, numbers as `0x` hex, without a signature. */
export type UserOperationJson = {
  readonly [K in keyof UserOperation]: UserOperation[K] extends bigint | undefined
    ? Hex | Extract<UserOperation[K], undefined>
    : UserOperation[K]
}

/** Rebuilds the JSON from the fields that were verified; what the hash does not cover stays out. */
export function toUserOperationJson(userOperation: UserOperation): UserOperationJson {
  const hasPart = (name: string): boolean =>
    (userOperation.factory !== undefined || name !== 'factoryData') &&
    (userOperation.paymaster !== undefined || !name.startsWith('paymaster'))
  const fields = Object.entries(userOperation)
    .filter(([name, value]) => value !== undefined && hasPart(name))
    .map(([name, value]) => [name, typeof value === 'bigint' ? numberToHex(value) : value])
  return Object.fromEntries(fields) as UserOperationJson
}

/**
 * What the account itself can be made to pay for gas: nothing if a paymaster stands in. EntryPoint charges the account
 * where the paymaster is the zero address.
 *
 * @returns Wei.
 */
export function maximumFee(userOperation: UserOperation): bigint {
  const { paymaster = zeroAddress, callGasLimit, verificationGasLimit, preVerificationGas } = userOperation
  if (paymaster !== zeroAddress) return 0n
  const paymasterGas =
    (userOperation.paymasterVerificationGasLimit ?? 0n) + (userOperation.paymasterPostOpGasLimit ?? 0n)
  const gas = callGasLimit + verificationGasLimit + preVerificationGas + paymasterGas
  return gas * userOperation.maxFeePerGas
}
