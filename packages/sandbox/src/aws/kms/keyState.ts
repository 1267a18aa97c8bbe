// The life of a key: DescribeKey, ListKeys, EnableKey, DisableKey, ScheduleKeyDeletion, CancelKeyDeletion.
// AWS KMS Developer Guide, "Key states of AWS KMS keys".
import { AwsError } from '../awsError.ts'
import { cutPage, pageShape } from '../page.ts'
import { integer, list, optional, required, text } from '../shape.ts'
import { keyUsage, signingAlgorithm } from './keySpec.ts'
import { keyId, type Operation, operation, timestamp } from './operation.ts'
import { findKey, findKeyOrAlias, type Key, requireNotPendingDeletion, type Store } from './store.ts'

const day = 24 * 60 * 60_000

export const describeKey: Operation = operation(
  { KeyId: required(keyId), GrantTokens: optional(list(text({ min: 1, max: 8192 }), { max: 10 })) },
  ({ KeyId }, call) => ({ KeyMetadata: describe(call.store, findKeyOrAlias(call, KeyId)) }),
)

export const listKeys: Operation = operation(pageShape(1000), ({ Limit, Marker }, { store }) => {
  const { page, rest } = cutPage([...store.keys.values()], key => key.id, Limit ?? 100, Marker)
  return { Keys: page.map(key => ({ KeyId: key.id, KeyArn: key.arn })), ...rest }
})

export const enableKey: Operation = operation({ KeyId: required(keyId) }, ({ KeyId }, call) => {
  const key = findKey(call, KeyId)
  requireNotPendingDeletion(key)
  key.state = { name: 'Enabled' }
  return undefined
})

export const disableKey: Operation = operation({ KeyId: required(keyId) }, ({ KeyId }, call) => {
  const key = findKey(call, KeyId)
  requireNotPendingDeletion(key)
  key.state = { name: 'Disabled' }
  return undefined
})

export const scheduleKeyDeletion: Operation = operation(
  { KeyId: required(keyId), PendingWindowInDays: optional(integer({ min: 7, max: 30 })) },
  ({ KeyId, PendingWindowInDays = 30 }, call) => {
    const key = findKey(call, KeyId)
    requireNotPendingDeletion(key)
    const deletionDate = schedule(call.store, key, PendingWindowInDays)
    return {
      KeyId: key.arn,
      DeletionDate: timestamp(deletionDate),
      KeyState: key.state.name,
      PendingWindowInDays,
    }
  },
)

/**
 * Schedules the deletion of a key.
 *
 * @param store Where the key is.
 * @param key The key.
 * @param days The waiting period.
 * @returns When it will be gone, epoch milliseconds.
 */
export const schedule = (store: Store, key: Key, days: number): number => {
  const deletionDate = store.now() + days * day
  key.state = { name: 'PendingDeletion', deletionDate }
  return deletionDate
}

/** Leaves the key disabled, so that using it again takes a second decision. */
export const cancelKeyDeletion: Operation = operation({ KeyId: required(keyId) }, ({ KeyId }, call) => {
  const key = findKey(call, KeyId)
  if (key.state.name !== 'PendingDeletion') {
    throw new AwsError('KMSInvalidStateException', `${key.arn} is not pending deletion.`)
  }
  key.state = { name: 'Disabled' }
  return { KeyId: key.arn }
})

/** The metadata of a key: the structure KeyMetadata of the KMS API. */
export const describe = ({ accountId }: Store, key: Key): object => ({
  AWSAccountId: accountId,
  KeyId: key.id,
  Arn: key.arn,
  CreationDate: timestamp(key.createdAt),
  Enabled: key.state.name === 'Enabled',
  Description: key.description,
  KeyUsage: keyUsage,
  KeyState: key.state.name,
  ...(key.state.name === 'PendingDeletion' ? { DeletionDate: timestamp(key.state.deletionDate) } : {}),
  Origin: 'AWS_KMS',
  KeyManager: 'CUSTOMER',
  CustomerMasterKeySpec: key.spec,
  KeySpec: key.spec,
  SigningAlgorithms: [signingAlgorithm],
  MultiRegion: key.multiRegion,
})
