// The users and roles of an account with all their policies, out of what IAM tells of it.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
import type {
  AttachedPermissionsBoundary,
  AttachedPolicy,
  GroupDetail,
  ManagedPolicyDetail,
  PolicyDetail,
  RoleDetail,
  UserDetail,
} from '@aws-sdk/client-iam'
import { matchesAction } from '@coffer/sandbox/iam'
import { type NotUnderstood, type ReadPolicy, readPolicy, type Source, unreadable } from './statement.ts'
import { roleSubject, type Subject, userSubject } from './subject.ts'

/** All pages of GetAccountAuthorizationDetails. */
export type AccountDetails = {
  readonly users: readonly UserDetail[]
  readonly groups: readonly GroupDetail[]
  readonly roles: readonly RoleDetail[]
  readonly policies: readonly ManagedPolicyDetail[]
}

/**
 * Reads the users and roles.
 *
 * @param details What IAM tells; documents are URL-encoded JSON, as IAM sends them.
 * @returns Everybody with their policies, and what was not understood. A policy that is attached but not told of may allow
 *   anything.
 */
export function readIdentities(details: AccountDetails): {
  readonly subjects: readonly Subject[]
  readonly notUnderstood: readonly NotUnderstood[]
} {
  const notUnderstood: NotUnderstood[] = []
  const keep = (read: ReadPolicy): ReadPolicy['statements'] => {
    notUnderstood.push(...read.notUnderstood)
    return read.statements
  }
  const managed = once((key: string) => {
    const [source, arn = ''] = key.split(' ')
    return keep(readManaged(details, arn, source === 'boundary' ? 'boundary' : 'identity'))
  })
  const attached = (list: readonly AttachedPolicy[] | undefined): ReadPolicy['statements'] =>
    (list ?? []).flatMap(({ PolicyArn = '' }) => managed(`identity ${PolicyArn}`))
  const inline = (list: readonly PolicyDetail[] | undefined, prefix = ''): ReadPolicy['statements'] =>
    (list ?? []).flatMap(({ PolicyName = '', PolicyDocument }) =>
      keep(readDocument(PolicyDocument, `${prefix}${PolicyName}`, 'identity')),
    )
  const boundaryOf = (
    boundary: AttachedPermissionsBoundary | undefined,
  ): ReadPolicy['statements'] | undefined =>
    boundary && managed(`boundary ${boundary.PermissionsBoundaryArn ?? ''}`)
  const group = once((name: string) => {
    const found = details.groups.find(one => one.GroupName === name)
    if (!found) return keep(unreadable(`group ${name}`, 'identity', 'IAM does not tell of this group'))
    return [...inline(found.GroupPolicyList, `group ${name}: `), ...attached(found.AttachedManagedPolicies)]
  })
  const users = details.users.map(user =>
    userSubject(
      { arn: user.Arn ?? '', name: user.UserName ?? '', id: user.UserId },
      {
        policies: [
          ...inline(user.UserPolicyList),
          ...attached(user.AttachedManagedPolicies),
          ...(user.GroupList ?? []).flatMap(group),
        ],
        boundary: boundaryOf(user.PermissionsBoundary),
      },
    ),
  )
  const roles = details.roles.map(role =>
    roleSubject(
      { arn: role.Arn ?? '', id: role.RoleId },
      {
        policies: [...inline(role.RolePolicyList), ...attached(role.AttachedManagedPolicies)],
        boundary: boundaryOf(role.PermissionsBoundary),
        assumableBy: assumableBy(
          keep(readDocument(role.AssumeRolePolicyDocument, `trust policy of ${role.RoleName}`, 'trust')),
        ),
      },
    ),
  )
  return { subjects: [...users, ...roles], notUnderstood }
}

/**
 * Reads a policy document in the form in which IAM sends it.
 *
 * @param encoded URL-encoded JSON.
 */
export function readDocument(encoded: string | undefined, name: string, source: Source): ReadPolicy {
  let document: unknown
  try {
    document = JSON.parse(decodeURIComponent(encoded ?? ''))
  } catch {
    return unreadable(name, source, 'it is no URL-encoded JSON')
  }
  return readPolicy(document, name, source)
}

function readManaged(details: AccountDetails, arn: string, source: Source): ReadPolicy {
  const policy = details.policies.find(one => one.Arn === arn)
  const version = policy?.PolicyVersionList?.find(one => one.IsDefaultVersion === true)
  const name = policy?.PolicyName ?? arn
  const title = source === 'boundary' ? `boundary ${name}` : name
  if (version?.Document === undefined)
    return unreadable(title, source, `IAM does not tell the content of ${arn}`)
  return readDocument(version.Document, title, source)
}

/** Whom a trust policy names; its conditions are not told. */
function assumableBy(trust: ReadPolicy['statements']): readonly string[] {
  const actions = ['sts:AssumeRole', 'sts:AssumeRoleWithSAML', 'sts:AssumeRoleWithWebIdentity']
  const admits = trust.filter(
    ({ effect, actions: { except, list } }) =>
      effect === 'Allow' &&
      actions.some(action => list.some(pattern => matchesAction(pattern, action)) !== except),
  )
  const names = admits.flatMap(({ principals }) => {
    if (!principals) return []
    const { aws, service, other } = principals.list
    const all = [...aws, ...service, ...other]
    return principals.except ? [`everyone but ${all.join(', ')}`] : all
  })
  return [...new Set(names)].toSorted()
}

function once<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>()
  return key => {
    const known = made.get(key)
    if (known !== undefined) return known
    const value = make(key)
    made.set(key, value)
    return value
  }
}
