// What a deployment adds to an account and takes from it: identities with their policies, APIs, functions, endpoints.
import type { Account } from '../../iam/account.ts'
import type { Policy } from '../../iam/policy.ts'
import type { Attached, Deployment, RestApi } from '../../iam/template/deployment.ts'

/**
 * Adds a deployment to an account. What people did to it since (members of groups) stays.
 *
 * @param account The account.
 * @param deployment What is deployed.
 * @param before What the same stack deployed before.
 * @returns The account as it is then.
 */
export const applyToAccount = (
  account: Account,
  deployment: Deployment,
  before: Deployment | undefined,
): Account => {
  const { apis, functions, endpoints, attached } = deployment
  const cleared = before ? removeFromAccount(account, before) : account
  const created = <T>(
    list: readonly (T & { readonly name: string })[],
    policies: Attached['roles'],
  ): readonly (readonly [string, T & { readonly policies: readonly Policy[] }])[] =>
    list.map(one => [one.name, { ...one, policies: policies.get(one.name) ?? [] }])
  const roles = new Map([...cleared.roles, ...created(deployment.roles, attached.roles)])
  const users = new Map([...cleared.users, ...created(deployment.users, attached.users)])
  const groups = new Map([
    ...cleared.groups,
    ...deployment.groups.map(({ name }) => [name, attached.groups.get(name) ?? []] as const),
  ])
  return {
    ...cleared,
    roles: attach(roles, attached.roles, deployment.roles),
    users: attach(users, attached.users, deployment.users),
    groups: new Map(
      [...groups].map(([name, policies]) => {
        const isCreated = deployment.groups.some(one => one.name === name)
        return [name, isCreated ? policies : [...policies, ...(attached.groups.get(name) ?? [])]] as const
      }),
    ),
    apis: [...cleared.apis, ...apis.map(api => keepStages(api, account, before))],
    functions: [...cleared.functions, ...functions],
    endpoints: [...cleared.endpoints, ...endpoints],
  }
}

/**
 * Takes a deployment out of an account, but for what it retains.
 *
 * @param account The account.
 * @param deployment What was deployed.
 * @returns The account as it is then.
 */
export const removeFromAccount = (account: Account, deployment: Deployment): Account => {
  const retained = new Set(deployment.resources.filter(one => one.retained).map(one => one.physicalId))
  const isGone = (list: readonly { readonly name: string }[], name: string): boolean =>
    !retained.has(name) && list.some(one => one.name === name)
  const left = <T>(map: ReadonlyMap<string, T>, list: readonly { readonly name: string }[]): Map<string, T> =>
    new Map([...map].filter(([name]) => !isGone(list, name)))
  const others = <T extends { readonly arn: string }>(all: readonly T[], list: readonly T[]): readonly T[] =>
    all.filter(one => !list.some(({ arn }) => arn === one.arn))
  return {
    ...account,
    roles: detach(left(account.roles, deployment.roles), deployment.attached.roles),
    users: detach(left(account.users, deployment.users), deployment.attached.users),
    groups: new Map(
      [...left(account.groups, deployment.groups)].map(([name, policies]) => {
        const own = deployment.attached.groups.get(name) ?? []
        return [name, policies.filter(policy => !own.includes(policy))] as const
      }),
    ),
    apis: others(account.apis, deployment.apis),
    functions: others(account.functions, deployment.functions),
    endpoints: account.endpoints.filter(one => !deployment.endpoints.some(({ id }) => id === one.id)),
  }
}

type Holder = { readonly policies: readonly Policy[] }

/**
 * A stage that the template leaves as it was stays with the deployment it has, which may be a later one made by hand: only
 * what changes in a template is changed.
 */
const keepStages = (api: RestApi, account: Account, before: Deployment | undefined): RestApi => {
  const sameApi = (one: RestApi): boolean => one.id === api.id
  const isSame = JSON.stringify(before?.apis.find(sameApi)?.stages) === JSON.stringify(api.stages)
  return isSame ? { ...api, stages: account.apis.find(sameApi)?.stages ?? api.stages } : api
}

/** Gives the policies of a template to those whom it does not create. */
const attach = <T extends Holder>(
  holders: ReadonlyMap<string, T>,
  attached: Attached['roles'],
  created: readonly { readonly name: string }[],
): ReadonlyMap<string, T> =>
  mapValues(holders, (holder, name) =>
    created.some(one => one.name === name)
      ? holder
      : { ...holder, policies: [...holder.policies, ...(attached.get(name) ?? [])] },
  )

const detach = <T extends Holder>(
  holders: ReadonlyMap<string, T>,
  attached: Attached['roles'],
): ReadonlyMap<string, T> =>
  mapValues(holders, (holder, name) => {
    const own = attached.get(name) ?? []
    return { ...holder, policies: holder.policies.filter(policy => !own.includes(policy)) }
  })

const mapValues = <T>(
  map: ReadonlyMap<string, T>,
  change: (value: T, name: string) => T,
): ReadonlyMap<string, T> => new Map([...map].map(([name, value]) => [name, change(value, name)]))
