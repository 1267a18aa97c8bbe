// The policies that are embedded in one user, group or role: reading, putting and deleting them.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
import type { Account } from '../../iam/account.ts'
import { type Policy, parsePolicy } from '../../iam/policy.ts'
import { AwsError } from '../awsError.ts'
import type { Cloud } from '../cloud.ts'
import { type ServiceOperation, serviceOperation } from '../serviceOperation.ts'
import { type Member, required, text } from '../shape.ts'
import { type EntityType, encodeDocument, entityArn, entityName, requireEntity } from './entities.ts'

const policiesOf = ({ account }: Cloud, type: EntityType, name: string): readonly Policy[] => {
  if (type === 'Group') return account.groups.get(name) ?? []
  return (type === 'User' ? account.users : account.roles).get(name)?.policies ?? []
}

/** The account with other policies of one entity, which is there. */
const withPolicies = (
  account: Account,
  type: EntityType,
  name: string,
  policies: readonly Policy[],
): Account => {
  const replace = <T extends { readonly policies: readonly Policy[] }>(
    all: ReadonlyMap<string, T>,
  ): ReadonlyMap<string, T> =>
    new Map([...all].map(([one, entity]) => [one, one === name ? { ...entity, policies } : entity]))
  switch (type) {
    case 'Group':
      return { ...account, groups: new Map([...account.groups, [name, policies]]) }
    case 'User':
      return { ...account, users: replace(account.users) }
    case 'Role':
      return { ...account, roles: replace(account.roles) }
  }
}

/** A managed policy of the same name is another one. */
const isInline =
  (policyName: string) =>
  ({ name, arn }: Policy): boolean =>
    arn === undefined && name === policyName

const requirePolicy = (policies: readonly Policy[], type: EntityType, policyName: string): Policy => {
  const policy = policies.find(isInline(policyName))
  if (policy) return policy
  throw new AwsError(
    'NoSuchEntity',
    `The ${type.toLowerCase()} policy with name ${policyName} cannot be found.`,
  )
}

const readPolicy = (text: string, policyName: string): Policy => {
  try {
    return parsePolicy(JSON.parse(text), policyName, 'identity')
  } catch (error) {
    const message = error instanceof SyntaxError ? 'Syntax errors in policy.' : String(error)
    throw new AwsError('MalformedPolicyDocument', message)
  }
}

/** The operations on the policies of one type of entity. */
const operationsFor = (type: EntityType): readonly (readonly [string, ServiceOperation])[] => {
  const holder = `${type}Name`
  const shape: Readonly<Record<string, Member<string>>> = {
    [holder]: required(entityName),
    PolicyName: required(entityName),
  }
  const nameOf = (input: Readonly<Record<string, string>>): string => input[holder] ?? ''
  const make = (
    verb: 'Get' | 'Put' | 'Delete',
    members: Readonly<Record<string, Member<string>>>,
    run: (cloud: Cloud, name: string, policyName: string, document: string) => ReturnType<typeof answer>,
  ): readonly [string, ServiceOperation] => [
    `${verb}${type}Policy`,
    serviceOperation(
      `iam:${verb}${type}Policy`,
      { ...shape, ...members },
      (input, cloud) => entityArn(cloud, type, nameOf(input)),
      (input, { cloud }) => {
        requireEntity(cloud, type, nameOf(input))
        return run(cloud, nameOf(input), input['PolicyName'] ?? '', input['PolicyDocument'] ?? '')
      },
    ),
  ]
  const answer = (name: string, policy: Policy): Readonly<Record<string, unknown>> | undefined => ({
    [holder]: name,
    PolicyName: policy.name,
    PolicyDocument: encodeDocument(policy.document),
  })
  return [
    make('Get', {}, (cloud, name, policyName) =>
      answer(name, requirePolicy(policiesOf(cloud, type, name), type, policyName)),
    ),
    make(
      'Put',
      { PolicyDocument: required(text({ min: 1, max: 131_072 })) },
      (cloud, name, policyName, document) => {
        const policy = readPolicy(document, policyName)
        const others = policiesOf(cloud, type, name).filter(one => !isInline(policyName)(one))
        cloud.account = withPolicies(cloud.account, type, name, [...others, policy])
        return undefined
      },
    ),
    make('Delete', {}, (cloud, name, policyName) => {
      const policies = policiesOf(cloud, type, name)
      const policy = requirePolicy(policies, type, policyName)
      const left = policies.filter(one => one !== policy)
      cloud.account = withPolicies(cloud.account, type, name, left)
      return undefined
    }),
  ]
}

/** Get, Put and Delete of UserPolicy, GroupPolicy and RolePolicy. */
export const inlinePolicyOperations: ReadonlyMap<string, ServiceOperation> = new Map(
  (['User', 'Group', 'Role'] as const).flatMap(operationsFor),
)
