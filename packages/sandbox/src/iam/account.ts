// AWS accounts: what a template deploys in one, and the people and roles that are there besides.
// IAM User Guide, "IAM identifiers" and "IAM user groups".

import { splitArn } from './arn.ts'
import { type Policy, parsePolicy } from './policy.ts'
import type { Principal } from './principal.ts'
import { type AwsManagedPolicy, awsManagedPolicies } from './template/awsManagedPolicies.ts'
import type {
  Attached,
  Deployment,
  KmsKey,
  LambdaFunction,
  RestApi,
  VpcEndpoint,
} from './template/deployment.ts'
import { partition } from './template/identity.ts'

export type Account = {
  /** 12 digits. */
  readonly accountId: string
  /** By name. */
  readonly users: ReadonlyMap<string, AccountUser>
  readonly roles: ReadonlyMap<string, AccountRole>
  /** The policies of each group. */
  readonly groups: ReadonlyMap<string, readonly Policy[]>
  readonly keys: readonly KmsKey[]
  readonly apis: readonly RestApi[]
  readonly functions: readonly LambdaFunction[]
  readonly endpoints: readonly VpcEndpoint[]
}

export type AccountUser = {
  readonly arn: string
  readonly groups: readonly string[]
  readonly policies: readonly Policy[]
  readonly boundary?: Policy | undefined
}

export type AccountRole = {
  readonly arn: string
  readonly trust: Policy
  readonly policies: readonly Policy[]
  readonly boundary?: Policy | undefined
}

/** A user or role that is there besides what the template deploys. Policies are documents by name. */
export type NewUser = {
  readonly name: string
  readonly groups?: readonly string[] | undefined
  readonly policies?: Readonly<Record<string, unknown>> | undefined
  /** Managed policies of AWS, by the part of their ARN after `policy/`. */
  readonly managedPolicies?: readonly AwsManagedPolicy[] | undefined
  readonly boundary?: unknown
}

export type NewRole = Omit<NewUser, 'groups'> & { readonly trust: unknown }

/** Who makes a request, with the policies that are theirs. */
export type Caller = {
  readonly principal: Principal
  readonly policies: readonly Policy[]
  readonly boundary?: Policy | undefined
}

/** Who does not sign. */
export const anonymous: Caller = { principal: { kind: 'anonymous' }, policies: [] }

/**
 * Makes the caller of a request that an AWS service makes for itself.
 *
 * @param service For example `lambda.amazonaws.com`.
 * @returns The caller.
 */
export const serviceCaller = (service: string): Caller => ({
  principal: { kind: 'service', service },
  policies: [],
})

/**
 * Makes an account.
 *
 * @param options.accountId 12 digits.
 * @param options.deployment What a template deploys in it; nothing where absent.
 * @param options.users IAM users besides those of the template.
 * @param options.roles Roles besides those of the template.
 * @returns The account.
 * @throws {ACCOUNT_INVALID} a group there is not, a name that is taken, a deployment of another account.
 * @throws {POLICY_INVALID} a policy cannot be evaluated.
 */
export const createAccount = (options: {
  readonly accountId: string
  readonly deployment?: Deployment | undefined
  readonly users?: readonly NewUser[] | undefined
  readonly roles?: readonly NewRole[] | undefined
}): Account => {
  const { accountId, deployment, users = [], roles = [] } = options
  if (deployment && deployment.accountId !== accountId)
    throw new AccountError(`the template is deployed in account ${deployment.accountId}, not ${accountId}`)
  const attached = (list: keyof Attached, name: string): readonly Policy[] =>
    deployment?.attached[list].get(name) ?? []
  const owned = (type: string, list: keyof Attached, given: NewUser): Owned => {
    const { name, policies = {}, managedPolicies = [], boundary } = given
    return {
      arn: `arn:${partition}:iam::${accountId}:${type}/${name}`,
      policies: [...parseAll(policies), ...managedPolicies.map(parseManaged), ...attached(list, name)],
      boundary: boundary === undefined ? undefined : parsePolicy(boundary, `boundary of ${name}`, 'boundary'),
    }
  }
  const account: Account = {
    accountId,
    groups: new Map([
      ...(deployment?.groups ?? []).map(({ name }) => [name, attached('groups', name)] as const),
      ...(deployment?.attached.groups ?? []),
    ]),
    users: byName<AccountUser>([
      ...(deployment?.users ?? []).map(
        user => [user.name, { ...user, policies: attached('users', user.name) }] as const,
      ),
      ...users.map(
        user => [user.name, { ...owned('user', 'users', user), groups: user.groups ?? [] }] as const,
      ),
    ]),
    roles: byName<AccountRole>([
      ...(deployment?.roles ?? []).map(
        role => [role.name, { ...role, policies: attached('roles', role.name) }] as const,
      ),
      ...roles.map(role => {
        const trust = parsePolicy(role.trust, `trust policy of ${role.name}`, 'trust')
        return [role.name, { ...owned('role', 'roles', role), trust }] as const
      }),
    ]),
    keys: deployment?.keys ?? [],
    apis: deployment?.apis ?? [],
    functions: deployment?.functions ?? [],
    endpoints: deployment?.endpoints ?? [],
  }
  for (const [name, { groups }] of account.users) {
    for (const group of groups)
      if (!account.groups.has(group)) throw new AccountError(`there is no group ${group} for user ${name}`)
  }
  return account
}

type Owned = Pick<AccountUser, 'arn' | 'policies' | 'boundary'>

/**
 * Puts a user into a group.
 *
 * @param account The account.
 * @param user The name of the user.
 * @param group The name of the group.
 * @returns The account as it is then; the same where they are in it already.
 * @throws {ACCOUNT_INVALID} there is no such user or group.
 */
export const addToGroup = (account: Account, user: string, group: string): Account => {
  const found = account.users.get(user)
  if (!found || !account.groups.has(group))
    throw new AccountError(`there is no user ${user} or no group ${group}`)
  if (found.groups.includes(group)) return account
  const joined = { ...found, groups: [...found.groups, group] }
  return { ...account, users: new Map([...account.users, [user, joined]]) }
}

/**
 * Takes a user out of a group.
 *
 * @param account The account.
 * @param user The name of the user.
 * @param group The name of the group.
 * @returns The account as it is then.
 * @throws {ACCOUNT_INVALID} there is no such user, or they are not in that group.
 */
export const removeFromGroup = (account: Account, user: string, group: string): Account => {
  const found = account.users.get(user)
  if (!found?.groups.includes(group)) throw new AccountError(`there is no user ${user} in group ${group}`)
  const left = { ...found, groups: found.groups.filter(name => name !== group) }
  return { ...account, users: new Map([...account.users, [user, left]]) }
}

/**
 * Makes the caller of a request that the code of a function makes: a session of the function's role, by which AWS knows
 * the function.
 *
 * @param account The account of the function.
 * @param lambda The function.
 * @returns The caller. The name of the session is that of the function, as in AWS.
 * @throws {ACCOUNT_INVALID} the account does not have the function's role.
 */
export const functionCaller = (account: Account, lambda: LambdaFunction): Caller => {
  const [name, role] = [...account.roles].find(([, one]) => one.arn === lambda.roleArn) ?? []
  if (name === undefined || !role) throw new AccountError(`there is no role ${lambda.roleArn}`)
  const { accountId } = account
  const arn = `arn:${partition}:sts::${accountId}:assumed-role/${name}/${lambda.name}`
  const principal = { kind: 'session', arn, roleArn: role.arn, accountId, functionArn: lambda.arn } as const
  return { principal, policies: role.policies, boundary: role.boundary }
}

/**
 * Finds who has an ARN, with their policies: those of a user and their groups, or those of the role of a session.
 *
 * @param accounts The accounts there are.
 * @param arn `arn:aws:iam::ACCOUNT:user/NAME` or `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`.
 * @returns The caller.
 * @throws {ACCOUNT_INVALID} nobody has that ARN.
 */
export const findCaller = (accounts: readonly Account[], arn: string): Caller => {
  const [, , service, , accountId, resource = ''] = splitArn(arn) ?? []
  const account = accounts.find(one => one.accountId === accountId)
  const caller = account && (service === 'sts' ? findSession(account, arn, resource) : findUser(account, arn))
  if (!caller) throw new AccountError(`there is no user and no session ${arn}`)
  return caller
}

const findUser = (account: Account, arn: string): Caller | undefined => {
  const [name, user] = [...account.users].find(([, one]) => one.arn === arn) ?? []
  if (name === undefined || !user) return undefined
  const policies = [...user.policies, ...user.groups.flatMap(group => account.groups.get(group) ?? [])]
  const { accountId } = account
  return { principal: { kind: 'user', arn, accountId, name }, policies, boundary: user.boundary }
}

const findSession = (account: Account, arn: string, resource: string): Caller | undefined => {
  const [, name = ''] = /^assumed-role\/([^/]+)\/[^/]+$/.exec(resource) ?? []
  const role = account.roles.get(name)
  if (!role) return undefined
  const principal = { kind: 'session', arn, roleArn: role.arn, accountId: account.accountId } as const
  return { principal, policies: role.policies, boundary: role.boundary }
}

const byName = <T>(entries: readonly (readonly [string, T])[]): ReadonlyMap<string, T> => {
  const names = entries.map(([name]) => name)
  const taken = names.find((name, index) => names.indexOf(name) < index)
  if (taken !== undefined) throw new AccountError(`there are two users or two roles of the name ${taken}`)
  return new Map(entries)
}

const parseAll = (documents: Readonly<Record<string, unknown>>): readonly Policy[] =>
  Object.entries(documents).map(([name, document]) => parsePolicy(document, name, 'identity'))

const parseManaged = (name: AwsManagedPolicy): Policy => ({
  ...parsePolicy(awsManagedPolicies[name], name, 'identity'),
  arn: `arn:${partition}:iam::aws:policy/${name}`,
})

/** An account that cannot be, or an identity it does not have. */
export class AccountError extends Error {
  override readonly name = 'AccountError'
  readonly code = 'ACCOUNT_INVALID'
}
