// The operations of this KMS, by the name that follows `TrentService.` in x-amz-target.
import { createAlias, deleteAlias, listAliases, updateAlias } from './aliases.ts'
import { createKey } from './createKey.ts'
import { createGrant, listGrants, revokeGrant } from './grants.ts'
import {
  cancelKeyDeletion,
  describeKey,
  disableKey,
  enableKey,
  listKeys,
  scheduleKeyDeletion,
} from './keyState.ts'
import type { Operation } from './operation.ts'
import { getKeyPolicy, putKeyPolicy } from './policy.ts'
import { getPublicKey, sign, verify } from './signing.ts'
import { listResourceTags, tagResource, untagResource } from './tags.ts'

export const operations: ReadonlyMap<string, Operation> = new Map([
  ['CancelKeyDeletion', cancelKeyDeletion],
  ['CreateAlias', createAlias],
  ['CreateGrant', createGrant],
  ['CreateKey', createKey],
  ['DeleteAlias', deleteAlias],
  ['DescribeKey', describeKey],
  ['DisableKey', disableKey],
  ['EnableKey', enableKey],
  ['GetKeyPolicy', getKeyPolicy],
  ['GetPublicKey', getPublicKey],
  ['ListAliases', listAliases],
  ['ListGrants', listGrants],
  ['ListKeys', listKeys],
  ['ListResourceTags', listResourceTags],
  ['PutKeyPolicy', putKeyPolicy],
  ['RevokeGrant', revokeGrant],
  ['ScheduleKeyDeletion', scheduleKeyDeletion],
  ['Sign', sign],
  ['TagResource', tagResource],
  ['UntagResource', untagResource],
  ['UpdateAlias', updateAlias],
  ['Verify', verify],
])
