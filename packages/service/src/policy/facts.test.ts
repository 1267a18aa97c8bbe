import { describe, expect, test } from 'vitest'
import { FACTS } from '../../test/policy.ts'
import { parseFacts } from './facts.ts'
import { describeFault } from './fault.ts'

const faultsOf = (facts: unknown): readonly string[] => {
  const text = typeof facts === 'string' ? facts : JSON.stringify(facts, null, 2)
  return parseFacts(text).faults.map(describeFault)
}
const address = (digit: string): string => `0x${digit.repeat(40)}`

test('default: facts are read, with addresses in lower case', () => {
  const parsed = parseFacts(JSON.stringify(FACTS))
  if (!('facts' in parsed)) throw new Error('the facts are good')
  const { facts } = parsed
  expect(facts.tokens.get('usdc')).toMatchObject({
    symbol: 'USDC',
    address: FACTS.tokens.usdc.address.toLowerCase(),
  })
  expect(facts.wallets.get('treasury')?.chainIds).toEqual([84532])
  expect(facts.addressBook.get('alice')?.groups).toEqual(['payees'])
  expect(parseFacts('{}')).toMatchObject({ facts: { roles: new Map(), addressBook: new Map() } })
})

describe('error: each fault is told with its place', () => {
  const entry = (fact: object) => ({ addressBook: { alice: fact } })
  const cases: Readonly<Record<string, readonly [unknown, RegExp]>> = {
    'not JSON': ['{ "roles": {\n  "a" [] } }', /^treasury\.json:2:7: the file must be JSON/],
    'cut short': ['{ "roles": {', /^treasury\.json:1:13: the file must be JSON/],
    'a list': ['[]', /^treasury\.json:1:1: the file must be a JSON object$/],
    'an unknown section': [{ wallet: {} }, /^treasury\.json:2:3: \/wallet is not one of the fields/],
    'a name that begins with a digit': [{ roles: { '1a': [] } }, /\/roles\/1a must have a name of a letter/],
    'a name that could be an address': [
      { addressBook: { [address('1')]: { address: address('2') } } },
      /must have a name of a letter/,
    ],
    'a pattern that is no ARN': [
      { roles: { ops: ['*'] } },
      /^treasury\.json:4:7: \/roles\/ops\/0 must be the ARN/,
    ],
    'an empty role': [{ roles: { ops: [] } }, /\/roles\/ops must be a list with at least one entry/],
    'an address with a wrong checksum': [
      entry({ address: '0x036CbD53842c5426634e7929541eC2318f3dCF7E' }),
      /\/addressBook\/alice\/address must be 0x/,
    ],
    'a group twice': [entry({ address: address('1'), groups: ['a', 'a'] }), /must not name anything twice/],
    'a wallet without a chain': [
      { wallets: { main: { address: address('1'), chainIds: [] } } },
      /chainIds must be a list with at least one/,
    ],
    'a wallet of the name that is taken': [
      { wallets: { signer: { address: address('1'), chainIds: [1] } } },
      /\/wallets\/signer must have another name/,
    ],
    'decimals that are a fraction': [
      { tokens: { x: { symbol: 'X', decimals: 1.5, chainId: 1, address: address('1') } } },
      /decimals must be a whole number from 0 to 36/,
    ],
    'native value with other decimals': [
      { tokens: { eth: { symbol: 'ETH', decimals: 6, chainId: 1, address: 'native' } } },
      /decimals must be 18 for native value/,
    ],
    'the same token twice': [
      {
        tokens: {
          a: { symbol: 'A', decimals: 6, chainId: 1, address: address('1') },
          b: { symbol: 'B', decimals: 6, chainId: 1, address: address('1') },
        },
      },
      /\/tokens\/b is the same address on the same chain as a/,
    ],
    'the same address twice': [
      { addressBook: { a: { address: address('1') }, b: { address: address('1') } } },
      /\/addressBook\/b is the same address on the same chain as a/,
    ],
    'an address on one chain and everywhere': [
      { addressBook: { a: { address: address('1') }, b: { address: address('1'), chainIds: [1] } } },
      /\/addressBook\/b is the same address on the same chain as a/,
    ],
    'a name given twice': ['{ "roles": {}, "roles": {} }', /names a field twice/],
    'a prototype for a name': ['{ "roles": { "__proto__": ["*"] } }', /must have a name of a letter/],
  }
  test.each(Object.entries(cases))('%s', (_name, [facts, expected]) => {
    expect(faultsOf(facts).join('\n')).toMatch(expected)
  })

  test('all of them at once', () => {
    expect(faultsOf({ roles: { ops: ['x'] }, tokens: { t: {} }, wallets: { w: 1 } })).toHaveLength(6)
  })
})

describe('error: a value that is just not one', () => {
  const wallet = (change: object) => ({ wallets: { w: { address: address('1'), chainIds: [1], ...change } } })
  const token = (change: object) => ({
    tokens: { t: { symbol: 'T', decimals: 6, chainId: 1, address: address('1'), ...change } },
  })
  const entry = (change: object) => ({ addressBook: { e: { address: address('1'), ...change } } })
  const name = (length: number) => ({
    addressBook: { [`n${'0'.repeat(length - 1)}`]: { address: address('1') } },
  })
  const chain = 'must be a whole number from 1 to 9007199254740991'
  const checksum = 'must be 0x and 40 hex digits, in lower case or with a valid EIP-55 checksum'
  const list = 'must be a list with at least one entry'
  const symbol = 'must be a token symbol of up to 16 characters'

  test.each<readonly [string, object, string]>([
    ['chain 0', wallet({ chainIds: [0] }), `/wallets/w/chainIds/0 ${chain}`],
    ['a chain as text', wallet({ chainIds: ['1'] }), `/wallets/w/chainIds/0 ${chain}`],
    ['an inexact chain', wallet({ chainIds: [1, 2 ** 53] }), `/wallets/w/chainIds/1 ${chain}`],
    ['a chain twice', wallet({ chainIds: [1, 1] }), '/wallets/w/chainIds must not name anything twice'],
    ['a chain alone', wallet({ chainIds: 1 }), `/wallets/w/chainIds ${list}`],
    ['no address', wallet({ address: undefined }), `/wallets/w/address ${checksum}`],
    ['a short address', wallet({ address: address('1').slice(1) }), `/wallets/w/address ${checksum}`],
    ['an address in a list', wallet({ address: [address('1')] }), `/wallets/w/address ${checksum}`],
    ['an address of one digit', wallet({ address: '0x1' }), `/wallets/w/address ${checksum}`],
    ['an address of other letters', wallet({ address: address('z') }), `/wallets/w/address ${checksum}`],
    ['a long address', wallet({ address: `${address('1')}1` }), `/wallets/w/address ${checksum}`],
    ['an address after something', wallet({ address: ` ${address('1')}` }), `/wallets/w/address ${checksum}`],
    ['a factory that is no address', wallet({ factory: 'native' }), `/wallets/w/factory ${checksum}`],
    ['a wallet with a name of its own', wallet({ name: 'x' }), '/wallets/w/name is not one of the fields'],
    ['decimals below', token({ decimals: -1 }), '/tokens/t/decimals must be a whole number from 0 to 36'],
    ['decimals above', token({ decimals: 37 }), '/tokens/t/decimals must be a whole number from 0 to 36'],
    ['the chain of a token', token({ chainId: 0 }), `/tokens/t/chainId ${chain}`],
    ['an address of a token', token({ address: 'nativ' }), `/tokens/t/address ${checksum}`],
    ['no symbol', token({ symbol: '' }), `/tokens/t/symbol ${symbol}`],
    ['a long symbol', token({ symbol: 'T'.repeat(17) }), `/tokens/t/symbol ${symbol}`],
    ['a symbol with a space', token({ symbol: 'U S' }), `/tokens/t/symbol ${symbol}`],
    ['a symbol after a line break', token({ symbol: 'U\nS' }), `/tokens/t/symbol ${symbol}`],
    ['a symbol that is a number', token({ symbol: 1 }), `/tokens/t/symbol ${symbol}`],
    ['chains of an entry', entry({ chainIds: [] }), `/addressBook/e/chainIds ${list}`],
    ['groups that are none', entry({ groups: [] }), `/addressBook/e/groups ${list}`],
    [
      'a group without a name',
      entry({ groups: ['a', 'b c'] }),
      '/addressBook/e/groups/1 must be a name of letters',
    ],
    [
      'a group that begins with a digit',
      entry({ groups: ['1b'] }),
      '/addressBook/e/groups/0 must be a name of',
    ],
    [
      'a long name',
      name(65),
      `/addressBook/n${'0'.repeat(64)} must have a name of a letter and up to 63 letters`,
    ],
    ['a name with a slash', { roles: { 'a/~b': ['x'] } }, '/roles/a~1~0b must have a name of a letter'],
    ['roles of people', { roles: { a: 'arn:aws:iam::111122223333:user/x' } }, `/roles/a ${list}`],
    ['a section that is null', { roles: null }, '/roles must be a JSON object'],
    ['a section that is text', { tokens: 'usdc' }, '/tokens must be a JSON object'],
    ['a section that is a list', { wallets: [] }, '/wallets must be a JSON object'],
    ['chains of the signer', { signer: {} }, `/signer/chainIds ${list}`],
    ['a schema that is none', { $schema: 1 }, '/$schema must be text'],
  ])('%s', (_name, facts, expected) => {
    expect(faultsOf(facts).map(fault => fault.replace(/^treasury\.json:\d+:\d+: /, ''))).toContainEqual(
      expect.stringContaining(expected),
    )
  })

  test('and those that just are', () => {
    for (const facts of [
      wallet({ chainIds: [1, 2 ** 53 - 1], factory: '0x036CbD53842c5426634e7929541eC2318f3dCF7e' }),
      token({ decimals: 0, symbol: 'USD₮0.$-aZ923456' }),
      token({ decimals: 36, symbol: 'T' }),
      token({ decimals: 18, address: 'native' }),
      entry({ chainIds: [1], groups: ['a:b_c.d@e-F9', 'b'] }),
      name(64),
      name(1),
      { $schema: './treasury.schema.json', signer: { chainIds: [1] } },
    ])
      expect(faultsOf(facts)).toEqual([])
  })
})

test('error: two names for one thing on one chain, whichever of its chains', () => {
  const wallets = (first: readonly number[], second: readonly number[]) => ({
    wallets: {
      a: { address: address('1'), chainIds: first },
      b: { address: address('1'), chainIds: second },
    },
  })
  const message = 'is the same address on the same chain as a'
  expect(faultsOf(wallets([1, 2], [3, 2]))).toEqual([`treasury.json:10:5: /wallets/b ${message}`])
  expect(faultsOf(wallets([1, 2], [3, 4]))).toEqual([])
  const native = { symbol: 'ETH', decimals: 18, address: 'native' }
  const tokens = (chainId: number) => ({
    tokens: { a: { ...native, chainId: 1 }, b: { ...native, chainId } },
  })
  expect(faultsOf(tokens(1))).toEqual([expect.stringContaining(`/tokens/b ${message}`)])
  expect(faultsOf(tokens(2))).toEqual([])
  const entries = (first: object, second: object) => ({
    addressBook: { a: { address: address('1'), ...first }, b: { address: address('1'), ...second } },
  })
  expect(faultsOf(entries({ chainIds: [1, 2] }, { chainIds: [2] }))).toEqual([
    expect.stringContaining(`/addressBook/b ${message}`),
  ])
  expect(faultsOf(entries({ chainIds: [1] }, {}))).toEqual([
    expect.stringContaining('/addressBook/a is the same address on the same chain as b'),
  ])
})

test('error: a fault in the syntax is told where it is, and once', () => {
  for (const [text, place] of [
    ['', '1:1'],
    ['{', '1:2'],
    ['{ "roles": tru }', '1:15'],
    ['{}\n}', '2:1'],
    ['{ "a": 1,\n  "b" 2 }', '2:7'],
    ['{ "a": "b\n" }', '1:10'],
  ] as const)
    expect([text, faultsOf(text)]).toEqual([text, [`treasury.json:${place}: the file must be JSON`]])
})

test('behavior: one address may have two names on two chains', () => {
  const fact = (chainId: number) => ({ address: address('1'), chainIds: [chainId] })
  expect(faultsOf({ addressBook: { a: fact(1), b: fact(2) } })).toEqual([])
})
