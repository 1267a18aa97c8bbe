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
