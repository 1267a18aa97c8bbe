// Safe smart accounts: transactions that owners have signed, those of modules, and those of the ERC-4337 module.
// https://github.com/safe-global/safe-smart-account/blob/v1.4.1/contracts/Safe.sol
import { type Address, getAddress, type Hex, keccak256, zeroAddress } from 'viem'
import type { Effect } from '../effect.ts'
import { type Action, type Container, type Contents, type EffectFunction, known, plainCall } from './known.ts'

/** What the owners of a Safe sign, but for the nonce. Value, gas price in wei; gas in units; operation as in the ABI. */
export type SafeTransaction = {
  readonly safe: Address
  readonly to: Address
  readonly value: bigint
  readonly data: Hex
  readonly operation: number
  readonly safeTxGas: bigint
  readonly baseGas: bigint
  readonly gasPrice: bigint
  readonly gasToken: Address
  readonly refundReceiver: Address
}

type Operation = Pick<SafeTransaction, 'to' | 'value' | 'data' | 'operation'>

const operationActions = (
  account: Address,
  { to, value, data, operation }: Operation,
): readonly Action[] | undefined => {
  if (operation !== 0 && operation !== 1) return undefined
  return [{ account, operation: operation === 0 ? 'call' : 'delegatecall', to, value, data }]
}

const operationFunction = (name: string): Container =>
  known(`${name}(address,uint256,bytes,uint8)` as const, ([to, value, data, operation], call) => {
    const actions = operationActions(call.to, { to, value, data, operation })
    return actions && { effects: [], actions }
  })

/**
 * Gas that a Safe measures beyond what it lets its call use: the call itself, with value and to a new account (36600),
 * and copying the data, of which a request cannot hold enough for the rest.
 */
const OVERHEAD = 100_000n

/**
 * A refund in a token has no price that is known here, so nothing is said of how much it is. One in native value is a fee,
 * and where it goes to an account that is named, to whatever account that is, a transfer. Else whoever relays it has it.
 */
const refundEffects = (transaction: SafeTransaction): readonly Effect[] => {
  const { safe, data, safeTxGas, baseGas, gasPrice, gasToken } = transaction
  const to = getAddress(transaction.refundReceiver)
  if (gasPrice === 0n) return []
  if (gasToken !== zeroAddress) return [{ kind: 'opaque', of: 'callData', hash: keccak256(data) }]
  const maximum = (safeTxGas + baseGas + OVERHEAD) * gasPrice
  const fee: Effect = { kind: 'fee', payer: safe, maximum }
  if (to === zeroAddress) return [fee]
  return [fee, { kind: 'transfer', asset: 'native', from: safe, to, amount: maximum }]
}

/**
 * What a Safe transaction makes happen: the call or delegatecall, and the refund of gas to whoever relays it.
 *
 * @param transaction The transaction, as its owners sign it.
 * @returns The refund as effects, and the one action; `undefined` where the operation is neither 0 nor 1.
 */
export const safeTransactionContents = (transaction: SafeTransaction): Contents | undefined => {
  const actions = operationActions(transaction.safe, transaction)
  return actions && { effects: refundEffects(transaction), actions }
}

/** Functions of a Safe and of its ERC-4337 module, with the contract called as the Safe. */
export const safeFunctions: readonly Container[] = [
  known(
    'execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)',
    ([to, value, data, operation, safeTxGas, baseGas, gasPrice, gasToken, refundReceiver], { to: safe }) =>
      safeTransactionContents({
        ...{ safe, to, value, data, operation },
        ...{ safeTxGas, baseGas, gasPrice, gasToken, refundReceiver },
      }),
  ),
  ...['execTransactionFromModule', 'execTransactionFromModuleReturnData'].map(operationFunction),
]

/** https://github.com/safe-global/safe-modules/blob/main/modules/4337/contracts/Safe4337Module.sol */
export const safeUserOperationFunctions: readonly Container[] = [
  'executeUserOp',
  'executeUserOpWithErrorString',
].map(operationFunction)

/** An owner approves a transaction, or a message, of which only the hash is known: the hash could be that of anything. */
export const safeApprovalFunctions: readonly EffectFunction[] = [
  known('approveHash(bytes32)', ([hash], call) => [plainCall(call), { kind: 'opaque', of: 'hash', hash }]),
]
