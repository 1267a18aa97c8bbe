// Conditions where not everything is known of a request: each holds, may hold, or does not.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
import { type Condition, comparisons, type Variables } from '@coffer/sandbox/iam'

export type Truth = 'yes' | 'maybe' | 'no'

/** What is known of a request: values by condition key in lower case, none for a key that is known to be absent. */
export type Facts = ReadonlyMap<string, readonly string[]>

/**
 * Keys that tell how a call is made and that the caller chooses. Whoever may make the call in one way may make it, so
 * conditions on them are open, but not worth telling.
 */
const chosen: ReadonlySet<string> = new Set([
  'kms:bypasspolicylockoutsafetycheck',
  'kms:schedulekeydeletionpendingwindowindays',
])

/** Stands for the account of somebody of whom only that is known: they are not of the account under review. */
export const anotherAccount = 'another account'

/**
 * Makes facts.
 *
 * @param values Values by condition key, in any case; an empty list for a key that is known to be absent.
 */
export function toFacts(values: Readonly<Record<string, string | readonly string[]>>): Facts {
  return new Map(Object.entries(values).map(([key, value]) => [key.toLowerCase(), [value].flat()]))
}

/**
 * Tells whether a condition holds.
 *
 * @param condition Of a statement.
 * @param facts What is known of the request.
 * @param variables The values that are known of the policy variables.
 * @returns `maybe` where it depends on what is not known, or on an operator that is not.
 */
export function conditionHolds(condition: Condition, facts: Facts, variables: Variables): Truth {
  const { operator, set, ifExists, key, values } = condition
  const present = facts.get(key.toLowerCase())
  if (present === undefined) return 'maybe'
  if (present.includes(anotherAccount) && !values.every(value => /^\d{12}$/.test(value))) return 'maybe'
  const isAbsent = present.length === 0
  if (operator === 'Null') return toTruth(values.some(value => value.toLowerCase() === String(isAbsent)))
  const comparison = comparisons.get(operator)
  if (!comparison) return 'maybe'
  if (isAbsent)
    return toTruth(set === 'ForAllValues' || (set === undefined && (ifExists || comparison.negated)))
  const matches = (wanted: string, value: string): Truth => {
    if (isOpen(wanted, variables) || !comparison.accepts(wanted)) return 'maybe'
    return toTruth(comparison.matches(wanted, value, variables))
  }
  const holds = (value: string): Truth => {
    const matched = some(values.map(wanted => matches(wanted, value)))
    return comparison.negated ? not(matched) : matched
  }
  return set === 'ForAnyValue' ? some(present.map(holds)) : every(present.map(holds))
}

/** Whether a condition is about how the caller makes the call; see `chosen`. */
export function isCallersChoice(condition: Condition): boolean {
  return chosen.has(condition.key.toLowerCase())
}

/** Whether one holds. */
export function some(truths: readonly Truth[]): Truth {
  if (truths.includes('yes')) return 'yes'
  return truths.includes('maybe') ? 'maybe' : 'no'
}

/** Whether all hold. */
export function every(truths: readonly Truth[]): Truth {
  return not(some(truths.map(not)))
}

/** The contrary; what may hold may not. */
export function not(truth: Truth): Truth {
  return truth === 'maybe' ? truth : toTruth(truth === 'no')
}

/** Of something that is known. */
export function toTruth(holds: boolean): Truth {
  return holds ? 'yes' : 'no'
}

/** Whether a text has a variable whose value is not known. The escapes `${*}`, `${?}` and `${$}` are none. */
export function isOpen(text: string, variables: Variables): boolean {
  return [...text.matchAll(/\$\{([^}]*)\}/g)].some(
    ([, name = '']) => !['*', '?', '$'].includes(name) && !variables.has(name.toLowerCase()),
  )
}
