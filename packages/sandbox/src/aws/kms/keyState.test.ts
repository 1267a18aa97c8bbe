import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  type CreateKeyCommandInput,
  DeleteAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  GetKeyPolicyCommand,
  type KeyMetadata,
  KMSClient,
  ListAliasesCommand,
  ListKeysCommand,
  ListResourceTagsCommand,
  ScheduleKeyDeletionCommand,
  SignCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Listener } from '../../server.ts'
import { type Cloud, createCloud } from '../cloud.ts'
import { startAws } from '../endpoint.ts'

const region = 'us-east-1'
const day = 24 * 60 * 60_000
let clock: number
let cloud: Cloud
let server: Listener
let kms: KMSClient

beforeEach(async () => {
  clock = Date.now()
  cloud = createCloud({ region, now: () => clock })
  server = await startAws({ cloud })
  kms = client()
})

afterEach(async () => {
  kms.destroy()
  await server.stop()
})

/** The client signs by the machine's clock, plus what the server's clock is ahead of it. */
const client = (ahead = 0): KMSClient => {
  const { accessKeyId, secretAccessKey } = cloud.identities.administrator
  return new KMSClient({
    endpoint: server.url,
    region,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
    systemClockOffset: ahead,
  })
}

const advance = (time: number): void => {
  clock += time
  kms.destroy()
  kms = client(clock - Date.now())
}

const create = async (
  more: Partial<CreateKeyCommandInput> = {},
): Promise<KeyMetadata & { KeyId: string; Arn: string }> => {
  const { KeyMetadata } = await kms.send(
    new CreateKeyCommand({ KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY', ...more }),
  )
  return { ...KeyMetadata, KeyId: KeyMetadata?.KeyId ?? '', Arn: KeyMetadata?.Arn ?? '' }
}

const state = async (KeyId: string): Promise<string | undefined> =>
  (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState

describe('the life of a key', () => {
  test('disabled and enabled, as often as one likes', async () => {
    const { KeyId, Arn } = await create()
    for (const id of [KeyId, Arn, KeyId]) {
      await kms.send(new DisableKeyCommand({ KeyId: id }))
      expect(await state(Arn)).toBe('Disabled')
    }
    for (const id of [KeyId, Arn, KeyId]) {
      await kms.send(new EnableKeyCommand({ KeyId: id }))
      expect(await state(Arn)).toBe('Enabled')
    }
  })

  test('pending deletion for thirty days unless told otherwise; cancelled, it is disabled', async () => {
    const { KeyId, Arn } = await create()
    const scheduled = await kms.send(new ScheduleKeyDeletionCommand({ KeyId }))
    const DeletionDate = new Date(clock + 30 * day)
    expect(scheduled).toMatchObject({
      KeyId: Arn,
      DeletionDate,
      KeyState: 'PendingDeletion',
      PendingWindowInDays: 30,
    })
    expect((await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata).toMatchObject({
      KeyState: 'PendingDeletion',
      DeletionDate,
      Enabled: false,
    })
    expect(await kms.send(new CancelKeyDeletionCommand({ KeyId }))).toMatchObject({ KeyId: Arn })
    expect(await state(KeyId)).toBe('Disabled')
    expect((await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata).not.toHaveProperty('DeletionDate')
  })

  test('when the deletion date has come, the key and its aliases are no more', async () => {
    const [doomed, other] = [await create(), await create()]
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/doomed', TargetKeyId: doomed.KeyId }))
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/other', TargetKeyId: other.KeyId }))
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId: doomed.KeyId, PendingWindowInDays: 7 }))
    advance(7 * day - 1000)
    expect(await state(doomed.Arn)).toBe('PendingDeletion')
    advance(1000)
    await expect(state(doomed.Arn)).rejects.toThrowError(error(notFound(doomed.KeyId)))
    expect((await kms.send(new ListKeysCommand({}))).Keys).toEqual([
      { KeyId: other.KeyId, KeyArn: other.Arn },
    ])
    expect((await kms.send(new ListAliasesCommand({}))).Aliases?.map(alias => alias.AliasName)).toEqual([
      'alias/other',
    ])
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/doomed', TargetKeyId: other.KeyId }))
  })

  test('error: what a key pending deletion does not permit', async () => {
    const { KeyId, Arn } = await create()
    const other = await create()
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/other', TargetKeyId: other.KeyId }))
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId }))
    const Tags = [{ TagKey: 'a', TagValue: 'b' }]
    for (const attempt of [
      kms.send(new EnableKeyCommand({ KeyId })),
      kms.send(new DisableKeyCommand({ KeyId })),
      kms.send(new ScheduleKeyDeletionCommand({ KeyId })),
      kms.send(new TagResourceCommand({ KeyId, Tags })),
      kms.send(new UntagResourceCommand({ KeyId, TagKeys: ['a'] })),
      kms.send(new CreateAliasCommand({ AliasName: 'alias/new', TargetKeyId: KeyId })),
      kms.send(new UpdateAliasCommand({ AliasName: 'alias/other', TargetKeyId: KeyId })),
    ]) {
      await expect(attempt).rejects.toThrowError(
        error(`KMSInvalidStateException: ${Arn} is pending deletion.`),
      )
    }
  })

  test('behavior: what a key pending deletion permits', async () => {
    const { KeyId } = await create()
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/a', TargetKeyId: KeyId }))
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId }))
    const other = await create()
    await kms.send(new UpdateAliasCommand({ AliasName: 'alias/a', TargetKeyId: other.KeyId }))
    await kms.send(new DeleteAliasCommand({ AliasName: 'alias/a' }))
    expect((await kms.send(new GetKeyPolicyCommand({ KeyId }))).PolicyName).toBe('default')
    expect((await kms.send(new ListResourceTagsCommand({ KeyId }))).Tags).toEqual([])
  })

  test('error: cancelling a deletion that is not scheduled', async () => {
    const { KeyId, Arn } = await create()
    const message = error(`KMSInvalidStateException: ${Arn} is not pending deletion.`)
    await expect(kms.send(new CancelKeyDeletionCommand({ KeyId }))).rejects.toThrowError(message)
    await kms.send(new DisableKeyCommand({ KeyId }))
    await expect(kms.send(new CancelKeyDeletionCommand({ KeyId }))).rejects.toThrowError(message)
  })

  test.each([
    [6, 'greater than or equal to 7'],
    [31, 'less than or equal to 30'],
  ])('error: a waiting period of %d days', async (PendingWindowInDays, constraint) => {
    const { KeyId } = await create()
    await expect(
      kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays })),
    ).rejects.toThrowError(
      error(
        `ValidationException: 1 validation error detected: Value '${PendingWindowInDays}' at 'pendingWindowInDays' failed to satisfy constraint: Member must have value ${constraint}`,
      ),
    )
    expect(await state(KeyId)).toBe('Enabled')
  })

  test('behavior: an enabled key signs again after being disabled', async () => {
    const { KeyId } = await create()
    await kms.send(new DisableKeyCommand({ KeyId }))
    await kms.send(new EnableKeyCommand({ KeyId }))
    const Message = new Uint8Array(32)
    const answer = await kms.send(
      new SignCommand({ KeyId, Message, MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' }),
    )
    expect(answer.Signature?.length).toBeGreaterThan(60)
  })
})

function notFound(keyId: string): string {
  return `NotFoundException: Key 'arn:aws:kms:us-east-1:123456789012:key/${keyId}' does not exist`
}

/** Matches an error of the SDK by `Name: message`. */
const error = (text: string): Error => {
  const [name = '', ...message] = text.split(': ')
  return expect.objectContaining({ name, message: message.join(': ') }) as unknown as Error
}
