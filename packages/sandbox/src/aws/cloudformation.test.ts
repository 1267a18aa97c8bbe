import {
  CloudFormationClient,
  CreateChangeSetCommand,
  type CreateChangeSetCommandInput,
  CreateStackCommand,
  type CreateStackCommandInput,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  type DescribeChangeSetCommandOutput,
  DescribeStackEventsCommand,
  DescribeStackResourceCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  ListChangeSetsCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
  type Stack,
  UpdateStackCommand,
  UpdateTerminationProtectionCommand,
  ValidateTemplateCommand,
  waitUntilChangeSetCreateComplete,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addToGroup, createAccount } from '../iam/account.ts'
import type { Listener } from '../server.ts'
import { type Cloud, createCloud } from './cloud.ts'
import { startAws } from './endpoint.ts'
import type { Identity } from './identity.ts'

let cloud: Cloud
let server: Listener
let client: CloudFormationClient

const clientFor = ({ accessKeyId, secretAccessKey }: Identity): CloudFormationClient =>
  new CloudFormationClient({
    endpoint: server.url,
    region: cloud.region,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey },
  })

beforeEach(async () => {
  cloud = createCloud()
  server = await startAws({ cloud })
  client = clientFor(cloud.identities.administrator)
})

afterEach(() => server.stop())

const key = {
  Type: 'AWS::KMS::Key',
  DeletionPolicy: 'Retain',
  Properties: {
    KeySpec: 'ECC_SECG_P256K1',
    KeyUsage: 'SIGN_VERIFY',
    KeyPolicy: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: '123456789012' },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    },
  },
}

const parts = {
  Description: 'A group and a key.',
  Parameters: {
    Name: { Type: 'String', Default: 'people', AllowedPattern: '^[a-z]+$' },
    Count: { Type: 'Number', Default: 1, MinValue: 1, MaxValue: 9 },
    Kind: { Type: 'String', AllowedValues: ['a', 'b'], Default: 'a' },
  },
  Resources: {
    Group: { Type: 'AWS::IAM::Group', Properties: { GroupName: { Ref: 'Name' } } },
    Key: key,
    Alias: {
      Type: 'AWS::KMS::Alias',
      DeletionPolicy: 'Retain',
      Properties: { AliasName: 'alias/x', TargetKeyId: { Ref: 'Key' } },
    },
  },
  Outputs: { GroupName: { Value: { Ref: 'Group' }, Description: 'The group.' } },
}

const request = (options: Partial<CreateStackCommandInput> = {}): CreateStackCommandInput => ({
  StackName: 'demo',
  TemplateBody: JSON.stringify(parts),
  Capabilities: ['CAPABILITY_NAMED_IAM'],
  ...options,
})

const stack = async (name = 'demo'): Promise<Stack | undefined> =>
  (await client.send(new DescribeStacksCommand({ StackName: name }))).Stacks?.[0]

const create = (options: Partial<CreateStackCommandInput> = {}): Promise<unknown> =>
  client.send(new CreateStackCommand(request(options)))

const statusesOf = async (name = 'demo'): Promise<readonly string[]> => {
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: name }))
  return StackEvents.map(event =>
    `${event.LogicalResourceId} ${event.ResourceStatus} ${event.ResourceStatusReason ?? ''}`.trim(),
  ).reverse()
}

const failure = (name: string, message: unknown): unknown => expect.objectContaining({ name, message })

describe('a stack', () => {
  test('is created, described and deployed', async () => {
    await create({ Tags: [{ Key: 'team', Value: 'a&b' }], EnableTerminationProtection: true })
    await waitUntilStackCreateComplete({ client, minDelay: 1, maxWaitTime: 5 }, { StackName: 'demo' })
    expect(await stack()).toMatchObject({
      StackId: cloud.stacks.get('demo')?.id,
      StackName: 'demo',
      Description: 'A group and a key.',
      StackStatus: 'CREATE_COMPLETE',
      Parameters: [
        { ParameterKey: 'Name', ParameterValue: 'people' },
        { ParameterKey: 'Count', ParameterValue: '1' },
        { ParameterKey: 'Kind', ParameterValue: 'a' },
      ],
      Outputs: [{ OutputKey: 'GroupName', OutputValue: 'people', Description: 'The group.' }],
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      Tags: [{ Key: 'team', Value: 'a&b' }],
      EnableTerminationProtection: true,
    })
    expect(cloud.account.groups.has('people')).toBe(true)
    expect(await statusesOf()).toEqual([
      'demo CREATE_IN_PROGRESS User Initiated',
      ...['Group', 'Key', 'Alias'].flatMap(id => [`${id} CREATE_IN_PROGRESS`, `${id} CREATE_COMPLETE`]),
      'demo CREATE_COMPLETE',
    ])
  })

  test('no two of its events have the same time', async () => {
    await create()
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: 'demo' }))
    expect(new Set(StackEvents.map(event => event.Timestamp?.getTime())).size).toBe(StackEvents.length)
  })

  test('its resources and its template', async () => {
    await create()
    const [id] = cloud.kms.keys.keys()
    const { StackResourceSummaries } = await client.send(new ListStackResourcesCommand({ StackName: 'demo' }))
    expect(StackResourceSummaries).toMatchObject([
      { LogicalResourceId: 'Group', PhysicalResourceId: 'people', ResourceType: 'AWS::IAM::Group' },
      { LogicalResourceId: 'Key', PhysicalResourceId: id, ResourceStatus: 'CREATE_COMPLETE' },
      { LogicalResourceId: 'Alias', PhysicalResourceId: 'alias/x' },
    ])
    const { StackResources = [] } = await client.send(
      new DescribeStackResourcesCommand({ StackName: 'demo' }),
    )
    expect(StackResources.map(one => one.LogicalResourceId)).toEqual(['Group', 'Key', 'Alias'])
    const { StackResourceDetail } = await client.send(
      new DescribeStackResourceCommand({ StackName: 'demo', LogicalResourceId: 'Key' }),
    )
    expect(StackResourceDetail).toMatchObject({ PhysicalResourceId: id, StackName: 'demo' })
    await expect(
      client.send(new DescribeStackResourceCommand({ StackName: 'demo', LogicalResourceId: 'X' })),
    ).rejects.toThrowError('Resource X does not exist for stack demo')
    const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName: 'demo' }))
    expect(JSON.parse(TemplateBody ?? '')).toEqual(parts)
  })

  test('is updated: previous values stay, what is no longer in the template goes', async () => {
    await create({ Parameters: [{ ParameterKey: 'Count', ParameterValue: '2' }] })
    const { Group: _, ...Resources } = parts.Resources
    const template = { ...parts, Resources, Outputs: {} }
    await client.send(
      new UpdateStackCommand({
        StackName: 'demo',
        TemplateBody: JSON.stringify(template),
        Parameters: [{ ParameterKey: 'Count', UsePreviousValue: true }],
      }),
    )
    expect(await stack()).toMatchObject({
      StackStatus: 'UPDATE_COMPLETE',
      Parameters: expect.arrayContaining([{ ParameterKey: 'Count', ParameterValue: '2' }]),
      LastUpdatedTime: expect.any(Date),
    })
    expect(cloud.account.groups.size).toBe(0)
    expect((await statusesOf()).slice(-4)).toEqual([
      'demo UPDATE_IN_PROGRESS User Initiated',
      'Group DELETE_IN_PROGRESS',
      'Group DELETE_COMPLETE',
      'demo UPDATE_COMPLETE',
    ])
  })

  test('error: an update that changes nothing', async () => {
    await create()
    const again = { StackName: 'demo', UsePreviousTemplate: true, Capabilities: request().Capabilities }
    await expect(client.send(new UpdateStackCommand(again))).rejects.toThrowError(
      failure('ValidationError', 'No updates are to be performed.'),
    )
  })

  test('is deleted: what is retained stays, and it can be described by its id', async () => {
    await create()
    const id = (await stack())?.StackId ?? ''
    await client.send(new DeleteStackCommand({ StackName: 'demo' }))
    expect((await stack(id))?.StackStatus).toBe('DELETE_COMPLETE')
    await expect(stack()).rejects.toThrowError(
      failure('ValidationError', 'Stack with id demo does not exist'),
    )
    expect((await statusesOf(id)).slice(-5)).toEqual([
      'Group DELETE_IN_PROGRESS',
      'Group DELETE_COMPLETE',
      'Key DELETE_SKIPPED',
      'Alias DELETE_SKIPPED',
      'demo DELETE_COMPLETE',
    ])
    expect(cloud.kms.aliases.has('alias/x')).toBe(true)
    expect(cloud.account.groups.size).toBe(0)
    // There is nothing left to delete.
    await client.send(new DeleteStackCommand({ StackName: 'demo' }))
    const { StackSummaries = [] } = await client.send(new ListStacksCommand({}))
    expect(StackSummaries.map(one => one.StackStatus)).toEqual(['DELETE_COMPLETE'])
    expect((await client.send(new DescribeStacksCommand({}))).Stacks).toEqual([])
  })

  test('error: it cannot be deleted while it is protected', async () => {
    await create()
    const protect = (EnableTerminationProtection: boolean): Promise<unknown> =>
      client.send(new UpdateTerminationProtectionCommand({ StackName: 'demo', EnableTerminationProtection }))
    await protect(true)
    await expect(client.send(new DeleteStackCommand({ StackName: 'demo' }))).rejects.toThrowError(
      'Stack [demo] cannot be deleted while TerminationProtection is enabled',
    )
    await protect(false)
    await client.send(new DeleteStackCommand({ StackName: 'demo' }))
    expect(cloud.stacks.size).toBe(0)
  })

  test('error: a group with members cannot be deleted, and everything stays', async () => {
    await create()
    cloud.account = addToGroup(cloud.account, 'operator', 'people')
    await client.send(new DeleteStackCommand({ StackName: 'demo' }))
    expect(await stack()).toMatchObject({
      StackStatus: 'DELETE_FAILED',
      StackStatusReason: 'The following resource(s) failed to delete: [Group]. ',
    })
    expect(await statusesOf()).toContain(
      'Group DELETE_FAILED Cannot delete entity, must remove users from group first. (group people)',
    )
    expect(cloud.account.groups.has('people')).toBe(true)
  })

  test('error: a creation that fails is rolled back, and can only be deleted', async () => {
    await create({ StackName: 'first' })
    await create()
    expect((await stack())?.StackStatus).toBe('ROLLBACK_COMPLETE')
    expect(await statusesOf()).toEqual([
      'demo CREATE_IN_PROGRESS User Initiated',
      "Group CREATE_FAILED Resource of type 'AWS::IAM::Group' with identifier 'people' already exists.",
      "Alias CREATE_FAILED Resource of type 'AWS::KMS::Alias' with identifier 'alias/x' already exists.",
      'demo ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [Group, Alias]. Rollback requested by user.',
      'Group DELETE_COMPLETE',
      'Alias DELETE_COMPLETE',
      'demo ROLLBACK_COMPLETE',
    ])
    await expect(client.send(new UpdateStackCommand(request()))).rejects.toThrowError(
      /^Stack:arn:.* is in ROLLBACK_COMPLETE state and can not be updated\.$/,
    )
    await client.send(new DeleteStackCommand({ StackName: 'demo' }))
    expect(cloud.account.groups.has('people')).toBe(true)
    expect([...cloud.stacks.keys()]).toEqual(['first'])
  })

  test('error: an update that fails leaves everything as it was', async () => {
    await create()
    await create({
      StackName: 'second',
      TemplateBody: JSON.stringify({ Resources: { Other: group('others') } }),
    })
    const Resources = { ...parts.Resources, More: group('others') }
    const TemplateBody = JSON.stringify({ ...parts, Resources })
    await client.send(new UpdateStackCommand(request({ TemplateBody })))
    expect(await statusesOf()).toContain(
      "More CREATE_FAILED Resource of type 'AWS::IAM::Group' with identifier 'others' already exists.",
    )
    const Parameters = [{ ParameterKey: 'Name', ParameterValue: 'others' }]
    await client.send(new UpdateStackCommand(request({ Parameters })))
    expect((await stack())?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect(await statusesOf()).toContain(
      "Group UPDATE_FAILED Resource of type 'AWS::IAM::Group' with identifier 'others' already exists.",
    )
    const { StackResourceSummaries } = await client.send(new ListStackResourcesCommand({ StackName: 'demo' }))
    expect(StackResourceSummaries).toHaveLength(3)
    expect(StackResourceSummaries?.[0]).toMatchObject({
      PhysicalResourceId: 'people',
      ResourceStatus: 'CREATE_COMPLETE',
    })
    expect((await stack())?.Parameters?.[0]?.ParameterValue).toBe('people')
  })

  test('error: a name that is taken, or that no stack can have', async () => {
    await create()
    await expect(create()).rejects.toThrowError(
      failure('AlreadyExistsException', 'Stack [demo] already exists'),
    )
    await expect(create({ StackName: '1' })).rejects.toThrowError(/regular expression/)
  })
})

const group = (GroupName: string): object => ({ Type: 'AWS::IAM::Group', Properties: { GroupName } })

describe('what is asked for', () => {
  test.each([
    [
      { Parameters: [{ ParameterKey: 'Nope', ParameterValue: '' }] },
      'Parameters: [Nope] do not exist in the template',
    ],
    [
      { Parameters: [{ ParameterKey: 'Name', ParameterValue: 'A' }] },
      "Parameter 'Name' must match pattern ^[a-z]+$",
    ],
    [
      { Parameters: [{ ParameterKey: 'Kind', ParameterValue: 'c' }] },
      "Parameter 'Kind' must be one of AllowedValues",
    ],
    [{ Parameters: [{ ParameterKey: 'Count', ParameterValue: 'x' }] }, "Parameter 'Count' must be a number"],
    [
      { Parameters: [{ ParameterKey: 'Count', ParameterValue: '0' }] },
      "Parameter 'Count' must be a number not less than 1",
    ],
    [
      { Parameters: [{ ParameterKey: 'Count', ParameterValue: '10' }] },
      "Parameter 'Count' must be a number not greater than 9",
    ],
    [
      { TemplateBody: JSON.stringify({ ...parts, Parameters: { Name: { Type: 'String' } } }) },
      'Parameters: [Name] must have values',
    ],
    [
      { TemplateBody: 'Resources: {}' },
      'Template format error: JSON not well-formed, and YAML is not known here.',
    ],
    [{ TemplateBody: '{}' }, 'Template format error: At least one Resources member must be defined.'],
    [
      { TemplateURL: 'https://example.com/x', TemplateBody: undefined },
      'TemplateURL must be a supported URL.',
    ],
    [{ OnFailure: 'DO_NOTHING' as const }, 'The parameter OnFailure is not known here.'],
    [
      { RoleARN: 'arn:aws:iam::123456789012:role/none' },
      'Role arn:aws:iam::123456789012:role/none is invalid or cannot be assumed',
    ],
  ])('error: %j', async (options, message) => {
    await expect(create(options)).rejects.toThrowError(failure('ValidationError', message))
    expect(cloud.stackRecords.size).toBe(0)
  })

  test.each([
    [{ Resources: { Group: group('x') } }, 'CAPABILITY_NAMED_IAM', ['CAPABILITY_IAM' as const]],
    [{ Resources: { Group: { Type: 'AWS::IAM::Group' } } }, 'CAPABILITY_IAM', []],
  ])('error: without acknowledging %j', async (template, needed, Capabilities) => {
    await expect(create({ TemplateBody: JSON.stringify(template), Capabilities })).rejects.toThrowError(
      failure('InsufficientCapabilitiesException', `Requires capabilities : [${needed}]`),
    )
  })

  test('error: a template that cannot be evaluated', async () => {
    const TemplateBody = JSON.stringify({ Resources: { X: { Type: 'AWS::X::Y' } } })
    await expect(create({ TemplateBody })).rejects.toThrowError(/RESOURCE_TYPE_UNKNOWN/)
    expect(cloud.stackRecords.size).toBe(0)
  })

  test('a template in a bucket', async () => {
    const Bucket = `cdk-hnb659fds-assets-123456789012-${cloud.region}`
    const { accessKeyId, secretAccessKey } = cloud.identities.administrator
    const credentials = { accessKeyId, secretAccessKey }
    const s3 = new S3Client({ region: cloud.region, endpoint: server.url, forcePathStyle: true, credentials })
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a/b.json', Body: JSON.stringify(parts) }))
    const TemplateURL = `https://s3.${cloud.region}.amazonaws.com/${Bucket}/a/b.json`
    await create({ TemplateBody: undefined, TemplateURL })
    expect((await stack())?.StackStatus).toBe('CREATE_COMPLETE')
    await expect(
      create({ StackName: 'other', TemplateBody: undefined, TemplateURL: `${TemplateURL}x` }),
    ).rejects.toThrowError('S3 error: Access Denied')
  })
})

describe('a change set', () => {
  const prepare = (options: Partial<CreateChangeSetCommandInput> = {}): Promise<unknown> =>
    client.send(
      new CreateChangeSetCommand({ ...request(), ChangeSetName: 'set', ChangeSetType: 'UPDATE', ...options }),
    )
  const describeSet = (ChangeSetName = 'set'): Promise<DescribeChangeSetCommandOutput> =>
    client.send(new DescribeChangeSetCommand({ StackName: 'demo', ChangeSetName }))
  const execute = (): Promise<unknown> =>
    client.send(new ExecuteChangeSetCommand({ StackName: 'demo', ChangeSetName: 'set' }))

  test('creates a stack when it is executed', async () => {
    await prepare({ ChangeSetType: 'CREATE', Description: 'first' })
    await waitUntilChangeSetCreateComplete(
      { client, minDelay: 1, maxWaitTime: 5 },
      { StackName: 'demo', ChangeSetName: 'set' },
    )
    expect((await stack())?.StackStatus).toBe('REVIEW_IN_PROGRESS')
    expect(cloud.stacks.size).toBe(0)
    expect(await describeSet()).toMatchObject({
      Status: 'CREATE_COMPLETE',
      ExecutionStatus: 'AVAILABLE',
      Description: 'first',
      Changes: ['Group', 'Key', 'Alias'].map(LogicalResourceId => ({
        Type: 'Resource',
        ResourceChange: { Action: 'Add', LogicalResourceId },
      })),
    })
    const { StackId } = (await stack()) ?? {}
    await execute()
    expect(await stack()).toMatchObject({ StackId, StackStatus: 'CREATE_COMPLETE' })
    expect(await describeSet()).toMatchObject({ ExecutionStatus: 'EXECUTE_COMPLETE' })
    await expect(execute()).rejects.toThrowError(
      failure('InvalidChangeSetStatusException', expect.any(String)),
    )
  })

  test('tells what would be added, modified, replaced and removed', async () => {
    await create()
    const { Alias: _, ...Resources } = parts.Resources
    const changed = {
      ...parts,
      Resources: {
        ...Resources,
        Group: { ...Resources.Group, UpdateReplacePolicy: 'Retain' },
        Key: { ...key, Properties: { ...key.Properties, Description: 'new' } },
        Topic: { Type: 'AWS::SNS::Topic' },
      },
    }
    const TemplateBody = JSON.stringify(changed)
    await prepare({ TemplateBody, Parameters: [{ ParameterKey: 'Name', ParameterValue: 'others' }] })
    const { Changes = [], ChangeSetId } = await describeSet()
    expect(Changes.map(change => change.ResourceChange)).toMatchObject([
      {
        Action: 'Modify',
        LogicalResourceId: 'Group',
        PhysicalResourceId: 'people',
        Replacement: 'True',
        PolicyAction: 'ReplaceAndRetain',
        Details: [{ Target: { Attribute: 'Properties', Name: 'GroupName', RequiresRecreation: 'Always' } }],
      },
      { Action: 'Modify', LogicalResourceId: 'Key', Replacement: 'False', Scope: ['Properties'] },
      { Action: 'Add', LogicalResourceId: 'Topic' },
      { Action: 'Remove', LogicalResourceId: 'Alias', PolicyAction: 'Retain', PhysicalResourceId: 'alias/x' },
    ])
    expect(cloud.account.groups.has('people')).toBe(true)
    const byId = await client.send(new DescribeChangeSetCommand({ ChangeSetName: ChangeSetId }))
    expect(byId.ChangeSetName).toBe('set')
  })

  test('that changes nothing has failed', async () => {
    await create()
    await prepare()
    expect(await describeSet()).toMatchObject({
      Status: 'FAILED',
      ExecutionStatus: 'UNAVAILABLE',
      StatusReason:
        "The submitted information didn't contain changes. Submit different information to create a change set.",
      Changes: [],
    })
    await expect(execute()).rejects.toThrowError(
      failure('InvalidChangeSetStatusException', expect.any(String)),
    )
  })

  test('of a template that cannot be evaluated has failed, with every fault', async () => {
    await create()
    const TemplateBody = JSON.stringify({ Resources: { X: { Type: 'AWS::X::Y' }, Y: { Type: 'AWS::X::Z' } } })
    await prepare({ TemplateBody })
    const { Status, StatusReason } = await describeSet()
    expect(Status).toBe('FAILED')
    expect(StatusReason?.match(/RESOURCE_TYPE_UNKNOWN/g)).toHaveLength(2)
  })

  test('takes the others with it when it is executed', async () => {
    await prepare({ ChangeSetType: 'CREATE' })
    await prepare({ ChangeSetType: 'CREATE', ChangeSetName: 'other' })
    await execute()
    await expect(describeSet('other')).rejects.toThrowError(
      expect.objectContaining({ name: 'ChangeSetNotFoundException' }),
    )
  })

  test('is listed and deleted; one there is not is deleted already', async () => {
    await create()
    await prepare({ Tags: [{ Key: 'a', Value: 'b' }] })
    const { Summaries } = await client.send(new ListChangeSetsCommand({ StackName: 'demo' }))
    expect(Summaries).toMatchObject([{ ChangeSetName: 'set', Status: 'CREATE_COMPLETE' }])
    for (const ChangeSetName of ['set', 'set'])
      await client.send(new DeleteChangeSetCommand({ StackName: 'demo', ChangeSetName }))
    await expect(describeSet()).rejects.toThrowError(
      failure('ChangeSetNotFoundException', 'ChangeSet [set] does not exist'),
    )
  })

  test('error: for a stack there is not, or that there is already', async () => {
    await expect(prepare()).rejects.toThrowError('Stack [demo] does not exist')
    await create()
    await expect(prepare({ ChangeSetType: 'CREATE' })).rejects.toThrowError(/already exists/)
  })
})

describe('who may', () => {
  test('error: someone without a permission', async () => {
    const operator = clientFor(cloud.identities.operator)
    await expect(operator.send(new CreateStackCommand(request()))).rejects.toThrowError(
      failure(
        'AccessDenied',
        expect.stringContaining(
          'not authorized to perform: cloudformation:CreateStack on resource: arn:aws:cloudformation:eu-north-1:123456789012:stack/demo/*',
        ),
      ),
    )
  })

  test('error: someone of another account', async () => {
    await create()
    const stranger = clientFor(cloud.identities.stranger)
    for (const input of [{}, { StackName: 'demo' }])
      await expect(stranger.send(new DescribeStacksCommand(input))).rejects.toThrowError(
        expect.objectContaining({ name: 'AccessDenied' }),
      )
  })

  test('an auditor reads and does not write', async () => {
    await create()
    const auditor = clientFor(cloud.identities.auditor)
    expect((await auditor.send(new DescribeStacksCommand({ StackName: 'demo' }))).Stacks).toHaveLength(1)
    await expect(auditor.send(new DeleteStackCommand({ StackName: 'demo' }))).rejects.toThrowError(
      expect.objectContaining({ name: 'AccessDenied' }),
    )
  })

  const onlyCloudFormation = (more: readonly string[] = []): void => {
    const Statement = [{ Effect: 'Allow', Action: ['cloudformation:*', ...more], Resource: '*' }]
    const { users } = createAccount({
      accountId: cloud.account.accountId,
      users: [{ name: 'operator', policies: { deploy: { Version: '2012-10-17', Statement } } }],
    })
    cloud.account = { ...cloud.account, users: new Map([...cloud.account.users, ...users]) }
  }

  test('error: CloudFormation makes nothing that who asks may not make', async () => {
    onlyCloudFormation(['kms:*'])
    await clientFor(cloud.identities.operator).send(new CreateStackCommand(request()))
    expect((await stack())?.StackStatus).toBe('ROLLBACK_COMPLETE')
    const [, reason] = await statusesOf()
    expect(reason).toMatch(
      /^Group CREATE_FAILED User: .*user\/operator is not authorized to perform: iam:CreateGroup on resource: arn:aws:iam::123456789012:group\/people/,
    )
    expect(cloud.account.groups.size).toBe(0)
  })

  test('error: CloudFormation changes no key whose own policy denies it', async () => {
    const widened = (more: object): string => {
      const policy = key.Properties.KeyPolicy
      const KeyPolicy = { ...policy, Statement: [...policy.Statement, more] }
      const Key = { ...key, Properties: { ...key.Properties, KeyPolicy } }
      return JSON.stringify({ Resources: { Key } })
    }
    const operator = { AWS: 'arn:aws:iam::123456789012:user/operator' }
    const deny = { Effect: 'Deny', Principal: operator, Action: 'kms:PutKeyPolicy', Resource: '*' }
    await create({ TemplateBody: widened(deny) })
    const [before] = [...cloud.kms.keys.values()].map(({ policy }) => policy)
    onlyCloudFormation(['kms:*'])
    await clientFor(cloud.identities.operator).send(
      new UpdateStackCommand({
        StackName: 'demo',
        TemplateBody: widened({ ...deny, Action: 'kms:TagResource' }),
      }),
    )
    expect((await stack())?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect((await statusesOf()).join('\n')).toMatch(
      /kms:PutKeyPolicy on resource: .* with an explicit deny in a resource-based policy/,
    )
    expect([...cloud.kms.keys.values()].map(({ policy }) => policy)).toEqual([before])
  })

  test('error: whoever may change a group, but not its policies, changes none', async () => {
    await create()
    onlyCloudFormation(['iam:UpdateGroup', 'kms:*'])
    const Policies = [
      {
        PolicyName: 'all',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
        },
      },
    ]
    const { Group, ...others } = parts.Resources
    const changed = { ...Group, Properties: { ...Group.Properties, Policies } }
    await clientFor(cloud.identities.operator).send(
      new UpdateStackCommand({
        StackName: 'demo',
        TemplateBody: JSON.stringify({ ...parts, Resources: { Group: changed, ...others } }),
        Capabilities: ['CAPABILITY_NAMED_IAM'],
      }),
    )
    expect((await stack())?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect(cloud.account.groups.get('people')).toEqual([])
  })

  test('with a role, CloudFormation makes what the role may make; it must be passed on', async () => {
    const role = `arn:aws:iam::123456789012:role/cdk-hnb659fds-cfn-exec-role-123456789012-${cloud.region}`
    onlyCloudFormation()
    const operator = clientFor(cloud.identities.operator)
    await expect(operator.send(new CreateStackCommand(request({ RoleARN: role })))).rejects.toThrowError(
      failure('AccessDenied', expect.stringContaining('iam:PassRole')),
    )
    onlyCloudFormation(['iam:PassRole'])
    await operator.send(new CreateStackCommand(request({ RoleARN: role })))
    expect(await stack()).toMatchObject({ StackStatus: 'CREATE_COMPLETE', RoleARN: role })
    await operator.send(new DeleteStackCommand({ StackName: 'demo' }))
    expect(cloud.stacks.size).toBe(0)
  })

  test('what is retained takes no permission to be deleted; the rest may be deleted with a role', async () => {
    await create()
    onlyCloudFormation(['iam:DeleteGroup'])
    const operator = clientFor(cloud.identities.operator)
    await operator.send(new DeleteStackCommand({ StackName: 'demo' }))
    expect(cloud.stacks.size).toBe(0)
    await create({ TemplateBody: JSON.stringify({ Resources: { Group: group('people') } }) })
    onlyCloudFormation(['iam:PassRole'])
    await operator.send(new DeleteStackCommand({ StackName: 'demo' }))
    expect((await stack())?.StackStatus).toBe('DELETE_FAILED')
    const RoleARN = `arn:aws:iam::123456789012:role/cdk-hnb659fds-cfn-exec-role-123456789012-${cloud.region}`
    await operator.send(new DeleteStackCommand({ StackName: 'demo', RoleARN }))
    expect(cloud.stacks.size).toBe(0)
  })

  test('error: a template that who asks may not read', async () => {
    const bucket = `cdk-hnb659fds-assets-123456789012-${cloud.region}`
    cloud.buckets.get(bucket)?.set('a.json', Buffer.from(JSON.stringify(parts)))
    onlyCloudFormation(['iam:*', 'kms:*'])
    const TemplateURL = `https://${bucket}.s3.${cloud.region}.amazonaws.com/a.json`
    const input = request({ TemplateBody: undefined, TemplateURL })
    const operator = clientFor(cloud.identities.operator)
    await expect(operator.send(new CreateStackCommand(input))).rejects.toThrowError('S3 error: Access Denied')
    onlyCloudFormation(['iam:*', 'kms:*', 's3:GetObject'])
    await operator.send(new CreateStackCommand(input))
    expect((await stack())?.StackStatus).toBe('CREATE_COMPLETE')
  })

  test('error: a role that does not trust CloudFormation', async () => {
    const RoleARN = `arn:aws:iam::123456789012:role/cdk-hnb659fds-deploy-role-123456789012-${cloud.region}`
    await expect(create({ RoleARN })).rejects.toThrowError(/is invalid or cannot be assumed/)
  })

  test('error: a signature that is wrong', async () => {
    const forged = clientFor({ ...cloud.identities.administrator, secretAccessKey: 'x' })
    await expect(forged.send(new DescribeStacksCommand({}))).rejects.toThrowError(
      expect.objectContaining({ name: 'SignatureDoesNotMatch' }),
    )
  })
})

test('what is switched off is as if it were not said', async () => {
  await create({ DisableRollback: false, NotificationARNs: [] })
  expect((await stack())?.StackStatus).toBe('CREATE_COMPLETE')
  await expect(create({ StackName: 'other', DisableRollback: true })).rejects.toThrowError(
    'The parameter DisableRollback is not known here.',
  )
})

test('error: an operation that is not known', async () => {
  await expect(client.send(new ValidateTemplateCommand({ TemplateBody: '{}' }))).rejects.toThrowError(
    failure('InvalidAction', 'Could not find operation ValidateTemplate for version 2010-05-15'),
  )
})
