import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Listener } from '../server.ts'
import { type Cloud, createCloud } from './cloud.ts'
import { startAws } from './endpoint.ts'

let cloud: Cloud
let server: Listener
let time: number

beforeEach(async () => {
  time = Date.now()
  cloud = createCloud({ now: () => time })
  server = await startAws({ cloud })
})

afterEach(() => server.stop())

type Credentials = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

const clientFor = (credentials: Credentials): STSClient =>
  new STSClient({
    endpoint: server.url,
    region: cloud.region,
    maxAttempts: 1,
    credentials,
    systemClockOffset: time - Date.now(),
  })

const role = 'arn:aws:iam::123456789012:role/cdk-hnb659fds-deploy-role-123456789012-eu-north-1'

const assume = async (
  options: Partial<AssumeRoleCommandInput> = {},
  who: keyof Cloud['identities'] = 'administrator',
): Promise<Credentials & { readonly expiration: Date | undefined }> => {
  const { accessKeyId, secretAccessKey } = cloud.identities[who]
  const { Credentials: made } = await clientFor({ accessKeyId, secretAccessKey }).send(
    new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'ci', ...options }),
  )
  return {
    accessKeyId: made?.AccessKeyId ?? '',
    secretAccessKey: made?.SecretAccessKey ?? '',
    sessionToken: made?.SessionToken ?? '',
    expiration: made?.Expiration,
  }
}

const whoIs = (credentials: Credentials): Promise<unknown> =>
  clientFor(credentials).send(new GetCallerIdentityCommand({}))

test('a session of a role signs as that session, with its token', async () => {
  const credentials = await assume()
  expect(await whoIs(credentials)).toMatchObject({
    Arn: 'arn:aws:sts::123456789012:assumed-role/cdk-hnb659fds-deploy-role-123456789012-eu-north-1/ci',
    Account: '123456789012',
  })
  const { sessionToken: _, ...without } = credentials
  await expect(whoIs(without)).rejects.toThrowError(expect.objectContaining({ name: 'InvalidClientTokenId' }))
})

test('a session ends', async () => {
  const credentials = await assume({ DurationSeconds: 900 })
  expect(credentials.expiration?.getTime()).toBe(time + 900_000)
  time += 899_000
  await whoIs(credentials)
  time += 1_000
  await expect(whoIs(credentials)).rejects.toThrowError(expect.objectContaining({ name: 'ExpiredToken' }))
})

test.each([
  ['who may not', {}, 'operator' as const],
  ['a role there is not', { RoleArn: `${role}x` }, 'administrator' as const],
  [
    'a role that does not trust them',
    { RoleArn: 'arn:aws:iam::123456789012:role/cdk-hnb659fds-cfn-exec-role-123456789012-eu-north-1' },
    'administrator' as const,
  ],
  ['another account', {}, 'stranger' as const],
])('error: %s', async (_, options, who) => {
  await expect(assume(options, who)).rejects.toThrowError(
    expect.objectContaining({
      name: 'AccessDenied',
      message: expect.stringContaining(
        'is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::',
      ),
    }),
  )
})

test.each([
  [{ RoleSessionName: 'a b' }],
  [{ DurationSeconds: 899 }],
  [{ DurationSeconds: 3601 }],
  [{ Policy: '{}' }],
  [{ ExternalId: 'xyz' }],
])('error: %j', async options => {
  const before = cloud.credentials.size
  await expect(assume(options)).rejects.toThrowError(expect.objectContaining({ name: 'ValidationError' }))
  expect(cloud.credentials.size).toBe(before)
})
