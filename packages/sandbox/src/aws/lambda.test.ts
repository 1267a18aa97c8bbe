import { createHash } from 'node:crypto'
import {
  AddPermissionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  GetFunctionUrlConfigCommand,
  GetPolicyCommand,
  LambdaClient,
  ListFunctionUrlConfigsCommand,
  paginateListAliases,
  paginateListVersionsByFunction,
  RemovePermissionCommand,
} from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { echo, type Services, startServices } from '../../test/services.ts'

let services: Services
let client: LambdaClient
let now = Date.now()
const signerAddress = `0x${'ab'.repeat(20)}`

beforeAll(async () => {
  services = await startServices(
    { SignerAddress: signerAddress, ReservedConcurrency: '7' },
    { now: () => now },
  )
  client = new LambdaClient(services.as('administrator'))
})

afterAll(() => services.stop())

const FunctionName = 'adminSigner'
const arn = `arn:aws:lambda:eu-north-1:123456789012:function:${FunctionName}`

test('GetFunctionConfiguration tells what is deployed, by name, ARN and part of the ARN', async () => {
  for (const name of [FunctionName, arn, `123456789012:function:${FunctionName}`, `${arn}:$LATEST`]) {
    const found = await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }))
    expect(found).toMatchObject({
      FunctionName,
      FunctionArn: arn,
      Runtime: 'nodejs24.x',
      Handler: 'adminSigner.handler',
      Role: 'arn:aws:iam::123456789012:role/adminSignerInvoker',
      Architectures: ['arm64'],
      CodeSize: echo.length,
      CodeSha256: createHash('sha256').update(echo).digest('base64'),
      Environment: { Variables: { COFFER_SIGNER_ADDRESS: signerAddress } },
      Timeout: 25,
      MemorySize: 512,
      Version: '$LATEST',
      RevisionId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    })
  }
})

test('GetFunction tells where the code is, for ten minutes and for whoever has the URL', async () => {
  const { Code, Configuration, Concurrency } = await client.send(new GetFunctionCommand({ FunctionName }))
  expect(Configuration?.FunctionArn).toBe(arn)
  expect(Concurrency).toEqual({ ReservedConcurrentExecutions: 7 })
  const location = Code?.Location ?? ''
  const response = await fetch(location)
  expect(response.headers.get('content-type')).toBe('application/zip')
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(echo)
  expect((await fetch(`${location}x`)).status).toBe(403)
  now += 10 * 60_000
  expect((await fetch(location)).status).toBe(403)
  now -= 10 * 60_000
})

test('there are no versions but the function, no aliases and no URLs', async () => {
  const versions: (string | undefined)[] = []
  for await (const { Versions = [] } of paginateListVersionsByFunction({ client }, { FunctionName }))
    versions.push(...Versions.map(version => version.Version))
  expect(versions).toEqual(['$LATEST'])
  for await (const { Aliases } of paginateListAliases({ client }, { FunctionName }))
    expect(Aliases).toEqual([])
  const { FunctionUrlConfigs } = await client.send(new ListFunctionUrlConfigsCommand({ FunctionName }))
  expect(FunctionUrlConfigs).toEqual([])
  await expect(client.send(new GetFunctionUrlConfigCommand({ FunctionName }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  })
})

test('statements are added to the policy and removed from it', async () => {
  const sids = async (): Promise<readonly string[]> => {
    const { Policy = '' } = await client.send(new GetPolicyCommand({ FunctionName }))
    return JSON.parse(Policy).Statement.map((statement: { readonly Sid: string }) => statement.Sid)
  }
  const [templates = ''] = await sids()
  const add = (statement: object): Promise<{ Statement?: string | undefined }> =>
    client.send(
      new AddPermissionCommand({
        ...{ FunctionName, StatementId: 'more', Action: 'lambda:InvokeFunction', Principal: '999999999999' },
        ...statement,
      }),
    )
  const { Statement = '' } = await add({ SourceArn: 'arn:aws:s3:::b', SourceAccount: '123456789012' })
  expect(JSON.parse(Statement)).toEqual({
    Sid: 'more',
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::999999999999:root' },
    Action: 'lambda:InvokeFunction',
    Resource: arn,
    Condition: {
      StringEquals: { 'AWS:SourceAccount': '123456789012' },
      ArnLike: { 'AWS:SourceArn': 'arn:aws:s3:::b' },
    },
  })
  expect(await sids()).toEqual([templates, 'more'])
  await expect(add({})).rejects.toMatchObject({
    name: 'ResourceConflictException',
    $metadata: { httpStatusCode: 409 },
  })
  await expect(add({ StatementId: 'bad', Principal: 'nobody' })).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
  })
  for (const StatementId of [templates, 'more'])
    await client.send(new RemovePermissionCommand({ FunctionName, StatementId }))
  await expect(sids()).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'The resource you requested does not exist.',
    $metadata: { httpStatusCode: 404 },
  })
  await expect(
    client.send(new RemovePermissionCommand({ FunctionName, StatementId: 'more' })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})

test('error: no such function or version, an operation that is not here', async () => {
  for (const [input, found] of [
    [{ FunctionName: 'other' }, arn.replace(FunctionName, 'other')],
    [{ FunctionName, Qualifier: '1' }, `${arn}:1`],
    [{ FunctionName: `${arn}:live` }, `${arn}:live`],
  ] as const)
    await expect(client.send(new GetFunctionCommand(input))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Function not found: ${found}`,
    })
  await expect(client.send(new DeleteFunctionCommand({ FunctionName }))).rejects.toMatchObject({
    name: 'UnknownOperationException',
  })
})

test('error: who may not', async () => {
  for (const who of ['outsider', 'operator', 'stranger'] as const)
    await expect(
      new LambdaClient(services.as(who)).send(new GetFunctionCommand({ FunctionName })),
    ).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(`perform: lambda:GetFunction on resource: ${arn} because no`),
      $metadata: { httpStatusCode: 403 },
    })
})
