// Typed data of Safe smart accounts: transactions, and user operations of the ERC-4337 module.
// https://github.com/safe-global/safe-smart-account/blob/v1.4.1/contracts/Safe.sol and
// https://github.com/safe-global/safe-modules/tree/main/modules/4337
import { type Address, getAddress, type Hex, hexToBigInt, slice } from 'viem'
import { entryPoint06Address, entryPoint07Address } from 'viem/account-abstraction'
import { safeTransactionEffects } from '../effects/safe.ts'
import {
  type Interpretation,
  type Interpretations,
  type Meaning,
  messageAs,
  unknownEffect,
} from './meaning.ts'
import type { TypedData } from './typedData.ts'
import { type Operation, operation06, operation07, operationEffects } from './userOperationEffects.ts'

type SafeTx = {
  readonly to: Address
  readonly value: bigint
  readonly data: Hex
  readonly operation: bigint
  readonly safeTxGas: bigint
  readonly baseGas: bigint
  readonly gasPrice: bigint
  readonly gasToken: Address
  readonly refundReceiver: Address
}

/** The Safe verifies it. Before version 1.3.0 its domain had no chain id, so that the transaction is valid on every chain. */
const safeTransaction: Interpretation = ({ domain, message }) => {
  const { operation, ...transaction } = messageAs<SafeTx>(message)
  const { verifyingContract: safe } = domain
  return (
    safe && {
      account: safe,
      effects: safeTransactionEffects({ ...transaction, safe, operation: Number(operation) }),
    }
  )
}

type SafeOp = {
  readonly safe: Address
  readonly nonce: bigint
  readonly initCode: Hex
  readonly callData: Hex
  readonly callGasLimit: bigint
  readonly verificationGasLimit: bigint
  readonly preVerificationGas: bigint
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
  readonly paymasterAndData: Hex
  readonly entryPoint: Address
}

/** Version 0.2.0 of the module, for EntryPoint v0.6. */
const safeOperation06: Interpretation = typedData => {
  const operation = messageAs<SafeOp>(typedData.message)
  const { safe: sender, entryPoint, initCode, paymasterAndData } = operation
  if (entryPoint !== entryPoint06Address || !holds(initCode, 20) || !holds(paymasterAndData, 20))
    return undefined
  return moduleMeaning(typedData, MODULE_06, operation06({ ...operation, sender }, entryPoint))
}

/** Version 0.3.0 of the module, for EntryPoint v0.7: the paymaster's address is followed by its two gas limits. */
const safeOperation07: Interpretation = typedData => {
  const operation = messageAs<SafeOp>(typedData.message)
  const { safe: sender, entryPoint, initCode, paymasterAndData } = operation
  if (entryPoint !== entryPoint07Address || !holds(initCode, 20) || !holds(paymasterAndData, 52))
    return undefined
  const factory = initCode === '0x' ? undefined : getAddress(slice(initCode, 0, 20))
  const paymaster =
    paymasterAndData === '0x'
      ? {}
      : {
          paymaster: getAddress(slice(paymasterAndData, 0, 20)),
          paymasterVerificationGasLimit: hexToBigInt(slice(paymasterAndData, 20, 36)),
          paymasterPostOpGasLimit: hexToBigInt(slice(paymasterAndData, 36, 52)),
        }
  const unpacked = { ...operation, ...paymaster, sender, factory }
  return moduleMeaning(typedData, MODULE_07, operation07(unpacked, entryPoint))
}

const MODULE_06: Address = '0xa581c4A4DB7175302464fF3C06380BC3270b4037'
const MODULE_07: Address = '0x75cf11467937ce3F2f357CE24ffc3DBF8fD5c226'

/** Whether a packed field is empty or long enough. The EntryPoint reverts on others. */
const holds = (packed: Hex, size: number): boolean => packed === '0x' || packed.length >= 2 + 2 * size

/** Another contract than the module may understand the same data in its own way. */
const moduleMeaning = (typedData: TypedData, module: Address, operation: Operation): Meaning => {
  const effects = operationEffects(operation)
  const isModule = typedData.domain.verifyingContract === module
  return { account: operation.sender, effects: isModule ? effects : [...effects, unknownEffect(typedData)] }
}

/** By the type written out. */
export const safeMeanings: Interpretations = [
  [
    'SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)',
    safeTransaction,
  ],
  [
    'SafeOp(address safe,uint256 nonce,bytes initCode,bytes callData,uint256 callGasLimit,uint256 verificationGasLimit,uint256 preVerificationGas,uint256 maxFeePerGas,uint256 maxPriorityFeePerGas,bytes paymasterAndData,uint48 validAfter,uint48 validUntil,address entryPoint)',
    safeOperation06,
  ],
  [
    'SafeOp(address safe,uint256 nonce,bytes initCode,bytes callData,uint128 verificationGasLimit,uint128 callGasLimit,uint256 preVerificationGas,uint128 maxPriorityFeePerGas,uint128 maxFeePerGas,bytes paymasterAndData,uint48 validAfter,uint48 validUntil,address entryPoint)',
    safeOperation07,
  ],
]
