// Whether a request is allowed, and by which statements.
// IAM User Guide, "Policy evaluation logic", "Cross-account policy evaluation logic"; API Gateway Developer Guide, "How
// API Gateway resource policies affect authorization workflow"; KMS Developer Guide, "Key policies in AWS KMS".
import { accountOf } from './arn.ts'
import { type Context, createContext, type RequestContext } from './conditionKeys.ts'
import { conditionHolds } from './conditions.ts'
import type { PolicyKind } from './elements.ts'
import { matchesAction, matchesResource, type Variables } from './match.ts'
import type { Policy, Statement } from './policy.ts'
import { type Closeness, matchNotPrincipal, matchPrincipal, type Principal } from './principal.ts'

export type DecisionRequest = {
  readonly principal: Principal
  /** For example `kms:Sign`. */
  readonly action: string
  /** The ARN of the resource; `*` for a call that names none. */
  readonly resource: string
  /** The account of a resource whose ARN does not tell it, 12 digits. Unless it is told, that is another account. */
  readonly resourceAccount?: string | undefined
  readonly context: RequestContext
  readonly policies: Policies
}

/** Every policy that applies to the request. */
export type Policies = {
  /** Of the user and their groups, or of the role. */
  readonly identity: readonly Policy[]
  /** Permissions boundary of the user or role: what it does not allow, an identity-based policy cannot give. */
  readonly boundary?: Policy | undefined
  /** Of the resource: an API, a function, a KMS key, or the trust policy of a role. */
  readonly resource?: Policy | undefined
  /** Of the VPC endpoint the request came through. */
  readonly endpoint?: Policy | undefined
}

/** Where a statement stands. */
export type StatementReference = {
  readonly policy: string
  readonly kind: PolicyKind
  /** Its Sid, or else its place in the document, from 0. */
  readonly statement: string | number
}

export type Decision =
  /** `by` holds the statements that together allow; it is empty where nothing asks for permission. */
  | { readonly outcome: 'allow'; readonly by: readonly StatementReference[] }
  | { readonly outcome: 'explicitDeny'; readonly by: readonly [StatementReference, ...StatementReference[]] }
  /** Nothing denies, but something that must allow does not. */
  | { readonly outcome: 'implicitDeny'; readonly missing: PolicyKind }

/**
 * Decides a request.
 *
 * A Deny anywhere decides. Without one, within an account either the principal's policies or the resource's must
 * allow; across accounts both. A key policy or a trust policy is asked even within the account: what it does not allow,
 * to the principal or to the account as a whole, no identity-based policy can.
 *
 * @param request Who wants to do what to which resource, and all policies that apply.
 * @returns The decision, with the statements it rests on.
 * @throws {POLICY_INVALID} the context holds what it cannot.
 */
export const decide = (request: DecisionRequest): Decision => {
  const { principal, policies } = request
  const context = createContext(principal, request.context)
  const asked: Asked = { ...request, context, variables: variablesOf(context) }
  const { identity, boundary, resource, endpoint } = policies
  const applicable = [resource, endpoint, boundary, ...identity].flatMap(policy => policy ?? [])
  const [denial, ...denials] = applicable.flatMap(policy => find(policy, 'Deny', asked))
  if (denial) return { outcome: 'explicitDeny', by: [denial.reference, ...denials.map(toReference)] }
  const [passage] = endpoint ? find(endpoint, 'Allow', asked) : []
  if (endpoint && !passage) return { outcome: 'implicitDeny', missing: 'endpoint' }
  const grants = resource ? find(resource, 'Allow', asked) : []
  const decision = decideGrant(asked, closest(grants))
  return decision.outcome === 'allow' && passage
    ? { ...decision, by: [...decision.by, passage.reference] }
    : decision
}

type Asked = Omit<DecisionRequest, 'context'> & { readonly context: Context; readonly variables: Variables }

/** A statement that applies, and how closely it names the principal. */
type Applying = { readonly reference: StatementReference; readonly closeness: Closeness }

/** @param grant The Allow of the resource's policy that names the principal most closely. */
const decideGrant = (asked: Asked, grant: Applying | undefined): Decision => {
  const { principal, resource, resourceAccount, policies } = asked
  const kind = policies.resource?.kind ?? 'resource'
  const own = policies.identity.flatMap(policy => find(policy, 'Allow', asked))[0]
  const limit = policies.boundary ? find(policies.boundary, 'Allow', asked)[0] : undefined
  const isLimited = policies.boundary !== undefined && !limit
  const missing = (missing: PolicyKind): Decision => ({ outcome: 'implicitDeny', missing })
  const allow = (...by: readonly (Applying | undefined)[]): Decision => ({
    outcome: 'allow',
    by: by.flatMap(one => (one ? [one.reference] : [])),
  })
  // Neither has an account whose policies could speak for it.
  if (principal.kind === 'anonymous' || principal.kind === 'service')
    return grant ? allow(grant) : missing(kind)
  const isOwnAccount = resource === '*' || (accountOf(resource) ?? resourceAccount) === principal.accountId
  // Within the account, an Allow for the principal itself is enough, whatever else is silent.
  if (isOwnAccount && grant?.closeness === 'direct') return allow(grant)
  if (isOwnAccount && grant?.closeness === 'role')
    return isLimited ? missing('boundary') : allow(grant, limit)
  // Otherwise the principal's own policies must allow, and the resource's too where it is a door or another account's.
  const isDoor = kind === 'key' || kind === 'trust'
  if (isDoor && !grant) return missing(kind)
  if (!own) return missing('identity')
  if (isLimited) return missing('boundary')
  if (isOwnAccount && !isDoor) return allow(own, limit)
  return grant ? allow(grant, own, limit) : missing(kind)
}

const closest = (grants: readonly Applying[]): Applying | undefined => {
  const order: readonly Closeness[] = ['direct', 'role', 'account']
  return order.flatMap(closeness => grants.filter(grant => grant.closeness === closeness))[0]
}

/** The statements of a policy with this effect that apply. */
const find = (policy: Policy, effect: Statement['effect'], asked: Asked): readonly Applying[] =>
  policy.statements.flatMap(statement => {
    const closeness = statement.effect === effect ? match(statement, asked) : undefined
    if (!closeness) return []
    const reference = {
      policy: policy.name,
      kind: policy.kind,
      statement: statement.sid ?? statement.index,
    }
    return [{ reference, closeness }]
  })

const match = (statement: Statement, asked: Asked): Closeness | undefined => {
  const { actions, resources, conditions } = statement
  const { action, resource, context, variables } = asked
  if (actions.list.some(pattern => matchesAction(pattern, action)) === actions.except) return undefined
  const isNamed = resources?.list.some(pattern => matchesResource(pattern, resource, variables))
  if (resources && isNamed === resources.except) return undefined
  if (!conditions.every(condition => conditionHolds(condition, context, variables))) return undefined
  return matchPrincipals(statement, asked)
}

const matchPrincipals = ({ principals }: Statement, asked: Asked): Closeness | undefined => {
  if (!principals) return 'direct'
  if (!principals.except) return matchPrincipal(principals.list, asked.principal)
  // AWS: NotPrincipal denies whoever has a permissions boundary, listed or not.
  const applies = asked.policies.boundary !== undefined || matchNotPrincipal(principals.list, asked.principal)
  return applies ? 'direct' : undefined
}

/** Policy variables are single-valued keys. */
const variablesOf = (context: Context): Variables =>
  new Map([...context].flatMap(([key, [value]]) => (value === undefined ? [] : [[key, value]])))

const toReference = (applying: Applying): StatementReference => applying.reference
