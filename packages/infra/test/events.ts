// Decides whether an EventBridge pattern or a CloudWatch Logs filter matches an event, for those parts of the two languages that
// the stack uses; whatever else stands in a pattern is an error.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html

/** Whether an EventBridge pattern matches. */
export const matches = (pattern: unknown, event: unknown): boolean =>
  Object.entries(pattern as Json).every(([key, wanted]) => {
    if (key === '$or') return (wanted as readonly unknown[]).some(part => matches(part, event))
    const values = listOf(event).map(item => (item as Json | undefined)?.[key])
    return Array.isArray(wanted)
      ? wanted.some(rule => matchesValue(rule, values.flatMap(listOf)))
      : values.flatMap(listOf).some(value => matches(wanted, value))
  })

type Json = Record<string, unknown>

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value])

const matchesValue = (rule: unknown, values: readonly unknown[]): boolean => {
  const present: readonly unknown[] = values.filter(value => value !== undefined)
  if (typeof rule !== 'object' || rule === null) return present.includes(rule)
  const [operator, argument] = Object.entries(rule)[0] ?? []
  const text = (test: (value: string, argument: string) => boolean): boolean =>
    present.some(value => typeof value === 'string' && test(value, String(argument)))
  switch (operator) {
    case 'prefix':
      return text((value, prefix) => value.startsWith(prefix))
    case 'suffix':
      return text((value, suffix) => value.endsWith(suffix))
    case 'wildcard':
      return text(matchesWildcard)
    case 'anything-but':
      return present.some(value => !(argument as readonly unknown[]).includes(value))
    case 'exists':
      return present.length > 0 === argument
    default:
      throw new Error(`unknown operator ${operator}`)
  }
}

/** Whether a filter pattern of JSON logs matches. */
export const matchesFilter = (pattern: string, event: unknown): boolean => {
  const inner = /^\{ (.*) \}$/.exec(pattern)?.[1]
  if (inner === undefined) throw new Error(`not a filter of JSON: ${pattern}`)
  return evaluate(inner, event)
}

const evaluate = (expression: string, event: unknown): boolean => {
  for (const [operator, combine] of [
    [' || ', (terms: readonly boolean[]) => terms.some(Boolean)],
    [' && ', (terms: readonly boolean[]) => terms.every(Boolean)],
  ] as const) {
    const terms = split(expression, operator)
    if (terms.length > 1) return combine(terms.map(term => evaluate(term, event)))
  }
  if (expression.startsWith('(') && expression.endsWith(')')) return evaluate(expression.slice(1, -1), event)
  return compare(expression, event)
}

/** Splits at an operator outside of parentheses and strings. */
const split = (expression: string, operator: string): readonly string[] => {
  const terms: string[] = []
  let start = 0
  let depth = 0
  let quoted = false
  for (let i = 0; i < expression.length; i++) {
    const character = expression.charAt(i)
    if (character === '"') quoted = !quoted
    if (!quoted && character === '(') depth++
    if (!quoted && character === ')') depth--
    if (quoted || depth > 0 || !expression.startsWith(operator, i)) continue
    terms.push(expression.slice(start, i))
    start = i + operator.length
  }
  return [...terms, expression.slice(start)]
}

const compare = (term: string, event: unknown): boolean => {
  const [, path = '', comparison = ''] = /^\$\.(\S+) (.+)$/.exec(term) ?? []
  const value = path
    .split(/[.[\]]+/)
    .filter(part => part !== '')
    .reduce<unknown>((node, part) => (node as Record<string, unknown> | undefined)?.[part], event)
  const text = /^= "(.*)"$/.exec(comparison)?.[1]
  if (text !== undefined) return typeof value === 'string' && matchesWildcard(value, text)
  if (comparison === 'NOT EXISTS') return value === undefined
  if (comparison === 'IS FALSE') return value === false
  throw new Error(`unknown comparison ${term}`)
}

const matchesWildcard = (value: string, wildcard: string): boolean =>
  new RegExp(`^${wildcard.split('*').map(literal).join('.*')}$`).test(value)

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
