// The calls an account may be asked to make, per account type: every canonical way to say "this one transfer".
// SimpleAccount v0.7: https://github.com/eth-infinitism/account-abstraction/blob/v0.7.0/contracts/samples/SimpleAccount.sol
// Kernel v3 and others: ERC-7579 section "Execution", https://eips.ethereum.org/EIPS/eip-7579
import {
  type Address,
  concat,
  decodeAbiParameters,
  decodeFunctionData,
  encodeAbiParameters,
  encodeFunctionData,
  erc20Abi,
  type Hex,
  isAddressEqual,
  pad,
  parseAbi,
  parseAbiParameters,
  size,
  slice,
  zeroHash,
} from 'viem'

export type TokenTransfer = { readonly token: Address; readonly recipient: Address; readonly amount: bigint }

export type Call = { readonly to: Address; readonly value: bigint; readonly data: Hex }

export type Difference = { readonly field: string; readonly expected: string; readonly found: string }

const accountAbi = parseAbi([
  'function execute(address dest, uint256 value, bytes func)',
  'function executeBatch(address[] dest, uint256[] value, bytes[] func)',
  'function execute(bytes32 mode, bytes executionCalldata)',
])
const [execute, executeBatch, executeMode] = accountAbi
const executions = parseAbiParameters('(address target, uint256 value, bytes callData)[]')

/** ERC-7579 modes: call type single or batch, execution type "revert on failure", nothing else set. */
const singleMode = zeroHash
const batchMode = pad('0x01', { dir: 'right', size: 32 })

/**
 * Every encoding of exactly this transfer and nothing else, value 0. Equality with one of these is the check; decoding
 * only explains a refusal.
 */
export function encodeTransfer(transfer: TokenTransfer): readonly Hex[] {
  const token = transfer.token.toLowerCase() as Address
  const data = encodeFunctionData({
    abi: erc20Abi,
    functionName: 'transfer',
    args: [transfer.recipient, transfer.amount],
  })
  const single = concat([token, pad('0x', { size: 32 }), data])
  const batch = encodeAbiParameters(executions, [[{ target: token, value: 0n, callData: data }]])
  return [
    encodeFunctionData({ abi: [execute], args: [token, 0n, data] }),
    encodeFunctionData({ abi: [executeBatch], args: [[token], [0n], [data]] }),
    // SimpleAccount v0.7 takes an empty list of values as all zero.
    encodeFunctionData({ abi: [executeBatch], args: [[token], [], [data]] }),
    encodeFunctionData({ abi: [executeMode], args: [singleMode, single] }),
    encodeFunctionData({ abi: [executeMode], args: [batchMode, batch] }),
  ]
}

/** How `callData` departs from the transfer; never empty for call data that `encodeTransfer` does not give. */
export function explainCallData(callData: Hex, expected: TokenTransfer): readonly Difference[] {
  const difference = (field: string, wanted: string, found: string): Difference => ({
    field,
    expected: wanted,
    found,
  })
  const calls = decodeCalls(callData)
  if (calls === undefined)
    return [difference('callData', 'one call by the account', `not understood (${head(callData)})`)]
  const [call, ...others] = calls
  if (call === undefined || others.length > 0)
    return [
      difference(
        'callData',
        'exactly 1 call',
        `${calls.length} calls to ${calls.map(one => one.to).join(', ')}`,
      ),
    ]
  const differences: Difference[] = []
  if (!isAddressEqual(call.to, expected.token)) differences.push(difference('token', expected.token, call.to))
  if (call.value !== 0n) differences.push(difference('value', '0 wei', `${call.value} wei`))
  const transfer = decodeErc20Transfer(call.data)
  if (transfer === undefined)
    return [...differences, difference('call', 'ERC-20 transfer', `selector ${head(call.data)}`)]
  if (!isAddressEqual(transfer.recipient, expected.recipient))
    differences.push(difference('recipient', expected.recipient, transfer.recipient))
  if (transfer.amount !== expected.amount)
    differences.push(difference('amount', `${expected.amount} base units`, `${transfer.amount} base units`))
  if (differences.length > 0) return differences
  return [difference('callData', 'canonical ABI encoding', 'the transfer, encoded in another way')]
}

/** The calls an account would make; undefined if the call data is not understood. */
function decodeCalls(callData: Hex): readonly Call[] | undefined {
  try {
    const { functionName, args } = decodeFunctionData({ abi: accountAbi, data: callData })
    if (functionName === 'executeBatch')
      return args[0].map((to, index) => ({ to, value: args[1][index] ?? 0n, data: args[2][index] ?? '0x' }))
    if (args.length === 3) return [{ to: args[0], value: args[1], data: args[2] }]
    const [mode, data] = args
    if (mode === batchMode)
      return decodeAbiParameters(executions, data)[0].map(one => ({
        to: one.target,
        value: one.value,
        data: one.callData,
      }))
    if (mode !== singleMode || size(data) < 52) return undefined
    const rest = size(data) === 52 ? '0x' : slice(data, 52)
    return [{ to: slice(data, 0, 20), value: BigInt(slice(data, 20, 52)), data: rest }]
  } catch {
    return undefined
  }
}

function decodeErc20Transfer(data: Hex): { recipient: Address; amount: bigint } | undefined {
  try {
    const { functionName, args } = decodeFunctionData({ abi: erc20Abi, data })
    return functionName === 'transfer' ? { recipient: args[0], amount: args[1] } : undefined
  } catch {
    return undefined
  }
}

function head(data: Hex): string {
  return data === '0x' ? 'empty' : data.slice(0, 10)
}
