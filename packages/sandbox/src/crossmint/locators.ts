// Crossmint's locators: texts that name a user, a wallet or a signer. Compared without regard to letter case
// in addresses and e-mail addresses; returned as the caller wrote them.
import { isAddress } from 'viem'
import { invalid } from './errors.ts'

/** The one chain the sandbox has, by Crossmint's name. */
export const chainName = 'base-sepolia'

export type WalletLocator =
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'owner'; readonly owner: string; readonly alias: string | undefined }

/** Owner of treasury wallets: the company itself. */
export const company = 'COMPANY'

/**
 * `<address>`, `<chain>:<address>`, `<userLocator>:evm[:smart][:alias:<alias>]` or
 * `evm[:smart]:alias:<alias>` (company).
 * @param path names the input in a fault
 * @throws {CROSSMINT_ERROR} 400
 */
export const parseWalletLocator = (locator: string, path: string): WalletLocator => {
  const [, address] = /^(?:base-sepolia:)?(0x[0-9a-fA-F]{40})$/.exec(locator) ?? []
  if (address !== undefined) return { kind: 'address', address: address.toLowerCase() }
  const [, alias] = /^evm(?::smart)?:alias:([^:]+)$/.exec(locator) ?? []
  if (alias !== undefined) return { kind: 'owner', owner: company, alias }
  const [, owner, ownAlias] = /^(\w+:.+?):evm(?::smart)?(?::alias:([^:]+))?$/.exec(locator) ?? []
  if (owner !== undefined && isUserLocator(owner))
    return { kind: 'owner', owner: canonicalUser(owner), alias: ownAlias }
  throw invalid([
    `${path}: Invalid wallet locator "${locator}": expected an EVM address, ` +
      'evm:smart:alias:<alias>, or <userLocator>:evm:smart[:alias:<alias>]',
  ])
}

export const isUserLocator = (locator: string): boolean =>
  /^(?:email:[^@\s:]+@[^@\s:]+\.[^@\s:]+|(?:userId|twitter|x):[^\s:]+|phoneNumber:\+[1-9]\d{6,14})$/.test(
    locator,
  )

/** One form for the spellings of one user. */
export const canonicalUser = (locator: string): string =>
  locator.startsWith('email:') ? locator.toLowerCase() : locator.replace(/^twitter:/, 'x:')

/** An EVM address; in mixed case its EIP-55 checksum has to be right. */
export const isEvmAddress = (text: string): text is `0x${string}` => isAddress(text)

export const sameLocator = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()
