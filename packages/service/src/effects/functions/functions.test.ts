// All functions that are understood in full, through one set of properties. The encoder is ethers.
import fc from 'fast-check'
import { type Hex, keccak256, toFunctionSelector } from 'viem'
import { describe, expect, test } from 'vitest'
import { ALICE, CALLER, encodeCall, TOKEN } from '../../../test/fixtures.ts'
import {
  ERC20,
  ERC20_SIGNED,
  flips,
  NFT,
  OPERATORS,
  OTHERS,
  PERMIT2_FUNCTIONS,
  textOf,
} from '../../../test/functions.ts'
import { callEffects } from '../call.ts'
import type { Effect } from '../effect.ts'
import { erc20Functions } from './erc20.ts'
import { erc20SignedFunctions } from './erc20Signed.ts'
import { bySelector, known } from './known.ts'
import { nftFunctions } from './nft.ts'
import { operatorFunctions } from './operators.ts'
import { PERMIT2, permit2Functions } from './permit2.ts'
import { safeApprovalFunctions } from './safe.ts'
import { wethFunctions } from './weth.ts'

const effectsOf = (data: Hex, to = TOKEN, value = 0n) => callEffects({ to, value, data }, CALLER)
const opaque = (data: Hex): Effect => ({ kind: 'opaque', of: 'callData', hash: keccak256(data) })
const call = (data: Hex, value = 0n): Effect => ({
  ...{ kind: 'call', to: TOKEN, selector: data.slice(0, 10) as Hex, value },
})
const understood = [...ERC20, ...ERC20_SIGNED, ...PERMIT2_FUNCTIONS, ...NFT, ...OPERATORS, ...OTHERS]

test('default: no function is known that is not tested here', () => {
  const known = [
    ...[erc20Functions, erc20SignedFunctions, permit2Functions],
    ...[nftFunctions, operatorFunctions, wethFunctions, safeApprovalFunctions],
  ].flatMap(functions => functions.map(({ selector }) => selector))
  const tested = [...understood.map(({ signature }) => toFunctionSelector(signature)), '0xd0e30db0']
  expect(known.toSorted()).toEqual(tested.toSorted())
})

test('error: two functions with one selector cannot both be known', () => {
  const one = known('transfer(address,uint256)', () => [])
  const same = known('transfer(address,uint256)', () => undefined)
  expect(bySelector([one]).get('0xa9059cbb')).toBe(one)
  expect(() => bySelector<unknown>([one, same])).toThrow('two known functions have one selector')
})

describe.each(understood.map(one => [one.signature, one] as const))('%s', (_signature, one) => {
  const { examples, meaning } = one
  const viaPermit2 = PERMIT2_FUNCTIONS.includes(one)

  test('any call has exactly the effects that its arguments say', () => {
    fc.assert(
      fc.property(examples, ({ data, effects }) => {
        expect(effectsOf(data)).toEqual(viaPermit2 ? [call(data), ...effects] : effects)
        if (viaPermit2) expect(effectsOf(data, PERMIT2)).toEqual(effects)
      }),
      { numRuns: 20 },
    )
  })

  test('call data cut short or with bytes left over is opaque', () => {
    fc.assert(
      fc.property(examples, fc.nat(), ({ data }, at) => {
        const cut = data.slice(0, 10 + 2 * (at % ((data.length - 10) / 2))) as Hex
        for (const other of [cut, `${data}00`, `${data}${'00'.repeat(32)}`] as const)
          expect(effectsOf(other)).toEqual([opaque(other)])
      }),
      { numRuns: 20 },
    )
  })

  test('whichever byte is flipped, other effects or the same meaning', () => {
    fc.assert(
      fc.property(examples, fc.integer({ min: 1, max: 255 }), ({ data }, mask) => {
        const effects = textOf(effectsOf(data))
        for (const flipped of flips(data, mask))
          if (textOf(effectsOf(flipped)) === effects) expect(meaning(flipped)).toEqual(meaning(data))
      }),
      { numRuns: 1 },
    )
  })
})

describe('WETH', () => {
  const deposit = '0xd0e30db0'

  test('behavior: deposit wraps the value that goes with it', () => {
    expect(effectsOf(deposit, TOKEN, 7n)).toEqual([
      { kind: 'transfer', asset: 'native', from: CALLER.account, to: TOKEN, amount: 7n },
      { kind: 'wrap', asset: TOKEN, amount: 7n },
    ])
  })

  test('behavior: deposit without value is a call', () => {
    expect(effectsOf(deposit)).toEqual([call(deposit)])
  })

  test('error: deposit with arguments is opaque', () => {
    expect(effectsOf(`${deposit}00`, TOKEN, 7n)).toEqual([
      { kind: 'transfer', asset: 'native', from: CALLER.account, to: TOKEN, amount: 7n },
      opaque(`${deposit}00`),
    ])
  })
})

test.each([
  ['decreaseAllowance(address spender, uint256 amount)', [ALICE, 1n]],
  ['decreaseApproval(address spender, uint256 amount)', [ALICE, 1n]],
  [
    'cancelAuthorization(address authorizer, bytes32 nonce, bytes signature)',
    [ALICE, `0x${'01'.repeat(32)}`, '0x'],
  ],
  ['lockdown((address token, address spender)[] approvals)', [[[TOKEN, ALICE]]]],
  ['mint(address to, uint256 amount)', [ALICE, 1n]],
])('behavior: %s is a call', (signature, args) => {
  const data = encodeCall(signature, args)
  expect(effectsOf(data)).toEqual([call(data)])
})

describe('behavior: a batch of nothing is a call', () => {
  test.each([
    [
      'safeBatchTransferFrom(address from, address to, uint256[] tokenIds, uint256[] amounts, bytes memo)',
      [ALICE, ALICE, [], [], '0x'],
    ],
    ['transferFrom((address from, address to, uint160 amount, address token)[] transfers)', [[]]],
  ])('%s', (signature, args) => {
    const data = encodeCall(signature, args)
    expect(effectsOf(data)).toEqual([call(data)])
    expect(effectsOf(data, PERMIT2)).toEqual([{ ...call(data), to: PERMIT2 }])
  })
})

describe('error: lists of different lengths are opaque', () => {
  const PERMITTED = '((address token, uint256 amount)[] permitted, uint256 nonce, uint256 deadline) permit'
  const tokens = (n: number) => [Array.from({ length: n }, () => [TOKEN, 1n]), 0n, 0n]
  const details = (n: number) => Array.from({ length: n }, () => [ALICE, 1n])
  const ids = (n: number) => Array.from({ length: n }, () => 1n)

  test.each([
    [0, 1],
    [1, 0],
    [1, 2],
    [2, 1],
  ])('%i and %i', (m, n) => {
    const data = [
      encodeCall(
        'safeBatchTransferFrom(address from, address to, uint256[] tokenIds, uint256[] amounts, bytes memo)',
        [ALICE, ALICE, ids(m), ids(n), '0x'],
      ),
      encodeCall(
        `permitTransferFrom(${PERMITTED}, (address to, uint256 amount)[] details, address owner, bytes signature)`,
        [tokens(m), details(n), ALICE, '0x'],
      ),
    ]
    for (const one of data) expect(effectsOf(one, PERMIT2)).toEqual([opaque(one)])
  })
})
