// Facts that mean ill. They are the company's own, so their size is not bounded; but whatever they are, they are refused with
// few words, and in no more time than reading them takes.
import { expect, test } from 'vitest'
import { parseFacts } from './facts.ts'

const nested = (open: string, close: string, bytes: number): string => {
  const depth = Math.floor(bytes / (open.length + close.length))
  return `${open.repeat(depth)}1${close.repeat(depth)}`
}
const address = `"0x${'1'.repeat(40)}"`
const token = (more: string): string =>
  `{ "tokens": { "usdc": { "symbol": "USDC", "chainId": 1, "address": ${address}, ${more} } } }`
const wallet = (name: string, chainIds: string): string =>
  `{ "wallets": { ${name}: { "address": ${address}, "chainIds": ${chainIds} } } }`

test.each([
  ['10 MB of nested arrays', nested('[', ']', 10_000_000)],
  ['10 MB of nested objects', nested('{"roles":', '}', 10_000_000)],
  ['arrays without an end', '['.repeat(100_000)],
  ['4 MB of one string', `{"roles":"${'x'.repeat(4_000_000)}"}`],
  ['10 MB of a string without an end', `"${'x'.repeat(10_000_000)}`],
  ['10 MB of digits', `{"signer":${'9'.repeat(10_000_000)}}`],
  ['a wallet that is nested 1 MB deep', wallet('"w"', nested('[', ']', 1_000_000))],
  ['a name of 1 MB', wallet(`"${'x'.repeat(1_000_000)}"`, '[1]')],
  ['a chain beyond every number', wallet('"w"', '[1e999]')],
  ['a chain that is no whole number of its kind', wallet('"w"', '[9007199254740993]')],
  ['decimals beyond every number', token('"decimals": 1e400')],
  ['decimals below zero', token('"decimals": -1')],
  ['a prototype for everything', `{ "__proto__": { "roles": { "operators": ["*"] } } }`],
  ['a prototype for a wallet', wallet('"__proto__"', '[1]')],
  ['a constructor for everything', `{ "constructor": { "roles": {} } }`],
  ['one name twice', `{ "wallets": {}, "wallets": {} }`],
  ['one name twice, once escaped', `{ "wallets": {}, "w\\u0061llets": {} }`],
  ['one name twice, deep inside', token('"decimals": 6, "decimals": 18')],
  ['a name with a lone surrogate', wallet('"w\\ud800"', '[1]')],
  [
    'a role with a lone surrogate',
    `{ "roles": { "operators": ["arn:aws:iam::111122223333:user/\\udc00"] } }`,
  ],
  ['a symbol with a lone surrogate', token('"decimals": 6').replace('USDC', '\\ud800')],
])('error: %s', (_title, text) => {
  const { faults } = parseFacts(text)
  expect(faults.length).toBeGreaterThan(0)
  expect(faults.length).toBeLessThan(200)
  expect(({} as Record<string, unknown>)['roles']).toBeUndefined()
})
