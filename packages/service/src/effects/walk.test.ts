// Calls that carry others, each kind through one set of properties, and in each other. The encoder is ethers.
import fc from 'fast-check'
import { type Address, getAddress, type Hex, keccak256, zeroAddress } from 'viem'
import { describe, expect, test } from 'vitest'
import { CONTAINERS, MULTI_SEND, packedTransactions } from '../../test/containers.ts'
import {
  ACCOUNT,
  ALICE,
  anyCall,
  anyUnderstoodCall,
  CALLER,
  ENTRY_POINT,
  encodeCall,
  execute,
  hexOf,
  TOKEN,
  token,
  transferCall,
} from '../../test/fixtures.ts'
import { flips, textOf } from '../../test/functions.ts'
import { administrationAction } from './administration.ts'
import { callEffects } from './call.ts'
import type { Effect } from './effect.ts'
import { executionEffects } from './execution.ts'
import { accountFunctions, executorFunctions } from './functions/account.ts'
import { erc20Functions } from './functions/erc20.ts'
import { erc20SignedFunctions } from './functions/erc20Signed.ts'
import type { Call } from './functions/known.ts'
import { multicallFunctions } from './functions/multicall.ts'
import { multiSend } from './functions/multiSend.ts'
import { nftFunctions } from './functions/nft.ts'
import { permit2Functions } from './functions/permit2.ts'
import { safeApprovalFunctions, safeFunctions, safeUserOperationFunctions } from './functions/safe.ts'
import { wethFunctions } from './functions/weth.ts'

const effectFunctions = [
  ...[...erc20Functions, ...erc20SignedFunctions, ...permit2Functions],
  ...[...nftFunctions, ...wethFunctions, ...safeApprovalFunctions],
]
const containers = [
  ...[...accountFunctions, ...executorFunctions, ...multicallFunctions],
  ...[multiSend, ...safeFunctions, ...safeUserOperationFunctions],
]

const at = (byte: number): Address => getAddress(`0x${byte.toString(16).padStart(2, '0').repeat(20)}`)
const CONTAINER = at(0x55)
const effectsOf = (call: Call) => callEffects(call, CALLER)
const opaque = (data: Hex): Effect => ({ kind: 'opaque', of: 'callData', hash: keccak256(data) })
const native = (to: Address, amount: bigint): Effect => ({
  ...{ kind: 'transfer', asset: 'native', from: ACCOUNT, to, amount },
})

describe.each(Object.entries(CONTAINERS))('%s', (_name, container) => {
  const { one, layers, contain, carried, actor, head, meaning } = container
  const contents = (calls: readonly Call[]) =>
    calls.flatMap(call =>
      callEffects(carried(call, CONTAINER), { account: actor(CONTAINER), entryPoint: ENTRY_POINT }),
    )

  test('effects = its own, then those of the calls it carries, in order', () => {
    const length = one ? { minLength: 1, maxLength: 1 } : { maxLength: 4 }
    fc.assert(
      fc.property(fc.array(anyCall, length), calls => {
        const call = contain(calls, CONTAINER)
        expect(effectsOf(call)).toEqual([...head(call), ...contents(calls)])
      }),
      { numRuns: 20 },
    )
  })

  test('what it carries is a call or a delegatecall, by the account that makes it', () => {
    const call = contain([transferCall], CONTAINER)
    const known = containers.find(({ selector }) => call.data.startsWith(selector))
    const actions = known?.read(`0x${call.data.slice(10)}`, call, ACCOUNT)?.actions
    const made = carried(transferCall, CONTAINER)
    expect(actions).toMatchObject([
      layers === 1
        ? { ...made, account: actor(CONTAINER), operation: 'call' }
        : { to: MULTI_SEND, account: CONTAINER, operation: 'delegatecall' },
    ])
  })

  test('with a further call anywhere, it has the effects of that call too', () => {
    fc.assert(
      fc.property(fc.array(anyCall, { maxLength: 3 }), anyCall, fc.nat(3), (calls, extra, position) => {
        const all = one ? [extra] : calls.toSpliced(position, 0, extra)
        const effects = effectsOf(contain(all, CONTAINER))
        for (const effect of contents([extra])) expect(effects).toContainEqual(effect)
      }),
      { numRuns: 20 },
    )
  })

  test('call data cut short or with bytes left over is opaque, beside the call', () => {
    const call = contain([transferCall], CONTAINER)
    const { data } = call
    for (const other of [
      data.slice(0, -2),
      data.slice(0, 10),
      `${data}00`,
      `${data}${'00'.repeat(32)}`,
    ] as Hex[])
      expect(effectsOf({ ...call, data: other })).toEqual([...head(call).slice(0, 1), opaque(other)])
  })

  test('whichever byte is flipped, other effects or the same meaning', () => {
    fc.assert(
      fc.property(anyUnderstoodCall, fc.integer({ min: 1, max: 255 }), (inner, mask) => {
        const call = contain([inner], CONTAINER)
        const effects = textOf(effectsOf(call))
        for (const data of flips(call.data, mask))
          if (textOf(effectsOf({ ...call, data })) === effects)
            expect(meaning(data)).toEqual(meaning(call.data))
      }),
      { numRuns: 1 },
    )
  })

  test('value that goes with it is a transfer', () => {
    const call = { ...contain([transferCall], CONTAINER), value: 9n }
    expect(effectsOf(call)).toEqual([native(CONTAINER, 9n), ...head(call), ...contents([transferCall])])
  })

  test('called on the account itself it is administration, and still shows what it carries', () => {
    const call = contain([transferCall], ACCOUNT)
    expect(effectsOf(call)).toEqual([
      { kind: 'administration', to: ACCOUNT, action: `function ${call.data.slice(0, 10)}` },
      ...head(call).slice(1),
      ...callEffects(carried(transferCall, ACCOUNT), { account: ACCOUNT, entryPoint: ENTRY_POINT }),
    ])
  })

  test('around four layers, it is opened; around more, it is opaque', () => {
    for (const depth of [4 - layers, 5 - layers]) {
      const call = nest(depth, contain([carried(transferCall, CONTAINER)], CONTAINER))
      const shown = depth + layers <= 4
      const transfers = effectsOf(call).filter(({ kind }) => kind === 'transfer')
      expect(transfers).toHaveLength(shown ? 1 : 0)
      expect(effectsOf(call).filter(({ kind }) => kind === 'opaque')).toHaveLength(shown ? 0 : 1)
    }
  })
})

/** The call, carried by as many accounts, each in the next. */
const nest = (depth: number, call: Call): Call =>
  depth === 0 ? call : nest(depth - 1, { to: at(0x60 + depth), value: 0n, data: execute(call) })

/** What an aggregate3 of Multicall3 looks like. */
const aggregate3 = (calls: readonly Call[], multicall: Address): Call => ({
  to: multicall,
  value: 0n,
  data: encodeCall('aggregate3((address target, bool allowFailure, bytes data)[] calls)', [
    calls.map(({ to, data }) => [to, false, data]),
  ]),
})

describe('calls in calls', () => {
  const multicall = at(0x77)
  const taken: Call = { to: TOKEN, value: 0n, data: token('transferFrom', [ACCOUNT, ALICE, 5n]) }
  const safe = at(0x88)

  test('behavior: a transfer in a Multicall3 in a MultiSend in an execute is seen', () => {
    const sent = encodeCall('multiSend(bytes transactions)', [
      packedTransactions([transferCall, aggregate3([taken], multicall)]),
    ])
    const callData = execute({ to: MULTI_SEND, value: 0n, data: sent })
    expect(executionEffects(callData, CALLER)).toEqual([
      { kind: 'call', to: MULTI_SEND, selector: '0x8d80ff0a', value: 0n },
      { kind: 'transfer', asset: TOKEN, from: MULTI_SEND, to: ALICE, amount: 1_500_000n },
      { kind: 'call', to: multicall, selector: '0x82ad56cb', value: 0n },
      { kind: 'transfer', asset: TOKEN, from: ACCOUNT, to: ALICE, amount: 5n },
    ])
  })

  test('behavior: a delegatecall at the end of a batch in a batch is seen', () => {
    const inner = encodeCall('multiSend(bytes transactions)', [
      `${packedTransactions([transferCall])}${packedTransactions([{ to: ALICE, value: 2n, data: '0x1234' }], 1).slice(2)}`,
    ])
    const effects = effectsOf({
      ...{ to: safe, value: 0n },
      data: encodeCall('execTransactionFromModule(address to, uint256 value, bytes data, uint8 operation)', [
        MULTI_SEND,
        0n,
        inner,
        1,
      ]),
    })
    expect(effects).toEqual([
      { kind: 'call', to: safe, selector: '0x468721a7', value: 0n },
      { kind: 'delegatecall', to: MULTI_SEND },
      { kind: 'transfer', asset: TOKEN, from: safe, to: ALICE, amount: 1_500_000n },
      { kind: 'delegatecall', to: ALICE },
    ])
  })

  test('behavior: an account further out is not to be called, nor an EntryPoint', () => {
    for (const to of [
      ACCOUNT,
      multicall,
      ENTRY_POINT,
      zeroAddress,
      '0x5FF137D4b0FDCD49DcA30c7CF57E578a026d2789',
      '0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108',
      '0x433709009B8330FDa32311DF1C2AFA402eD8D009',
    ] as const) {
      const call = aggregate3([{ ...transferCall, to }], multicall)
      expect(effectsOf(call).slice(1)).toEqual([
        { kind: 'administration', to, action: 'function 0xa9059cbb' },
      ])
    }
  })

  test('behavior: an EntryPoint that is not known otherwise is not to be called by its account', () => {
    const call = aggregate3([{ ...transferCall, to: at(0x99) }], multicall)
    expect(callEffects(call, { account: ACCOUNT, entryPoint: at(0x99) }).slice(1)).toEqual([
      { kind: 'administration', to: at(0x99), action: 'function 0xa9059cbb' },
    ])
    expect(callEffects(call, CALLER).map(({ kind }) => kind)).toEqual(['call', 'transfer'])
  })

  test('behavior: an EntryPoint is not to be called by an account that has none', () => {
    const effects = callEffects({ to: ENTRY_POINT, value: 0n, data: '0x205c2878' }, { account: ALICE })
    expect(effects).toEqual([{ kind: 'administration', to: ENTRY_POINT, action: 'function 0x205c2878' }])
  })
})

describe('error: an encoding that some contracts may read in another way is opaque', () => {
  const CASES: Readonly<Record<string, Call>> = {
    'Multicall3 aggregate3': aggregate3([transferCall], CONTAINER),
    MultiSend: {
      to: CONTAINER,
      value: 0n,
      data: encodeCall('multiSend(bytes transactions)', [packedTransactions([transferCall])]),
    },
  }
  test.each(Object.entries(CASES))('%s with a word before the list', (_name, call) => {
    const offset = '0x40'.slice(2).padStart(64, '0')
    const data = `${call.data.slice(0, 10)}${offset}${'00'.repeat(32)}${call.data.slice(10 + 64)}` as Hex
    expect(effectsOf({ ...call, data })).toEqual([
      { kind: 'call', to: CONTAINER, selector: data.slice(0, 10), value: 0n },
      opaque(data),
    ])
  })
})

describe('error: transactions that MultiSend would not read as they are packed are opaque', () => {
  const good = packedTransactions([transferCall])
  const cases: Readonly<Record<string, string>> = {
    'an unknown operation': `0x02${good.slice(4)}`,
    'one cut short': good.slice(0, -2),
    'a head cut short': `${good}00`,
    'a byte left over': `${good}01`,
    'more data than there is': `0x00${'11'.repeat(20)}${'00'.repeat(32)}${'ff'.repeat(32)}`,
  }
  test.each(Object.entries(cases))('%s', (_name, packed) => {
    const data = encodeCall('multiSend(bytes transactions)', [packed])
    const call = { kind: 'call', to: CONTAINER, selector: '0x8d80ff0a', value: 0n }
    expect(effectsOf({ to: CONTAINER, value: 0n, data })).toEqual([call, opaque(data)])
  })
})

test('effects(any bytes) never throws and never is empty', () => {
  const selectors = [...effectFunctions, ...containers].map(({ selector }) => selector)
  fc.assert(
    fc.property(fc.constantFrom(...selectors), hexOf({ maxLength: 200 }), (selector, bytes) => {
      expect(effectsOf({ to: TOKEN, value: 0n, data: `${selector}${bytes.slice(2)}` })).not.toEqual([])
    }),
    { numRuns: 500 },
  )
})

test('no function is hidden by one of administration', () => {
  const all = [...effectFunctions, ...containers]
  expect(all.filter(({ selector }) => administrationAction(selector) !== undefined)).toEqual([])
})

test('default: no call that carries others is known that is not tested here', () => {
  const tested = Object.values(CONTAINERS).map(({ contain }) =>
    contain([transferCall], CONTAINER).data.slice(0, 10),
  )
  expect(new Set(containers.map(({ selector }) => selector))).toEqual(new Set(tested))
})

describe('the number of effects', () => {
  const batch = (n: number) =>
    aggregate3(
      Array.from({ length: n }, () => transferCall),
      CONTAINER,
    )

  test('behavior: up to 512 are told', () => {
    const effects = effectsOf(batch(511))
    expect(effects).toHaveLength(512)
    expect(effects.filter(({ kind }) => kind === 'opaque')).toEqual([])
  })

  test('error: of more, the rest is opaque', () => {
    const effects = effectsOf(batch(512))
    expect(effects).toHaveLength(512)
    expect(effects.at(-1)).toEqual(opaque(batch(512).data))
    const callData = execute(batch(600))
    expect(executionEffects(callData, CALLER)).toHaveLength(512)
    expect(executionEffects(callData, CALLER).at(-1)).toEqual(opaque(callData))
  })
})
