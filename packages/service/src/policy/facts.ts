// The facts of a policy, treasury.json: which ARNs hold which role, the wallets, the tokens, and the address book.
import type { Address } from 'viem'
import { isAddress } from 'viem'
import { type Field, object, optional } from '../fields.ts'
import { parseDocument } from '../json.ts'
import { type Issue, ServiceError } from '../problem.ts'
import { faultAt, type PolicyFault, placeFaults, policyFiles } from './fault.ts'
import { jsonOffset } from './jsonOffset.ts'
import { isPrincipalPattern } from './principal.ts'

/** A wallet that the key is a signer of. Addresses in lower case, here and below. */
export type WalletFact = {
  readonly address: Address
  /** The chains on which it is this treasury's. */
  readonly chainIds: readonly number[]
  /** The factory that may deploy it. */
  readonly factory?: Address | undefined
}

/** A token on one chain; `native` is the chain's own currency. */
export type TokenFact = {
  readonly symbol: string
  readonly decimals: number
  readonly chainId: number
  readonly address: 'native' | Address
}

/** Somebody, or a contract, known by name. */
export type AddressFact = {
  readonly address: Address
  readonly groups: readonly string[]
  /** The chains on which the name stands for the address; every chain where absent. */
  readonly chainIds?: readonly number[] | undefined
}

/** What treasury.json says. */
export type Facts = {
  readonly roles: ReadonlyMap<string, readonly string[]>
  readonly wallets: ReadonlyMap<string, WalletFact>
  readonly tokens: ReadonlyMap<string, TokenFact>
  readonly addressBook: ReadonlyMap<string, AddressFact>
  /** The chains on which the key's own account may act; on none where absent. What has no chain does not ask. */
  readonly signer?: { readonly chainIds: readonly number[] } | undefined
}

/** The wallet that is the key's own account; no fact may have this name. */
export const SIGNER = 'signer'

/**
 * Reads treasury.json.
 *
 * @param text JSON.
 * @returns The facts, or every fault.
 */
export const parseFacts = (
  text: string,
): { readonly facts: Facts; readonly faults: readonly [] } | { readonly faults: readonly PolicyFault[] } => {
  const issues: Issue[] = []
  const source = { file: policyFiles.facts, text }
  let document: unknown
  try {
    document = parseDocument(text)
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    return {
      faults: error.issues.map(issue => faultAt(source, syntaxOffset(text), `the file ${wording(issue)}`)),
    }
  }
  const { $schema: _, ...facts } = factsField(document, '', issues)
  if (issues.length === 0) issues.push(...findDuplicates(facts))
  if (issues.length === 0) return { facts, faults: [] }
  return {
    faults: placeFaults(source, issues, issue =>
      faultAt(source, jsonOffset(text, issue.path), `${issue.path || 'the file'} ${issue.message}`),
    ),
  }
}

const wording = ({ code }: Issue): string =>
  code === 'DUPLICATE_FIELD' ? 'has an object that names a field twice' : 'must be JSON'

/**
 * Where a text stops being JSON. JSON.parse does not always say; but it says whether a text that is cut short was good so far,
 * and that changes once.
 */
const syntaxOffset = (text: string): number => {
  let good = 0
  let bad = text.length + 1
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (isGoodSoFar(text.slice(0, middle))) good = middle
    else bad = middle
  }
  return good
}

const isGoodSoFar = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    const { message } = error as Error
    return /end of JSON|Unterminated/.test(message) || message.includes(`position ${text.length}`)
  }
}

const NAME = /^[A-Za-z][A-Za-z0-9_:.@-]{0,63}$/

/** An object whose members have names of the policy's own. */
const named =
  <T>(field: Field<T>): Field<ReadonlyMap<string, T>> =>
  (value, path, issues) => {
    const result = new Map<string, T>()
    if (value === undefined) return result
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      issues.push({ path, code: 'WRONG_TYPE', message: 'must be a JSON object' })
      return result
    }
    for (const [name, member] of Object.entries(value)) {
      const memberPath = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
      if (!NAME.test(name))
        issues.push({
          path: memberPath,
          code: 'INVALID_TEXT',
          message: 'must have a name of a letter and up to 63 letters, digits or : . _ @ -',
        })
      result.set(name, field(member, memberPath, issues))
    }
    return result
  }

const list =
  <T>(field: Field<T>): Field<readonly T[]> =>
  (value, path, issues) => {
    if (!Array.isArray(value) || value.length === 0) {
      issues.push({ path, code: 'WRONG_TYPE', message: 'must be a list with at least one entry' })
      return []
    }
    if (new Set(value).size !== value.length)
      issues.push({ path, code: 'INCONSISTENT', message: 'must not name anything twice' })
    return value.map((element, index) => field(element, `${path}/${index}`, issues))
  }

const textThat =
  (accepts: (value: string) => boolean, message: string): Field<string> =>
  (value, path, issues) => {
    if (typeof value === 'string' && accepts(value)) return value
    issues.push({ path, code: 'INVALID_TEXT', message })
    return ''
  }

const wholeNumber =
  (minimum: number, maximum: number): Field<number> =>
  (value, path, issues) => {
    if (Number.isSafeInteger(value) && Number(value) >= minimum && Number(value) <= maximum)
      return Number(value)
    issues.push({
      path,
      code: 'OUT_OF_RANGE',
      message: `must be a whole number from ${minimum} to ${maximum}`,
    })
    return minimum
  }

// Lower case is accepted without hashing: an address book may have a hundred thousand entries.
const address: Field<Address> = (value, path, issues) => {
  if (typeof value === 'string' && (/^0x[0-9a-f]{40}$/.test(value) || isAddress(value)))
    return value.toLowerCase() as Address
  issues.push({
    path,
    code: 'INVALID_ADDRESS',
    message: 'must be 0x and 40 hex digits, in lower case or with a valid EIP-55 checksum',
  })
  return '0x'
}

const chainId = wholeNumber(1, Number.MAX_SAFE_INTEGER)

const walletName: Field<ReadonlyMap<string, WalletFact>> = (value, path, issues) => {
  const wallets = named(object<WalletFact>({ address, chainIds: list(chainId), factory: optional(address) }))(
    value,
    path,
    issues,
  )
  if (wallets.has(SIGNER))
    issues.push({
      path: `${path}/${SIGNER}`,
      code: 'INCONSISTENT',
      message: "must have another name: this one is the key's own account",
    })
  return wallets
}

const tokenAddress: Field<'native' | Address> = (value, path, issues) =>
  value === 'native' ? value : address(value, path, issues)

const token: Field<TokenFact> = (value, path, issues) => {
  const fact = object<TokenFact>({
    symbol: textThat(
      text => /^[A-Za-z0-9.$₮-]{1,16}$/u.test(text),
      'must be a token symbol of up to 16 characters',
    ),
    decimals: wholeNumber(0, 36),
    chainId,
    address: tokenAddress,
  })(value, path, issues)
  if (fact.address === 'native' && fact.decimals !== 18)
    issues.push({ path: `${path}/decimals`, code: 'INCONSISTENT', message: 'must be 18 for native value' })
  return fact
}

const factsField: Field<Facts & { readonly $schema?: string | undefined }> = object({
  $schema: optional(textThat(() => true, 'must be text')),
  roles: named(
    list(
      textThat(
        isPrincipalPattern,
        'must be the ARN of a user, a role or a session (aws sts get-caller-identity), in which * stands for anything',
      ),
    ),
  ),
  wallets: walletName,
  tokens: named(token),
  signer: optional(object<{ readonly chainIds: readonly number[] }>({ chainIds: list(chainId) })),
  addressBook: named(
    object<AddressFact>({
      address,
      groups: (value, path, issues) =>
        value === undefined
          ? []
          : list(textThat(text => NAME.test(text), 'must be a name of letters, digits or : . _ @ -'))(
              value,
              path,
              issues,
            ),
      chainIds: optional(list(chainId)),
    }),
  ),
})

/** Two names for one thing on one chain: which of them a rule means could not be told. */
const findDuplicates = ({ wallets, tokens, addressBook }: Facts): readonly Issue[] => {
  const everywhere = new Map(
    [...addressBook].flatMap(([name, { address, chainIds }]) =>
      chainIds === undefined ? [[address, name]] : [],
    ),
  )
  return [
    ...duplicatesIn('/wallets', wallets, ({ address, chainIds }) =>
      chainIds.map(chain => `${chain}:${address}`),
    ),
    ...duplicatesIn('/tokens', tokens, token => [`${token.chainId}:${token.address}`]),
    ...duplicatesIn('/addressBook', addressBook, ({ address, chainIds }) =>
      chainIds === undefined ? [address] : chainIds.map(chain => `${chain}:${address}`),
    ),
    ...[...addressBook].flatMap(([name, { address, chainIds }]) => {
      const other = everywhere.get(address)
      return chainIds === undefined || other === undefined ? [] : [duplicate(`/addressBook/${name}`, other)]
    }),
  ]
}

const duplicatesIn = <T>(
  path: string,
  facts: ReadonlyMap<string, T>,
  keysOf: (fact: T) => readonly string[],
): readonly Issue[] => {
  const names = new Map<string, string>()
  return [...facts].flatMap(([name, fact]) => {
    const other = keysOf(fact).flatMap(key => names.get(key) ?? [])[0]
    for (const key of keysOf(fact)) names.set(key, name)
    return other === undefined ? [] : [duplicate(`${path}/${name}`, other)]
  })
}

const duplicate = (path: string, other: string): Issue => ({
  path,
  code: 'INCONSISTENT',
  message: `is the same address on the same chain as ${other}`,
})
