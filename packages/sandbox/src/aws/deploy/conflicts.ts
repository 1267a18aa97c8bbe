// What stands in the way of a deployment: names that are taken, and what this sandbox has room for once.
import type { Deployment } from '../../iam/template/deployment.ts'
import type { Cloud } from '../cloud.ts'
import { keySpec } from '../kms/keySpec.ts'

/**
 * Finds what stands in the way.
 *
 * @param cloud The cloud.
 * @param deployment What is to be deployed.
 * @param before What the same stack has deployed, whose names are its own.
 * @returns The reasons, in the words of CloudFormation where it has some; none where nothing stands in the way.
 */
export const findConflicts = (
  cloud: Cloud,
  deployment: Deployment,
  before: Deployment | undefined,
): readonly string[] => {
  const { account, kms } = cloud
  const own = new Set((before?.resources ?? []).map(({ type, physicalId }) => `${type} ${physicalId}`))
  const taken = (
    type: string,
    names: readonly string[],
    exists: (name: string) => boolean,
  ): readonly string[] =>
    names
      .filter(name => !own.has(`${type} ${name}`) && exists(name))
      .map(name => `Resource of type '${type}' with identifier '${name}' already exists.`)
  const names = (list: readonly { readonly name: string }[]): readonly string[] =>
    list.map(({ name }) => name)
  const otherApis = account.apis.filter(api => !before?.apis.some(({ id }) => id === api.id))
  return [
    ...taken('AWS::IAM::Role', names(deployment.roles), name => account.roles.has(name)),
    ...taken('AWS::IAM::User', names(deployment.users), name => account.users.has(name)),
    ...taken('AWS::IAM::Group', names(deployment.groups), name => account.groups.has(name)),
    ...taken('AWS::Lambda::Function', names(deployment.functions), name =>
      account.functions.some(one => one.name === name),
    ),
    ...taken(
      'AWS::KMS::Alias',
      deployment.keys.flatMap(key => key.aliases),
      name => kms.aliases.has(name),
    ),
    ...missing('user', account.users, deployment.users, deployment.attached.users),
    ...missing('role', account.roles, deployment.roles, deployment.attached.roles),
    ...missing('group', account.groups, deployment.groups, deployment.attached.groups),
    ...(before?.groups ?? [])
      .filter(({ name }) => !deployment.groups.some(one => one.name === name))
      .filter(({ name }) => [...account.users.values()].some(user => user.groups.includes(name)))
      .map(({ name }) => `Cannot delete entity, must remove users from group first. (group ${name})`),
    ...lostKeys(cloud, deployment, before),
    ...deployment.keys
      .filter(key => key.keySpec !== keySpec)
      .map(key => `The key ${key.keyId} is ${key.keySpec}: this KMS makes ${keySpec} keys from a template.`),
    ...deployment.apis.flatMap(api =>
      api.methods
        .filter(one => one.path !== '/' || one.httpMethod === 'ANY' || one.authorization !== 'AWS_IAM')
        .map(one => `${one.httpMethod} ${one.path} cannot be had: here methods are on / and use AWS_IAM.`),
    ),
    ...(deployment.apis.length + otherApis.length > 1
      ? ['There is a REST API already: this sandbox has room for one.']
      : []),
  ]
}

/** Those to whom a template attaches policies, and who are not there. */
const missing = (
  type: string,
  present: ReadonlyMap<string, unknown>,
  created: readonly { readonly name: string }[],
  attached: ReadonlyMap<string, unknown>,
): readonly string[] =>
  [...attached.keys()]
    .filter(name => !present.has(name) && !created.some(one => one.name === name))
    .map(name => `The ${type} with name ${name} cannot be found.`)

/** A key is never made anew in an update: neither one that is gone, nor one that would have to be of another kind. */
const lostKeys = (
  cloud: Cloud,
  deployment: Deployment,
  before: Deployment | undefined,
): readonly string[] => {
  const logicalId = (from: Deployment, keyId: string): string | undefined =>
    from.resources.find(one => one.physicalId === keyId)?.logicalId
  return (before?.keys ?? []).flatMap(({ keyId }) => {
    const id = before && logicalId(before, keyId)
    const now = deployment.keys.find(key => logicalId(deployment, key.keyId) === id)
    if (!now) return []
    if (now.keyId !== keyId)
      return [`KeySpec, KeyUsage and MultiRegion of the key ${keyId} cannot be changed.`]
    return cloud.kms.keys.has(keyId) ? [] : [`The key ${keyId} does not exist.`]
  })
}
