// The Condition element: operators, their IfExists form, set operators, and what holds where a key is absent.
// IAM User Guide, "IAM JSON policy elements: Condition operators", "Conditions with multiple context keys or values",
// "Single-valued vs. multivalued context keys".
import { comparisons } from './comparisons.ts'
import { type Context, findConditionKey } from './conditionKeys.ts'
import { hasVariable, unknownVariables, type Variables } from './match.ts'
import type { PolicyFault } from './policyError.ts'

/** One key under one operator. All conditions of a statement must hold. */
export type Condition = {
  /** Without set operator and IfExists, for example `StringNotEquals`; or `Null`. */
  readonly operator: string
  readonly set?: 'ForAnyValue' | 'ForAllValues' | undefined
  readonly ifExists: boolean
  readonly key: string
  readonly values: readonly string[]
}

/**
 * Tells whether a condition holds.
 *
 * @param condition A condition that `parseCondition` made.
 * @param context The context of the request.
 * @param variables The values of the policy variables.
 * @returns Whether it holds.
 */
export const conditionHolds = (condition: Condition, context: Context, variables: Variables): boolean => {
  const { operator, set, ifExists, key, values } = condition
  const present = context.get(key.toLowerCase())
  if (operator === 'Null') return values.includes(String(present === undefined))
  const comparison = comparisons.get(operator)
  // Not reached by a condition that was parsed; a condition that cannot be tested never holds for an Allow.
  if (!comparison) throw new TypeError(`no such operator: ${operator}`)
  // A negated operator is true where no value of the policy matches, hence also where there is nothing to match.
  // ForAnyValue asks for one value at least and is false without one, IfExists or not.
  if (present === undefined)
    return set === 'ForAllValues' || (set === undefined && (ifExists || comparison.negated))
  const holds = (value: string): boolean =>
    comparison.negated !== values.some(wanted => comparison.matches(wanted, value, variables))
  return set === 'ForAnyValue' ? present.some(holds) : present.every(holds)
}

/**
 * Reads one key under one operator of a Condition element.
 *
 * @param name The operator as it is written, for example `ForAnyValue:StringLikeIfExists`.
 * @param key The condition key as it is written.
 * @param values Its values as texts.
 * @param path Where it is.
 * @param faults Receives what is wrong.
 * @returns The condition; not to be used where there are faults.
 */
export const parseCondition = (
  name: string,
  key: string,
  values: readonly string[],
  path: string,
  faults: PolicyFault[],
): Condition => {
  const fault = (code: PolicyFault['code'], message: string): void =>
    void faults.push({ code, path, message })
  const [, set, bare = '', exists] = /^(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?$/.exec(name) ?? []
  const condition: Condition = {
    operator: bare,
    set: set === 'ForAnyValue' || set === 'ForAllValues' ? set : undefined,
    ifExists: exists !== undefined,
    key,
    values,
  }
  const known = findConditionKey(key)
  if (!known) fault('KEY_UNKNOWN', `${key} is not a condition key that can be supplied here`)
  if (bare === 'Null') {
    if (set !== undefined || exists !== undefined)
      fault('OPERATOR_UNKNOWN', 'Null has no set operator and no IfExists')
    for (const value of values)
      if (!['true', 'false'].includes(value)) fault('VALUE_INVALID', 'Null takes true or false')
    return condition
  }
  const comparison = comparisons.get(bare)
  if (!comparison) {
    fault('OPERATOR_UNKNOWN', `${name} is not a condition operator known here`)
    return condition
  }
  if (known && !known.types.includes(comparison.type))
    fault('OPERATOR_MISMATCH', `${bare} cannot test ${key}, which holds: ${known.types.join(', ')}`)
  if (known && Boolean(known.multivalued) !== (set !== undefined))
    fault(
      'OPERATOR_MISMATCH',
      known.multivalued
        ? `${key} may have several values: test it with ForAnyValue or ForAllValues`
        : `${key} has one value: ForAnyValue and ForAllValues are not for it`,
    )
  for (const value of values) {
    for (const variable of unknownVariables(value))
      fault('VARIABLE_UNKNOWN', `${variable} is not a policy variable known here`)
    if (hasVariable(value) && comparison.type !== 'string' && comparison.type !== 'arn')
      fault('VARIABLE_UNKNOWN', `${bare} takes no policy variables`)
    else if (!comparison.accepts(value)) fault('VALUE_INVALID', `"${value}" is not a value for ${bare}`)
  }
  return condition
}
