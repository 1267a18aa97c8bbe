import { describe, expect, test } from 'vitest'
import { document, faultsOf, load, place, role, type Sections } from '../../test/template.ts'
import { TemplateError } from './template/fault.ts'
import { loadTemplate } from './template.ts'

const accountRoot = 'arn:aws:iam::123456789012:root'

describe('what a template deploys', () => {
  test('the same template in the same place gives the same names; in another place others', () => {
    const resources = { Key: { Type: 'AWS::KMS::Key' }, Role: role() }
    expect(load(resources)).toEqual(load(resources))
    const elsewhere = loadTemplate({ Resources: resources }, { ...place, region: 'us-east-1' })
    expect(elsewhere.keys[0]?.keyId).not.toBe(load(resources).keys[0]?.keyId)
  })

  test('a key has the id, ARN and default policy of KMS', () => {
    const [key] = load({ Key: { Type: 'AWS::KMS::Key' } }).keys
    expect(key?.keyId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(key).toMatchObject({
      arn: `arn:aws:kms:eu-north-1:123456789012:key/${key?.keyId}`,
      keySpec: 'SYMMETRIC_DEFAULT',
      keyUsage: 'ENCRYPT_DECRYPT',
      multiRegion: false,
      enabled: true,
      aliases: [],
    })
    expect(key?.policy.statements[0].principals?.list.aws).toEqual([accountRoot])
    const multi = load({ Key: { Type: 'AWS::KMS::Key', Properties: { MultiRegion: true } } })
    expect(multi.keys[0]?.keyId).toMatch(/^mrk-[0-9a-f]{32}$/)
  })

  test('an alias belongs to its key, whichever way it names it', () => {
    const alias = (name: string, target: unknown): object => ({
      Type: 'AWS::KMS::Alias',
      Properties: { AliasName: name, TargetKeyId: target },
    })
    const { keys } = load({
      Key: { Type: 'AWS::KMS::Key' },
      Other: { Type: 'AWS::KMS::Key' },
      A: alias('alias/a', { Ref: 'Key' }),
      B: alias('alias/b', { 'Fn::GetAtt': ['Key', 'Arn'] }),
      C: alias('alias/c', { Ref: 'Other' }),
    })
    expect(keys.map(key => key.aliases)).toEqual([['alias/a', 'alias/b'], ['alias/c']])
  })

  test('policies reach users, groups and roles by every way there is', () => {
    const statement = { Effect: 'Allow', Action: 'kms:Sign', Resource: '*' }
    const PolicyDocument = document(statement)
    const { attached, users, roles } = load({
      Role: role({
        RoleName: 'r',
        Path: '/service/',
        Policies: [{ PolicyName: 'inline', PolicyDocument }],
        ManagedPolicyArns: [{ Ref: 'Managed' }, 'arn:aws:iam::aws:policy/AdministratorAccess'],
        PermissionsBoundary: { Ref: 'Managed' },
      }),
      RolePolicy: {
        Type: 'AWS::IAM::RolePolicy',
        Properties: { PolicyName: 'own', RoleName: { Ref: 'Role' }, PolicyDocument },
      },
      Policy: {
        Type: 'AWS::IAM::Policy',
        Properties: {
          PolicyName: 'shared',
          PolicyDocument,
          Roles: [{ Ref: 'Role' }, 'theirs'],
          Groups: ['g'],
        },
      },
      Managed: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: { ManagedPolicyName: 'managed', PolicyDocument, Users: [{ Ref: 'User' }] },
      },
      Group: {
        Type: 'AWS::IAM::Group',
        Properties: { GroupName: 'g', Policies: [{ PolicyName: 'of the group', PolicyDocument }] },
      },
      GroupPolicy: {
        Type: 'AWS::IAM::GroupPolicy',
        Properties: { PolicyName: 'later', GroupName: 'g', PolicyDocument },
      },
      User: { Type: 'AWS::IAM::User', Properties: { UserName: 'u', Groups: ['g'] } },
      Addition: {
        Type: 'AWS::IAM::UserToGroupAddition',
        Properties: { GroupName: 'h', Users: [{ Ref: 'User' }] },
      },
    })
    const names = (policies: readonly { readonly name: string }[] = []): readonly string[] =>
      policies.map(policy => policy.name)
    expect(names(attached.roles.get('r'))).toEqual([
      'inline',
      'managed',
      'AdministratorAccess',
      'own',
      'shared',
    ])
    expect(names(attached.roles.get('theirs'))).toEqual(['shared'])
    expect(names(attached.groups.get('g'))).toEqual(['of the group', 'later', 'shared'])
    expect(names(attached.users.get('u'))).toEqual(['managed'])
    expect(users).toEqual([{ name: 'u', arn: 'arn:aws:iam::123456789012:user/u', groups: ['g', 'h'] }])
    expect(roles[0]).toMatchObject({
      arn: 'arn:aws:iam::123456789012:role/service/r',
      boundary: { kind: 'boundary' },
    })
  })

  test('an API has its methods by path, its stages, and its own ARN in its policy', () => {
    const { apis } = load({
      Api: {
        Type: 'AWS::ApiGateway::RestApi',
        Properties: {
          Name: 'API',
          Policy: {
            ...document({
              Effect: 'Allow',
              Principal: '*',
              Action: 'execute-api:Invoke',
              Resource: ['execute-api:/prod/*', 'execute-api:/*'],
            }),
          },
        },
      },
      V1: {
        Type: 'AWS::ApiGateway::Resource',
        Properties: {
          RestApiId: { Ref: 'Api' },
          ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
          PathPart: 'v1',
        },
      },
      Sign: {
        Type: 'AWS::ApiGateway::Resource',
        Properties: { RestApiId: { Ref: 'Api' }, ParentId: { Ref: 'V1' }, PathPart: 'sign' },
      },
      Post: {
        Type: 'AWS::ApiGateway::Method',
        Properties: {
          RestApiId: { Ref: 'Api' },
          ResourceId: { Ref: 'Sign' },
          HttpMethod: 'POST',
          AuthorizationType: 'AWS_IAM',
          Integration: {
            Type: 'AWS_PROXY',
            Uri: 'arn:aws:apigateway:r:lambda:path/2015-03-31/functions/arn:aws:lambda:r:1:function:f/invocations',
          },
        },
      },
      Options: {
        Type: 'AWS::ApiGateway::Method',
        Properties: {
          RestApiId: { Ref: 'Api' },
          ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
          HttpMethod: 'OPTIONS',
          Integration: { Type: 'MOCK' },
        },
      },
      Stage: { Type: 'AWS::ApiGateway::Stage', Properties: { RestApiId: { Ref: 'Api' }, StageName: 'prod' } },
    })
    const [api] = apis
    expect(api).toMatchObject({
      name: 'API',
      isPrivate: false,
      stages: [{ name: 'prod', deploymentId: '' }],
      methods: [
        {
          httpMethod: 'POST',
          path: '/v1/sign',
          authorization: 'AWS_IAM',
          functionArn: 'arn:aws:lambda:r:1:function:f',
        },
        { httpMethod: 'OPTIONS', path: '/', authorization: 'NONE', functionArn: undefined },
      ],
    })
    expect(api?.id).toMatch(/^[a-z0-9]{10}$/)
    expect(api?.policy?.statements[0].resources?.list).toEqual([`${api?.arn}/prod/*`, `${api?.arn}/*`])
  })

  test('the permissions of a function add up to its policy', () => {
    const permission = (properties: object): object => ({
      Type: 'AWS::Lambda::Permission',
      Properties: { FunctionName: { Ref: 'Function' }, Action: 'lambda:InvokeFunction', ...properties },
    })
    const { functions } = load({
      Role: role({ RoleName: 'r' }),
      Function: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: 'f',
          Code: { S3Bucket: 'b', S3Key: 'k' },
          Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
          Environment: { Variables: { A: { Ref: 'AWS::Region' }, B: { Ref: 'AWS::NoValue' } } },
        },
      },
      One: permission({
        Principal: 'apigateway.amazonaws.com',
        SourceArn: 'arn:aws:execute-api:r:1:x',
        SourceAccount: '1',
      }),
      Two: permission({ Principal: '210987654321' }),
      Three: permission({ Principal: '*' }),
    })
    const [lambda] = functions
    expect(lambda).toMatchObject({
      arn: 'arn:aws:lambda:eu-north-1:123456789012:function:f',
      roleArn: 'arn:aws:iam::123456789012:role/r',
      environment: { A: 'eu-north-1' },
    })
    expect(
      lambda?.policy?.statements.map(one => [one.sid, one.principals?.list, one.conditions.length]),
    ).toEqual([
      ['One', { aws: [], service: ['apigateway.amazonaws.com'] }, 2],
      ['Two', { aws: ['210987654321'], service: [] }, 0],
      ['Three', { aws: ['*'], service: [] }, 0],
    ])
  })
})

describe('what is not understood', () => {
  const at = 'Resources.It'
  const it_ = (type: string, properties: object = {}): Sections => ({
    It: { Type: `AWS::${type}`, Properties: properties },
  })
  const api = { Api: { Type: 'AWS::ApiGateway::RestApi' } }
  const method = (properties: object): Sections => ({
    ...api,
    ...it_('ApiGateway::Method', {
      RestApiId: { Ref: 'Api' },
      ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
      HttpMethod: 'GET',
      Integration: { Type: 'MOCK' },
      ...properties,
    }),
  })
  const resource = {
    RestApiId: { Ref: 'Api' },
    ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
    PathPart: 'x',
  }

  test.each<[string, Sections, string]>([
    ['a nested stack', it_('CloudFormation::Stack'), `RESOURCE_TYPE_UNKNOWN ${at}`],
    ['a function URL', it_('Lambda::Url'), `RESOURCE_TYPE_UNKNOWN ${at}`],
    ['a replica of a key', it_('KMS::ReplicaKey'), `RESOURCE_TYPE_UNKNOWN ${at}`],
    ['a custom resource', { It: { Type: 'Custom::Grant' } }, `RESOURCE_TYPE_UNKNOWN ${at}`],
    ['a resource without a type', { It: {} }, `TEMPLATE_MALFORMED ${at}`],
    [
      'properties that are none',
      { It: { Type: 'AWS::KMS::Key', Properties: 'x' } },
      `TEMPLATE_MALFORMED ${at}.Properties`,
    ],
    ['an unknown property', it_('KMS::Key', { Grants: [] }), `PROPERTY_UNKNOWN ${at}.Properties.Grants`],
    [
      'an API from a document',
      it_('ApiGateway::RestApi', { Body: {} }),
      `PROPERTY_UNKNOWN ${at}.Properties.Body`,
    ],
    [
      'a private API without a policy',
      it_('ApiGateway::RestApi', { EndpointConfiguration: { Types: ['PRIVATE'] } }),
      `PROPERTY_INVALID ${at}.Properties.Policy`,
    ],
    [
      'an API behind a domain name only',
      it_('ApiGateway::RestApi', { DisableExecuteApiEndpoint: true }),
      `PROPERTY_UNSUPPORTED ${at}.Properties.DisableExecuteApiEndpoint`,
    ],
    [
      'another authorizer',
      method({ AuthorizationType: 'CUSTOM' }),
      `PROPERTY_UNSUPPORTED ${at}.Properties.AuthorizationType`,
    ],
    ['an API key', method({ ApiKeyRequired: true }), `PROPERTY_UNSUPPORTED ${at}.Properties.ApiKeyRequired`],
    [
      'another integration',
      method({ Integration: { Type: 'HTTP' } }),
      `PROPERTY_UNSUPPORTED ${at}.Properties.Integration`,
    ],
    [
      'a method of another API',
      method({ RestApiId: 'x' }),
      `PROPERTY_UNSUPPORTED ${at}.Properties.RestApiId`,
    ],
    ['a method of no resource', method({ ResourceId: 'x' }), `PROPERTY_INVALID ${at}.Properties.ResourceId`],
    [
      'a path parameter',
      { ...api, ...it_('ApiGateway::Resource', { ...resource, PathPart: '{id}' }) },
      `PROPERTY_UNSUPPORTED ${at}.Properties.PathPart`,
    ],
    [
      'a path of nowhere',
      { ...api, ...it_('ApiGateway::Resource', { ...resource, ParentId: 'x' }) },
      `PROPERTY_INVALID ${at}.Properties.ParentId`,
    ],
    [
      'a permission on a version',
      it_('Lambda::Permission', { FunctionName: 'f:1', Principal: '*', Action: 'lambda:InvokeFunction' }),
      `PROPERTY_UNSUPPORTED ${at}.Properties.FunctionName`,
    ],
    [
      'an unknown managed policy',
      { It: role({ ManagedPolicyArns: ['arn:aws:iam::aws:policy/PowerUserAccess'] }) },
      `POLICY_UNKNOWN ${at}.Properties.ManagedPolicyArns`,
    ],
    [
      'an unknown boundary',
      { It: role({ PermissionsBoundary: 'arn:aws:iam::aws:policy/PowerUserAccess' }) },
      `POLICY_UNKNOWN ${at}.Properties.PermissionsBoundary`,
    ],
    [
      'a list that is none',
      { It: role({ ManagedPolicyArns: 'x' }) },
      `PROPERTY_INVALID ${at}.Properties.ManagedPolicyArns`,
    ],
    [
      'a policy that is none',
      it_('KMS::Key', { KeyPolicy: document({ Effect: 'Allow', Action: 'kms:*', Resource: '*' }) }),
      `POLICY_INVALID ${at}.Properties.KeyPolicy.Statement[0].Principal`,
    ],
    [
      'a condition key that cannot be supplied',
      it_('IAM::Group', {
        Policies: [
          {
            PolicyName: 'p',
            PolicyDocument: document({
              Effect: 'Allow',
              Action: '*',
              Resource: '*',
              Condition: { Bool: { 'aws:Odd': 'true' } },
            }),
          },
        ],
      }),
      `POLICY_INVALID ${at}.Properties.Policies[0].PolicyDocument.Statement[0].Condition.Bool.aws:Odd`,
    ],
  ])('error: %s', (_, resources, fault) => {
    expect(faultsOf(resources)).toContain(fault)
  })

  test.each<[string, Sections, string]>([
    ['an unknown section', { Hooks: {} }, 'TEMPLATE_MALFORMED Hooks'],
    ['a macro', { Transform: 'AWS::Serverless-2016-10-31' }, 'TEMPLATE_MALFORMED Transform'],
    ['a section that is none', { Conditions: [] }, 'TEMPLATE_MALFORMED Conditions'],
  ])('error: %s', (_, sections, fault) => {
    expect(faultsOf({}, sections)).toEqual([fault])
  })

  test('error: no template at all, and an unknown parameter', () => {
    expect(() => loadTemplate('x', place)).toThrow(TemplateError)
    expect(faultsOf({}, {}, { Nmae: 'x' })).toEqual(['PARAMETER_UNKNOWN Parameters.Nmae'])
  })

  test('error: every fault at once, each once, and what to do', () => {
    const resources = {
      Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: { Ref: 'P' } } },
      Url: { Type: 'AWS::Lambda::Url' },
    }
    expect(() => load(resources)).toThrowErrorMatchingInlineSnapshot(`
      [TemplateError: The template cannot be evaluated:
        - Resources.Url: AWS::Lambda::Url is not known here, nor what it permits (RESOURCE_TYPE_UNKNOWN)
        - Resources.Key.Properties.KeyPolicy.Ref: there is no parameter and no resource P (REFERENCE_UNKNOWN)]
    `)
  })
})
