import { DisableKeyCommand, GetKeyPolicyCommand, PutKeyPolicyCommand } from '@aws-sdk/client-kms'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTestKms, type TestKms } from '../../../test/kms.ts'

let kms: TestKms['kms']
let create: TestKms['create']
let stop: TestKms['stop']

beforeEach(async () => {
  ;({ kms, create, stop } = await startTestKms())
})

afterEach(() => stop())

describe('key policies', () => {
  test('the default policy leaves it to the account', async () => {
    const { KeyId } = await create()
    const { Policy, PolicyName } = await kms.send(new GetKeyPolicyCommand({ KeyId }))
    expect(PolicyName).toBe('default')
    expect(JSON.parse(Policy ?? '')).toEqual({
      Version: '2012-10-17',
      Id: 'key-default-1',
      Statement: [
        {
          Sid: 'Enable IAM User Permissions',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::123456789012:root' },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    })
  })

  test.each(['-default', 'default-', 'a b', '*'])(
    'error: the policy name %s breaks the pattern',
    async PolicyName => {
      const { KeyId } = await create()
      await expect(kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName }))).rejects.toThrowError(
        error(
          `ValidationException: 1 validation error detected: Value '${PolicyName}' at 'policyName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w]+`,
        ),
      )
    },
  )

  test('a policy is returned as it was given; there is no other', async () => {
    const Policy =
      '{ "Version": "2012-10-17", "Statement": [{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}] }'
    const { KeyId } = await create({ Policy, BypassPolicyLockoutSafetyCheck: true })
    expect(await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }))).toMatchObject({
      Policy,
    })
    await expect(kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'other' }))).rejects.toThrowError(
      error('NotFoundException: No such policy exists'),
    )
  })
})

describe('PutKeyPolicy', () => {
  const statement = (Principal: unknown, Action: string): object => ({
    Effect: 'Allow',
    Principal,
    Action,
    Resource: '*',
  })
  const document = (...Statement: object[]): string => JSON.stringify({ Version: '2012-10-17', Statement })
  const account = statement({ AWS: '123456789012' }, 'kms:*')

  test('is in force at once', async () => {
    const { KeyId } = await create()
    const deny = { ...statement('*', 'kms:DisableKey'), Effect: 'Deny' }
    await kms.send(new PutKeyPolicyCommand({ KeyId, Policy: document(account, deny) }))
    await expect(kms.send(new DisableKeyCommand({ KeyId }))).rejects.toThrowError(
      expect.objectContaining({
        name: 'AccessDeniedException',
        message: expect.stringMatching(/with an explicit deny in a resource-based policy$/),
      }),
    )
    await kms.send(new PutKeyPolicyCommand({ KeyId, Policy: document(account) }))
    await kms.send(new DisableKeyCommand({ KeyId }))
  })

  test('error: what cannot be evaluated, or locks the caller out, changes nothing', async () => {
    const { KeyId } = await create()
    const { Policy: before } = await kms.send(new GetKeyPolicyCommand({ KeyId }))
    for (const Policy of [
      '{',
      document({ ...statement('*', 'kms:*'), Condition: { StringEquals: { 'no:such': 'key' } } }),
      document(statement({ AWS: '123456789012' }, 'kms:Sign')),
    ])
      await expect(kms.send(new PutKeyPolicyCommand({ KeyId, Policy }))).rejects.toThrowError(
        expect.objectContaining({ name: 'MalformedPolicyDocumentException' }),
      )
    expect((await kms.send(new GetKeyPolicyCommand({ KeyId }))).Policy).toBe(before)
  })
})

/** Matches an error of the SDK by `Name: message`. */
const error = (text: string): Error => {
  const [name = '', ...message] = text.split(': ')
  return expect.objectContaining({ name, message: message.join(': ') }) as unknown as Error
}
