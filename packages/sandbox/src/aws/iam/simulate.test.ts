import {
  IAMClient,
  PutUserPolicyCommand,
  paginateSimulatePrincipalPolicy,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Services, startServices } from '../../../test/services.ts'
import { parsePolicy } from '../../iam/policy.ts'

let services: Services
let client: IAMClient

beforeAll(async () => {
  services = await startServices()
  client = new IAMClient(services.as('administrator'))
})

afterAll(() => services.stop())

const simulate = async (
  PolicySourceArn: string,
  ActionNames: string[],
  ResourceArns?: string[],
): Promise<Readonly<Record<string, string>>> => {
  const resources = ResourceArns ? { ResourceArns } : {}
  const input = { PolicySourceArn, ActionNames, ...resources }
  const { EvaluationResults = [] } = await client.send(new SimulatePrincipalPolicyCommand(input))
  return Object.fromEntries(
    EvaluationResults.map(one => [`${one.EvalActionName} ${one.EvalResourceName}`, one.EvalDecision ?? '']),
  )
}

test('decides by the policies of a user', async () => {
  const { outsider, administrator } = services.cloud.identities
  const statements = [
    { Effect: 'Allow', Action: 'kms:*', Resource: 'arn:aws:kms:eu-north-1:123456789012:key/*' },
    { Effect: 'Deny', Action: 'kms:Sign', Resource: '*' },
  ]
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statements })
  await client.send(new PutUserPolicyCommand({ UserName: 'outsider', PolicyName: 'p', PolicyDocument }))
  const key = 'arn:aws:kms:eu-north-1:123456789012:key/k'
  expect(await simulate(outsider.arn, ['kms:Sign', 'kms:CreateGrant', 'iam:GetRole'], [key])).toEqual({
    [`kms:Sign ${key}`]: 'explicitDeny',
    [`kms:CreateGrant ${key}`]: 'allowed',
    [`iam:GetRole ${key}`]: 'implicitDeny',
  })
  expect(await simulate(outsider.arn, ['kms:CreateGrant'])).toEqual({ 'kms:CreateGrant *': 'implicitDeny' })
  expect(await simulate(administrator.arn, ['kms:CreateKey'])).toEqual({ 'kms:CreateKey *': 'allowed' })
})

test('decides by the policies of a role and of a boundary', async () => {
  const role = `arn:aws:iam::123456789012:role/cdk-hnb659fds-cfn-exec-role-123456789012-eu-north-1`
  expect(await simulate(role, ['kms:CreateKey'])).toEqual({ 'kms:CreateKey *': 'allowed' })
  const { account, identities } = services.cloud
  const document = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['kms:*', 'iam:*'], Resource: '*' }],
  }
  const administrator = account.users.get('administrator')
  if (!administrator) throw new Error('there is no administrator')
  const limited = { ...administrator, boundary: parsePolicy(document, 'limit', 'boundary') }
  services.cloud.account = { ...account, users: new Map([...account.users, ['administrator', limited]]) }
  const { EvaluationResults } = await client.send(
    new SimulatePrincipalPolicyCommand({
      PolicySourceArn: identities.administrator.arn,
      ActionNames: ['kms:CreateKey', 'sns:Publish'],
    }),
  )
  expect(EvaluationResults).toMatchObject([
    { EvalDecision: 'allowed', PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: true } },
    {
      EvalDecision: 'implicitDeny',
      PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false },
    },
  ])
  services.cloud.account = account
})

test('pages keep the order of the request', async () => {
  const actions = Array.from({ length: 7 }, (_, index) => `kms:Action${index}`)
  const found: (string | undefined)[] = []
  const source = { PolicySourceArn: services.cloud.identities.administrator.arn, ActionNames: actions }
  for await (const page of paginateSimulatePrincipalPolicy({ client, pageSize: 3 }, source))
    found.push(...(page.EvaluationResults ?? []).map(one => one.EvalActionName))
  expect(found).toEqual(actions)
})

test('error: what is not known here, nobody of that ARN, and who may not', async () => {
  const { operator, outsider } = services.cloud.identities
  const source = { PolicySourceArn: operator.arn, ActionNames: ['kms:Sign'] }
  await expect(
    client.send(new SimulatePrincipalPolicyCommand({ ...source, CallerArn: operator.arn })),
  ).rejects.toMatchObject({
    name: 'ValidationError',
    message: 'iam:SimulatePrincipalPolicy: CallerArn is not known here.',
  })
  await expect(
    client.send(new SimulatePrincipalPolicyCommand({ ...source, PolicySourceArn: `${operator.arn}x` })),
  ).rejects.toMatchObject({ name: 'NoSuchEntityException' })
  const asOutsider = new IAMClient(services.as(outsider))
  await expect(asOutsider.send(new SimulatePrincipalPolicyCommand(source))).rejects.toMatchObject({
    name: 'AccessDenied',
    message: expect.stringContaining(operator.arn),
  })
})
