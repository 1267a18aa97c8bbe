import { id } from 'ethers'
import fc from 'fast-check'
import { getAddress, type Hex, keccak256 } from 'viem'
import { describe, expect, test } from 'vitest'
import { ACCOUNT, ALICE, anyAddress, anyAmount, anyCall, CALLER, TOKEN, token } from '../../test/fixtures.ts'
import { callEffects } from './call.ts'

const BOB = getAddress(`0x${'b0'.repeat(20)}`)
const effectsOf = (data: Hex, value = 0n) => callEffects({ to: TOKEN, value, data }, CALLER)

test('effects(transfer(to, amount)) = that transfer from the account', () => {
  fc.assert(
    fc.property(anyAddress, anyAmount, (to, amount) => {
      const expected = { kind: 'transfer', asset: TOKEN, from: ACCOUNT, to, amount }
      expect(effectsOf(token('transfer', [to, amount]))).toEqual([expected])
    }),
    { numRuns: 30 },
  )
})

test('behavior: the sender of transferFrom is the one in the call data', () => {
  expect(effectsOf(token('transferFrom', [ALICE, BOB, 7n]))).toEqual([
    { kind: 'transfer', asset: TOKEN, from: ALICE, to: BOB, amount: 7n },
  ])
})

test('behavior: approve is an approval', () => {
  expect(effectsOf(token('approve', [BOB, 2n ** 256n - 1n]))).toEqual([
    { kind: 'approval', asset: TOKEN, spender: BOB, amount: 2n ** 256n - 1n },
  ])
})

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

describe('error: token call data that is not canonical is opaque', () => {
  const transfer = token('transfer', [ALICE, 1n])
  const cases: Readonly<Record<string, Hex>> = {
    'cut short': transfer.slice(0, -2) as Hex,
    'without arguments': transfer.slice(0, 10) as Hex,
    'with a byte left over': `${transfer}00`,
    'with a dirty address': transfer.replace('a9059cbb00', 'a9059cbbff') as Hex,
  }
  test.each(Object.entries(cases))('%s', (_name, data) => {
    expect(effectsOf(data)).toEqual([{ kind: 'opaque', of: 'callData', hash: keccak256(data) }])
  })
})

// The functions that hand over an account or a contract, with selectors computed by ethers.
test.each([
  'onInstall(bytes)',
  'onUninstall(bytes)',
  'installModule(uint256,address,bytes)',
  'uninstallModule(uint256,address,bytes)',
  'installValidations(bytes21[],(uint32,address)[],bytes[],bytes[])',
  'uninstallValidation(bytes21,bytes,bytes)',
  'changeRootValidator(bytes21,address,bytes,bytes)',
  'grantAccess(bytes21,bytes4,bool)',
  'invalidateNonce(uint32)',
  'initialize(address)',
  'initialize(bytes21,address,bytes,bytes,bytes[])',
  'upgradeTo(address)',
  'upgradeToAndCall(address,bytes)',
  'withdrawDepositTo(address,uint256)',
  'addDeposit()',
  'renew(address[],uint24[],uint24,uint48)',
  'addOwner(address)',
  'removeOwner(address,address)',
  'setThreshold(uint256)',
  'transferOwnership(address)',
  'renounceOwnership()',
])('behavior: %s is administration on any contract', signature => {
  const action = signature.slice(0, signature.indexOf('('))
  expect(effectsOf(`${id(signature).slice(0, 10) as Hex}00`)).toEqual([
    { kind: 'administration', to: TOKEN, action },
  ])
})
