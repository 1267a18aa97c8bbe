// The policy to start from, filled in with what is known of a treasury.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { policyFiles, schema } from '@coffer/service/policy'
import { type Address, formatUnits } from 'viem'

/** What is known. What is absent stays as the example has it. */
export type Known = {
  /** ARN of a user, a role or a session, as in treasury.json. */
  readonly operator?: string | undefined
  readonly wallet?: Address | undefined
  /** The factory that may deploy the wallet. */
  readonly factory?: Address | undefined
  readonly token: KnownToken
  /** Names to addresses. */
  readonly payees: Readonly<Record<string, Address>>
}

export type KnownToken = {
  readonly name: string
  readonly symbol: string
  readonly decimals: number
  readonly chainId: number
  readonly address: Address
}

/** Contents by name of the file. */
export type StarterFiles = Readonly<Record<string, string>>

/**
 * Writes down the starter policy of a treasury.
 *
 * @param known What is known of it.
 * @returns Rules, facts and cases; the schemas of both for editors.
 */
export function fillStarter(known: Known): StarterFiles {
  const { token } = known
  const read = (file: string): string => readFileSync(join(directory, 'starter', file), 'utf8')
  return {
    [policyFiles.rules]: read(policyFiles.rules)
      .replaceAll('Token::"usdc"', `Token::"${token.name}"`)
      .replaceAll('USDC', token.symbol),
    [policyFiles.facts]: fillFacts(read(policyFiles.facts), known),
    'cases.yaml': fillCases(read('cases.yaml'), known),
    'treasury.schema.json': readFileSync(join(directory, 'treasury.schema.json'), 'utf8'),
    'coffer.cedarschema': schema,
  }
}

/** Who the starter lets in unless told otherwise: nobody that exists. */
export const exampleOperator = 'arn:aws:iam::111122223333:user/operator'

const exampleFactory = '0x3333333333333333333333333333333333333333'
const examplePayee = 'vendor:acme'
const directory: string = fileURLToPath(new URL('../policy/', import.meta.resolve('@coffer/service')))

/** The starter's facts, as far as they are filled in. */
type StarterFacts = {
  readonly roles: { readonly operators: readonly string[] }
  readonly wallets: { readonly treasury: object }
  readonly addressBook: object
}

function fillFacts(text: string, { operator, wallet, factory, token, payees }: Known): string {
  const facts = JSON.parse(text) as StarterFacts
  const { name, ...tokenFact } = token
  const own = factory === undefined ? {} : { factory }
  const filled = {
    ...facts,
    roles: { operators: operator === undefined ? facts.roles.operators : [operator] },
    wallets: {
      treasury:
        wallet === undefined
          ? { ...facts.wallets.treasury, chainIds: [token.chainId], ...own }
          : { address: wallet, chainIds: [token.chainId], ...own },
    },
    tokens: { [name]: tokenFact },
    addressBook:
      Object.keys(payees).length === 0
        ? facts.addressBook
        : Object.fromEntries(
            Object.entries(payees).map(([payee, address]) => [payee, { address, groups: ['payees'] }]),
          ),
  }
  return `${JSON.stringify(filled, undefined, 2).replace(flatList, list =>
    list
      .replace(/\n\s*(?=\S)/g, ' ')
      .replace('[ ', '[')
      .replace(' ]', ']'),
  )}\n`
}

/** A list without objects or lists in it, which fits on a line. */
const flatList = /\[[^[\]{}]*\]/g

function fillCases(text: string, { operator, wallet, factory, token, payees }: Known): string {
  const [payee = examplePayee] = Object.keys(payees)
  return text
    .split('\n\n')
    .filter(block => wallet === undefined || factory !== undefined || !block.includes('- deploy:'))
    .join('\n\n')
    .replaceAll(exampleOperator, operator === undefined ? exampleOperator : toPrincipal(operator))
    .replaceAll(exampleFactory, factory ?? exampleFactory)
    .replaceAll('token: usdc', `token: ${inYaml(token.name)}`)
    .replaceAll(`to: ${examplePayee}`, `to: ${inYaml(payee)}`)
    .replaceAll('1000.000001', formatUnits(1000n * 10n ** BigInt(token.decimals) + 1n, token.decimals))
}

/** Somebody whom a pattern of treasury.json lets in. */
export function toPrincipal(pattern: string): string {
  const one = pattern.replaceAll('*', 'any')
  const [, partition, account, role] =
    /^arn:(aws[a-z-]*):iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(one) ?? []
  return role === undefined ? one : `arn:${partition}:sts::${account}:assumed-role/${role}/session`
}

function inYaml(name: string): string {
  return /^[\w:.@-]*\w$/.test(name) ? name : JSON.stringify(name)
}
