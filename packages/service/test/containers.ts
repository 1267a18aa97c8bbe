// Every call that carries others, encoded by ethers, with the account that then makes them.
import { concat, solidityPacked } from 'ethers'
import type { Address, Hex } from 'viem'
import { zeroAddress } from 'viem'
import type { Effect } from '../src/effects/effect.ts'
import type { Call } from '../src/effects/functions/known.ts'
import { ACCOUNT, encodeCall, encodedCalls, packedCall } from './fixtures.ts'
import { meaningOf } from './functions.ts'

/** A way to carry calls. `one`: exactly one call. `layers`: how many calls then lie around each. */
export type ContainerCase = {
  readonly one: boolean
  readonly layers: 1 | 2
  /** A call to `at` that carries these, as far as it can: not all carry value, or go to any contract. */
  readonly contain: (calls: readonly Call[], at: Address) => Call
  /** The call as it is carried. */
  readonly carried: (call: Call, at: Address) => Call
  /** Who makes the carried calls, where ACCOUNT calls `at`. */
  readonly actor: (at: Address) => Address
  /** The effects before those of the carried calls. */
  readonly head: (call: Call) => readonly Effect[]
  readonly meaning: (data: Hex) => string
}

/** Where ERC-7579's `execute` and Safe transactions find MultiSend. */
export const MULTI_SEND: Address = '0x38869bf66a61cF6bDB996A6aE40D5853Fd43B526'

/** Transactions as MultiSend packs them. */
export const packedTransactions = (calls: readonly Call[], operation = 0): string =>
  concat(
    calls.map(({ to, value, data }) =>
      solidityPacked(
        ['uint8', 'address', 'uint256', 'uint256', 'bytes'],
        [operation, to, value, (data.length - 2) / 2, data],
      ),
    ),
  )

const multiSendData = (calls: readonly Call[]): Hex =>
  encodeCall('multiSend(bytes transactions)', [packedTransactions(calls)])

const own = ({ to, value, data }: Call): Effect => ({
  ...{ kind: 'call', to, selector: data.slice(0, 10) as Hex, value },
})
const withoutValue = (call: Call): Call => ({ ...call, value: 0n })

const container = (
  signature: string,
  args: (calls: readonly Call[]) => readonly unknown[],
  changes: Partial<ContainerCase> & { readonly without?: readonly string[] } = {},
): ContainerCase => ({
  one: false,
  layers: 1,
  contain: (calls, at) => ({ to: at, value: 0n, data: encodeCall(signature, args(calls)) }),
  carried: call => call,
  actor: at => at,
  head: call => [own(call)],
  meaning: data => meaningOf(signature, data, changes.without ?? []),
  ...changes,
})

const first = (calls: readonly Call[]): Call => calls[0] ?? { to: zeroAddress, value: 0n, data: '0x' }
const pairs = (calls: readonly Call[]) => calls.map(({ to, data }) => [to, data])
const delegatecall: Effect = { kind: 'delegatecall', to: MULTI_SEND }

const OPERATION = '(address to, uint256 value, bytes data, uint8 operation)'
const TRANSACTION =
  'execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures)'
const REFUND = ['safeTxGas', 'baseGas', 'gasToken', 'refundReceiver', 'signatures']
const noRefund = [5n, 6n, 0n, zeroAddress, zeroAddress, '0x1234']

/** The call type and nothing else of a mode; the type of execution says only what failures do. */
const mode = (callType: string) => `0x${callType}${'00'.repeat(31)}`
const modeMeaning = (signature: string) => (data: Hex) =>
  meaningOf(signature, `${data.slice(0, 12)}00${data.slice(14)}` as Hex, []).concat(
    ['00', '01'].includes(data.slice(12, 14)) ? '' : data.slice(12, 14),
  )

const moduleExecution = (name: string): Readonly<Record<string, ContainerCase>> => {
  const signature = `${name}(bytes32 mode, bytes execution)`
  const meaning = modeMeaning(signature)
  return {
    [`ERC-7579 ${name}, single`]: container(signature, calls => [mode('00'), packedCall(first(calls))], {
      ...{ one: true, meaning },
    }),
    [`ERC-7579 ${name}, batch`]: container(signature, calls => [mode('01'), encodedCalls(calls)], {
      meaning,
    }),
    [`ERC-7579 ${name}, delegatecall of MultiSend`]: container(
      signature,
      calls => [mode('ff'), concat([MULTI_SEND, multiSendData(calls)])],
      { layers: 2, head: call => [own(call), delegatecall], meaning },
    ),
  }
}

const operations = (name: string): Readonly<Record<string, ContainerCase>> => ({
  [`Safe ${name}`]: container(
    `${name}${OPERATION}`,
    calls => [first(calls).to, first(calls).value, first(calls).data, 0],
    { one: true },
  ),
  [`Safe ${name}, delegatecall of MultiSend`]: container(
    `${name}${OPERATION}`,
    calls => [MULTI_SEND, 3n, multiSendData(calls), 1],
    { layers: 2, head: call => [own(call), delegatecall], without: ['value'] },
  ),
})

/** All of them, by name. */
export const CONTAINERS: Readonly<Record<string, ContainerCase>> = {
  'Multicall3 aggregate': container(
    'aggregate((address target, bytes data)[] calls)',
    calls => [pairs(calls)],
    { carried: withoutValue },
  ),
  'Multicall3 blockAndAggregate': container(
    'blockAndAggregate((address target, bytes data)[] calls)',
    calls => [pairs(calls)],
    { carried: withoutValue },
  ),
  'Multicall3 tryAggregate': container(
    'tryAggregate(bool requireSuccess, (address target, bytes data)[] calls)',
    calls => [true, pairs(calls)],
    { carried: withoutValue, without: ['requireSuccess'] },
  ),
  'Multicall3 tryBlockAndAggregate': container(
    'tryBlockAndAggregate(bool requireSuccess, (address target, bytes data)[] calls)',
    calls => [false, pairs(calls)],
    { carried: withoutValue, without: ['requireSuccess'] },
  ),
  'Multicall3 aggregate3': container(
    'aggregate3((address target, bool allowFailure, bytes data)[] calls)',
    calls => [calls.map(({ to, data }) => [to, true, data])],
    { carried: withoutValue, without: ['allowFailure'] },
  ),
  'Multicall3 aggregate3Value': container(
    'aggregate3Value((address target, bool allowFailure, uint256 value, bytes data)[] calls)',
    calls => [calls.map(({ to, value, data }) => [to, false, value, data])],
    { without: ['allowFailure'] },
  ),
  'OpenZeppelin multicall': container('multicall(bytes[] data)', calls => [calls.map(({ data }) => data)], {
    carried: ({ data }, at) => ({ to: at, value: 0n, data }),
    actor: () => ACCOUNT,
  }),
  'MultiSend, called': container('multiSend(bytes transactions)', calls => [packedTransactions(calls)]),
  'SimpleAccount execute': container(
    'execute(address to, uint256 value, bytes data)',
    calls => [first(calls).to, first(calls).value, first(calls).data],
    { one: true },
  ),
  'SimpleAccount executeBatch': container(
    'executeBatch(address[] to, uint256[] value, bytes[] data)',
    calls => [calls.map(({ to }) => to), calls.map(({ value }) => value), calls.map(({ data }) => data)],
  ),
  'Coinbase Smart Wallet executeBatch': container(
    'executeBatch((address to, uint256 value, bytes data)[] calls)',
    calls => [calls.map(({ to, value, data }) => [to, value, data])],
  ),
  ...moduleExecution('execute'),
  ...moduleExecution('executeFromExecutor'),
  'Safe execTransaction': container(
    TRANSACTION,
    calls => [first(calls).to, first(calls).value, first(calls).data, 0, ...noRefund],
    { one: true, without: REFUND },
  ),
  'Safe execTransaction, delegatecall of MultiSend': container(
    TRANSACTION,
    calls => [MULTI_SEND, 3n, multiSendData(calls), 1, ...noRefund],
    { layers: 2, head: call => [own(call), delegatecall], without: [...REFUND, 'value'] },
  ),
  ...operations('execTransactionFromModule'),
  ...operations('execTransactionFromModuleReturnData'),
  ...operations('executeUserOp'),
  ...operations('executeUserOpWithErrorString'),
}
