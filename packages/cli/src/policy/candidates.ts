// What generated requests are made of: from the facts and the rules of two policies, everybody and everything that either
// could treat differently, and one of each kind that neither knows.
import type { Policy } from '@coffer/service/policy'
import { type Address, getAddress } from 'viem'
import { toPrincipal } from './starter.ts'

/** Neither policy knows these. */
export const stranger = 'arn:aws:iam::999999999999:user/stranger'
export const unknownAddress: Address = getAddress(`0x${'d1'.repeat(20)}`)

/** A token on its chain; `native` is the chain's own currency. */
export type CandidateToken = {
  readonly chainId: number
  readonly address: 'native' | Address
  readonly decimals: number
}

/** Somebody out of each set of principals that both policies treat alike, and the stranger. */
export function candidatePrincipals(policies: readonly Policy[]): readonly string[] {
  const named = policies.flatMap(policy => literals(policy, /Principal::"(arn:[^"]+)"/g))
  const ofRoles = policies.flatMap(({ facts }) => [...facts.roles.values()].flat().map(toPrincipal))
  return oneOfEach([stranger, ...named, ...ofRoles], arn =>
    JSON.stringify([policies.map(({ directory }) => directory.rolesOf(arn)), named.includes(arn) && arn]),
  )
}

/** An address out of each set that both policies treat alike on a chain, and one that neither knows. */
export function candidateAddresses(policies: readonly Policy[], chainId: number): readonly Address[] {
  const named = new Set(policies.flatMap(policy => literals(policy, /Address::"([^"]+)"/g)))
  const known = policies.flatMap(({ facts }) => [
    ...[...facts.addressBook.values()].map(({ address }) => address),
    ...[...facts.wallets.values()].map(({ address }) => address),
  ])
  const written = [...named].filter(name => /^0x[0-9a-f]{40}$/.test(name)) as Address[]
  const all = [unknownAddress, ...known, ...written].map(address => getAddress(address))
  return oneOfEach(all, address => {
    const entries = policies.map(({ directory }) => directory.addressAt(chainId, address))
    const ids = entries.map(entry => entry?.name ?? address.toLowerCase()).filter(id => named.has(id))
    const isWallet = policies.map(({ directory }) => directory.walletAt(chainId, address)?.name)
    return JSON.stringify([entries.map(entry => entry?.groups.toSorted() ?? null), ids, isWallet])
  })
}

/** The wallets of both, each on each of its chains. */
export function candidateWallets(policies: readonly Policy[]): readonly {
  readonly address: Address
  readonly chainId: number
  readonly factories: readonly Address[]
}[] {
  const all = policies.flatMap(({ facts }) =>
    [...facts.wallets.values()].flatMap(({ address, chainIds }) =>
      chainIds.map(chainId => ({ address: getAddress(address), chainId })),
    ),
  )
  return oneOfEach(all, ({ address, chainId }) => `${chainId}:${address}`).map(wallet => ({
    ...wallet,
    factories: policies.flatMap(({ directory }) => {
      const factory = directory.walletAt(wallet.chainId, wallet.address)?.factory
      return factory === undefined ? [] : [getAddress(factory)]
    }),
  }))
}

/** The tokens of both on a chain. */
export function candidateTokens(policies: readonly Policy[], chainId: number): readonly CandidateToken[] {
  const all = policies.flatMap(({ facts }) => [...facts.tokens.values()])
  return oneOfEach(
    all.filter(token => token.chainId === chainId),
    ({ address, decimals }) => `${address}:${decimals}`,
  ).map(({ address, decimals }) => ({
    chainId,
    decimals,
    address: address === 'native' ? address : getAddress(address),
  }))
}

/** Every chain that either speaks of. */
export function candidateChains(policies: readonly Policy[]): readonly number[] {
  return [
    ...new Set(
      policies.flatMap(({ facts }) => [
        ...[...facts.wallets.values()].flatMap(({ chainIds }) => chainIds),
        ...[...facts.tokens.values()].map(({ chainId }) => chainId),
      ]),
    ),
  ]
}

/**
 * Amounts at each decimal of the rules, one base unit below and one above; and one token unit.
 *
 * @param decimals Of the token.
 * @returns Base units, ascending, above zero.
 */
export function candidateAmounts(policies: readonly Policy[], decimals: number): readonly bigint[] {
  const unit = 10n ** BigInt(decimals)
  const limits = policies
    .flatMap(policy => literals(policy, /decimal\("(\d+\.\d+)"\)/g))
    .map(text => {
      const [whole = '0', fraction = ''] = text.split('.')
      return (BigInt(whole + fraction.padEnd(4, '0')) * unit) / 10_000n
    })
  const amounts = [unit, ...limits.flatMap(limit => [limit - 1n, limit, limit + 1n])]
  return [...new Set(amounts)].filter(amount => amount > 0n).toSorted((a, b) => (a < b ? -1 : 1))
}

/** Function selectors that rules name, and one that none does. */
export function candidateSelectors(policies: readonly Policy[]): readonly `0x${string}`[] {
  const named = policies.flatMap(policy => literals(policy, /"(0x[0-9a-f]{8})"/g)) as `0x${string}`[]
  return [...new Set<`0x${string}`>([...named, '0x12345678'])]
}

/** A Monday at noon; and, where rules look at the time, a Sunday night too. */
export function candidateTimes(policies: readonly Policy[]): readonly Date[] {
  const isTimed = policies.some(({ rules }) => rules.some(({ text }) => /context\.(time|weekday)/.test(text)))
  return [new Date('2026-01-05T12:00:00Z'), ...(isTimed ? [new Date('2026-01-04T03:00:00Z')] : [])]
}

/** What the rules of a policy say between the brackets of a pattern. */
function literals({ rules }: Policy, pattern: RegExp): readonly string[] {
  return rules.flatMap(({ text }) => [...text.matchAll(pattern)].map(([, found = '']) => found))
}

/** The first of each class. */
function oneOfEach<T>(all: readonly T[], classOf: (one: T) => string): readonly T[] {
  return [...new Map([...all].reverse().map(one => [classOf(one), one])).values()].reverse()
}
