import {
  AddUserToGroupCommand,
  CreateUserCommand,
  DeleteRolePolicyCommand,
  GetGroupCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  IAMClient,
  ListGroupsForUserCommand,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  paginateGetAccountAuthorizationDetails,
  RemoveUserFromGroupCommand,
} from '@aws-sdk/client-iam'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAdministratorSession } from '../../test/cloud.ts'
import { type Services, startServices } from '../../test/services.ts'

let services: Services
let client: IAMClient

beforeAll(async () => {
  services = await startServices()
  client = new IAMClient(services.as('administrator'))
})

afterAll(() => services.stop())

const group = 'treasury-operators'
const role = 'adminSignerInvoker'
const policy = (Action: string, Effect = 'Allow'): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Sid: 'Test', Effect, Action, Resource: '*' }] })
const decode = (document = ''): unknown => JSON.parse(decodeURIComponent(document))

type Details = {
  readonly users: readonly object[]
  readonly groups: readonly object[]
  readonly roles: readonly object[]
  readonly policies: readonly object[]
}

const readDetails = async (pageSize: number, input: object = {}): Promise<Details> => {
  const details: Record<keyof Details, object[]> = { users: [], groups: [], roles: [], policies: [] }
  for await (const page of paginateGetAccountAuthorizationDetails({ client, pageSize }, input)) {
    const lists = [page.UserDetailList, page.GroupDetailList, page.RoleDetailList, page.Policies]
    expect(lists.flatMap(list => list ?? []).length).toBeLessThanOrEqual(pageSize)
    details.users.push(...(page.UserDetailList ?? []))
    details.groups.push(...(page.GroupDetailList ?? []))
    details.roles.push(...(page.RoleDetailList ?? []))
    details.policies.push(...(page.Policies ?? []))
  }
  return details
}

test('GetAccountAuthorizationDetails tells of everybody with their policies, URL-encoded', async () => {
  const { users, groups, roles, policies } = await readDetails(1000)
  const administrator = services.cloud.identities.administrator
  expect(users).toContainEqual(
    expect.objectContaining({
      UserName: 'administrator',
      UserId: administrator.userId,
      Arn: administrator.arn,
      Path: '/',
      CreateDate: expect.any(Date),
      AttachedManagedPolicies: [
        { PolicyName: 'AdministratorAccess', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
      ],
    }),
  )
  const [found] = groups as readonly { readonly GroupPolicyList?: readonly { PolicyDocument?: string }[] }[]
  expect(found).toMatchObject({
    GroupName: group,
    GroupPolicyList: [{ PolicyName: 'api-gateway-invoke-policy' }],
  })
  expect(found?.GroupPolicyList?.[0]?.PolicyDocument).not.toContain('{')
  expect(decode(found?.GroupPolicyList?.[0]?.PolicyDocument)).toMatchObject({
    Statement: [{ Sid: 'InvokeSigningEndpoint', Action: 'execute-api:Invoke' }],
  })
  const invoker = roles.find(one => 'RoleName' in one && one.RoleName === role)
  expect(invoker).toMatchObject({
    Arn: `arn:aws:iam::123456789012:role/${role}`,
    RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/),
    RolePolicyList: [{ PolicyName: 'kms.policy' }],
  })
  const trust = (invoker as { readonly AssumeRolePolicyDocument?: string }).AssumeRolePolicyDocument
  expect(decode(trust)).toMatchObject({ Statement: [{ Principal: { Service: 'lambda.amazonaws.com' } }] })
  expect(policies).toContainEqual(
    expect.objectContaining({
      Arn: 'arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs',
      Path: '/service-role/',
      AttachmentCount: 1,
      DefaultVersionId: 'v1',
      PolicyVersionList: [
        expect.objectContaining({ VersionId: 'v1', IsDefaultVersion: true, Document: expect.any(String) }),
      ],
    }),
  )
})

test('GetAccountAuthorizationDetails gives the same in small pages, and less with a filter', async () => {
  const all = await readDetails(1000)
  expect(await readDetails(2)).toEqual(all)
  expect(await readDetails(1000, { Filter: ['Role'] })).toEqual({
    ...{ users: [], groups: [], policies: [] },
    roles: all.roles,
  })
  expect((await readDetails(1000, { Filter: ['LocalManagedPolicy'] })).policies).toEqual([])
  expect((await readDetails(1000, { Filter: ['AWSManagedPolicy'] })).policies).toEqual(all.policies)
})

test('GetUser without a name is the caller; GetRole tells who may assume it', async () => {
  const { User } = await client.send(new GetUserCommand({}))
  expect(User).toMatchObject({ UserName: 'administrator', Arn: services.cloud.identities.administrator.arn })
  const session = new IAMClient(services.as(createAdministratorSession(services.cloud)))
  await expect(session.send(new GetUserCommand({}))).rejects.toMatchObject({ name: 'ValidationError' })
  const { Role } = await client.send(new GetRoleCommand({ RoleName: role }))
  expect(decode(Role?.AssumeRolePolicyDocument)).toMatchObject({ Version: '2012-10-17' })
})

test('a user is put into a group and taken out again', async () => {
  const member = { UserName: 'operator', GroupName: group }
  const members = async (): Promise<readonly (string | undefined)[]> => {
    const { Users = [] } = await client.send(new GetGroupCommand({ GroupName: group }))
    return Users.map(user => user.UserName)
  }
  const groups = async (): Promise<readonly (string | undefined)[]> => {
    const { Groups = [] } = await client.send(new ListGroupsForUserCommand({ UserName: 'operator' }))
    return Groups.map(one => one.Arn)
  }
  expect([await members(), await groups()]).toEqual([[], []])
  await client.send(new AddUserToGroupCommand(member))
  await client.send(new AddUserToGroupCommand(member))
  expect([await members(), await groups()]).toEqual([
    ['operator'],
    [`arn:aws:iam::123456789012:group/${group}`],
  ])
  await client.send(new RemoveUserFromGroupCommand(member))
  expect([await members(), await groups()]).toEqual([[], []])
  await expect(client.send(new RemoveUserFromGroupCommand(member))).rejects.toMatchObject({
    name: 'NoSuchEntityException',
  })
})

test('a policy that is put takes effect at once, replaces one of its name, and is deleted again', async () => {
  const outsider = new IAMClient(services.as('outsider'))
  const ask = (): Promise<object> => outsider.send(new GetUserCommand({ UserName: 'operator' }))
  const put = (document: string): Promise<object> =>
    client.send(new PutUserPolicyCommand({ UserName: 'outsider', PolicyName: 'p', PolicyDocument: document }))
  await expect(ask()).rejects.toMatchObject({ name: 'AccessDenied' })
  await put(policy('iam:GetUser'))
  await expect(ask()).resolves.toHaveProperty('User')
  await put(policy('iam:GetGroup'))
  await expect(ask()).rejects.toMatchObject({ name: 'AccessDenied' })

  const named = { RoleName: role, PolicyName: 'more' }
  await client.send(new PutRolePolicyCommand({ ...named, PolicyDocument: policy('kms:*') }))
  const { PolicyDocument } = await client.send(new GetRolePolicyCommand(named))
  expect(decode(PolicyDocument)).toEqual(JSON.parse(policy('kms:*')))
  expect(services.cloud.account.roles.get(role)?.policies.map(one => one.name)).toEqual([
    'kms.policy',
    'more',
  ])
  await client.send(new DeleteRolePolicyCommand(named))
  await expect(client.send(new GetRolePolicyCommand(named))).rejects.toMatchObject({
    name: 'NoSuchEntityException',
    message: 'The role policy with name more cannot be found.',
    $metadata: { httpStatusCode: 404 },
  })
  expect(services.cloud.account.roles.get(role)?.policies.map(one => one.name)).toEqual(['kms.policy'])

  const input = { GroupName: group, PolicyName: 'g', PolicyDocument: policy('iam:GetUser', 'Deny') }
  await client.send(new PutGroupPolicyCommand(input))
  expect(services.cloud.account.groups.get(group)?.map(one => one.name)).toContain('g')
})

test('error: a policy that is none, nobody of that name, an operation that is not here', async () => {
  const put = (UserName: string, PolicyDocument: string): Promise<object> =>
    client.send(new PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument }))
  await expect(put('operator', '{')).rejects.toMatchObject({
    name: 'MalformedPolicyDocumentException',
    message: 'Syntax errors in policy.',
  })
  await expect(put('operator', policy('nonsense'))).rejects.toMatchObject({
    name: 'MalformedPolicyDocumentException',
    message: expect.stringContaining('$.Statement[0].Action'),
  })
  await expect(put('nobody', policy('iam:GetUser'))).rejects.toMatchObject({
    name: 'NoSuchEntityException',
    message: 'The user with name nobody cannot be found.',
  })
  await expect(client.send(new CreateUserCommand({ UserName: 'x' }))).rejects.toMatchObject({
    name: 'InvalidAction',
    message: 'Could not find operation CreateUser for version 2010-05-08',
  })
})

test('error: who may not, on the very user, group or role', async () => {
  const operator = new IAMClient(services.as('operator'))
  const { arn } = services.cloud.identities.operator
  const denied = (action: string, resource: string): object => ({
    name: 'AccessDenied',
    message: `User: ${arn} is not authorized to perform: iam:${action} on resource: ${resource} because no identity-based policy allows the iam:${action} action`,
    $metadata: { httpStatusCode: 403 },
  })
  await expect(
    operator.send(new AddUserToGroupCommand({ UserName: 'operator', GroupName: group })),
  ).rejects.toMatchObject(denied('AddUserToGroup', `arn:aws:iam::123456789012:group/${group}`))
  await expect(
    operator.send(new PutRolePolicyCommand({ RoleName: role, PolicyName: 'p', PolicyDocument: policy('*') })),
  ).rejects.toMatchObject(denied('PutRolePolicy', `arn:aws:iam::123456789012:role/${role}`))
  const auditor = new IAMClient(services.as('auditor'))
  await expect(auditor.send(new GetRoleCommand({ RoleName: role }))).resolves.toHaveProperty('Role')
  await expect(
    auditor.send(new DeleteRolePolicyCommand({ RoleName: role, PolicyName: 'kms.policy' })),
  ).rejects.toMatchObject({ name: 'AccessDenied' })
})
