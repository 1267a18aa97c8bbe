import { ListResourceTagsCommand, TagResourceCommand, UntagResourceCommand } from '@aws-sdk/client-kms'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTestKms, type TestKms } from '../../../test/kms.ts'

let kms: TestKms['kms']
let create: TestKms['create']
let stop: TestKms['stop']

beforeEach(async () => {
  ;({ kms, create, stop } = await startTestKms())
})

afterEach(() => stop())

describe('tags', () => {
  test('tags are added, replaced, listed in pages and removed', async () => {
    const { KeyId } = await create({ Tags: [{ TagKey: 'a', TagValue: '1' }] })
    const Tags = [
      { TagKey: 'a', TagValue: '2' },
      { TagKey: 'b', TagValue: '' },
    ]
    await kms.send(new TagResourceCommand({ KeyId, Tags }))
    expect(await kms.send(new ListResourceTagsCommand({ KeyId }))).toMatchObject({ Tags, Truncated: false })
    const first = await kms.send(new ListResourceTagsCommand({ KeyId, Limit: 1 }))
    expect(first).toMatchObject({ Tags: Tags.slice(0, 1), Truncated: true })
    const second = await kms.send(new ListResourceTagsCommand({ KeyId, Limit: 1, Marker: first.NextMarker }))
    expect(second).toMatchObject({ Tags: Tags.slice(1), Truncated: false })
    await kms.send(new UntagResourceCommand({ KeyId, TagKeys: ['a', 'none'] }))
    expect((await kms.send(new ListResourceTagsCommand({ KeyId }))).Tags).toEqual(Tags.slice(1))
  })

  test.each([
    [
      'a reserved key',
      [{ TagKey: 'AWS:x', TagValue: '' }],
      'TagException: Tags beginning with aws: are reserved',
    ],
    [
      'one key twice',
      [
        { TagKey: 'a', TagValue: '' },
        { TagKey: 'a', TagValue: 'b' },
      ],
      'TagException: Duplicate tag keys',
    ],
    [
      'a key of nothing and a value that is too long',
      [{ TagKey: '', TagValue: 'v'.repeat(257) }],
      `ValidationException: 2 validation errors detected: Value '' at 'tags.1.member.tagKey' failed to satisfy constraint: Member must have length greater than or equal to 1; Value '${'v'.repeat(257)}' at 'tags.1.member.tagValue' failed to satisfy constraint: Member must have length less than or equal to 256`,
    ],
    [
      'more than fifty',
      Array.from({ length: 51 }, (_, i) => ({ TagKey: `${i}`, TagValue: '' })),
      'LimitExceededException: Too many tags',
    ],
  ])('error: tags with %s change nothing', async (_, Tags, message) => {
    const { KeyId } = await create()
    await expect(kms.send(new TagResourceCommand({ KeyId, Tags }))).rejects.toThrowError(error(message))
    expect((await kms.send(new ListResourceTagsCommand({ KeyId }))).Tags).toEqual([])
  })
})

/** Matches an error of the SDK by `Name: message`. */
const error = (text: string): Error => {
  const [name = '', ...message] = text.split(': ')
  return expect.objectContaining({ name, message: message.join(': ') }) as unknown as Error
}
