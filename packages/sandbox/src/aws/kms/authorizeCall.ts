// Whether a caller may do what an operation of KMS does: decided by the policies and grants as they are at this moment.
// AWS KMS Developer Guide, "Key access and permissions"; "Controlling access to aliases".
import { authorizeKms } from '../../iam/authorize.ts'
import { type Policy, parsePolicy } from '../../iam/policy.ts'
import { AwsError } from '../awsError.ts'
import { type Cloud, callerOf, connectionOf } from '../cloud.ts'
import type { Identity } from '../identity.ts'
import { keyUsage } from './keySpec.ts'
import { aliasArn, type Call, findKeyOrAlias, type Key, type Store } from './store.ts'

/**
 * Passes a caller who may do this.
 *
 * @param cloud The cloud.
 * @param call Who asks for which operation.
 * @param sourceIp The address the request came from.
 * @param input The input, of the operation's shape.
 * @throws {AWS_ERROR} AccessDeniedException; NotFoundException where there is no such key.
 */
export const authorizeCall = (
  cloud: Cloud,
  call: Call,
  sourceIp: string,
  input: Readonly<Record<string, unknown>>,
): void => {
  const caller = callerOf(cloud, call.identity)
  const connection = connectionOf(cloud, 'kms', sourceIp)
  // What names no resource is about the caller's own account; of the other one nothing is kept here.
  if (call.identity.accountId !== cloud.account.accountId && targetsOf(call, input).includes(undefined))
    throw new AwsError(
      'AccessDeniedException',
      `User: ${call.identity.arn} is not authorized to perform: kms:${call.operation} on resource: * because no identity-based policy allows the kms:${call.operation} action`,
    )
  for (const on of targetsOf(call, input)) {
    const target = typeof on === 'object' ? keyFacts(cloud.kms, on) : on
    const { operation } = call
    const { denial } = authorizeKms(cloud.account, { caller, connection, operation, input, target })
    if (denial !== undefined) throw new AwsError('AccessDeniedException', denial)
  }
}

/**
 * Decides an operation on a key that a service makes for somebody.
 *
 * @param cloud The cloud.
 * @param request.identity For whom.
 * @param request.operation For example `PutKeyPolicy`; its parameters count with their defaults.
 * @param request.keyId The key id. On a key there is not, everything may be done: there is nothing to do it to.
 * @param request.sourceIp The address that they came from.
 * @returns AWS's text where it is denied; undefined where it is allowed.
 */
export const denialOnKey = (
  cloud: Cloud,
  request: {
    readonly identity: Identity
    readonly operation: string
    readonly keyId: string
    readonly sourceIp: string
  },
): string | undefined => {
  const key = cloud.kms.keys.get(request.keyId)
  return key
    ? authorizeKms(cloud.account, {
        caller: callerOf(cloud, request.identity),
        connection: connectionOf(cloud, 'kms', request.sourceIp),
        operation: request.operation,
        input: {},
        target: keyFacts(cloud.kms, key),
      }).denial
    : undefined
}

/**
 * Tells whether the caller could change the key's policy again if it were this one: KMS's lockout safety check.
 *
 * @param cloud The cloud.
 * @param call Who asks.
 * @param sourceIp The address the request came from.
 * @param key The key, with the policy it would have.
 * @returns Whether they could.
 */
export const mayPutPolicy = (cloud: Cloud, call: Call, sourceIp: string, key: Key): boolean => {
  const { decision } = authorizeKms(cloud.account, {
    caller: callerOf(cloud, call.identity),
    connection: connectionOf(cloud, 'kms', sourceIp),
    operation: 'PutKeyPolicy',
    input: {},
    target: keyFacts(cloud.kms, key),
  })
  return decision.outcome === 'allow'
}

/** Keys, the ARNs of aliases, or undefined for an operation on neither. Each of them must be allowed. */
const targetsOf = (
  call: Call,
  input: Readonly<Record<string, unknown>>,
): readonly (Key | string | undefined)[] => {
  const text = (name: string): string => String(input[name])
  const { store } = call
  switch (call.operation) {
    case 'CreateKey':
    case 'ListKeys':
    case 'ListAliases':
      return [undefined]
    case 'CreateAlias':
      return [aliasArn(store, text('AliasName')), findKeyOrAlias(call, text('TargetKeyId'))]
    case 'UpdateAlias':
      return [...aliasTargets(store, text('AliasName')), findKeyOrAlias(call, text('TargetKeyId'))]
    case 'DeleteAlias':
      return aliasTargets(store, text('AliasName'))
    default:
      return [findKeyOrAlias(call, text('KeyId'))]
  }
}

/** The alias, and the key it points to. */
const aliasTargets = (store: Store, name: string): readonly (Key | string)[] => {
  const key = store.keys.get(store.aliases.get(name)?.keyId ?? '')
  return key ? [aliasArn(store, name), key] : [aliasArn(store, name)]
}

const keyFacts = (
  store: Store,
  key: Key,
): NonNullable<Exclude<Parameters<typeof authorizeKms>[1]['target'], string>> => ({
  arn: key.arn,
  keySpec: key.spec,
  keyUsage,
  multiRegion: key.multiRegion,
  aliases: [...store.aliases.values()].filter(alias => alias.keyId === key.id).map(alias => alias.name),
  policy: policyWithGrants(key),
})

/** A grant is an Allow of one principal; a Deny of the key policy is above it, as above every Allow. */
const policyWithGrants = (key: Key): Policy => {
  const policy = parsePolicy(JSON.parse(key.policy), `key policy of ${key.id}`, 'key')
  const [first, ...others] = policy.statements
  const granted = [...key.grants.values()].map(({ id, grantee, operations }, index) => ({
    index: policy.statements.length + index,
    sid: `grant ${id}`,
    effect: 'Allow' as const,
    actions: { except: false, list: operations.map(operation => `kms:${operation}`) },
    resources: { except: false, list: ['*'] },
    principals: { except: false, list: { aws: [grantee], service: [] } },
    conditions: [],
  }))
  return { ...policy, statements: [first, ...others, ...granted] }
}
