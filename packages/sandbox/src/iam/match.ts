// Matching the texts of a policy against a request: wildcards, policy variables, actions, resources and ARNs.
// IAM User Guide, "IAM JSON policy elements": "Resource", "Action", "Variables and tags", "Condition operators".
import { splitArn } from './arn.ts'

/** The values of the policy variables of a request, by name in lower case. One without a value equals nothing. */
export type Variables = ReadonlyMap<string, string>

/** The request context keys that may stand as variables, in lower case. */
const variableKeys: ReadonlySet<string> = new Set(['aws:principalarn', 'aws:username'])

/** `${*}`, `${?}` and `${$}` are the characters themselves. */
const escapes: ReadonlySet<string> = new Set(['*', '?', '$'])

/**
 * Finds the variables in a text that have no meaning here.
 *
 * @param text A value of a policy.
 * @returns Each unknown variable as it is written; `${` where a brace is not closed.
 */
export const unknownVariables = (text: string): readonly string[] =>
  tokenize(text).flatMap(token => {
    if (token.kind === 'text') return token.text.includes('${') ? ['${'] : []
    if (token.kind !== 'variable' || variableKeys.has(token.name.toLowerCase())) return []
    return [`\${${token.name}}`]
  })

/**
 * Tells whether a text holds a variable or an escape.
 *
 * @param text A value of a policy.
 * @returns Whether `${` is in it.
 */
export const hasVariable = (text: string): boolean => text.includes('${')

/**
 * Fills in the variables of a text whose wildcards are ordinary characters, as in StringEquals.
 *
 * @param text A value of a policy.
 * @param variables The values.
 * @returns The text, or undefined where a variable has no value.
 */
export const fillText = (text: string, variables: Variables): string | undefined => {
  const parts = tokenize(text).map(token => {
    if (token.kind === 'variable') return variables.get(token.name.toLowerCase())
    return token.kind === 'wildcard' ? token.character : token.text
  })
  return parts.includes(undefined) ? undefined : parts.join('')
}

/**
 * Matches a text with wildcards, as StringLike does: `*` is any number of characters, `?` exactly one.
 *
 * @param pattern The text of the policy; its variables are filled in, and wildcards in their values are literal.
 * @param value The text of the request.
 * @param variables The values of the variables.
 * @returns Whether the whole value matches; false where a variable has no value.
 */
export const matchesText = (pattern: string, value: string, variables: Variables): boolean => {
  const units = toUnits(pattern, variables, () => anything)
  return units !== undefined && matchesUnits(units, value)
}

/**
 * Matches an action. Service prefix and name are case-insensitive, and both the name and the whole may have wildcards.
 *
 * @param pattern For example `kms:Get*`.
 * @param action For example `kms:GetPublicKey`.
 * @returns Whether the action matches.
 */
export const matchesAction = (pattern: string, action: string): boolean =>
  matchesText(pattern.toLowerCase(), action.toLowerCase(), new Map())

/**
 * Matches a resource. Wildcards stay within the part of the ARN they stand in, except that a `*` at the end of a part
 * may run on past the colon, and that the last part may hold colons.
 *
 * @param pattern An ARN with wildcards, or `*`.
 * @param arn The resource of the request; `*` for a call that names none, which only `*` matches.
 * @param variables The values of the variables.
 * @returns Whether the resource matches; false where a variable has no value.
 */
export const matchesResource = (pattern: string, arn: string, variables: Variables): boolean => {
  if (pattern === '*') return true
  if (arn === '*') return false
  const units = toUnits(pattern, variables, index => {
    const inLastPart = pattern.slice(0, index).split(':').length > 5
    const endsPart = pattern[index] === '*' && (pattern[index + 1] ?? ':') === ':'
    return inLastPart || endsPart ? anything : withinPart
  })
  return units !== undefined && matchesUnits(units, arn)
}

/**
 * Matches an ARN as ArnLike and ArnEquals do: each of the six parts by itself.
 *
 * @param pattern An ARN with wildcards.
 * @param arn The ARN of the request.
 * @param variables The values of the variables.
 * @returns Whether every part matches; false where either is not an ARN.
 */
export const matchesArn = (pattern: string, arn: string, variables: Variables): boolean => {
  const [patterns, parts] = [splitArn(pattern), splitArn(arn)]
  if (!patterns || !parts) return false
  return patterns.every((part, index) => matchesText(part, parts[index] ?? '', variables))
}

/** A piece of a pattern, and where it begins. */
export type Token =
  | { readonly kind: 'text'; readonly text: string; readonly index: number }
  | { readonly kind: 'wildcard'; readonly character: '*' | '?'; readonly index: number }
  | { readonly kind: 'variable'; readonly name: string; readonly index: number }

/**
 * Takes a pattern apart. Escapes are text already; a `${` that is not closed is text, too.
 *
 * @param text A value of a policy.
 * @returns Its pieces in order.
 */
export const tokenize = (text: string): readonly Token[] =>
  [...text.matchAll(/\$\{([^}]*)\}|[*?]|\$\{.*|[^*?$]+|\$/gs)].map(match => {
    const [whole, name] = match
    const { index } = match
    if (name !== undefined && !escapes.has(name)) return { kind: 'variable', name, index }
    if (name !== undefined) return { kind: 'text', text: name, index }
    return whole === '*' || whole === '?'
      ? { kind: 'wildcard', character: whole, index }
      : { kind: 'text', text: whole, index }
  })

/** Which characters a wildcard stands for. */
type Reach = (character: string) => boolean

const anything: Reach = () => true
const withinPart: Reach = character => character !== ':'

/** One character, or a wildcard: `repeats` is `*`, otherwise `?`. */
type Unit = { readonly accepts: Reach; readonly repeats: boolean }

/** @param reachAt What the wildcard at this index of the pattern stands for. */
const toUnits = (
  pattern: string,
  variables: Variables,
  reachAt: (index: number) => Reach,
): readonly Unit[] | undefined => {
  const units: Unit[] = []
  for (const token of tokenize(pattern)) {
    if (token.kind === 'wildcard') {
      units.push({ accepts: reachAt(token.index), repeats: token.character === '*' })
      continue
    }
    const text = token.kind === 'text' ? token.text : variables.get(token.name.toLowerCase())
    if (text === undefined) return undefined
    for (const expected of text) units.push({ accepts: character => character === expected, repeats: false })
  }
  return units
}

/** Follows every way through the pattern at once, so that no pattern takes exponential time. */
const matchesUnits = (units: readonly Unit[], value: string): boolean => {
  let positions = skipRepeats(units, new Set([0]))
  for (const character of value) {
    const next = new Set<number>()
    for (const position of positions) {
      const unit = units[position]
      if (unit?.accepts(character)) next.add(unit.repeats ? position : position + 1)
    }
    positions = skipRepeats(units, next)
  }
  return positions.has(units.length)
}

/** A `*` may stand for nothing. The set grows while it is walked. */
const skipRepeats = (units: readonly Unit[], positions: Set<number>): Set<number> => {
  for (const position of positions) if (units[position]?.repeats) positions.add(position + 1)
  return positions
}
