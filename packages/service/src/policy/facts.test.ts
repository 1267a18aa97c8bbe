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
    'a list': ['[]', /must be a JSON object/],
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

test('behavior: one address may have two names on two chains', () => {
  const fact = (chainId: number) => ({ address: address('1'), chainIds: [chainId] })
  expect(faultsOf({ addressBook: { a: fact(1), b: fact(2) } })).toEqual([])
})
