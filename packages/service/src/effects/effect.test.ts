import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ACCOUNT, ALICE, TOKEN } from '../../test/fixtures.ts'
import { describeEffect, type Effect, printable } from './effect.ts'

const effects: { readonly [kind in Effect['kind']]: readonly Extract<Effect, { readonly kind: kind }>[] } = {
  transfer: [
    { kind: 'transfer', asset: TOKEN, from: ACCOUNT, to: ALICE, amount: 1_500_000n },
    { kind: 'transfer', asset: 'native', from: ACCOUNT, to: ALICE, amount: 1n },
  ],
  nftTransfer: [
    { kind: 'nftTransfer', collection: TOKEN, from: ACCOUNT, to: ALICE, tokenId: 77n, amount: 1n },
  ],
  approval: [{ kind: 'approval', asset: TOKEN, owner: ACCOUNT, spender: ALICE, amount: 5n }],
  approvalForAll: [
    { kind: 'approvalForAll', collection: TOKEN, owner: ACCOUNT, operator: ALICE, approved: true },
    { kind: 'approvalForAll', collection: TOKEN, owner: ACCOUNT, operator: ALICE, approved: false },
  ],
  wrap: [{ kind: 'wrap', asset: TOKEN, amount: 3n }],
  unwrap: [{ kind: 'unwrap', asset: TOKEN, amount: 4n }],
  call: [{ kind: 'call', to: TOKEN, selector: '0x12345678', value: 0n }],
  delegatecall: [{ kind: 'delegatecall', to: ALICE }],
  delegation: [
    { kind: 'delegation', to: ALICE, chainId: 1 },
    { kind: 'delegation', to: ALICE, chainId: 0 },
  ],
  deployment: [{ kind: 'deployment', account: ACCOUNT, factory: ALICE }],
  administration: [{ kind: 'administration', to: ACCOUNT, action: 'addOwner(address)' }],
  fee: [{ kind: 'fee', payer: ACCOUNT, maximum: 21_000n }],
  message: [
    { kind: 'message', text: 'Sign in to "caf\u00e9"\n\u001b[2J', hash: '0xab' },
    { kind: 'message', text: 'x'.repeat(101), hash: '0xab' },
    { kind: 'message', text: undefined, hash: '0xab' },
  ],
  typedData: [
    { kind: 'typedData', verifyingContract: TOKEN, domainName: 'Exchange\u202e', primaryType: 'Order' },
    { kind: 'typedData', verifyingContract: undefined, domainName: undefined, primaryType: 'Order' },
  ],
  rawScheme: [{ kind: 'rawScheme' }],
  opaque: [
    { kind: 'opaque', of: 'hash', hash: '0xab' },
    { kind: 'opaque', of: 'callData', hash: '0xcd' },
  ],
}
const texts = Object.values(effects).flatMap((some: readonly Effect[]) => some.map(describeEffect))

test('default: each kind of effect in plain words', () => {
  expect(texts.join('\n')).toMatchInlineSnapshot(`
    "transfer 1500000 base units of the token 0x036CbD53842c5426634e7929541eC2318f3dCF7e from 0x1111111111111111111111111111111111111111 to 0x00000000000000000000000000000000000A11cE
    transfer 1 wei from 0x1111111111111111111111111111111111111111 to 0x00000000000000000000000000000000000A11cE
    transfer 1 of token id 77 of the collection 0x036CbD53842c5426634e7929541eC2318f3dCF7e from 0x1111111111111111111111111111111111111111 to 0x00000000000000000000000000000000000A11cE
    allow 0x00000000000000000000000000000000000A11cE to spend up to 5 base units of the token 0x036CbD53842c5426634e7929541eC2318f3dCF7e of 0x1111111111111111111111111111111111111111
    allow 0x00000000000000000000000000000000000A11cE to move everything that 0x1111111111111111111111111111111111111111 has in the collection 0x036CbD53842c5426634e7929541eC2318f3dCF7e
    no longer allow 0x00000000000000000000000000000000000A11cE to move what 0x1111111111111111111111111111111111111111 has in the collection 0x036CbD53842c5426634e7929541eC2318f3dCF7e
    wrap 3 wei in the token 0x036CbD53842c5426634e7929541eC2318f3dCF7e
    unwrap 4 base units of the token 0x036CbD53842c5426634e7929541eC2318f3dCF7e
    call 0x036CbD53842c5426634e7929541eC2318f3dCF7e, function 0x12345678, with 0 wei
    delegatecall: run the code of 0x00000000000000000000000000000000000A11cE as the account
    delegation: the account takes the code of 0x00000000000000000000000000000000000A11cE on chain 1
    delegation: the account takes the code of 0x00000000000000000000000000000000000A11cE on every chain
    deploy the account 0x1111111111111111111111111111111111111111 through the factory 0x00000000000000000000000000000000000A11cE
    administration of 0x1111111111111111111111111111111111111111: addOwner(address)
    pay a fee of at most 21000 wei, charged to 0x1111111111111111111111111111111111111111
    sign the personal message "Sign in to \\"caf\\u00e9\\"\\n\\u001b[2J"
    sign the personal message "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx..."
    sign the personal message with hash 0xab
    sign typed data "Order" for 0x036CbD53842c5426634e7929541eC2318f3dCF7e ("Exchange\\u202e")
    sign typed data "Order" for no contract
    sign the hash as it is, without the EIP-191 prefix
    unknown: only the hash 0xab
    unknown: call data not understood, with hash 0xcd"
  `)
})

test('behavior: foreign text is cut after 100 characters, and quoted so that it can be read back', () => {
  const cases = [
    ['', '""'],
    ['a~ "\\', '"a~ \\"\\\\"'],
    ['x'.repeat(100), `"${'x'.repeat(100)}"`],
    ['x'.repeat(101), `"${'x'.repeat(100)}..."`],
    ['\u007f\u00e9\u202e', '"\\u007f\\u00e9\\u202e"'],
  ] as const
  for (const [text, quoted] of cases) expect(printable(text)).toBe(quoted)
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 50 }), text => {
      expect(JSON.parse(printable(text))).toBe(text)
    }),
  )
})

test('every text is one line of ASCII, whatever foreign text is in it', () => {
  for (const text of texts) expect(text).toMatch(/^[ -~]+$/)
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 120 }), text => {
      expect(describeEffect({ kind: 'message', text, hash: '0x' })).toMatch(/^[ -~]+$/)
      const domain = { verifyingContract: undefined, domainName: text, primaryType: text }
      expect(describeEffect({ kind: 'typedData', ...domain })).toMatch(/^[ -~]+$/)
    }),
  )
})
