// The effects of a user operation's call data, which the EntryPoint passes to the account: SimpleAccount v0.7 `execute`
// and `executeBatch`, and `execute` of ERC-7579, which Kernel v3 speaks. Everything else is administration or opaque.
// https://eips.ethereum.org/EIPS/eip-7579#execution-behavior
import { type Address, getAddress, type Hex, keccak256, parseAbiParameters, toFunctionSelector } from 'viem'
import { administrationAction } from './administration.ts'
import { type Call, type Caller, callEffects } from './call.ts'
import { decodeCanonical, splitCallData } from './canonical.ts'
import type { Effect } from './effect.ts'

/** What call data makes an account do. Assumes the account is of a kind named above: that is not visible here. */
export const executionEffects = (callData: Hex, caller: Caller): readonly Effect[] => {
  if (callData === '0x') return [] // The EntryPoint then calls nothing.
  const { selector, parameters } = splitCallData(callData)
  const action = administrationAction(selector)
  if (action !== undefined) return [{ kind: 'administration', to: caller.account, action }]
  const execution = decodeExecution(selector, parameters)
  if (execution === undefined) return [{ kind: 'opaque', of: 'callData', hash: keccak256(callData) }]
  if ('delegatecall' in execution) return [{ kind: 'delegatecall', to: execution.delegatecall }]
  return execution.calls.flatMap(call => callEffects(call, caller))
}

type Execution = { readonly calls: readonly Call[] } | { readonly delegatecall: Address }

const EXECUTE = toFunctionSelector('execute(address,uint256,bytes)')
const EXECUTE_BATCH = toFunctionSelector('executeBatch(address[],uint256[],bytes[])')
const EXECUTE_MODE = toFunctionSelector('execute(bytes32,bytes)')

const decodeExecution = (selector: Hex, parameters: Hex): Execution | undefined => {
  switch (selector) {
    case EXECUTE:
      return decodeSingle(parameters)
    case EXECUTE_BATCH:
      return decodeBatch(parameters)
    case EXECUTE_MODE:
      return decodeMode(parameters)
    default:
      return undefined
  }
}

const singleParameters = parseAbiParameters('address, uint256, bytes')

const decodeSingle = (parameters: Hex): Execution | undefined => {
  const values = decodeCanonical(singleParameters, parameters)
  return values && { calls: [{ to: values[0], value: values[1], data: values[2] }] }
}

const batchParameters = parseAbiParameters('address[], uint256[], bytes[]')

const decodeBatch = (parameters: Hex): Execution | undefined => {
  const decoded = decodeCanonical(batchParameters, parameters)
  if (decoded === undefined) return undefined
  const [targets, values, datas] = decoded
  // SimpleAccount reverts on other lengths. No values at all means no value in any call.
  if (targets.length !== datas.length) return undefined
  if (values.length !== 0 && values.length !== targets.length) return undefined
  return { calls: targets.map((to, i) => ({ to, value: values[i] ?? 0n, data: datas[i] ?? '0x' })) }
}

const modeParameters = parseAbiParameters('bytes32, bytes')
const executionsParameters = parseAbiParameters([
  'Execution[]',
  'struct Execution { address target; uint256 value; bytes callData; }',
])

/**
 * ERC-7579: the mode is the call type (1 byte), the type of execution (00 revert on failure, 01 carry on) and 30 bytes
 * that extend the standard. With any of those set the account may do something else, so they must be zero.
 */
const decodeMode = (parameters: Hex): Execution | undefined => {
  const values = decodeCanonical(modeParameters, parameters)
  if (values === undefined) return undefined
  const [mode, execution] = values
  const [, callType] = /^0x(00|01|ff)0[01]0{60}$/.exec(mode) ?? []
  switch (callType) {
    case '00':
      return decodePackedCall(execution)
    case '01':
      return decodeExecutions(execution)
    case 'ff':
      return decodePackedTarget(execution)
    default:
      return undefined
  }
}

/** abi.encodePacked(address target, uint256 value, bytes callData) */
const decodePackedCall = (packed: Hex): Execution | undefined => {
  const [, target, value, data] = /^0x(.{40})(.{64})(.*)$/.exec(packed) ?? []
  if (target === undefined || value === undefined || data === undefined) return undefined
  return { calls: [{ to: getAddress(`0x${target}`), value: BigInt(`0x${value}`), data: `0x${data}` }] }
}

const decodeExecutions = (encoded: Hex): Execution | undefined => {
  const values = decodeCanonical(executionsParameters, encoded)
  return (
    values && {
      calls: values[0].map(({ target, value, callData }) => ({ to: target, value, data: callData })),
    }
  )
}

/** abi.encodePacked(address target, bytes callData) */
const decodePackedTarget = (packed: Hex): Execution | undefined => {
  const [, target] = /^0x(.{40})/.exec(packed) ?? []
  return target === undefined ? undefined : { delegatecall: getAddress(`0x${target}`) }
}
