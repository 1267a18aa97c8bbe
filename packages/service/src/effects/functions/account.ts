// How smart accounts are told to make calls: SimpleAccount v0.7, Coinbase Smart Wallet, and ERC-7579 accounts such as
// Kernel v3, where the validator has no hook: with one, Kernel puts the selector of `executeUserOp` in front of the call,
// which is opaque. So is what other versions of Kernel are told. The account that acts is the contract called.
// https://eips.ethereum.org/EIPS/eip-7579#execution-behavior
import { type Address, getAddress, type Hex, parseAbiParameters } from 'viem'
import { decodeCanonical } from '../canonical.ts'
import { type Action, type Call, type Container, type Contents, known } from './known.ts'

const calls = (account: Address, made: readonly Call[]): Contents => ({
  effects: [],
  actions: made.map(call => ({ ...call, account, operation: 'call' })),
})

/** What the EntryPoint, or an owner, calls to have an account make calls. */
export const accountFunctions: readonly Container[] = [
  known('execute(address,uint256,bytes)', ([to, value, data], call) => calls(call.to, [{ to, value, data }])),
  known('executeBatch(address[],uint256[],bytes[])', ([targets, values, datas], call) => {
    // SimpleAccount reverts on other lengths. No values at all means no value in any call.
    if (targets.length !== datas.length) return undefined
    if (values.length !== 0 && values.length !== targets.length) return undefined
    return calls(
      call.to,
      targets.map((to, i) => ({ to, value: values[i] ?? 0n, data: datas[i] ?? '0x' })),
    )
  }),
  known('executeBatch((address,uint256,bytes)[])', ([made], call) =>
    calls(
      call.to,
      made.map(([to, value, data]) => ({ to, value, data })),
    ),
  ),
  known('execute(bytes32,bytes)', ([mode, execution], call) => modeContents(mode, execution, call.to)),
]

/** What a module of an ERC-7579 account calls to have the account make calls. */
export const executorFunctions: readonly Container[] = [
  known('executeFromExecutor(bytes32,bytes)', ([mode, execution], call) =>
    modeContents(mode, execution, call.to),
  ),
]

/**
 * ERC-7579: the mode is the call type (1 byte), the type of execution (00 revert on failure, 01 carry on) and 30 bytes
 * that extend the standard. With any of those set the account may do something else, so they must be zero.
 */
const modeContents = (mode: Hex, execution: Hex, account: Address): Contents | undefined => {
  const [, callType] = /^0x(00|01|ff)0[01]0{60}$/.exec(mode) ?? []
  switch (callType) {
    case '00':
      return packedCall(execution, account)
    case '01':
      return executions(execution, account)
    case 'ff':
      return packedDelegatecall(execution, account)
    default:
      return undefined
  }
}

/** abi.encodePacked(address target, uint256 value, bytes callData) */
const packedCall = (packed: Hex, account: Address): Contents | undefined => {
  const [, target, value, data] = /^0x(.{40})(.{64})(.*)$/.exec(packed) ?? []
  if (target === undefined || value === undefined || data === undefined) return undefined
  return calls(account, [{ to: getAddress(`0x${target}`), value: BigInt(`0x${value}`), data: `0x${data}` }])
}

const executionsParameters = parseAbiParameters('(address,uint256,bytes)[]')

const executions = (encoded: Hex, account: Address): Contents | undefined => {
  const values = decodeCanonical(executionsParameters, encoded)
  return (
    values &&
    calls(
      account,
      values[0].map(([to, value, data]) => ({ to, value, data })),
    )
  )
}

/** abi.encodePacked(address target, bytes callData) */
const packedDelegatecall = (packed: Hex, account: Address): Contents | undefined => {
  const [, target, data] = /^0x(.{40})(.*)$/.exec(packed) ?? []
  if (target === undefined || data === undefined) return undefined
  const to = getAddress(`0x${target}`)
  const action: Action = { account, operation: 'delegatecall', to, value: 0n, data: `0x${data}` }
  return { effects: [], actions: [action] }
}
