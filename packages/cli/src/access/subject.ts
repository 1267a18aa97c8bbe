// Whom a review asks about: the account's users, roles and root user with their policies, and whoever else the policy of a
// resource names.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
import { matchNotPrincipal, matchPrincipal, type Principal, splitArn } from '@coffer/sandbox/iam'
import { anotherAccount, type Facts, type Truth, toFacts } from './condition.ts'
import type { Named } from './elements.ts'
import type { Statement } from './statement.ts'

export type Subject = {
  readonly kind: 'user' | 'role' | 'root' | 'foreign' | 'service' | 'other' | 'anyone'
  /** ARN, service principal, `Federated NAME`, or `*`: anybody in any account. */
  readonly name: string
  /** Unique id (`AIDA...`, `AROA...`), by which a policy may name a user or role. */
  readonly id?: string | undefined
  /** As the evaluator knows them; a role is a session of it whose name is not known. */
  readonly principal: Principal
  /** What is known of any request they make. */
  readonly facts: Facts
  /** Of a principal of the account. The policies of others are not in view. */
  readonly policies: readonly Statement[]
  readonly boundary?: readonly Statement[] | undefined
  /** Of a role: who may assume it. */
  readonly assumableBy?: readonly string[] | undefined
}

/** How a statement names somebody. `direct` and `role` are permissions, `account` is the account's to give on. */
export type Naming = { readonly truth: Truth; readonly closeness: 'direct' | 'role' | 'account' }

type Policies = Pick<Subject, 'policies' | 'boundary'>

/** Makes a user of the account. */
export function userSubject(
  user: { readonly arn: string; readonly name: string; readonly id?: string | undefined },
  policies: Policies,
): Subject {
  const accountId = accountIn(user.arn)
  const facts = {
    ...ofAccount(accountId),
    'aws:PrincipalArn': user.arn,
    'aws:PrincipalType': 'User',
    'aws:username': user.name,
    'lambda:SourceFunctionArn': [],
  }
  const principal = { kind: 'user', arn: user.arn, accountId, name: user.name } as const
  return { kind: 'user', name: user.arn, id: user.id, principal, facts: toFacts(facts), ...policies }
}

/** Makes a role of the account. Which function, if any, acts as it is not known. */
export function roleSubject(
  role: { readonly arn: string; readonly id?: string | undefined },
  policies: Policies & Required<Pick<Subject, 'assumableBy'>>,
): Subject {
  const accountId = accountIn(role.arn)
  const facts = {
    ...ofAccount(accountId),
    'aws:PrincipalArn': role.arn,
    'aws:PrincipalType': 'AssumedRole',
    'aws:username': [],
  }
  const principal = {
    kind: 'session',
    arn: `${sessionsOf(role.arn)}*`,
    roleArn: role.arn,
    accountId,
  } as const
  return { kind: 'role', name: role.arn, id: role.id, principal, facts: toFacts(facts), ...policies }
}

/** Makes the root user of the account, who may do everything that no policy of a resource keeps from them. */
export function rootSubject(partition: string, accountId: string): Subject {
  const arn = `arn:${partition}:iam::${accountId}:root`
  const everything: Statement = {
    source: 'identity',
    reference: 'root user',
    effect: 'Allow',
    actions: { except: false, list: ['*'] },
    resources: { except: false, list: ['*'] },
    conditions: [],
    isUnderstood: true,
  }
  const user = userSubject({ arn, name: 'root' }, { policies: [everything] })
  const facts = toFacts({ 'aws:PrincipalType': 'Account', 'aws:username': [] })
  return { ...user, kind: 'root', facts: new Map([...user.facts, ...facts]) }
}

/** Makes a principal of another account, or that account as a whole, by its ARN. */
export function foreignSubject(arn: string): Subject {
  const [, , service, , accountId = '', resource = ''] = splitArn(arn) ?? []
  const isIdentity = service === 'iam' && resource !== 'root'
  const facts = { ...ofAccount(accountId), ...(isIdentity ? { 'aws:PrincipalArn': arn } : {}) }
  const principal = { kind: 'user', arn, accountId, name: resource } as const
  return { kind: 'foreign', name: arn, principal, facts: toFacts(facts), policies: [] }
}

/** Makes an AWS service that acts for itself: it has no account and no ARN. */
export function serviceSubject(service: string): Subject {
  const facts = {
    'aws:PrincipalIsAWSService': 'true',
    'aws:PrincipalServiceName': service,
    'aws:PrincipalArn': [],
    'aws:PrincipalAccount': [],
    'aws:username': [],
  }
  const principal = { kind: 'service', service } as const
  return { kind: 'service', name: service, principal, facts: toFacts(facts), policies: [] }
}

/** Makes a federated or canonical principal, or one whose name is not understood: nothing is known of it. */
export function otherSubject(name: string): Subject {
  return { kind: 'other', name, principal: { kind: 'anonymous' }, facts: new Map(), policies: [] }
}

/** Anybody of an account that no policy speaks of. */
export const anyone: Subject = {
  kind: 'anyone',
  name: '*',
  principal: { kind: 'anonymous' },
  facts: toFacts({
    'aws:PrincipalAccount': anotherAccount,
    'kms:CallerAccount': anotherAccount,
    'aws:PrincipalIsAWSService': 'false',
  }),
  policies: [],
}

/**
 * Tells how a statement names somebody.
 *
 * @param statement Any statement.
 * @param subject Who.
 * @returns Every way in which it does, or may; `maybe` where it is about one session of a role, or where it depends on what
 *   NotPrincipal means for them.
 */
export function naming({ principals }: Statement, subject: Subject): readonly Naming[] {
  if (principals === undefined) return [direct]
  const named = namedBy(principals.list, subject)
  if (!principals.except) return named
  if (isLeftOut(principals.list, subject)) return []
  // Somebody whose account alone is left out is denied; an account is left out by either of its names.
  const mayBeLeftOut = named.some(
    ({ closeness }) => closeness !== 'account' || subject.name.endsWith(':root'),
  )
  return [{ truth: mayBeLeftOut ? 'maybe' : 'yes', closeness: 'direct' }]
}

const direct: Naming = { truth: 'yes', closeness: 'direct' }

function namedBy(list: Named, { kind, id, name, principal }: Subject): readonly Naming[] {
  const has = (text: string): boolean => list.aws.includes(text)
  if (has('*')) return [direct]
  if (kind === 'other') return has(name) || list.other.includes(name) ? [direct] : []
  const isById = id !== undefined && has(id)
  const closeness = matchPrincipal(list, principal)
  if (principal.kind !== 'session') {
    if (isById) return [direct]
    return closeness === undefined ? [] : [{ truth: 'yes', closeness }]
  }
  const sessions = sessionsOf(principal.roleArn)
  const bySession: readonly Naming[] = list.aws.some(one => one.startsWith(sessions))
    ? [{ truth: 'maybe', closeness: 'direct' }]
    : []
  if (isById) return [{ truth: 'yes', closeness: 'role' }, ...bySession]
  return closeness === undefined ? bySession : [{ truth: 'yes', closeness }, ...bySession]
}

/** AWS wants every name of a principal listed, and a session of a role has one that is not known here. */
function isLeftOut(list: Named, subject: Subject): boolean {
  const { kind, principal } = subject
  if (kind === 'other') return namedBy(list, subject).length > 0
  return !matchNotPrincipal(list, principal)
}

function ofAccount(accountId: string): Readonly<Record<string, string>> {
  return {
    'aws:PrincipalAccount': accountId,
    'kms:CallerAccount': accountId,
    'aws:PrincipalIsAWSService': 'false',
  }
}

function accountIn(arn: string): string {
  return splitArn(arn)?.[4] ?? ''
}

/** The ARNs of a role's sessions begin so; they do not have the role's path. */
function sessionsOf(roleArn: string): string {
  const [, partition = '', , , accountId = '', resource = ''] = splitArn(roleArn) ?? []
  return `arn:${partition}:sts::${accountId}:assumed-role/${resource.split('/').at(-1) ?? ''}/`
}
