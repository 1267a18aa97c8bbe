// Payload kind `userOperation`: an ERC-4337 user operation for EntryPoint v0.7, in the unpacked form in which bundlers
// and Crossmint state it. The signature field is accepted and ignored: the hash does not cover it.
// https://eips.ethereum.org/EIPS/eip-4337 and https://github.com/eth-infinitism/account-abstraction/tree/v0.7.0
import { type Address, type Hex, zeroAddress } from 'viem'
import { entryPoint07Address, getUserOperationHash } from 'viem/account-abstraction'
import type { Effect } from '../effects/effect.ts'
import { executionEffects } from '../effects/execution.ts'
import { address, bytes, type Field, object, oneOf, optional, positiveInteger, quantity } from '../fields.ts'
import type { Issue } from '../problem.ts'

/** A user operation. Amounts of gas in units, fees in wei per unit; byte strings as lower-case hex. */
export type UserOperation = {
  readonly sender: Address
  readonly nonce: bigint
  readonly factory?: Address | undefined
  readonly factoryData?: Hex | undefined
  readonly callData: Hex
  readonly callGasLimit: bigint
  readonly verificationGasLimit: bigint
  readonly preVerificationGas: bigint
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
  readonly paymaster?: Address | undefined
  readonly paymasterVerificationGasLimit?: bigint | undefined
  readonly paymasterPostOpGasLimit?: bigint | undefined
  readonly paymasterData?: Hex | undefined
  readonly signature?: Hex | undefined
}

/** A user operation with all that its hash commits to. */
export type UserOperationPayload = {
  readonly kind: 'userOperation'
  readonly chainId: number
  readonly entryPoint: Address
  readonly userOperation: UserOperation
}

/** The hash that the account's signer approves: `EntryPoint.getUserOpHash`, 32 bytes. */
export const userOperationHash = (payload: UserOperationPayload): Hex =>
  getUserOperationHash({
    chainId: payload.chainId,
    entryPointAddress: payload.entryPoint,
    entryPointVersion: '0.7',
    userOperation: { ...payload.userOperation, signature: '0x' },
  })

/** What the operation would do: deploy the account, execute calls, and pay a fee of up to a maximum. */
export const userOperationEffects = ({
  userOperation,
  entryPoint,
}: UserOperationPayload): readonly Effect[] => {
  const { sender, factory, callData } = userOperation
  const deployment: readonly Effect[] =
    factory === undefined ? [] : [{ kind: 'deployment', account: sender, factory }]
  return [
    ...deployment,
    ...executionEffects(callData, { account: sender, entryPoint }),
    feeEffect(userOperation),
  ]
}

/** The prefund that the EntryPoint takes before it executes anything. https://eips.ethereum.org/EIPS/eip-4337 */
const feeEffect = (operation: UserOperation): Effect => {
  const { sender, paymaster, maxFeePerGas } = operation
  const gas =
    operation.verificationGasLimit +
    operation.callGasLimit +
    operation.preVerificationGas +
    (operation.paymasterVerificationGasLimit ?? 0n) +
    (operation.paymasterPostOpGasLimit ?? 0n)
  // The EntryPoint charges the account where the paymaster's address is given as zero.
  const payer = paymaster === undefined || paymaster === zeroAddress ? sender : paymaster
  return { kind: 'fee', payer, maximum: gas * maxFeePerGas }
}

/** Where EIP-7702 delegation is marked by a factory. EntryPoint v0.7 knows no such thing; v0.8 hashes it differently. */
const DELEGATION_MARKER: Address = '0x7702000000000000000000000000000000000000'

// The EntryPoint refuses any gas value of 2^120 or more (AA94), so such an operation could never be executed.
const gas = quantity(120)

const fields: Field<UserOperation> = object<UserOperation>({
  sender: address,
  nonce: quantity(256),
  factory: optional(address),
  factoryData: optional(bytes),
  callData: bytes,
  callGasLimit: gas,
  verificationGasLimit: gas,
  preVerificationGas: gas,
  maxFeePerGas: gas,
  maxPriorityFeePerGas: gas,
  paymaster: optional(address),
  paymasterVerificationGasLimit: optional(gas),
  paymasterPostOpGasLimit: optional(gas),
  paymasterData: optional(bytes),
  signature: optional(bytes),
})

const userOperation: Field<UserOperation> = (value, path, issues) => {
  const operation = fields(value, path, issues)
  issues.push(
    ...strayParts(operation, path, 'factory', ['factoryData']),
    ...strayParts(operation, path, 'paymaster', [
      'paymasterVerificationGasLimit',
      'paymasterPostOpGasLimit',
      'paymasterData',
    ]),
  )
  if (operation.factory === DELEGATION_MARKER)
    issues.push({
      path: `${path}/factory`,
      code: 'UNSUPPORTED_FACTORY',
      message: 'marks an EIP-7702 delegation, which EntryPoint v0.7 does not know',
    })
  return operation
}

/** In the packed form, which is what is hashed, these have no place without the address that they belong to. */
const strayParts = (
  operation: UserOperation,
  path: string,
  whole: 'factory' | 'paymaster',
  parts: readonly (keyof UserOperation)[],
): readonly Issue[] =>
  operation[whole] !== undefined
    ? []
    : parts
        .filter(part => operation[part] !== undefined)
        .map(part => ({
          path: `${path}/${part}`,
          code: 'INCONSISTENT',
          message: `must not be given without ${whole}`,
        }))

const entryPoint: Field<Address> = (value, path, issues) => {
  const before = issues.length
  const given = address(value, path, issues)
  const message = `must be ${entryPoint07Address}, EntryPoint v0.7`
  if (issues.length === before && given !== entryPoint07Address)
    issues.push({ path, code: 'UNSUPPORTED_ENTRY_POINT', message })
  return given
}

/** The reader of the request's `payload` field. */
export const userOperationPayload: Field<UserOperationPayload> = object<UserOperationPayload>({
  kind: oneOf(['userOperation'], 'UNSUPPORTED_KIND'),
  chainId: positiveInteger,
  entryPoint,
  userOperation,
})
