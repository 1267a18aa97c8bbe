// Users, the groups they are in, and roles.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_groups_manage_add-remove-users.html
import { addToGroup, removeFromGroup } from '../../iam/account.ts'
import { AwsError } from '../awsError.ts'
import type { Identity } from '../identity.ts'
import { type ServiceOperation, serviceOperation } from '../serviceOperation.ts'
import { optional, required } from '../shape.ts'
import {
  cutIamPage,
  describeGroup,
  describeRole,
  describeUser,
  entityArn,
  entityName,
  pageShape,
  requireEntity,
} from './entities.ts'

/** Who does not name a user means themselves, which a role cannot. */
const userOr = (name: string | undefined, { arn, name: own }: Identity): string => {
  if (name !== undefined) return name
  if (arn.includes(':user/')) return own
  throw new AwsError('ValidationException', 'Must specify userName when calling with non-User credentials')
}

export const getUser: ServiceOperation = serviceOperation(
  'iam:GetUser',
  { UserName: optional(entityName) },
  ({ UserName }, cloud, identity) => entityArn(cloud, 'User', userOr(UserName, identity)),
  ({ UserName }, { cloud, identity }) => {
    const name = userOr(UserName, identity)
    requireEntity(cloud, 'User', name)
    return { User: describeUser(cloud, name) }
  },
)

export const getRole: ServiceOperation = serviceOperation(
  'iam:GetRole',
  { RoleName: required(entityName) },
  ({ RoleName }, cloud) => entityArn(cloud, 'Role', RoleName),
  ({ RoleName }, { cloud }) => {
    requireEntity(cloud, 'Role', RoleName)
    return { Role: describeRole(cloud, RoleName) }
  },
)

export const getGroup: ServiceOperation = serviceOperation(
  'iam:GetGroup',
  { GroupName: required(entityName), ...pageShape },
  ({ GroupName }, cloud) => entityArn(cloud, 'Group', GroupName),
  ({ GroupName, ...request }, { cloud }) => {
    requireEntity(cloud, 'Group', GroupName)
    const users = [...cloud.account.users].flatMap(([name, { groups }]) =>
      groups.includes(GroupName) ? [name] : [],
    )
    const { page, rest } = cutIamPage(users, name => name, request)
    return {
      Group: describeGroup(cloud, GroupName),
      Users: page.map(name => describeUser(cloud, name)),
      ...rest,
    }
  },
)

export const listGroupsForUser: ServiceOperation = serviceOperation(
  'iam:ListGroupsForUser',
  { UserName: required(entityName), ...pageShape },
  ({ UserName }, cloud) => entityArn(cloud, 'User', UserName),
  ({ UserName, ...request }, { cloud }) => {
    requireEntity(cloud, 'User', UserName)
    const groups = cloud.account.users.get(UserName)?.groups ?? []
    const { page, rest } = cutIamPage(groups, name => name, request)
    return { Groups: page.map(name => describeGroup(cloud, name)), ...rest }
  },
)

const membership = { UserName: required(entityName), GroupName: required(entityName) }

export const addUserToGroup: ServiceOperation = serviceOperation(
  'iam:AddUserToGroup',
  membership,
  ({ GroupName }, cloud) => entityArn(cloud, 'Group', GroupName),
  ({ UserName, GroupName }, { cloud }) => {
    requireEntity(cloud, 'Group', GroupName)
    requireEntity(cloud, 'User', UserName)
    cloud.account = addToGroup(cloud.account, UserName, GroupName)
    return undefined
  },
)

export const removeUserFromGroup: ServiceOperation = serviceOperation(
  'iam:RemoveUserFromGroup',
  membership,
  ({ GroupName }, cloud) => entityArn(cloud, 'Group', GroupName),
  ({ UserName, GroupName }, { cloud }) => {
    requireEntity(cloud, 'Group', GroupName)
    requireEntity(cloud, 'User', UserName)
    if (!cloud.account.users.get(UserName)?.groups.includes(GroupName))
      throw new AwsError('NoSuchEntity', `The user ${UserName} is not in the group ${GroupName}.`)
    cloud.account = removeFromGroup(cloud.account, UserName, GroupName)
    return undefined
  },
)
