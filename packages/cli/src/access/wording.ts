// What it takes for a statement to apply, or for a Deny not to, in the words of the policy.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
import { type Condition, splitArn } from '@coffer/sandbox/iam'
import type { Applying } from './apply.ts'
import { isCallersChoice } from './condition.ts'

/**
 * Says under which conditions an Allow applies.
 *
 * @param applying The Allow.
 * @param resource What it is asked for.
 * @returns One text for each condition, beginning with `if`; none where it applies for certain.
 */
export function describeAllow(applying: Applying, resource: string): readonly string[] {
  const { statement, open, openResources, isCertainOfWhomAndWhat } = applying
  if (!statement.isUnderstood) return [`if ${statement.reference} allows it, which is not understood`]
  const told = [
    ...open.filter(one => !isCallersChoice(one)).map(one => `if ${describe(one)}`),
    ...openResources.map(pattern => `if ${resource} is ${pattern}`),
  ]
  if (told.length > 0 || isCertainOfWhomAndWhat || !isOfOneSession(applying)) return told
  return [`if it is the session that ${statement.reference} names`]
}

/**
 * Says under which conditions a Deny that may apply does not.
 *
 * @param applying The Deny.
 * @returns A text beginning with `if`, `unless` or `only`; none where the caller can always avoid it.
 */
export function describeDenial({
  statement,
  open,
  openResources,
  isCertainOfWhomAndWhat,
}: Applying): readonly string[] {
  if (!statement.isUnderstood) return []
  if (open.some(isCallersChoice)) return []
  const [one, ...more] = open
  const contrary = one && more.length === 0 && isCertainOfWhomAndWhat ? toContrary(one) : undefined
  if (contrary) return [describeOnly(contrary)]
  const told = [...open.map(describe), ...openResources.map(pattern => `it is ${pattern}`)]
  return [`unless ${told.length === 0 ? 'it is denied' : told.join(' and ')} (${statement.reference})`]
}

/** What must hold for a Deny with a negated operator not to apply. */
function toContrary(condition: Condition): Condition | undefined {
  const operator = condition.operator.replace(/^(String|Arn|Numeric|Date)?Not(?=[A-Z])/, '$1')
  if (condition.set !== undefined || operator === condition.operator) return undefined
  return { ...condition, operator, ifExists: false }
}

function describeOnly(condition: Condition): string {
  const [arn = '', ...others] = condition.values
  const name = /^function:([^*?$:]+)$/.exec(splitArn(arn)?.[5] ?? '')?.[1]
  const isFunction = condition.key.toLowerCase() === 'lambda:sourcefunctionarn' && others.length === 0
  return isFunction && name !== undefined ? `only as the function ${name}` : `only if ${describe(condition)}`
}

function isOfOneSession({ statement, closeness }: Applying): boolean {
  return statement.principals?.except === false && closeness === 'direct'
}

function describe({ operator, set, ifExists, key, values }: Condition): string {
  const name = `${set === undefined ? '' : `${set}:`}${operator}${ifExists ? 'IfExists' : ''}`
  return `${key} ${name} ${values.join(' or ')}`
}
