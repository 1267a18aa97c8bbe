import { createHash } from 'node:crypto'
import { KMSClient, ListKeysCommand } from '@aws-sdk/client-kms'
import {
  AddPermissionCommand,
  DeleteFunctionConcurrencyCommand,
  GetFunctionConcurrencyCommand,
  InvokeCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Services, startServices, zipCode } from '../../../test/services.ts'
import type { Identity } from '../identity.ts'

let services: Services
let client: LambdaClient

beforeAll(async () => {
  services = await startServices()
  client = new LambdaClient(services.as('administrator'))
})

afterAll(() => services.stop())

const FunctionName = 'adminSigner'
const invoke = async (payload: unknown, as = client): Promise<{ error?: string; result: unknown }> => {
  const Payload = new TextEncoder().encode(JSON.stringify(payload))
  const answer = await as.send(new InvokeCommand({ FunctionName, Payload }))
  const result = JSON.parse(answer.Payload?.transformToString() ?? '')
  return answer.FunctionError === undefined ? { result } : { error: answer.FunctionError, result }
}

/** What the code of the function signs with. */
const session = (): Identity => {
  const found = [...services.cloud.credentials.values()].find(one => one.functionArn !== undefined)
  if (!found) throw new Error('there is no session of the function')
  return found
}
/** Who is authenticated is denied, and who is not is unrecognized. */
const askAs = (identity: Identity): Promise<object> =>
  new KMSClient(services.as(identity)).send(new ListKeysCommand({}))

test('Invoke runs the code, with the environment that is configured', async () => {
  expect(await invoke({ a: 1 })).toEqual({ result: { event: { a: 1 } } })
  const configuration = await client.send(
    new UpdateFunctionConfigurationCommand({
      FunctionName,
      Environment: { Variables: { FLAG: 'up' } },
      Timeout: 3,
    }),
  )
  expect(configuration).toMatchObject({ Timeout: 3, Environment: { Variables: { FLAG: 'up' } } })
  expect(await invoke('x')).toEqual({ result: { event: 'x', flag: 'up' } })
}, 30_000)

test('UpdateFunctionCode replaces the code; a function that throws is an invocation that succeeded', async () => {
  const before = session()
  const ZipFile = zipCode('export const handler = async () => { throw new TypeError("no") }')
  const { CodeSha256 } = await client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }))
  expect(CodeSha256).toBe(createHash('sha256').update(ZipFile).digest('base64'))
  expect(await invoke({})).toEqual({
    error: 'Unhandled',
    result: { errorType: 'TypeError', errorMessage: 'no', trace: expect.any(Array) },
  })
  await client.send(new UpdateFunctionCodeCommand({ FunctionName, S3Bucket: 'code', S3Key: 'code.zip' }))
  expect(await invoke(1)).toEqual({ result: { event: 1, flag: 'up' } })
  await expect(askAs(before)).rejects.toMatchObject({ name: 'UnrecognizedClientException' })
}, 30_000)

test('error: code and configuration that cannot run leave what runs as it is, credentials too', async () => {
  const before = session()
  for (const input of [
    { ZipFile: new Uint8Array([1, 2, 3]) },
    { S3Bucket: 'code', S3Key: 'none' },
    { S3Bucket: 'code' },
  ])
    await expect(
      client.send(new UpdateFunctionCodeCommand({ FunctionName, ...input })),
    ).rejects.toMatchObject({ name: 'InvalidParameterValueException' })
  for (const Variables of [{ AWS_REGION: 'x' }, { '1': 'x' }] as Record<string, string>[])
    await expect(
      client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } })),
    ).rejects.toMatchObject({ name: 'InvalidParameterValueException' })
  await expect(
    client.send(
      new UpdateFunctionConfigurationCommand({ FunctionName, Role: 'arn:aws:iam::123456789012:role/r' }),
    ),
  ).rejects.toMatchObject({ message: expect.stringContaining('Role is not known here') })
  expect(await invoke(2)).toEqual({ result: { event: 2, flag: 'up' } })
  await expect(askAs(before)).rejects.toMatchObject({
    name: 'AccessDeniedException',
  })
}, 30_000)

test('a function with a reserved concurrency of 0 is not invoked', async () => {
  const reserved = async (): Promise<number | undefined> =>
    (await client.send(new GetFunctionConcurrencyCommand({ FunctionName }))).ReservedConcurrentExecutions
  expect(await reserved()).toBeUndefined()
  await client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }))
  expect(await reserved()).toBe(0)
  await expect(invoke({})).rejects.toMatchObject({
    name: 'TooManyRequestsException',
    $metadata: { httpStatusCode: 429 },
  })
  await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName }))
  expect(await reserved()).toBeUndefined()
  expect(await invoke(3)).toMatchObject({ result: { event: 3 } })
}, 30_000)

test('Invoke is for whom a policy lets: of the caller, or of the function', async () => {
  const outsider = new LambdaClient(services.as('outsider'))
  const stranger = new LambdaClient(services.as('stranger'))
  const { arn } = services.cloud.identities.outsider
  await expect(invoke({}, outsider)).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: `User: ${arn} is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:eu-north-1:123456789012:function:${FunctionName} because no identity-based policy allows the lambda:InvokeFunction action`,
  })
  await expect(invoke({}, stranger)).rejects.toMatchObject({ name: 'AccessDeniedException' })
  await expect(outsider.send(new InvokeCommand({ FunctionName: 'other' }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  })
  const permission = { FunctionName, Action: 'lambda:InvokeFunction' }
  await client.send(new AddPermissionCommand({ ...permission, StatementId: 'o', Principal: arn }))
  await client.send(
    new AddPermissionCommand({
      ...permission,
      StatementId: 's',
      Principal: services.cloud.foreign.accountId,
    }),
  )
  expect(await invoke(4, outsider)).toMatchObject({ result: { event: 4 } })
  const dryRun = await stranger.send(
    new InvokeCommand({ FunctionName: `123456789012:function:${FunctionName}`, InvocationType: 'DryRun' }),
  )
  expect(dryRun.StatusCode).toBe(204)
}, 30_000)

test('error: what is no JSON, and an invocation that is not waited for', async () => {
  await expect(
    client.send(new InvokeCommand({ FunctionName, Payload: new TextEncoder().encode('{') })),
  ).rejects.toMatchObject({ name: 'InvalidRequestContentException' })
  await expect(
    client.send(new InvokeCommand({ FunctionName, InvocationType: 'Event' })),
  ).rejects.toMatchObject({ name: 'InvalidParameterValueException' })
})
