// Reading Cedar's JSON form of a rule: which entities it names, what its conditions are one by one, and to which entities
// it confines something. https://docs.cedarpolicy.com/policies/json-format.html
import type { Expr, PolicyJson } from './cedar.ts'

/** An entity as rules name it. */
export type EntityId = { readonly type: string; readonly id: string }

/** One thing that must be so for a rule to apply. */
export type Requirement =
  | { readonly about: 'principal'; readonly constraint: PolicyJson['principal'] }
  | { readonly about: 'resource'; readonly constraint: PolicyJson['resource'] }
  | { readonly about: 'condition'; readonly kind: 'when' | 'unless'; readonly expression: Expr }

/**
 * Takes a rule's demands apart, besides that of its action: the scope, and each part of its conditions that is joined to
 * the rest by "and" (or, in `unless`, by "or").
 */
export const requirementsOf = (rule: PolicyJson): readonly Requirement[] => [
  ...(rule.principal.op === 'All' ? [] : [{ about: 'principal' as const, constraint: rule.principal }]),
  ...(rule.resource.op === 'All' ? [] : [{ about: 'resource' as const, constraint: rule.resource }]),
  ...rule.conditions.flatMap(({ kind, body }) =>
    split(body, kind === 'when' ? '&&' : '||').map(expression => ({
      about: 'condition' as const,
      kind,
      expression,
    })),
  ),
]

const split = (expression: Expr, operator: '&&' | '||'): readonly Expr[] => {
  const sides = operands(expression, operator)
  return sides === undefined ? [expression] : sides.flatMap(side => split(side, operator))
}

/** The two sides of a binary operator, if the expression is one. */
const operands = (expression: Expr, operator: string): readonly [Expr, Expr] | undefined => {
  const found = (expression as Readonly<Record<string, unknown>>)[operator]
  if (typeof found !== 'object' || found === null || !('left' in found) || !('right' in found))
    return undefined
  return [found.left as Expr, found.right as Expr]
}

/** Every entity that a rule names, in its scope or its conditions. Actions are not among them. */
export const entitiesIn = (rule: PolicyJson): readonly EntityId[] =>
  [rule.principal, rule.resource, rule.conditions].flatMap(entitiesWithin)

const entitiesWithin = (value: unknown): readonly EntityId[] => {
  if (typeof value !== 'object' || value === null) return []
  if (isEntityId(value)) return [{ type: value.type, id: value.id }]
  return Object.values(value).flatMap(entitiesWithin)
}

const isEntityId = (value: object): value is EntityId =>
  'type' in value &&
  'id' in value &&
  typeof value.type === 'string' &&
  typeof value.id === 'string' &&
  Object.keys(value).length === 2

/** Every decimal literal of a rule. */
export const decimalsIn = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) return []
  const own =
    'decimal' in value && Array.isArray(value.decimal)
      ? value.decimal.flatMap((argument: unknown) =>
          typeof argument === 'object' && argument !== null && 'Value' in argument
            ? [String(argument.Value)]
            : [],
        )
      : []
  return [...own, ...Object.values(value).flatMap(decimalsIn)]
}

/** Names the thing that is confined: `principal`, `resource`, or an attribute of the context. */
export type Subject = 'principal' | 'resource' | `context.${string}`

/**
 * To which entities a rule confines something, by `==` or `in`.
 *
 * @returns The entities; `undefined` where the rule does not, or not in a way that is understood here, so that it could be
 *   any. Never leaves out an entity for which the rule can apply.
 */
export const confinedTo = (rule: PolicyJson, subject: Subject): readonly EntityId[] | undefined =>
  requirementsOf(rule)
    .map(requirement => {
      if (requirement.about === 'condition')
        return requirement.kind === 'when' ? confinedBy(requirement.expression, subject) : undefined
      if (requirement.about !== subject || !('entity' in requirement.constraint)) return undefined
      return entitiesWithin(requirement.constraint.entity)
    })
    .find(entities => entities !== undefined)

const confinedBy = (expression: Expr, subject: Subject): readonly EntityId[] | undefined => {
  const alternatives = operands(expression, '||')?.map(side => confinedBy(side, subject))
  if (alternatives !== undefined)
    return alternatives.includes(undefined) ? undefined : alternatives.flatMap(entities => entities ?? [])
  const both = operands(expression, '&&')?.map(side => confinedBy(side, subject))
  if (both !== undefined) return both.find(entities => entities !== undefined)
  for (const operator of ['==', 'in']) {
    const [left, right] = operands(expression, operator) ?? []
    if (left === undefined || right === undefined || !isSubject(left, subject)) continue
    if (isLiteral(right)) return entitiesWithin(right)
    // What a wallet's own facts say, such as its factory.
    if (isAttributeOf(right, 'resource')) return []
  }
  return undefined
}

const isSubject = (expression: Expr, subject: Subject): boolean => {
  const [base = '', attribute] = subject.split('.')
  return attribute === undefined ? isVariable(expression, base) : isAttributeOf(expression, base, attribute)
}

const isVariable = (expression: Expr, name: string): boolean => 'Var' in expression && expression.Var === name

const isAttributeOf = (expression: Expr, variable: string, attribute?: string): boolean => {
  const access = (expression as { readonly '.'?: { readonly left: Expr; readonly attr: string } })['.']
  return (
    access !== undefined &&
    isVariable(access.left, variable) &&
    (attribute === undefined || access.attr === attribute)
  )
}

/** An entity, or a set of entities: nothing that depends on the request. */
const isLiteral = (expression: Expr): boolean =>
  'Value' in expression ||
  ('Set' in expression && Array.isArray(expression.Set) && expression.Set.every(isLiteral))
