import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  ListAliasesCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTestKms, type TestKms } from '../../../test/kms.ts'

let clock = Date.now()
let kms: TestKms['kms']
let create: TestKms['create']
let stop: TestKms['stop']

beforeEach(async () => {
  ;({ kms, create, stop } = await startTestKms(() => clock))
})

afterEach(() => stop())

describe('aliases', () => {
  test('created, repointed, listed, deleted', async () => {
    const [a, b] = [await create(), await create()]
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/a/b_c-1', TargetKeyId: a.Arn }))
    expect((await kms.send(new DescribeKeyCommand({ KeyId: 'alias/a/b_c-1' }))).KeyMetadata?.Arn).toBe(a.Arn)
    const createdAt = new Date(clock)
    clock += 1000
    await kms.send(new UpdateAliasCommand({ AliasName: 'alias/a/b_c-1', TargetKeyId: b.KeyId }))
    const listed = {
      AliasName: 'alias/a/b_c-1',
      AliasArn: 'arn:aws:kms:us-east-1:123456789012:alias/a/b_c-1',
      TargetKeyId: b.KeyId,
      CreationDate: createdAt,
      LastUpdatedDate: new Date(clock),
    }
    expect(await kms.send(new ListAliasesCommand({}))).toMatchObject({ Aliases: [listed], Truncated: false })
    expect((await kms.send(new ListAliasesCommand({ KeyId: b.KeyId }))).Aliases).toEqual([listed])
    expect((await kms.send(new ListAliasesCommand({ KeyId: a.KeyId }))).Aliases).toEqual([])
    await kms.send(new DeleteAliasCommand({ AliasName: 'alias/a/b_c-1' }))
    expect((await kms.send(new ListAliasesCommand({}))).Aliases).toEqual([])
  })

  test.each([
    [
      'without prefix',
      'treasury',
      'ValidationException: Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    ],
    ['the prefix alone', 'alias/', 'InvalidAliasNameException: alias/ is not a valid alias name'],
    ['a colon', 'alias/a:b', 'ValidationException: alias/a:b contains invalid characters for an alias'],
    [
      'a space',
      'alias/a b',
      "ValidationException: 1 validation error detected: Value 'alias/a b' at 'aliasName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
    ],
    [
      '257 characters',
      `alias/${'a'.repeat(251)}`,
      `ValidationException: 1 validation error detected: Value 'alias/${'a'.repeat(251)}' at 'aliasName' failed to satisfy constraint: Member must have length less than or equal to 256`,
    ],
  ])('error: the name of an alias: %s', async (_, AliasName, message) => {
    const { KeyId } = await create()
    await expect(kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyId }))).rejects.toThrowError(
      error(message),
    )
  })

  test('error: aliases of AWS itself are out of reach', async () => {
    const { KeyId: TargetKeyId } = await create()
    const AliasName = 'alias/aws/x'
    for (const command of [
      new CreateAliasCommand({ AliasName, TargetKeyId }),
      new UpdateAliasCommand({ AliasName, TargetKeyId }),
      new DeleteAliasCommand({ AliasName }),
    ]) {
      await expect(kms.send(command as DeleteAliasCommand)).rejects.toThrowError(
        expect.objectContaining({ name: 'NotAuthorizedException' }),
      )
    }
  })

  test('error: a name that is taken stays where it points', async () => {
    const [a, b] = [await create(), await create()]
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/a', TargetKeyId: a.KeyId }))
    await expect(
      kms.send(new CreateAliasCommand({ AliasName: 'alias/a', TargetKeyId: b.KeyId })),
    ).rejects.toThrowError(
      error(
        'AlreadyExistsException: An alias with the name arn:aws:kms:us-east-1:123456789012:alias/a already exists',
      ),
    )
    expect((await kms.send(new DescribeKeyCommand({ KeyId: 'alias/a' }))).KeyMetadata?.Arn).toBe(a.Arn)
  })

  test('error: an alias of an alias, of no key, or that does not exist', async () => {
    const { KeyId } = await create()
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/a', TargetKeyId: KeyId }))
    for (const target of ['alias/a', 'arn:aws:kms:us-east-1:123456789012:alias/a']) {
      await expect(
        kms.send(new CreateAliasCommand({ AliasName: 'alias/b', TargetKeyId: target })),
      ).rejects.toThrowError(error('ValidationException: Aliases must refer to keys. Not aliases'))
    }
    await expect(
      kms.send(new CreateAliasCommand({ AliasName: 'alias/b', TargetKeyId: 'none' })),
    ).rejects.toThrowError(error("NotFoundException: Invalid keyId 'none'"))
    for (const command of [
      new UpdateAliasCommand({ AliasName: 'alias/b', TargetKeyId: KeyId }),
      new DeleteAliasCommand({ AliasName: 'alias/b' }),
    ]) {
      await expect(kms.send(command as DeleteAliasCommand)).rejects.toThrowError(
        error('NotFoundException: Alias arn:aws:kms:us-east-1:123456789012:alias/b is not found.'),
      )
    }
  })
})

/** Matches an error of the SDK by `Name: message`. */
const error = (text: string): Error => {
  const [name = '', ...message] = text.split(': ')
  return expect.objectContaining({ name, message: message.join(': ') }) as unknown as Error
}
