// Aliases: CreateAlias, UpdateAlias, DeleteAlias, ListAliases.
// UpdateAlias's rule that old and new key have the same spec and usage holds by itself: there is one spec and usage.
import { AwsError } from '../awsError.ts'
import { cutPage, pageShape } from '../page.ts'
import { optional, required, text } from '../shape.ts'
import { keyId, type Operation, operation, timestamp } from './operation.ts'
import { aliasArn, type Call, findAlias, findKey, type Key, requireNotPendingDeletion } from './store.ts'

const aliasName = text({ min: 1, max: 256, pattern: /^[a-zA-Z0-9:/_-]+$/ })

export const createAlias: Operation = operation(
  { AliasName: required(aliasName), TargetKeyId: required(keyId) },
  ({ AliasName, TargetKeyId }, call) => {
    requireUsableName(AliasName)
    const key = findTarget(call, TargetKeyId)
    const { aliases, now } = call.store
    if (aliases.has(AliasName)) {
      throw new AwsError(
        'AlreadyExistsException',
        `An alias with the name ${aliasArn(call.store, AliasName)} already exists`,
      )
    }
    aliases.set(AliasName, { name: AliasName, keyId: key.id, createdAt: now(), updatedAt: now() })
    return undefined
  },
)

export const updateAlias: Operation = operation(
  { AliasName: required(aliasName), TargetKeyId: required(keyId) },
  ({ AliasName, TargetKeyId }, call) => {
    requireUsableName(AliasName)
    const alias = findAlias(call.store, AliasName)
    const key = findTarget(call, TargetKeyId)
    call.store.aliases.set(AliasName, { ...alias, keyId: key.id, updatedAt: call.store.now() })
    return undefined
  },
)

export const deleteAlias: Operation = operation(
  { AliasName: required(aliasName) },
  ({ AliasName }, { store }) => {
    requireUsableName(AliasName)
    store.aliases.delete(findAlias(store, AliasName).name)
    return undefined
  },
)

export const listAliases: Operation = operation(
  { KeyId: optional(keyId), ...pageShape(100) },
  ({ KeyId, Limit, Marker }, call) => {
    const key = KeyId === undefined ? undefined : findKey(call, KeyId)
    const aliases = [...call.store.aliases.values()].filter(alias => !key || alias.keyId === key.id)
    const { page, rest } = cutPage(aliases, alias => alias.name, Limit ?? 50, Marker)
    const entries = page.map(alias => ({
      AliasName: alias.name,
      AliasArn: aliasArn(call.store, alias.name),
      TargetKeyId: alias.keyId,
      CreationDate: timestamp(alias.createdAt),
      LastUpdatedDate: timestamp(alias.updatedAt),
    }))
    return { Aliases: entries, ...rest }
  },
)

const requireUsableName = (name: string): void => {
  if (!name.startsWith('alias/')) {
    throw new AwsError(
      'ValidationException',
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    )
  }
  // Aliases of keys that AWS itself manages.
  if (name.startsWith('alias/aws/')) throw new AwsError('NotAuthorizedException')
  if (name === 'alias/') throw new AwsError('InvalidAliasNameException', `${name} is not a valid alias name`)
  if (name.includes(':')) {
    throw new AwsError('ValidationException', `${name} contains invalid characters for an alias`)
  }
}

const findTarget = (call: Call, id: string): Key => {
  if (/^(arn:[^/]*:)?alias\//.test(id)) {
    throw new AwsError('ValidationException', 'Aliases must refer to keys. Not aliases')
  }
  const key = findKey(call, id)
  requireNotPendingDeletion(key)
  return key
}
