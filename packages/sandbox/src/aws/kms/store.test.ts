import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTestKms, type TestKms } from '../../../test/kms.ts'
import { type Key, removeDeletedKeys, type Store } from './store.ts'

let kms: TestKms['kms']
let create: TestKms['create']
let stop: TestKms['stop']

beforeEach(async () => {
  ;({ kms, create, stop } = await startTestKms())
})

afterEach(() => stop())

describe('naming a key', () => {
  test.each([
    [
      'an unknown key id',
      '1234abcd-12ab-34cd-56ef-1234567890ab',
      notFound('1234abcd-12ab-34cd-56ef-1234567890ab'),
    ],
    ['something else', 'treasury', "NotFoundException: Invalid keyId 'treasury'"],
    [
      'an unknown key ARN',
      'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
      notFound('1234abcd-12ab-34cd-56ef-1234567890ab'),
    ],
    [
      'a key ARN of another region',
      'arn:aws:kms:eu-west-1:123456789012:key/x',
      'NotFoundException: Invalid arn eu-west-1',
    ],
    [
      'an ARN of another service',
      'arn:aws:s3:::bucket',
      "InvalidArnException: Invalid ARN 'arn:aws:s3:::bucket'",
    ],
    [
      'a key ARN of another account',
      'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
      'AccessDeniedException: User: arn:aws:iam::123456789012:user/administrator is not authorized to perform: kms:DescribeKey on resource: arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab because no resource-based policy allows the kms:DescribeKey action',
    ],
    [
      'an unknown alias',
      'alias/x',
      'NotFoundException: Alias arn:aws:kms:us-east-1:123456789012:alias/x is not found.',
    ],
    [
      'an unknown alias ARN',
      'arn:aws:kms:us-east-1:123456789012:alias/x',
      'NotFoundException: Alias arn:aws:kms:us-east-1:123456789012:alias/x is not found.',
    ],
    [
      'nothing',
      '',
      "ValidationException: 1 validation error detected: Value '' at 'keyId' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
  ])('error: %s', async (_, KeyId, message) => {
    await expect(kms.send(new DescribeKeyCommand({ KeyId }))).rejects.toThrowError(error(message))
  })

  test('error: `key/` before a key id, which only an ARN has', async () => {
    const key = await create()
    await expect(kms.send(new DescribeKeyCommand({ KeyId: `key/${key.KeyId}` }))).rejects.toThrowError(
      error(`NotFoundException: Invalid keyId 'key/${key.KeyId}'`),
    )
    expect((await kms.send(new DescribeKeyCommand({ KeyId: key.Arn }))).KeyMetadata?.KeyId).toBe(key.KeyId)
  })

  test('error: operations that change a key do not take an alias', async () => {
    const key = await create()
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/a', TargetKeyId: key.KeyId }))
    for (const command of [
      EnableKeyCommand,
      DisableKeyCommand,
      ScheduleKeyDeletionCommand,
      CancelKeyDeletionCommand,
    ]) {
      await expect(kms.send(new command({ KeyId: 'alias/a' }) as EnableKeyCommand)).rejects.toThrowError(
        error("NotFoundException: Invalid keyId 'alias/a'"),
      )
    }
  })
})

test('a key whose deletion date has come is gone, and its secret is wiped', () => {
  const key: Key = {
    id: 'a',
    arn: 'arn',
    createdAt: 0,
    description: '',
    spec: 'ECC_SECG_P256K1' as const,
    multiRegion: false,
    grants: new Map(),
    policy: '',
    tags: new Map(),
    secretKey: new Uint8Array(32).fill(7),
    publicKey: new Uint8Array(65),
    state: { name: 'PendingDeletion', deletionDate: 10 },
  }
  let time = 9
  const store: Store = {
    accountId: '123456789012',
    region: 'us-east-1',
    keys: new Map([[key.id, key]]),
    aliases: new Map(),
    now: () => time,
    random: length => new Uint8Array(length),
  }
  removeDeletedKeys(store)
  expect([store.keys.size, key.secretKey[0]]).toEqual([1, 7])
  time = 10
  removeDeletedKeys(store)
  expect([store.keys.size, key.secretKey]).toEqual([0, new Uint8Array(32)])
})

function notFound(keyId: string): string {
  return `NotFoundException: Key 'arn:aws:kms:us-east-1:123456789012:key/${keyId}' does not exist`
}

/** Matches an error of the SDK by `Name: message`. */
const error = (text: string): Error => {
  const [name = '', ...message] = text.split(': ')
  return expect.objectContaining({ name, message: message.join(': ') }) as unknown as Error
}
