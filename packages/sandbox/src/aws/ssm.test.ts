import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Listener } from '../server.ts'
import { type Cloud, createCloud } from './cloud.ts'
import { startAws } from './endpoint.ts'
import type { Identity } from './identity.ts'

let cloud: Cloud
let server: Listener

beforeAll(async () => {
  cloud = createCloud()
  server = await startAws({ cloud })
})

afterAll(() => server.stop())

const clientFor = ({ accessKeyId, secretAccessKey }: Identity): SSMClient =>
  new SSMClient({
    endpoint: server.url,
    region: cloud.region,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey },
  })

const get = (identity: Identity, Name = '/cdk-bootstrap/hnb659fds/version'): Promise<unknown> =>
  clientFor(identity).send(new GetParameterCommand({ Name, WithDecryption: false }))

test('the account is bootstrapped for the CDK', async () => {
  expect(await get(cloud.identities.administrator)).toMatchObject({
    Parameter: { Value: '30', Type: 'String' },
  })
})

test('error: a parameter there is not, an operation that is not known', async () => {
  const { administrator } = cloud.identities
  await expect(get(administrator, '/other')).rejects.toThrowError(
    expect.objectContaining({ name: 'ParameterNotFound' }),
  )
  const put = new PutParameterCommand({ Name: '/x', Value: 'x', Type: 'String' })
  await expect(clientFor(administrator).send(put)).rejects.toThrowError(
    expect.objectContaining({ name: 'UnknownOperationException' }),
  )
})

test('error: who may not, and who is not', async () => {
  const { operator } = cloud.identities
  await expect(get(operator)).rejects.toThrowError(
    expect.objectContaining({
      name: 'AccessDeniedException',
      message: expect.stringContaining(
        'ssm:GetParameter on resource: arn:aws:ssm:eu-north-1:123456789012:parameter/cdk-bootstrap/hnb659fds/version',
      ),
    }),
  )
  await expect(get({ ...operator, secretAccessKey: 'x' })).rejects.toThrowError(
    expect.objectContaining({ name: 'InvalidSignatureException' }),
  )
})
