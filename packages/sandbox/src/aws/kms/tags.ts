// Tags of keys: TagResource, UntagResource, ListResourceTags.
import { AwsError } from '../awsError.ts'
import { cutPage, pageShape } from '../page.ts'
import { list, type Reader, required, structure, text } from '../shape.ts'
import { keyId, type Operation, operation } from './operation.ts'
import { findKey, requireNotPendingDeletion } from './store.ts'

type Tag = { readonly TagKey: string; readonly TagValue: string }

/** The most tags a key has. */
const maxTags = 50

/** A list of tags in a request. */
export const tagList: Reader<readonly Tag[]> = list(
  structure({ TagKey: required(text({ min: 1, max: 128 })), TagValue: required(text({ max: 256 })) }),
)

/**
 * Puts tags on a key.
 *
 * @param tags The key's tags, which are changed: all or nothing.
 * @param added The tags to add; a tag with the same key is replaced.
 * @throws {AWS_ERROR} TagException, LimitExceededException.
 */
export const addTags = (tags: Map<string, string>, added: readonly Tag[]): void => {
  const keys = new Set(added.map(tag => tag.TagKey))
  if (keys.size < added.length) throw new AwsError('TagException', 'Duplicate tag keys')
  if ([...keys].some(key => key.toLowerCase().startsWith('aws:'))) {
    throw new AwsError('TagException', 'Tags beginning with aws: are reserved')
  }
  if (new Set([...tags.keys(), ...keys]).size > maxTags)
    throw new AwsError('LimitExceededException', 'Too many tags')
  for (const { TagKey, TagValue } of added) tags.set(TagKey, TagValue)
}

export const tagResource: Operation = operation(
  { KeyId: required(keyId), Tags: required(tagList) },
  ({ KeyId, Tags }, call) => {
    const key = findKey(call, KeyId)
    requireNotPendingDeletion(key)
    addTags(key.tags, Tags)
    return undefined
  },
)

export const untagResource: Operation = operation(
  { KeyId: required(keyId), TagKeys: required(list(text({ min: 1, max: 128 }))) },
  ({ KeyId, TagKeys }, call) => {
    const key = findKey(call, KeyId)
    requireNotPendingDeletion(key)
    for (const name of TagKeys) key.tags.delete(name)
    return undefined
  },
)

export const listResourceTags: Operation = operation(
  { KeyId: required(keyId), ...pageShape(50) },
  ({ KeyId, Limit, Marker }, call) => {
    const tags = [...findKey(call, KeyId).tags].map(([TagKey, TagValue]) => ({ TagKey, TagValue }))
    const { page, rest } = cutPage(tags, tag => tag.TagKey, Limit ?? 50, Marker)
    return { Tags: page, ...rest }
  },
)
