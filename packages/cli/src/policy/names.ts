// The names of treasury.json as cases use them: each stands for an address or a token on the case's chain.
import { type Facts, type Named, SIGNER, type TokenFact } from '@coffer/service/policy'
import { type Address, getAddress, isAddress } from 'viem'
import type { Report } from './document.ts'

/** The key's own account in cases, whose real address the policy does not know. */
export const signerStandIn: Address = getAddress(`0x${'51'.repeat(20)}`)

/** Looks names up; what is not known is reported, and a placeholder returned. */
export type Names = {
  /** Of the address book, a wallet, a token's contract, `signer`, or an address itself. */
  readonly address: (text: string, offset: number) => Address
  readonly token: (text: string, offset: number) => Named<TokenFact>
}

/**
 * Makes the look-up of one case.
 *
 * @param facts Of the policy.
 * @param chainId Of the case; undefined where it has none.
 * @param report Takes the faults.
 */
export function createNames(facts: Facts, chainId: number | undefined, report: Report): Names {
  const chain = chainId === undefined ? 'no chain' : `chain ${chainId}`
  const isHere = (chainIds: readonly number[] | undefined): boolean =>
    chainIds === undefined || (chainId !== undefined && chainIds.includes(chainId))
  return {
    address: (text, offset) => {
      if (text.startsWith('0x')) return readAddress(text, offset, report)
      const found = facts.addressBook.get(text) ?? facts.wallets.get(text)
      if (found !== undefined) {
        if (!isHere(found.chainIds)) report(offset, `${text} is not on ${chain}`)
        return getAddress(found.address)
      }
      if (text === SIGNER) return signerStandIn
      const token = facts.tokens.get(text)
      if (token !== undefined && token.address !== 'native') return getAddress(token.address)
      report(
        offset,
        `treasury.json has no address ${JSON.stringify(text)}`,
        listed([...facts.addressBook.keys(), ...facts.wallets.keys()], 'write 0x and 40 hex digits'),
      )
      return signerStandIn
    },
    token: (text, offset) => {
      const found = facts.tokens.get(text)
      if (found === undefined) {
        report(offset, `treasury.json has no token ${JSON.stringify(text)}`, listed([...facts.tokens.keys()]))
        return { name: text, symbol: '', decimals: 36, chainId: chainId ?? 0, address: 'native' }
      }
      if (found.chainId !== chainId)
        report(offset, `${text} is on chain ${found.chainId}, and the case on ${chain}`, 'give it a chainId')
      const { address } = found
      return { ...found, name: text, address: address === 'native' ? address : getAddress(address) }
    },
  }
}

/** Reads an address, in lower case or with a valid EIP-55 checksum; returns it with one. */
export function readAddress(text: string, offset: number, report: Report): Address {
  if (isAddress(text)) return getAddress(text)
  report(offset, `${text} must be 0x and 40 hex digits, in lower case or with a valid EIP-55 checksum`)
  return signerStandIn
}

/** What there is to choose from, for a hint. */
export function listed(known: readonly string[], otherwise = 'it has none at all'): string {
  if (known.length === 0) return otherwise
  return `it has ${(known.length > 10 ? [...known.slice(0, 10), '...'] : known).join(', ')}`
}
