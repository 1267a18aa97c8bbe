import {
  APIGatewayClient,
  CreateDeploymentCommand,
  DeleteRestApiCommand,
  GetDeploymentCommand,
  GetDeploymentsCommand,
  GetMethodCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  GetRestApisCommand,
  GetStageCommand,
  GetStagesCommand,
  UpdateRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import { IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Services, startServices } from '../../test/services.ts'

let services: Services
let client: APIGatewayClient
let restApiId: string

beforeAll(async () => {
  services = await startServices()
  client = new APIGatewayClient(services.as('administrator'))
  restApiId = services.cloud.account.apis[0]?.id ?? ''
})

afterAll(() => services.stop())

const open = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' }],
}
const replacePolicy = (value: string): UpdateRestApiCommand =>
  new UpdateRestApiCommand({ restApiId, patchOperations: [{ op: 'replace', path: '/policy', value }] })
const parsePolicy = (policy = ''): { readonly Statement: readonly object[] } =>
  JSON.parse(JSON.parse(`"${policy}"`))

test('GetRestApi tells the policy as JSON with escaped quotation marks', async () => {
  const api = await client.send(new GetRestApiCommand({ restApiId }))
  expect(api).toMatchObject({ id: restApiId, endpointConfiguration: { types: ['REGIONAL'] } })
  expect(api.policy).toMatch(/^\{\\"Version\\":\\"2012-10-17\\"/)
  expect(parsePolicy(api.policy).Statement).toContainEqual(
    expect.objectContaining({
      Sid: 'DenyWithoutTls',
      Resource: `arn:aws:execute-api:eu-north-1:123456789012:${restApiId}/*`,
    }),
  )
  const { items } = await client.send(new GetRestApisCommand({}))
  expect(items).toEqual([expect.objectContaining({ id: restApiId, policy: api.policy })])
})

test('GetMethod tells what authorizes it and what is behind it', async () => {
  const { rootResourceId: resourceId } = await client.send(new GetRestApiCommand({ restApiId }))
  const method = await client.send(new GetMethodCommand({ restApiId, resourceId, httpMethod: 'POST' }))
  expect(method).toMatchObject({
    authorizationType: 'AWS_IAM',
    methodIntegration: {
      type: 'AWS_PROXY',
      uri: expect.stringContaining(':function:adminSigner/invocations'),
    },
  })
  const { items } = await client.send(new GetResourcesCommand({ restApiId }))
  expect(items).toEqual([{ id: resourceId, path: '/', resourceMethods: { POST: {} } }])
  const embedded = await client.send(new GetResourcesCommand({ restApiId, embed: ['methods'] }))
  expect(embedded.items?.[0]?.resourceMethods?.['POST']?.authorizationType).toBe('AWS_IAM')
  await expect(
    client.send(new GetMethodCommand({ restApiId, resourceId, httpMethod: 'GET' })),
  ).rejects.toMatchObject({ name: 'NotFoundException', $metadata: { httpStatusCode: 404 } })
})

test('a replaced policy is told at once, and enforced by a deployment of the stage', async () => {
  const enforced = (): number => services.cloud.enforced.get(restApiId)?.policy?.statements.length ?? 0
  const { deploymentId: before = '' } = await client.send(
    new GetStageCommand({ restApiId, stageName: 'prod' }),
  )
  const statements = enforced()
  const updated = await client.send(replacePolicy(JSON.stringify(open)))
  expect(parsePolicy(updated.policy).Statement).toEqual([
    { ...open.Statement[0], Resource: `arn:aws:execute-api:eu-north-1:123456789012:${restApiId}/*` },
  ])
  expect(enforced()).toBe(statements)
  const { id = '' } = await client.send(new CreateDeploymentCommand({ restApiId, stageName: 'prod' }))
  expect(enforced()).toBe(1)
  expect(id).not.toBe(before)
  const { item } = await client.send(new GetStagesCommand({ restApiId }))
  expect(item).toMatchObject([{ stageName: 'prod', deploymentId: id }])
  const { items } = await client.send(new GetDeploymentsCommand({ restApiId }))
  expect(items).toEqual([{ id, createdDate: expect.any(Date) }])
  const { createdDate } = await client.send(new GetDeploymentCommand({ restApiId, deploymentId: id }))
  expect(createdDate?.getTime()).toBe(services.cloud.enforced.get(restApiId)?.since)
  const removed = await client.send(replacePolicy(''))
  expect(removed).not.toHaveProperty('policy')
})

test('error: a policy that is none, another patch, no such thing, an operation that is not here', async () => {
  for (const value of [
    '{',
    JSON.stringify({ ...open, Statement: [{ ...open.Statement[0], Effect: 'allow' }] }),
  ])
    await expect(client.send(replacePolicy(value))).rejects.toMatchObject({
      name: 'BadRequestException',
      message: expect.stringContaining('Invalid policy document.'),
    })
  const patchOperations = [{ op: 'replace', path: '/name', value: 'x' }] as const
  await expect(
    client.send(new UpdateRestApiCommand({ restApiId, patchOperations: [...patchOperations] })),
  ).rejects.toMatchObject({ name: 'BadRequestException', message: expect.stringContaining("'/name'") })
  await expect(client.send(new GetRestApiCommand({ restApiId: 'other' }))).rejects.toMatchObject({
    name: 'NotFoundException',
    message: 'Invalid API identifier specified',
  })
  await expect(
    client.send(new CreateDeploymentCommand({ restApiId, stageName: 'other' })),
  ).rejects.toMatchObject({ name: 'NotFoundException' })
  await expect(
    client.send(new CreateDeploymentCommand({ restApiId, stageName: 'prod', variables: { a: 'b' } })),
  ).rejects.toMatchObject({ message: expect.stringContaining('variables is not known here') })
  await expect(client.send(new DeleteRestApiCommand({ restApiId }))).rejects.toMatchObject({
    name: 'UnknownOperationException',
    message: `DELETE /restapis/${restApiId} is not known here.`,
  })
})

test('error: who may not, and who may change the API but not its policy', async () => {
  const outsider = new APIGatewayClient(services.as('outsider'))
  const arn = `arn:aws:apigateway:eu-north-1::/restapis/${restApiId}`
  const denied = (action: string, resource: string): object => ({
    name: 'AccessDeniedException',
    message: expect.stringContaining(`perform: ${action} on resource: ${resource} because`),
    $metadata: expect.objectContaining({ httpStatusCode: 403 }),
  })
  await expect(outsider.send(new GetRestApiCommand({ restApiId }))).rejects.toMatchObject(
    denied('apigateway:GET', arn),
  )
  await expect(
    outsider.send(new CreateDeploymentCommand({ restApiId, stageName: 'prod' })),
  ).rejects.toMatchObject(denied('apigateway:POST', `${arn}/deployments`))
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'apigateway:PATCH', Resource: `${arn}` }],
  })
  await new IAMClient(services.as('administrator')).send(
    new PutUserPolicyCommand({ UserName: 'outsider', PolicyName: 'p', PolicyDocument }),
  )
  await expect(outsider.send(replacePolicy(JSON.stringify(open)))).rejects.toMatchObject(
    denied('apigateway:UpdateRestApiPolicy', arn),
  )
  await expect(
    new APIGatewayClient(services.as('stranger')).send(new GetRestApiCommand({ restApiId })),
  ).rejects.toMatchObject({ name: 'AccessDeniedException' })
})
