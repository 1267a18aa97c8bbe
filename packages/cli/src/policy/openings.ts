// What a policy leaves open that somebody should look at twice.
import { DANGERS, type OpenDanger, openDangers, type Policy, type Rule } from '@coffer/service/policy'

/** Tells each dangerous action that a rule permits: what it is, by which rule, to whom, and of which wallet. */
export function describeDangers(policy: Policy): readonly string[] {
  return openDangers(policy).map(
    danger =>
      `${danger.action} (${DANGERS[danger.action]}): ${danger.rule} opens it to ${whom(danger)}, ${wallet(danger)}, ${danger.isConditional ? 'under its conditions' : 'WITHOUT CONDITIONS'}`,
  )
}

/** The permits of calls that do not say which contract may be called. */
export function unboundedCalls({ rules }: Policy): readonly string[] {
  return rules
    .filter(
      rule => rule.effect === 'permit' && rule.actions?.includes('call') === true && !namesContract(rule),
    )
    .map(({ id }) => id)
}

function whom({ principals }: OpenDanger): string {
  return principals === undefined
    ? 'whoever may call the endpoint'
    : principals.map(text => text.replace('::', ' ')).join(' and ')
}

function wallet({ wallets }: OpenDanger): string {
  return wallets === undefined ? 'of every wallet' : `of the wallet ${wallets.join(' and ')}`
}

function namesContract({ json }: Rule): boolean {
  return json.conditions.some(({ kind, body }) => kind === 'when' && comparesContract(body))
}

/** Whether the contract is compared with something, other than to be excluded. */
function comparesContract(expression: unknown): boolean {
  if (typeof expression !== 'object' || expression === null) return false
  return Object.entries(expression).some(([operator, operands]: [string, unknown]) => {
    if (operator === '!' || operator === '!=') return false
    return comparisons.has(operator) && mentionsContract(operands) ? true : comparesContract(operands)
  })
}

const comparisons: ReadonlySet<string> = new Set(['==', 'in', 'contains'])

function mentionsContract(operands: unknown): boolean {
  if (typeof operands !== 'object' || operands === null) return false
  if ('attr' in operands && operands.attr === 'contract') return true
  return Object.values(operands).some(mentionsContract)
}
