import fc from 'fast-check'
import { type Address, getAddress, type Hex, keccak256, zeroAddress } from 'viem'
import { describe, expect, test } from 'vitest'
import { MULTI_SEND, packedTransactions } from '../../test/containers.ts'
import { ACCOUNT, ALICE, anyCall, encodeCall, TOKEN, token, transferCall } from '../../test/fixtures.ts'
import { callEffects } from './call.ts'
import type { Effect } from './effect.ts'
import { safeTransactionEffects } from './safe.ts'

const SAFE = getAddress(`0x${'5a'.repeat(20)}`)
const transaction = {
  ...{ safe: SAFE, ...transferCall, operation: 0 },
  ...{ safeTxGas: 0n, baseGas: 0n, gasPrice: 0n, gasToken: zeroAddress, refundReceiver: zeroAddress },
}
const transfer: Effect = { kind: 'transfer', asset: TOKEN, from: SAFE, to: ALICE, amount: 1_500_000n }
const opaque = (data: Hex): Effect => ({ kind: 'opaque', of: 'callData', hash: keccak256(data) })

test('effects(Safe transaction of a call) = effects(the call by the Safe)', () => {
  fc.assert(
    fc.property(anyCall, call => {
      expect(safeTransactionEffects({ ...transaction, ...call })).toEqual(
        callEffects(call, { account: SAFE }),
      )
    }),
    { numRuns: 50 },
  )
})

test('the same effects as of execTransaction by whoever relays it, but for the call to the Safe', () => {
  fc.assert(
    fc.property(
      anyCall,
      fc.nat(3),
      fc.nat(1_000_000),
      fc.nat(1_000_000),
      fc.nat(5),
      fc.constantFrom(TOKEN, zeroAddress),
      (call, operation, safeTxGas, baseGas, gasPrice, gasToken) => {
        const { to, value, data } = call
        const gas = [BigInt(safeTxGas), BigInt(baseGas), BigInt(gasPrice)] as const
        const relayed = encodeCall(
          'execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures)',
          [to, value, data, operation, ...gas, gasToken, ALICE, '0x'],
        )
        const [own, ...rest] = callEffects({ to: SAFE, value: 0n, data: relayed }, { account: ACCOUNT })
        expect(own).toEqual({ kind: 'call', to: SAFE, selector: '0x6a761202', value: 0n })
        expect(rest).toEqual(
          operation > 1
            ? [opaque(relayed)]
            : safeTransactionEffects({
                ...{ ...transaction, ...call, operation, gasToken, refundReceiver: ALICE },
                ...{ safeTxGas: gas[0], baseGas: gas[1], gasPrice: gas[2] },
              }),
        )
      },
    ),
    { numRuns: 100 },
  )
})

test('behavior: a refund to somebody is a fee, of all the gas that the Safe may measure, and a transfer', () => {
  const effects = safeTransactionEffects({
    ...transaction,
    ...{ safeTxGas: 50_000n, baseGas: 30_000n, gasPrice: 7n, refundReceiver: ALICE },
  })
  const maximum = 180_000n * 7n
  expect(effects).toEqual([
    { kind: 'fee', payer: SAFE, maximum },
    { kind: 'transfer', asset: 'native', from: SAFE, to: ALICE, amount: maximum },
    transfer,
  ])
})

test('behavior: a refund to whoever relays it is a fee alone', () => {
  expect(safeTransactionEffects({ ...transaction, gasPrice: 7n })).toEqual([
    { kind: 'fee', payer: SAFE, maximum: 100_000n * 7n },
    transfer,
  ])
})

test('error: a refund in a token is opaque', () => {
  const effects = safeTransactionEffects({ ...transaction, gasPrice: 1n, gasToken: TOKEN })
  expect(effects).toEqual([opaque(transferCall.data), transfer])
})

describe('delegatecall', () => {
  test('behavior: of MultiSend, it shows what the Safe then does, be it to itself', () => {
    const calls = [transferCall, { to: SAFE, value: 0n, data: token('approve', [ALICE, 1n]) }]
    const data = encodeCall('multiSend(bytes transactions)', [packedTransactions(calls)])
    expect(safeTransactionEffects({ ...transaction, to: MULTI_SEND, value: 9n, data, operation: 1 })).toEqual(
      [
        { kind: 'delegatecall', to: MULTI_SEND },
        transfer,
        { kind: 'administration', to: SAFE, action: 'function 0x095ea7b3' },
      ],
    )
  })

  test('error: of MultiSend with what is not a list of transactions, it is opaque as well', () => {
    const data = `${encodeCall('multiSend(bytes transactions)', ['0x02'])}` as const
    expect(safeTransactionEffects({ ...transaction, to: MULTI_SEND, data, operation: 1 })).toEqual([
      { kind: 'delegatecall', to: MULTI_SEND },
      opaque(data),
    ])
  })

  test('behavior: of anything else, it is all that is known', () => {
    expect(safeTransactionEffects({ ...transaction, operation: 1 })).toEqual([
      { kind: 'delegatecall', to: TOKEN },
    ])
  })
})

test('error: any other operation is opaque', () => {
  expect(safeTransactionEffects({ ...transaction, operation: 2 })).toEqual([opaque(transferCall.data)])
})

test('error: a transaction of too many effects is opaque from there on', () => {
  const packed = packedTransactions(Array.from({ length: 600 }, () => transferCall))
  const data = encodeCall('multiSend(bytes transactions)', [packed])
  const effects = safeTransactionEffects({ ...transaction, to: MULTI_SEND, data, operation: 1 })
  expect(effects).toHaveLength(512)
  expect(effects.at(-1)).toEqual(opaque(data))
})

test('behavior: how addresses and data are spelled makes no difference', () => {
  const safe = SAFE.toLowerCase() as Address
  const data = '0xA9059C' as const
  expect(safeTransactionEffects({ ...transaction, safe, to: safe, data })).toEqual([
    { kind: 'administration', to: SAFE, action: 'function 0xa9059c' },
  ])
  const sent = encodeCall('multiSend(bytes transactions)', [packedTransactions([transferCall])])
  expect(
    safeTransactionEffects({
      ...{ ...transaction, safe, to: MULTI_SEND, data: sent, operation: 1, gasPrice: 1n },
      refundReceiver: safe,
    }),
  ).toEqual([
    { kind: 'fee', payer: SAFE, maximum: 100_000n },
    { kind: 'transfer', asset: 'native', from: SAFE, to: SAFE, amount: 100_000n },
    { kind: 'delegatecall', to: MULTI_SEND },
    transfer,
  ])
})
