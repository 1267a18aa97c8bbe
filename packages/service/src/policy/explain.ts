// Why a rule applies to a question or does not: each of its demands is asked of Cedar by itself.
import { printable } from '../effects/effect.ts'
import { askCedar } from './ask.ts'
import { type PolicyJson, policyToText, preparsePolicySet } from './cedar.ts'
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
  examine(question, policy)
    .toSorted((a, b) => rank(a) - rank(b) || a.unmet.length - b.unmet.length)
    .map(examined => explanationOf(examined, question))

/**
 * Explains a question that no rule permits by the permits that lack as little as any.
 *
 * @param question Of a judgement.
 * @param policy The policy.
 * @returns At most three.
 */
export const explainNearest = (question: Question, policy: Policy): readonly RuleExplanation[] => {
  const permits = examine(question, policy).filter(({ rule }) => rule.effect === 'permit')
  const least = Math.min(...permits.map(({ unmet }) => unmet.length))
  return permits
    .filter(({ unmet }) => unmet.length === least)
    .slice(0, 3)
    .map(examined => explanationOf(examined, question))
}

type Examined = { readonly rule: Rule; readonly unmet: readonly Requirement[] }

const examine = (question: Question, policy: Policy): readonly Examined[] => {
  const demands = demandsOf(policy)
  const answer = askCedar(question, demands.policySetId)
  // A demand that cannot be evaluated, for example because another one is not met, is not met either.
  const held = new Set(answer.type === 'failure' ? [] : answer.response.diagnostics.reason)
  return demands.rules
    .filter(({ rule }) => rule.actions?.includes(question.action.id) ?? true)
    .map(({ rule, requirements }) => ({
      rule,
      unmet: requirements.filter(({ id }) => !held.has(id)).map(({ requirement }) => requirement),
    }))
}

/** Every demand of a policy as a rule of its own: those that hold are then the reasons of one decision. */
type Demands = {
  readonly policySetId: string
  readonly rules: readonly {
    readonly rule: Rule
    readonly requirements: readonly { readonly id: string; readonly requirement: Requirement }[]
  }[]
}

const demandsOf = (policy: Policy): Demands => {
  const known = demandsByPolicy.get(policy)
  if (known !== undefined) return known
  const rules = policy.rules.map((rule, index) => ({
    rule,
    requirements: requirementsOf(rule.json).map((requirement, part) => ({
      id: `${index}.${part}`,
      requirement,
    })),
  }))
  const policySetId = `demands of ${policy.version}`
  const parsed = preparsePolicySet(policySetId, {
    staticPolicies: Object.fromEntries(
      rules.flatMap(({ requirements }) =>
        requirements.map(({ id, requirement }) => [id, alone(requirement)]),
      ),
    ),
  })
  if (parsed.type === 'failure') throw new Error(parsed.errors.map(error => error.message).join('\n'))
  const demands = { policySetId, rules }
  demandsByPolicy.set(policy, demands)
  return demands
}

/** Made when something is explained for the first time. */
const demandsByPolicy = new WeakMap<Policy, Demands>()

/** Those that apply, then the permits, then the forbids. */
const rank = ({ rule, unmet }: Examined): number =>
  unmet.length === 0 ? 0 : rule.effect === 'permit' ? 1 : 2

const explanationOf = ({ rule, unmet }: Examined, question: Question): RuleExplanation => ({
  rule: rule.id,
  effect: rule.effect,
  applies: unmet.length === 0,
  unmet: unmet.map(requirement => ({
    demand: demandText(requirement),
    facts: factsBehind(requirement, question),
  })),
})

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
  if (typeof value === 'string') return printable(value)
  if (typeof value !== 'object') return String(value)
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
