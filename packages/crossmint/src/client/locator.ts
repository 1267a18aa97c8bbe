// Locators: how Crossmint's API names wallets, tokens, signers and users, and how they stand in a path.
// https://docs.crossmint.com/api-reference/wallets (walletLocator), RFC 3986 section 3.3
import type { Address } from 'viem'
import { checkText, type Issue, refuseIssues } from '../input.ts'

/** The signer locator of a key outside Crossmint. */
export function externalWallet(address: Address): string {
  return `external-wallet:${address}`
}

/**
 * Puts names into a path, one segment each; none can become a second segment or an empty one.
 *
 * @throws {INVALID_INPUT} if a name is empty, `.`, `..`, over 512 characters, or has control characters.
 */
export function path(parts: TemplateStringsArray, ...names: readonly string[]): string {
  const issues: Issue[] = []
  for (const name of names) {
    checkText(name, 'locator or id', 512, issues)
    if (name === '.' || name === '..') issues.push({ field: 'locator or id', message: 'must not be . or ..' })
  }
  refuseIssues('request', issues)
  return parts.reduce((left, right, index) => left + encode(names[index - 1] ?? '') + right)
}

/**
 * A locator for error messages: in full where it is an address or an alias, else only its kind, because a user's locator
 * holds an e-mail address, a telephone number or a name.
 */
export function nameLocator(locator: string): string {
  if (/^(?:external-wallet:)?0x[0-9a-fA-F]{40}$|^evm(?::smart)?:alias:[\w-]{1,100}$/.test(locator))
    return locator
  const [kind] = /^[A-Za-z-]{1,30}(?=:)/.exec(locator) ?? []
  return kind === undefined ? '(a locator)' : `${kind}:(...)`
}

/** Colons and at signs are legal in a segment, and Crossmint's own SDK sends them as they are. */
function encode(name: string): string {
  return encodeURIComponent(name).replaceAll('%3A', ':').replaceAll('%40', '@')
}
