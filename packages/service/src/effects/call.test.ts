import fc from 'fast-check'
import { type Address, getAddress, type Hex } from 'viem'
import { expect, test } from 'vitest'
import { ALICE, anyCall, TOKEN, token } from '../../test/fixtures.ts'
import { callEffects } from './call.ts'

const ACCOUNT = getAddress(`0x${'ab'.repeat(20)}`)
const ENTRY_POINT = getAddress(`0x${'cd'.repeat(20)}`)
const CALLER = { account: ACCOUNT, entryPoint: ENTRY_POINT }
const lower = (address: Address) => address.toLowerCase() as Address
const effectsOf = (data: Hex, value = 0n) => callEffects({ to: TOKEN, value, data }, CALLER)

test('native value of any call is a transfer of its own', () => {
  fc.assert(
    fc.property(anyCall, call => {
      const native = callEffects(call, CALLER).filter(
        effect => effect.kind === 'transfer' && effect.asset === 'native',
      )
      const expected = { kind: 'transfer', asset: 'native', from: ACCOUNT, to: call.to, amount: call.value }
      expect(native).toEqual(call.value > 0n ? [expected] : [])
    }),
    { numRuns: 100 },
  )
})

test('behavior: value with a token transfer is two transfers', () => {
  expect(effectsOf(token('transfer', [ALICE, 1n]), 9n)).toEqual([
    { kind: 'transfer', asset: 'native', from: ACCOUNT, to: TOKEN, amount: 9n },
    { kind: 'transfer', asset: TOKEN, from: ACCOUNT, to: ALICE, amount: 1n },
  ])
})

test('behavior: other call data is a call, by its selector', () => {
  expect(effectsOf('0x12345678deadbeef', 9n)).toEqual([
    { kind: 'transfer', asset: 'native', from: ACCOUNT, to: TOKEN, amount: 9n },
    { kind: 'call', to: TOKEN, selector: '0x12345678', value: 9n },
  ])
  expect(effectsOf('0xa9059c')).toEqual([{ kind: 'call', to: TOKEN, selector: '0xa9059c', value: 0n }])
  expect(effectsOf('0x')).toEqual([{ kind: 'call', to: TOKEN, selector: '0x', value: 0n }])
})

test('behavior: value without call data is a transfer and nothing else', () => {
  expect(effectsOf('0x', 9n)).toEqual([
    { kind: 'transfer', asset: 'native', from: ACCOUNT, to: TOKEN, amount: 9n },
  ])
})

test('behavior: how addresses and data are spelled makes no difference', () => {
  const spelled = { to: TOKEN, value: 3n, data: '0xABCDEF12' } as const
  const caller = { account: lower(ACCOUNT), entryPoint: lower(ENTRY_POINT) }
  expect(callEffects({ ...spelled, to: lower(TOKEN) }, caller)).toEqual(effectsOf('0xabcdef12', 3n))
  for (const to of [ACCOUNT, ENTRY_POINT])
    expect(callEffects({ to: lower(to), value: 0n, data: '0x' }, caller)).toEqual([
      { kind: 'administration', to, action: 'function 0x' },
    ])
  expect(callEffects({ to: TOKEN, value: 0n, data: '0xF2FDE38B' }, caller)).toEqual([
    { kind: 'administration', to: TOKEN, action: 'transferOwnership(address)' },
  ])
})
