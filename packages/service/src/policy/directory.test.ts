import { type Address, getAddress } from 'viem'
import { expect, test } from 'vitest'
import { createDirectory } from './directory.ts'
import { parseFacts } from './facts.ts'

const address = (ends: string): Address => getAddress(`0x${ends}${'5'.repeat(32)}${ends}`)
const WALLET = address('aaaa')
const TOKEN = address('bbbb')
const BOB = address('cccc')
const ROUTER = address('dddd')

const directoryOf = (facts: object) => {
  const parsed = parseFacts(JSON.stringify(facts))
  if (!('facts' in parsed)) throw new Error(JSON.stringify(parsed.faults))
  return createDirectory(parsed.facts)
}
const directory = directoryOf({
  roles: {
    operators: ['arn:aws:iam::111122223333:user/olga', 'arn:aws:iam::111122223333:role/Payouts'],
    auditors: ['arn:aws:iam::111122223333:user/*'],
  },
  wallets: { treasury: { address: WALLET, chainIds: [1, 10] } },
  signer: { chainIds: [10] },
  tokens: {
    usdc: { symbol: 'USDC', decimals: 6, chainId: 1, address: TOKEN },
    eth: { symbol: 'ETH', decimals: 18, chainId: 1, address: 'native' },
  },
  addressBook: { bob: { address: BOB }, router: { address: ROUTER, chainIds: [1, 137] } },
})

test('behavior: a wallet is known on its chains, and its address on whatever chain', () => {
  expect([1, 10, 137, 0].map(chainId => directory.walletAt(chainId, WALLET)?.name)).toEqual([
    'treasury',
    'treasury',
    undefined,
    undefined,
  ])
  expect(directory.walletOf(WALLET)).toMatchObject({ name: 'treasury', address: WALLET.toLowerCase() })
  expect(directory.walletAt(1, BOB)).toBeUndefined()
  expect(directory.walletOf(BOB)).toBeUndefined()
})

test('behavior: a token is known on its one chain, native value too', () => {
  for (const [asset, name] of [
    [TOKEN, 'usdc'],
    ['native', 'eth'],
  ] as const)
    expect([1, 10].map(chainId => directory.tokenAt(chainId, asset)?.name)).toEqual([name, undefined])
  expect(directory.tokenAt(1, WALLET)).toBeUndefined()
})

test('behavior: an entry is known on its chains, or on every chain if it names none', () => {
  const chains = [0, 1, 10, 137]
  expect(chains.map(chainId => directory.addressAt(chainId, BOB)?.name)).toEqual(chains.map(() => 'bob'))
  expect(chains.map(chainId => directory.addressAt(chainId, ROUTER)?.name)).toEqual([
    undefined,
    'router',
    undefined,
    'router',
  ])
})

test("behavior: the key's own account acts on the chains of the facts, and where there is no chain", () => {
  const chains = [0, 1, 10]
  expect(chains.map(directory.isSignerAt)).toEqual([true, false, true])
  expect(chains.map(directoryOf({}).isSignerAt)).toEqual([true, false, false])
})

test('behavior: a principal is in each role of which one pattern matches', () => {
  const user = (name: string) => `arn:aws:iam::111122223333:user/${name}`
  expect(directory.rolesOf(user('olga'))).toEqual(['operators', 'auditors'])
  expect(directory.rolesOf(user('otto'))).toEqual(['auditors'])
  expect(directory.rolesOf('arn:aws:sts::111122223333:assumed-role/Payouts/otto')).toEqual(['operators'])
  expect(directory.rolesOf('arn:aws:iam::999922223333:user/olga')).toEqual([])
})

test('behavior: what begins and ends like an entry is told from the entry itself', () => {
  const poisoned = (address: string, middle: string) =>
    getAddress(`${address.slice(0, 6)}${middle}${address.slice(-4)}`.toLowerCase())
  expect(directory.lookAlikeOf(poisoned(BOB, '1'.repeat(32)))?.name).toBe('bob')
  expect(directory.lookAlikeOf(BOB)).toBeUndefined()
  expect(directory.lookAlikeOf(BOB.toLowerCase() as Address)).toBeUndefined()
  // Only the beginning, only the end, or neither.
  for (const other of [
    `0xcccc${'5'.repeat(36)}`,
    `0x${'5'.repeat(36)}cccc`,
    `0x${'c'.repeat(3)}${'5'.repeat(37)}`,
  ])
    expect(directory.lookAlikeOf(getAddress(other))).toBeUndefined()
})
