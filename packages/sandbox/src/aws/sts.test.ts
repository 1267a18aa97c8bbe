import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAdministratorSession } from '../../test/cloud.ts'
import type { Listener } from '../server.ts'
import { createCloud } from './cloud.ts'
import { startAws } from './endpoint.ts'
import { createIdentities, type Identity } from './identity.ts'

const cloud = createCloud({ region: 'us-east-1' })
const { identities } = cloud
let server: Listener

beforeAll(async () => {
  server = await startAws({ cloud })
})

afterAll(() => server.stop())

const client = (identity: Identity, region = 'us-east-1', systemClockOffset = 0): STSClient => {
  const { accessKeyId, secretAccessKey, sessionToken = '' } = identity
  const credentials = { accessKeyId, secretAccessKey, sessionToken }
  return new STSClient({ endpoint: server.url, region, credentials, maxAttempts: 1, systemClockOffset })
}

test.each([...Object.values(identities), createAdministratorSession(cloud)])(
  'GetCallerIdentity knows $name, in any region',
  async identity => {
    for (const region of ['us-east-1', 'eu-north-1']) {
      expect(await client(identity, region).send(new GetCallerIdentityCommand({}))).toMatchObject({
        Arn: identity.arn,
        UserId: identity.userId,
        Account: identity.accountId,
      })
    }
  },
)

test('error: an unknown access key, a wrong secret and a wrong clock have names of their own here', async () => {
  const ask = (identity: Identity, offset = 0): Promise<unknown> =>
    client(identity, 'us-east-1', offset).send(new GetCallerIdentityCommand({}))
  const forged = { ...identities.operator, secretAccessKey: 'x' }
  await expect(ask(createIdentities().operator)).rejects.toThrowError(
    expect.objectContaining({
      name: 'InvalidClientTokenId',
      message: 'The security token included in the request is invalid.',
      $metadata: expect.objectContaining({ httpStatusCode: 403 }),
    }),
  )
  await expect(ask(forged)).rejects.toThrowError(expect.objectContaining({ name: 'SignatureDoesNotMatch' }))
  await expect(ask(identities.operator, -600_000)).rejects.toThrowError(
    expect.objectContaining({
      name: 'SignatureDoesNotMatch',
      message: expect.stringContaining('Signature expired'),
    }),
  )
})

test('error: an unsigned request', async () => {
  const body = new URLSearchParams({ Action: 'GetCallerIdentity', Version: '2011-06-15' })
  const response = await fetch(server.url, { method: 'POST', body })
  expect(response.status).toBe(403)
  expect(await response.text()).toMatch(
    /^<ErrorResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/"><Error><Type>Sender<\/Type><Code>MissingAuthenticationToken<\/Code><Message>Missing Authentication Token<\/Message><\/Error><RequestId>[0-9a-f-]{36}<\/RequestId><\/ErrorResponse>\n$/,
  )
})

test('error: any other action', async () => {
  await expect(client(identities.operator).send(new GetSessionTokenCommand({}))).rejects.toThrowError(
    expect.objectContaining({
      name: 'InvalidAction',
      message: 'Could not find operation GetSessionToken for version 2011-06-15',
    }),
  )
})
