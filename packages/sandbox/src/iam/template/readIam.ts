// IAM roles, users, groups and policies of a template.
// CloudFormation User Guide, AWS::IAM::Role, RolePolicy, User, UserPolicy, Group, GroupPolicy, Policy,
// ManagedPolicy, UserToGroupAddition.
import { type Policy, parsePolicy } from '../policy.ts'
import { awsManagedPolicies } from './awsManagedPolicies.ts'
import type { Attached, Deployment, Group, Role, User } from './deployment.ts'
import { partition } from './identity.ts'
import type { Resource } from './resource.ts'

/**
 * Reads what the template says of identities.
 *
 * @param resources Those of type `AWS::IAM::...`.
 * @returns The identities and the policies attached to them.
 */
export const readIam = (
  resources: readonly Resource[],
): Pick<Deployment, 'roles' | 'users' | 'groups' | 'attached'> => {
  const ofType = (type: string): readonly Resource[] =>
    resources.filter(resource => resource.type === `AWS::IAM::${type}`)
  const managed: Managed = new Map([
    ...Object.entries(awsManagedPolicies).map(([name, document]) => {
      const arn = `arn:${partition}:iam::aws:policy/${name}`
      return [arn, { ...parsePolicy(document, lastPart(arn), 'identity'), arn }] as const
    }),
    ...ofType('ManagedPolicy').map(one => [one.identity.ref, readManaged(one)] as const),
  ])
  const policies = [
    ...ofType('Policy').map(one => ({
      resource: one,
      policy: readDocument(one, one.required('PolicyName')),
    })),
    ...ofType('ManagedPolicy').map(one => ({ resource: one, policy: managed.get(one.identity.ref) })),
  ]
  const attach = (type: 'Role' | 'User' | 'Group'): Attached['roles'] => {
    const entries = [
      ...ofType(type).flatMap(one =>
        ownPolicies(one, managed).map(policy => [one.identity.ref, policy] as const),
      ),
      ...ofType(`${type}Policy`).flatMap(one => {
        const policy = readDocument(one, one.required('PolicyName'))
        return policy ? [[one.required(`${type}Name`), policy] as const] : []
      }),
      ...policies.flatMap(({ resource, policy }) =>
        resource.texts(`${type}s`).flatMap(name => (policy ? [[name, policy] as const] : [])),
      ),
    ]
    return gather(entries)
  }
  const additions = gather(
    ofType('UserToGroupAddition').flatMap(one =>
      one.texts('Users').map(user => [user, one.required('GroupName')] as const),
    ),
  )
  return {
    roles: ofType('Role').flatMap(one => readRole(one, managed) ?? []),
    users: ofType('User').map(one => readUser(one, additions, managed)),
    groups: ofType('Group').map(readGroup),
    attached: {
      roles: attach('Role'),
      users: attach('User'),
      groups: attach('Group'),
    },
  }
}

/** Managed policies by ARN: those of the template, and those of AWS that are known here. */
type Managed = ReadonlyMap<string, Policy | undefined>

const readRole = (resource: Resource, managed: Managed): Role | undefined => {
  const { ref: name, attributes } = resource.identity
  const document = resource.value('AssumeRolePolicyDocument')
  const trust = resource.policy(document, `trust policy of ${name}`, 'trust', 'AssumeRolePolicyDocument')
  return trust && { name, arn: attributes['Arn'] ?? '', trust, boundary: readBoundary(resource, managed) }
}

const readUser = (
  resource: Resource,
  additions: ReadonlyMap<string, readonly string[]>,
  managed: Managed,
): User => {
  const { ref: name, attributes } = resource.identity
  return {
    name,
    arn: attributes['Arn'] ?? '',
    groups: [...resource.texts('Groups'), ...(additions.get(name) ?? [])],
    boundary: readBoundary(resource, managed),
  }
}

const readGroup = ({ identity }: Resource): Group => ({
  name: identity.ref,
  arn: identity.attributes['Arn'] ?? '',
})

const readBoundary = (resource: Resource, managed: Managed): Policy | undefined => {
  const arn = resource.text('PermissionsBoundary')
  if (arn === undefined) return undefined
  const policy = managed.get(arn)
  if (!policy)
    resource.fault('POLICY_UNKNOWN', 'PermissionsBoundary', `the content of ${arn} is not known here`)
  return policy && { ...policy, kind: 'boundary' }
}

/** The inline policies of a role, user or group, and the managed policies it names. */
const ownPolicies = (resource: Resource, managed: Managed): readonly Policy[] => {
  const inline = resource
    .objects('Policies')
    .flatMap(({ PolicyName: name, PolicyDocument: document }, index) => {
      const property = `Policies[${index}].PolicyDocument`
      return resource.policy(document, String(name), 'identity', property) ?? []
    })
  const named = resource.texts('ManagedPolicyArns').flatMap(arn => {
    const policy = managed.get(arn)
    if (!policy)
      resource.fault('POLICY_UNKNOWN', 'ManagedPolicyArns', `the content of ${arn} is not known here`)
    return policy ?? []
  })
  return [...inline, ...named]
}

const readDocument = (resource: Resource, name: string): Policy | undefined =>
  resource.policy(resource.value('PolicyDocument'), name, 'identity', 'PolicyDocument')

const readManaged = (resource: Resource): Policy | undefined => {
  const arn = resource.identity.ref
  const policy = readDocument(resource, lastPart(arn))
  return policy && { ...policy, arn }
}

const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1)

const gather = <T>(entries: readonly (readonly [string, T])[]): ReadonlyMap<string, readonly T[]> => {
  const lists = new Map<string, T[]>()
  for (const [name, item] of entries) lists.set(name, [...(lists.get(name) ?? []), item])
  return lists
}
