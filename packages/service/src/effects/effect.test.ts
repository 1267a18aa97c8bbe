import { expect, test } from 'vitest'
import { ACCOUNT, ALICE, TOKEN } from '../../test/fixtures.ts'
import { describeEffect, type Effect } from './effect.ts'

const effects: readonly Effect[] = [
  { kind: 'transfer', asset: TOKEN, from: ACCOUNT, to: ALICE, amount: 1_500_000n },
  { kind: 'transfer', asset: 'native', from: ACCOUNT, to: ALICE, amount: 1n },
  { kind: 'approval', asset: TOKEN, spender: ALICE, amount: 5n },
  { kind: 'call', to: TOKEN, selector: '0x12345678', value: 0n },
  { kind: 'delegatecall', to: ALICE },
  { kind: 'deployment', account: ACCOUNT, factory: ALICE },
  { kind: 'administration', to: ACCOUNT, action: 'installModule' },
  { kind: 'fee', payer: ACCOUNT, maximum: 21_000n },
  { kind: 'opaque', of: 'hash', hash: '0xab' },
  { kind: 'opaque', of: 'callData', hash: '0xcd' },
]

test('default: each kind of effect in plain words', () => {
  expect(effects.map(describeEffect).join('\n')).toMatchInlineSnapshot(`
    "transfer 1500000 base units of the token 0x036CbD53842c5426634e7929541eC2318f3dCF7e from 0x1111111111111111111111111111111111111111 to 0x00000000000000000000000000000000000A11cE
    transfer 1 wei from 0x1111111111111111111111111111111111111111 to 0x00000000000000000000000000000000000A11cE
    allow 0x00000000000000000000000000000000000A11cE to spend up to 5 base units of the token 0x036CbD53842c5426634e7929541eC2318f3dCF7e
    call 0x036CbD53842c5426634e7929541eC2318f3dCF7e, function 0x12345678, with 0 wei
    delegatecall: run the code of 0x00000000000000000000000000000000000A11cE as the account
    deploy the account 0x1111111111111111111111111111111111111111 through the factory 0x00000000000000000000000000000000000A11cE
    administration of 0x1111111111111111111111111111111111111111: installModule
    pay a fee of at most 21000 wei, charged to 0x1111111111111111111111111111111111111111
    unknown: only the hash 0xab
    unknown: call data not understood, with hash 0xcd"
  `)
})
