// Payload kind `userOperation`: an ERC-4337 user operation for EntryPoint v0.6, v0.7 or v0.8, in the form in which
// bundlers and Crossmint state it. The signature field is accepted and ignored: the hash does not cover it.
// https://eips.ethereum.org/EIPS/eip-4337 and https://github.com/eth-infinitism/account-abstraction/tree/v0.7.0
import type { Address, Hex } from 'viem'
import { entryPoint06Address, entryPoint07Address, entryPoint08Address } from 'viem/account-abstraction'
import {
  address,
  bytes,
  type Field,
  fault,
  object,
  oneOf,
  optional,
  positiveInteger,
  quantity,
} from '../fields.ts'
import type { Issue } from '../problem.ts'

type Common = {
  readonly sender: Address
  readonly nonce: bigint
  readonly callData: Hex
  readonly callGasLimit: bigint
  readonly verificationGasLimit: bigint
  readonly preVerificationGas: bigint
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
  readonly signature?: Hex | undefined
}

/** A user operation of EntryPoint v0.6. The packed fields are empty or begin with an address. */
export type UserOperation06 = Common & {
  readonly initCode?: Hex | undefined
  readonly paymasterAndData?: Hex | undefined
}

/** A user operation of EntryPoint v0.7 or v0.8. Amounts of gas in units, fees in wei per unit; byte strings as lower-case hex. */
export type UserOperation = Common & {
  readonly factory?: Address | undefined
  readonly factoryData?: Hex | undefined
  readonly paymaster?: Address | undefined
  readonly paymasterVerificationGasLimit?: bigint | undefined
  readonly paymasterPostOpGasLimit?: bigint | undefined
  readonly paymasterData?: Hex | undefined
}

/** A user operation with all that its hash commits to. The EntryPoint decides which fields it has. */
export type UserOperationPayload = { readonly kind: 'userOperation'; readonly chainId: number } & (
  | { readonly entryPoint: typeof entryPoint06Address; readonly userOperation: UserOperation06 }
  | {
      readonly entryPoint: typeof entryPoint07Address | typeof entryPoint08Address
      readonly userOperation: UserOperation
    }
)

/** Where EIP-7702 delegation is marked by a factory. EntryPoint v0.8 then hashes code that is not in the user operation. */
const DELEGATION_MARKER: Address = '0x7702000000000000000000000000000000000000'

const refuseDelegation = (factory: Hex | undefined, path: string, issues: Issue[]): void => {
  if (factory?.slice(0, 42) === DELEGATION_MARKER)
    issues.push(fault(factory, path, 'UNSUPPORTED_FACTORY', 'marks an EIP-7702 delegation'))
}

// The EntryPoint refuses any gas value of 2^120 or more (AA94), so such an operation could never be executed.
const gas = quantity(120)

const common = {
  sender: address,
  nonce: quantity(256),
  callData: bytes,
  callGasLimit: gas,
  verificationGasLimit: gas,
  preVerificationGas: gas,
  maxFeePerGas: gas,
  maxPriorityFeePerGas: gas,
  signature: optional(bytes),
}

/** Nothing, or an address and what belongs to it. The EntryPoint reverts on anything shorter (AA93, AA99). */
const addressAndData: Field<Hex> = (value, path, issues) => {
  const packed = bytes(value, path, issues)
  if (packed !== '0x' && packed.length < 42)
    issues.push(fault(value, path, 'INVALID_HEX', 'must be 0x, or an address and more bytes'))
  return packed
}

const fields06: Field<UserOperation06> = object<UserOperation06>({
  ...common,
  initCode: optional(addressAndData),
  paymasterAndData: optional(addressAndData),
})

const userOperation06: Field<UserOperation06> = (value, path, issues) => {
  const operation = fields06(value, path, issues)
  refuseDelegation(operation.initCode, `${path}/initCode`, issues)
  return operation
}

const fields07: Field<UserOperation> = object<UserOperation>({
  ...common,
  factory: optional(address),
  factoryData: optional(bytes),
  paymaster: optional(address),
  paymasterVerificationGasLimit: optional(gas),
  paymasterPostOpGasLimit: optional(gas),
  paymasterData: optional(bytes),
})

const userOperation07: Field<UserOperation> = (value, path, issues) => {
  const operation = fields07(value, path, issues)
  issues.push(
    ...strayParts(operation, path, 'factory', ['factoryData']),
    ...strayParts(operation, path, 'paymaster', [
      'paymasterVerificationGasLimit',
      'paymasterPostOpGasLimit',
      'paymasterData',
    ]),
  )
  refuseDelegation(operation.factory, `${path}/factory`, issues)
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

/** One of these EntryPoints; the fault of any other names all that are known. */
const entryPoint =
  <T extends Address>(known: readonly [T, ...T[]]): Field<T> =>
  (value, path, issues) => {
    const before = issues.length
    const given = address(value, path, issues)
    const found = known.find(one => one === given)
    if (issues.length === before && found === undefined)
      issues.push(fault(value, path, 'UNSUPPORTED_ENTRY_POINT', `must be ${ENTRY_POINTS.join(' or ')}`))
    return found ?? known[0]
  }

const ENTRY_POINTS = [entryPoint06Address, entryPoint07Address, entryPoint08Address] as const

type Payload06 = Extract<UserOperationPayload, { readonly entryPoint: typeof entryPoint06Address }>
type Payload07 = Exclude<UserOperationPayload, Payload06>

const payload06 = object<Payload06>({
  kind: oneOf(['userOperation'], 'UNSUPPORTED_KIND'),
  chainId: positiveInteger,
  entryPoint: entryPoint([entryPoint06Address]),
  userOperation: userOperation06,
})

const payload07 = object<Payload07>({
  kind: oneOf(['userOperation'], 'UNSUPPORTED_KIND'),
  chainId: positiveInteger,
  entryPoint: entryPoint([entryPoint07Address, entryPoint08Address]),
  userOperation: userOperation07,
})

/** The reader of a payload of kind `userOperation`. */
export const userOperationPayload: Field<UserOperationPayload> = (value, path, issues) => {
  const given: unknown =
    typeof value === 'object' && value !== null && 'entryPoint' in value && value.entryPoint
  const is06 = typeof given === 'string' && given.toLowerCase() === entryPoint06Address.toLowerCase()
  return is06 ? payload06(value, path, issues) : payload07(value, path, issues)
}
