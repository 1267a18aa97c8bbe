// Compares policy documents statement by statement: forms that mean the same are the same.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
import { isObject } from '@coffer/sandbox/iam'

/** What tells a document from the expected one; each statement by its Sid and what it says. */
export type Differences = {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly missing: readonly string[]
}

/**
 * Compares two policy documents. The order of statements and lists says nothing, and neither does the Sid of an
 * otherwise equal statement.
 *
 * @param actual The parsed document as it is.
 * @param expected The parsed document as it should be.
 * @returns What differs; undefined where they mean the same.
 */
export function compareDocuments(actual: unknown, expected: unknown): Differences | undefined {
  const is = statementsOf(actual)
  const should = statementsOf(expected)
  const without = (list: readonly Statement[], others: readonly Statement[]): readonly Statement[] =>
    list.filter(one => !others.some(other => other.meaning === one.meaning))
  const extra = without(is, should)
  const lacking = without(should, is)
  const sharesSid = (one: Statement, others: readonly Statement[]): boolean =>
    one.sid !== undefined && others.some(other => other.sid === one.sid)
  const differences = {
    added: extra.filter(one => !sharesSid(one, lacking)).map(describe),
    changed: [
      ...(versionOf(actual) === versionOf(expected) ? [] : ['Version']),
      ...extra.filter(one => sharesSid(one, lacking)).map(describe),
    ],
    missing: lacking.filter(one => !sharesSid(one, extra)).map(describe),
  }
  return Object.values(differences).flat().length === 0 ? undefined : differences
}

/** Says what differs, in one line. */
export function describeDifferences({ added, changed, missing }: Differences): string {
  const part = (word: string, names: readonly string[]): readonly string[] =>
    names.length === 0 ? [] : [`${word}: ${names.join(', ')}`]
  return [...part('added', added), ...part('changed', changed), ...part('missing', missing)].join('; ')
}

type Statement = {
  readonly sid: string | undefined
  readonly raw: Readonly<Record<string, unknown>>
  /** Equal for statements that mean the same. */
  readonly meaning: string
}

function statementsOf(document: unknown): readonly Statement[] {
  const list = isObject(document) ? asList(document['Statement'] ?? []) : [document]
  return list.map(one => {
    // What is no statement at all equals nothing but itself.
    const raw = isObject(one) ? one : { '?': one }
    const { Sid: sid, ...elements } = raw
    return {
      sid: typeof sid === 'string' && sid !== '' ? sid : undefined,
      raw,
      meaning: JSON.stringify(sortKeys(mapValues(elements, normalize))),
    }
  })
}

function versionOf(document: unknown): unknown {
  return isObject(document) ? document['Version'] : undefined
}

function normalize(element: string, value: unknown): unknown {
  switch (element) {
    case 'Action':
    case 'NotAction':
      return toSet(value)
        .map(action => action.toLowerCase())
        .sort()
    case 'Resource':
    case 'NotResource':
      return toSet(value)
    case 'Principal':
    case 'NotPrincipal':
      return value === '*' ? { AWS: ['*'] } : eachOf(value, names => toSet(names).map(rootToAccount).sort())
    case 'Condition':
      return eachOf(value, operands =>
        isObject(operands)
          ? sortKeys(
              Object.fromEntries(
                Object.entries(operands).map(([key, values]) => [key.toLowerCase(), toSet(values)]),
              ),
            )
          : operands,
      )
    default:
      return value
  }
}

/** Twelve digits stand for the root of the account. */
function rootToAccount(principal: string): string {
  return /^arn:[^:]+:iam::(\d{12}):root$/.exec(principal)?.[1] ?? principal
}

function eachOf(value: unknown, change: (item: unknown) => unknown): unknown {
  return isObject(value) ? sortKeys(mapValues(value, (_, item) => change(item))) : value
}

function describe({ sid, raw }: Statement): string {
  const said = [
    raw['Effect'],
    ...(['Action', 'NotAction'] as const).flatMap(name => listed(name, raw[name])),
    ...(['Principal', 'NotPrincipal'] as const).flatMap(name => toPrincipals(name, raw[name])),
  ].join(' ')
  return sid === undefined ? said : `${sid} (${said})`
}

function listed(name: string, value: unknown): readonly string[] {
  if (value === undefined) return []
  const [first = '', ...others] = asList(value).map(String)
  const text = others.length > 2 ? `${first} and ${others.length} more` : [first, ...others].join(' ')
  return [name.startsWith('Not') ? `all but ${text}` : text]
}

function toPrincipals(name: string, value: unknown): readonly string[] {
  const names = isObject(value) ? Object.values(value).flat() : value
  return listed(name, names).map(text => `to ${text}`)
}

function toSet(value: unknown): readonly string[] {
  const texts = asList(value).map(item => (typeof item === 'object' ? JSON.stringify(item) : String(item)))
  return [...new Set(texts)].sort()
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}

function mapValues(
  value: Readonly<Record<string, unknown>>,
  change: (name: string, item: unknown) => unknown,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, change(name, item)]))
}

function sortKeys(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
