// Why a rule applies to a question or does not: each of its demands is asked of Cedar by itself.
import { isAuthorized, type PolicyJson, policyToText } from './cedar.ts'
import { type Requirement, requirementsOf } from './expression.ts'
import type { Policy } from './policy.ts'
import type { Question, Value } from './question.ts'
import type { Rule } from './rules.ts'

/** One rule, and what it demands that is not so. */
export type RuleExplanation = {
  readonly rule: string
  readonly effect: 'permit' | 'forbid'
  /** Whether all its demands are met. */
  readonly applies: boolean
  readonly unmet: readonly UnmetDemand[]
}

/** A demand as the rule states it, and what is the case instead. */
export type UnmetDemand = { readonly demand: string; readonly facts: readonly string[] }

/**
 * Explains a question by the rules about its action: those that apply, then the permits, then the forbids, by how little
 * is missing.
 *
 * @param question Of a judgement.
 * @param policy The policy.
 */
export const explain = (question: Question, policy: Policy): readonly RuleExplanation[] =>
  policy.rules
    .filter(rule => rule.actions?.includes(question.action.id) ?? true)
    .map(rule => explainRule(rule, question))
    .toSorted((a, b) => rank(a) - rank(b) || a.unmet.length - b.unmet.length)

/** Those that apply, then the permits, then the forbids. */
const rank = ({ applies, effect }: RuleExplanation): number => (applies ? 0 : effect === 'permit' ? 1 : 2)

const explainRule = (rule: Rule, question: Question): RuleExplanation => {
  const requirements = requirementsOf(rule.json)
  const held = whichHold(requirements, question)
  const unmet = requirements
    .filter((_, index) => !held.has(index))
    .map(requirement => ({
      demand: demandText(requirement),
      facts: factsBehind(requirement, question),
    }))
  return { rule: rule.id, effect: rule.effect, applies: unmet.length === 0, unmet }
}

/** Asks about all of them at once, as one rule each: those that hold are the reasons of the decision. */
const whichHold = (requirements: readonly Requirement[], question: Question): ReadonlySet<number> => {
  const { principal, action, resource, context, entities } = question
  const answer = isAuthorized({
    principal,
    action,
    resource,
    context: { ...context },
    entities: [...entities],
    policies: {
      staticPolicies: Object.fromEntries(
        requirements.map((requirement, index) => [String(index), alone(requirement)]),
      ),
    },
  })
  return new Set(answer.type === 'failure' ? [] : answer.response.diagnostics.reason.map(Number))
}

/** A rule that permits whatever meets this one demand. */
const alone = (requirement: Requirement): PolicyJson => ({
  effect: 'permit',
  principal: requirement.about === 'principal' ? requirement.constraint : { op: 'All' },
  action: { op: 'All' },
  resource: requirement.about === 'resource' ? requirement.constraint : { op: 'All' },
  conditions:
    requirement.about === 'condition' ? [{ kind: requirement.kind, body: requirement.expression }] : [],
})

const demandText = (requirement: Requirement): string => {
  const answer = policyToText(alone(requirement))
  if (answer.type === 'failure') return 'a condition that cannot be shown'
  const [, principal, resource, kind, condition] =
    /^permit\(\s*(.*?),\s*action,\s*(.*?)\s*\)(?: (when|unless) \{ (.*) \})?;$/s.exec(answer.text) ?? []
  if (condition !== undefined) return kind === 'unless' ? `not (${condition})` : condition
  return (requirement.about === 'principal' ? principal : resource) ?? answer.text
}

/** What the request says about the things that a demand speaks of. */
const factsBehind = (requirement: Requirement, question: Question): readonly string[] => {
  if (requirement.about === 'principal')
    return [`principal is ${describeEntity(question.principal, question)}`]
  if (requirement.about === 'resource') return [`resource is ${describeEntity(question.resource, question)}`]
  return [...subjectsIn(requirement.expression)].map(subject => {
    if (subject === 'principal' || subject === 'resource')
      return `${subject} is ${describeEntity(question[subject], question)}`
    const value = question.context[subject.slice('context.'.length)]
    return value === undefined ? `${subject} is absent` : `${subject} is ${describeValue(value, question)}`
  })
}

/** The variables and the attributes of the context that an expression reads. */
const subjectsIn = (expression: unknown): ReadonlySet<string> => {
  const found = new Set<string>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if ('Var' in value && (value.Var === 'principal' || value.Var === 'resource')) found.add(value.Var)
    if ('left' in value && 'attr' in value && isContext(value.left)) found.add(`context.${value.attr}`)
    for (const child of Object.values(value)) visit(child)
  }
  visit(expression)
  return found
}

const isContext = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'Var' in value && value.Var === 'context'

const describeValue = (value: Value, question: Question): string => {
  if (typeof value !== 'object') return JSON.stringify(value)
  return '__extn' in value ? value.__extn.arg : describeEntity(value.__entity, question)
}

const describeEntity = (uid: Question['principal'], { entities }: Question): string => {
  const entity = entities.find(
    other => 'type' in other.uid && other.uid.type === uid.type && other.uid.id === uid.id,
  )
  const parents = (entity?.parents ?? []).map(parent => ('type' in parent ? parent.id : parent.__entity.id))
  const role = uid.type === 'Principal' ? 'role' : 'group'
  if (parents.length > 0) return `${uid.id}, in ${parents.join(' and ')}`
  return uid.type === 'Principal' || uid.type === 'Address' ? `${uid.id}, in no ${role}` : uid.id
}
