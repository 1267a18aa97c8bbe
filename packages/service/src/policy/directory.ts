// The facts, arranged for looking things up: what a question costs must not depend on how many addresses are known.
import type { Address } from 'viem'
import type { AddressFact, Facts, TokenFact, WalletFact } from './facts.ts'
import { principalMatcher } from './principal.ts'

/** Something of treasury.json with its name there. */
export type Named<T> = T & { readonly name: string }

/** Looks things up by what a payload says. Chain ids may be 0, on which nothing is known. */
export type Directory = {
  readonly walletAt: (chainId: number, address: Address) => Named<WalletFact> | undefined
  /** A wallet of this address on whatever chain. */
  readonly walletOf: (address: Address) => Named<WalletFact> | undefined
  /** Whether the key's own account may act on a chain; what has no chain, or is for every one, does not ask. */
  readonly isSignerAt: (chainId: number) => boolean
  readonly tokenAt: (chainId: number, address: 'native' | Address) => Named<TokenFact> | undefined
  readonly addressAt: (chainId: number, address: Address) => Named<AddressFact> | undefined
  /** An entry that begins and ends like the address but is another one: what address poisoning counts on. */
  readonly lookAlikeOf: (address: Address) => Named<AddressFact> | undefined
  readonly rolesOf: (arn: string) => readonly string[]
}

/** Arranges the facts. */
export const createDirectory = ({ roles, wallets, tokens, addressBook, signer }: Facts): Directory => {
  const walletsByKey = new Map(
    named(wallets).flatMap(wallet =>
      wallet.chainIds.map(chainId => [key(chainId, wallet.address), wallet] as const),
    ),
  )
  const walletsByAddress = new Map(named(wallets).map(wallet => [wallet.address, wallet] as const))
  const tokensByKey = new Map(named(tokens).map(token => [key(token.chainId, token.address), token] as const))
  const addresses = named(addressBook)
  const addressesByKey = new Map(
    addresses.flatMap(entry =>
      (entry.chainIds ?? ['*' as const]).map(chainId => [key(chainId, entry.address), entry] as const),
    ),
  )
  const addressesByEnds = new Map(addresses.map(entry => [ends(entry.address), entry] as const))
  const matchers = [...roles].map(([name, patterns]) => ({ name, matchers: patterns.map(principalMatcher) }))
  const addressAt: Directory['addressAt'] = (chainId, address) =>
    addressesByKey.get(key(chainId, address)) ?? addressesByKey.get(key('*', address))
  return {
    walletAt: (chainId, address) => walletsByKey.get(key(chainId, address)),
    walletOf: address => walletsByAddress.get(address.toLowerCase() as Address),
    isSignerAt: chainId => chainId === 0 || (signer?.chainIds.includes(chainId) ?? false),
    tokenAt: (chainId, address) => tokensByKey.get(key(chainId, address)),
    addressAt,
    lookAlikeOf: address => {
      const found = addressesByEnds.get(ends(address))
      return found?.address === address.toLowerCase() ? undefined : found
    },
    rolesOf: arn =>
      matchers.filter(role => role.matchers.some(matches => matches(arn))).map(({ name }) => name),
  }
}

const named = <T>(facts: ReadonlyMap<string, T>): readonly Named<T>[] =>
  [...facts].map(([name, fact]) => ({ ...fact, name }))

const key = (chainId: number | '*', address: string): string => `${chainId}:${address.toLowerCase()}`

const ends = (address: Address): string => `${address.slice(2, 6)}${address.slice(-4)}`.toLowerCase()
