// Users, groups and roles as IAM tells of them: their ARNs, ids and paths.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
import { createHash } from 'node:crypto'
import type { Policy } from '../../iam/policy.ts'
import { AwsError } from '../awsError.ts'
import type { Cloud } from '../cloud.ts'
import { cutPage } from '../page.ts'
import { wholeNumber } from '../queryService.ts'
import { randomCharacters } from '../random.ts'
import { type Member, optional, type Reader, text } from '../shape.ts'

export type EntityType = 'User' | 'Group' | 'Role'

/** A user, group, role or policy. */
export const entityName: Reader<string> = text({ min: 1, max: 128, pattern: /[\w+=,.@-]+/ })

/** What everything has that this IAM tells of: it does not keep when what was made. */
export const created = '2026-01-01T00:00:00Z'

/** The ARN of an entity, also of one there is not. */
export const entityArn = (cloud: Cloud, type: EntityType, name: string): string => {
  const { accountId, users, roles } = cloud.account
  const deployed = [...cloud.stacks.values()].flatMap(({ deployment }) => deployment.groups)
  const found = {
    User: users.get(name),
    Role: roles.get(name),
    Group: deployed.find(group => group.name === name),
  }[type]
  return found?.arn ?? `arn:aws:iam::${accountId}:${type.toLowerCase()}/${name}`
}

/** @throws {AWS_ERROR} NoSuchEntity */
export const requireEntity = ({ account }: Cloud, type: EntityType, name: string): void => {
  const all = { User: account.users, Group: account.groups, Role: account.roles }[type]
  if (!all.has(name))
    throw new AwsError('NoSuchEntity', `The ${type.toLowerCase()} with name ${name} cannot be found.`)
}

/** `/` unless the ARN has one between type and name. */
export const pathOf = (arn: string): string => /:[a-z]+(\/(?:.*\/)?)[^/]*$/.exec(arn)?.[1] ?? '/'

const idPrefixes = { User: 'AIDA', Group: 'AGPA', Role: 'AROA', Policy: 'ANPA' }

/**
 * Makes the unique id of an entity.
 *
 * @param cloud The cloud.
 * @param type What it is.
 * @param arn Its ARN.
 * @returns That of a user who signs is the one STS tells; the others follow from the ARN.
 */
export const uniqueId = (cloud: Cloud, type: keyof typeof idPrefixes, arn: string): string => {
  const signer = [...cloud.credentials.values()].find(identity => identity.arn === arn)
  const digest = createHash('sha256').update(arn).digest()
  return signer?.userId ?? `${idPrefixes[type]}${randomCharacters(length => digest.subarray(0, length), 17)}`
}

export const describeUser = (cloud: Cloud, name: string): Readonly<Record<string, unknown>> => {
  const arn = entityArn(cloud, 'User', name)
  return {
    Path: pathOf(arn),
    UserName: name,
    UserId: uniqueId(cloud, 'User', arn),
    Arn: arn,
    CreateDate: created,
    PermissionsBoundary: describeBoundary(cloud, cloud.account.users.get(name)?.boundary),
  }
}

export const describeGroup = (cloud: Cloud, name: string): Readonly<Record<string, unknown>> => {
  const arn = entityArn(cloud, 'Group', name)
  return {
    Path: pathOf(arn),
    GroupName: name,
    GroupId: uniqueId(cloud, 'Group', arn),
    Arn: arn,
    CreateDate: created,
  }
}

export const describeRole = (cloud: Cloud, name: string): Readonly<Record<string, unknown>> => {
  const arn = entityArn(cloud, 'Role', name)
  const role = cloud.account.roles.get(name)
  return {
    Path: pathOf(arn),
    RoleName: name,
    RoleId: uniqueId(cloud, 'Role', arn),
    Arn: arn,
    CreateDate: created,
    AssumeRolePolicyDocument: encodeDocument(role?.trust.document),
    PermissionsBoundary: describeBoundary(cloud, role?.boundary),
  }
}

const describeBoundary = (
  cloud: Cloud,
  policy: Policy | undefined,
): Readonly<Record<string, unknown>> | undefined =>
  policy && { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: managedArn(cloud, policy) }

/** The ARN of a managed policy, which every boundary is in AWS. */
export const managedArn = ({ account }: Cloud, { arn, name }: Policy): string =>
  arn ?? `arn:aws:iam::${account.accountId}:policy/${name.replace(/\W/g, '-')}`

/** How IAM writes a policy in an answer. */
export const encodeDocument = (document: unknown): string => encodeURIComponent(JSON.stringify(document))

type PageRequest = { readonly MaxItems: number | undefined; readonly Marker: string | undefined }

export const pageShape: { readonly [K in keyof PageRequest]: Member<PageRequest[K]> } = {
  MaxItems: optional(wholeNumber({ min: 1, max: 1000 })),
  Marker: optional(text({ min: 1 })),
}

/** Cuts a page, and says as IAM does whether there are more. */
export const cutIamPage = <T>(
  items: readonly T[],
  name: (item: T) => string,
  { MaxItems = 100, Marker }: PageRequest,
): { readonly page: readonly T[]; readonly rest: Readonly<Record<string, unknown>> } => {
  const { page, rest } = cutPage(items, name, MaxItems, Marker)
  return { page, rest: { IsTruncated: rest.Truncated, Marker: rest.NextMarker } }
}
