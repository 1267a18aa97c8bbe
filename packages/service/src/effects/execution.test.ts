import { Interface, solidityPacked } from 'ethers'
import fc from 'fast-check'
import { type Address, getAddress, type Hex, keccak256, zeroAddress } from 'viem'
import { describe, expect, test } from 'vitest'
import { CONTAINERS } from '../../test/containers.ts'
import {
  ACCOUNT,
  ALICE,
  anyAddress,
  anyCall,
  anyUnderstoodCall,
  BATCHES,
  CALLER,
  ENTRY_POINT,
  encodeCall,
  encodedCalls,
  execute,
  executeBatch,
  executeMode,
  hexOf,
  packedCall,
  TOKEN,
  token,
  transferCall,
} from '../../test/fixtures.ts'
import { callEffects } from './call.ts'
import type { Effect } from './effect.ts'
import { executionEffects } from './execution.ts'
import type { Call } from './functions/known.ts'

const effectsOf = (callData: Hex) => executionEffects(callData, CALLER)
const opaque = (callData: Hex): Effect => ({ kind: 'opaque', of: 'callData', hash: keccak256(callData) })
const transferEffect: Effect = {
  kind: 'transfer',
  asset: TOKEN,
  from: ACCOUNT,
  to: ALICE,
  amount: 1_500_000n,
}

test('default: a token transfer through SimpleAccount and through ERC-7579 is the same effect', () => {
  expect(effectsOf(execute(transferCall))).toEqual([transferEffect])
  expect(effectsOf(executeMode('0000', packedCall(transferCall)))).toEqual([transferEffect])
  expect(effectsOf(executeMode('0001', packedCall(transferCall)))).toEqual([transferEffect])
})

test('behavior: no call data is no call', () => {
  expect(effectsOf('0x')).toEqual([])
})

test('effects(execute(call)) = effects(call), for any call', () => {
  fc.assert(
    fc.property(anyCall, call => {
      const expected = callEffects(call, CALLER)
      expect(effectsOf(execute(call))).toEqual(expected)
      expect(effectsOf(executeMode('00', packedCall(call)))).toEqual(expected)
    }),
    { numRuns: 50 },
  )
})

describe.each(Object.entries(BATCHES))('%s', (_name, encode) => {
  test('effects(batch) = the effects of its calls, in order', () => {
    fc.assert(
      fc.property(fc.array(anyCall, { maxLength: 5 }), calls => {
        expect(effectsOf(encode(calls))).toEqual(calls.flatMap(call => callEffects(call, CALLER)))
      }),
      { numRuns: 30 },
    )
  })

  test('a batch padded with a further call, anywhere, has the effects of that call too', () => {
    fc.assert(
      fc.property(fc.array(anyCall, { maxLength: 4 }), anyCall, fc.nat(4), (calls, extra, position) => {
        const effects = effectsOf(encode(calls.toSpliced(position, 0, extra)))
        for (const effect of callEffects(extra, CALLER)) expect(effects).toContainEqual(effect)
      }),
      { numRuns: 30 },
    )
  })
})

test('behavior: executeBatch without values sends none', () => {
  const calls = [{ ...transferCall, value: 7n }]
  expect(effectsOf(executeBatch(calls, []))).toEqual([transferEffect])
})

test('error: executeBatch with another number of values than of calls is opaque', () => {
  const callData = executeBatch([transferCall, transferCall], [0n])
  expect(effectsOf(callData)).toEqual([opaque(callData)])
})

test('error: executeBatch with another number of targets than of calls is opaque', () => {
  const abi = new Interface(['function executeBatch(address[] dest, uint256[] value, bytes[] func)'])
  for (const datas of [[], [transferCall.data, transferCall.data]]) {
    const callData = abi.encodeFunctionData('executeBatch', [[TOKEN], [], datas]) as Hex
    expect(effectsOf(callData)).toEqual([opaque(callData)])
  }
})

const CALLED_BY_ENTRY_POINT =
  /^(SimpleAccount execute|Coinbase Smart Wallet executeBatch|ERC-7579 execute,|Safe executeUserOp)/

describe.each(Object.entries(CONTAINERS))('%s, as the call data of the account', (name, container) => {
  test('its calls are made by the account, if it is a function for the EntryPoint; else it is opaque', () => {
    fc.assert(
      fc.property(anyCall, call => {
        const outer = container.contain([call], ACCOUNT)
        const expected = [...container.head(outer).slice(1), ...callEffects(call, CALLER)]
        expect(effectsOf(outer.data)).toEqual(
          CALLED_BY_ENTRY_POINT.test(name) ? expected : [opaque(outer.data)],
        )
      }),
      { numRuns: 10 },
    )
  })
})

test('behavior: calls that carry others are opened four deep, whatever way the account is told to make them', () => {
  const nest = (depth: number): Call =>
    depth === 0
      ? transferCall
      : { to: getAddress(`0x${`6${depth}`.repeat(20)}`), value: 0n, data: execute(nest(depth - 1)) }
  expect(effectsOf(execute(nest(4))).map(({ kind }) => kind)).toEqual([
    ...['call', 'call', 'call', 'call', 'transfer'],
  ])
  expect(effectsOf(execute(nest(5))).at(-1)).toEqual(opaque(nest(1).data))
})

test('behavior: what Coinbase Smart Wallet does on every chain is administration', () => {
  const callData = encodeCall('executeWithoutChainIdValidation(bytes[] calls)', [[execute(transferCall)]])
  expect(effectsOf(callData)).toEqual([
    { kind: 'administration', to: ACCOUNT, action: 'executeWithoutChainIdValidation(bytes[])' },
  ])
})

describe('delegatecall', () => {
  test('behavior: a delegatecall is recognised, whatever it runs', () => {
    fc.assert(
      fc.property(anyAddress, hexOf({ maxLength: 40 }), fc.constantFrom('ff00', 'ff01'), (to, data, mode) => {
        const execution = solidityPacked(['address', 'bytes'], [to, data])
        expect(effectsOf(executeMode(mode, execution))).toEqual([{ kind: 'delegatecall', to }])
      }),
      { numRuns: 30 },
    )
  })

  test('error: a delegatecall without a whole target is opaque', () => {
    const callData = executeMode('ff', '0x1234')
    expect(effectsOf(callData)).toEqual([opaque(callData)])
  })
})

describe('error: what is not understood is opaque', () => {
  const cases: Readonly<Record<string, Hex>> = {
    'an unknown selector': '0x12345678',
    'less than a selector': '0xb61d27',
    'a selector alone': '0xb61d27f6',
    'executeUserOp, which wraps further call data': `0x8dd7712f${execute(transferCall).slice(2)}`,
    'a static call': executeMode('fe', packedCall(transferCall)),
    'an unknown type of execution': executeMode('0002', packedCall(transferCall)),
    'a mode selector': executeMode('01000000000078210001', encodedCalls([transferCall])),
    'a mode payload': executeMode(`00${'00'.repeat(30)}01`, packedCall(transferCall)),
    'a single call cut short': executeMode('00', packedCall(transferCall).slice(0, 2 + 51 * 2)),
    'a batch that is not one': executeMode('01', packedCall(transferCall)),
    'bytes left over': `${execute(transferCall)}00`,
    'a word left over': `${execute(transferCall)}${'00'.repeat(32)}`,
    'a batch with a word left over': executeMode('01', `${encodedCalls([transferCall])}${'00'.repeat(32)}`),
    'a target with dirty upper bytes': execute(transferCall).replace('0xb61d27f600', '0xb61d27f601') as Hex,
  }
  test.each(Object.entries(cases))('%s', (_name, callData) => {
    expect(effectsOf(callData)).toEqual([opaque(callData)])
  })
})

test('error: an offset that hides a second batch behind the first one is opaque', () => {
  // Two arrays of executions; the head points at the second, a lenient reader may take the first.
  const hidden = encodedCalls([{ to: getAddress(`0x${'66'.repeat(20)}`), value: 1n, data: '0x' }]).slice(
    2 + 64,
  )
  const shown = encodedCalls([transferCall]).slice(2 + 64)
  const offset = (32 + shown.length / 2).toString(16).padStart(64, '0')
  const callData = executeMode('01', `0x${offset}${shown}${hidden}`)
  expect(effectsOf(callData)).toEqual([opaque(callData)])
})

test('any flipped byte of a batch of understood calls changes its effects, or what failures do', () => {
  fc.assert(
    fc.property(
      fc.array(anyUnderstoodCall, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(...Object.values(BATCHES)),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (calls, encode, at, mask) => {
        const callData = encode(calls)
        const flipped = Buffer.from(callData.slice(2), 'hex')
        const index = at % flipped.length
        flipped[index] = (flipped[index] ?? 0) ^ mask
        const isExecutionType = callData.startsWith('0xe9ae5c53') && index === 5
        if (!isExecutionType)
          expect(effectsOf(`0x${flipped.toString('hex')}`)).not.toEqual(effectsOf(callData))
      },
    ),
    { numRuns: 300 },
  )
})

test('effects(any bytes) never throws and never is empty', () => {
  const selectors = ['b61d27f6', '47e1da2a', 'e9ae5c53', '9517e29f', '']
  fc.assert(
    fc.property(fc.constantFrom(...selectors), hexOf({ minLength: 1, maxLength: 200 }), (selector, bytes) => {
      expect(effectsOf(`0x${selector}${bytes.slice(2)}`)).not.toEqual([])
    }),
    { numRuns: 300 },
  )
})

test('behavior: administration at the top, of the account itself', () => {
  expect(effectsOf('0x9517e29f')).toEqual([
    { kind: 'administration', to: ACCOUNT, action: 'installModule(uint256,address,bytes)' },
  ])
  expect(effectsOf('0x4f1ef286')).toEqual([
    { kind: 'administration', to: ACCOUNT, action: 'upgradeToAndCall(address,bytes)' },
  ])
})

test.each([
  ['the account', ACCOUNT],
  ['the EntryPoint', ENTRY_POINT],
  ['the zero address', zeroAddress],
])('behavior: a call to %s is administration, whatever it calls', (_name, to) => {
  const calls: readonly Call[] = [
    { to, value: 0n, data: '0x' },
    { to, value: 0n, data: '0x12345678' },
    { to, value: 0n, data: token('transfer', [ALICE, 1n]) },
  ]
  for (const call of calls)
    expect(effectsOf(execute(call))).toEqual([expect.objectContaining({ kind: 'administration', to })])
  expect(effectsOf(execute({ to, value: 5n, data: '0x' }))).toEqual([
    { kind: 'transfer', asset: 'native', from: ACCOUNT, to, amount: 5n },
    expect.objectContaining({ kind: 'administration', to }),
  ])
})

test('behavior: how the account and the call data are spelled makes no difference', () => {
  const account = getAddress(`0x${'ab'.repeat(20)}`)
  const callData = execute({ ...transferCall, to: account })
  const shouted = `0x${callData.slice(2).toUpperCase()}` as const
  const caller = { account: account.toLowerCase() as Address, entryPoint: ENTRY_POINT }
  expect(executionEffects(shouted, caller)).toEqual([
    { kind: 'administration', to: account, action: 'function 0xa9059cbb' },
  ])
})
