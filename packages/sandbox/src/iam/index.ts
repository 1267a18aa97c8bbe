// The IAM evaluator by itself, for programs that read policies: what deciding a request is made of, and deciding one.
export { type Account, createAccount, findCaller, functionCaller } from './account.ts'
export { accountOf, splitArn } from './arn.ts'
export { type Comparison, comparisons } from './comparisons.ts'
export type { Condition } from './conditions.ts'
export { type Decision, decide, type Policies } from './decide.ts'
export { isObject, type Listed, type PolicyKind, statementElements } from './elements.ts'
export { matchesAction, matchesResource, matchesText, unknownVariables, type Variables } from './match.ts'
export { overlaps } from './overlap.ts'
export { type Policy, parsePolicy, type Statement } from './policy.ts'
export {
  type Closeness,
  matchNotPrincipal,
  matchPrincipal,
  type Principal,
  type PrincipalElement,
} from './principal.ts'
export { loadTemplate } from './template.ts'
