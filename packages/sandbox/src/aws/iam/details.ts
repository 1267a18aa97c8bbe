// All users, groups, roles and policies of the account at once: what a review of an account begins with.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
import type { Policy } from '../../iam/policy.ts'
import type { Cloud } from '../cloud.ts'
import { type ServiceOperation, serviceOperation } from '../serviceOperation.ts'
import { list, optional, text } from '../shape.ts'
import {
  created,
  cutIamPage,
  describeGroup,
  describeRole,
  describeUser,
  encodeDocument,
  entityArn,
  managedArn,
  pageShape,
  pathOf,
  uniqueId,
} from './entities.ts'

const filters = ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'] as const

type Detail = {
  readonly filter: (typeof filters)[number]
  readonly arn: string
  readonly describe: () => Readonly<Record<string, unknown>>
}

export const getAccountAuthorizationDetails: ServiceOperation = serviceOperation(
  'iam:GetAccountAuthorizationDetails',
  { Filter: optional(list(text({ oneOf: filters }))), ...pageShape },
  () => '*',
  ({ Filter = filters, ...request }, { cloud }) => {
    const wanted = detailsOf(cloud).filter(({ filter }) => Filter.includes(filter))
    const { page, rest } = cutIamPage(wanted, ({ arn }) => arn, request)
    const all = (...kinds: readonly Detail['filter'][]): readonly object[] =>
      page.filter(({ filter }) => kinds.includes(filter)).map(({ describe }) => describe())
    return {
      UserDetailList: all('User'),
      GroupDetailList: all('Group'),
      RoleDetailList: all('Role'),
      Policies: all('LocalManagedPolicy', 'AWSManagedPolicy'),
      ...rest,
    }
  },
)

const detailsOf = (cloud: Cloud): readonly Detail[] => {
  const { users, groups, roles } = cloud.account
  return [
    ...[...users].map(
      ([name, user]): Detail => ({
        filter: 'User',
        arn: user.arn,
        describe: () => ({
          ...describeUser(cloud, name),
          UserPolicyList: inline(user.policies),
          GroupList: user.groups,
          AttachedManagedPolicies: attached(user.policies),
        }),
      }),
    ),
    ...[...groups].map(
      ([name, policies]): Detail => ({
        filter: 'Group',
        arn: entityArn(cloud, 'Group', name),
        describe: () => ({
          ...describeGroup(cloud, name),
          GroupPolicyList: inline(policies),
          AttachedManagedPolicies: attached(policies),
        }),
      }),
    ),
    ...[...roles].map(
      ([name, role]): Detail => ({
        filter: 'Role',
        arn: role.arn,
        describe: () => ({
          ...describeRole(cloud, name),
          InstanceProfileList: [],
          RolePolicyList: inline(role.policies),
          AttachedManagedPolicies: attached(role.policies),
        }),
      }),
    ),
    ...managedOf(cloud),
  ]
}

/** Managed policies that are attached; IAM tells of the others only where they are the account's own, and here are none. */
const managedOf = (cloud: Cloud): readonly Detail[] => {
  const { users, groups, roles } = cloud.account
  const holders = [...users.values(), ...roles.values()]
  const held = [...holders.map(({ policies }) => policies), ...groups.values()].flat()
  const boundaries = holders.flatMap(({ boundary: policy }) => policy ?? [])
  const arnOf = (policy: Policy): string => managedArn(cloud, policy)
  const attachments = held.filter(({ arn }) => arn !== undefined)
  const all = new Map([...boundaries, ...attachments].map(policy => [arnOf(policy), policy]))
  const count = (policies: readonly Policy[], arn: string): number =>
    policies.filter(policy => arnOf(policy) === arn).length
  return [...all].map(([arn, policy]) => ({
    filter: arn.includes(':iam::aws:') ? 'AWSManagedPolicy' : 'LocalManagedPolicy',
    arn,
    describe: () => ({
      PolicyName: lastPart(arn),
      PolicyId: uniqueId(cloud, 'Policy', arn),
      Arn: arn,
      Path: pathOf(arn),
      DefaultVersionId: 'v1',
      AttachmentCount: count(attachments, arn),
      PermissionsBoundaryUsageCount: count(boundaries, arn),
      IsAttachable: true,
      CreateDate: created,
      UpdateDate: created,
      PolicyVersionList: [
        {
          Document: encodeDocument(policy.document),
          VersionId: 'v1',
          IsDefaultVersion: true,
          CreateDate: created,
        },
      ],
    }),
  }))
}

const inline = (policies: readonly Policy[]): readonly object[] =>
  policies
    .filter(({ arn }) => arn === undefined)
    .map(({ name, document }) => ({ PolicyName: name, PolicyDocument: encodeDocument(document) }))

const attached = (policies: readonly Policy[]): readonly object[] =>
  policies.flatMap(({ arn }) => (arn === undefined ? [] : [{ PolicyName: lastPart(arn), PolicyArn: arn }]))

const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1)
