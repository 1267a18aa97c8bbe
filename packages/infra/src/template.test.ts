import { describe, expect, test } from 'vitest'
import { existingKey, newKey } from '../test/names.ts'
import { type Resource, resolve, type Template } from '../test/resolve.ts'
import { createTemplate } from './app.ts'
import { networkParameters } from './parameters.ts'

const template = createTemplate() as Template
const privateTemplate = createTemplate({ network: networkParameters }) as Template

const code = { CodeBucket: 'code', CodeKey: 'adminSigner.zip' }
const network = { ...code, VpcId: 'vpc-1', SubnetIds: 'subnet-1,subnet-2', CallerCidr: '10.0.0.0/16' }

const deployed = (parameters: Readonly<Record<string, string>> = {}): Readonly<Record<string, Resource>> =>
  resolve(template, { ...code, ...parameters }).resources
const deployedPrivately = (
  parameters: Readonly<Record<string, string>> = {},
): Readonly<Record<string, Resource>> => resolve(privateTemplate, { ...network, ...parameters }).resources

const byDefault = deployed()
const ofType = (resources: Readonly<Record<string, Resource>>, type: string): readonly Resource[] =>
  Object.values(resources).filter(({ Type }) => Type === type)

describe('the key', () => {
  test('is a secp256k1 signing key under the alias, with the longest deletion window', () => {
    const { KeyPolicy: _policy, ...properties } = byDefault['SignerNewKey']?.Properties ?? {}
    expect(properties).toEqual({
      Description: 'Signs for the treasury wallet. Deleting it loses the wallet.',
      KeySpec: 'ECC_SECG_P256K1',
      KeyUsage: 'SIGN_VERIFY',
      MultiRegion: 'false',
      PendingWindowInDays: 30,
    })
    expect(byDefault['SignerNewKeyAlias']?.Properties).toEqual({
      AliasName: 'alias/treasury-admin-signer',
      TargetKeyId: newKey,
    })
  })

  test('can be multi-Region', () => {
    const { resources } = resolve(createTemplate({ signer: { multiRegion: true } }) as Template, code)
    expect(resources['SignerNewKey']?.Properties).toMatchObject({ MultiRegion: true })
    expect(deployed({ MultiRegion: 'true' })['SignerNewKey']?.Properties).toMatchObject({
      MultiRegion: 'true',
    })
  })

  test('can be one that exists: then neither key nor alias is created', () => {
    const resources = deployed({ ExistingKeyArn: existingKey })
    expect(ofType(resources, 'AWS::KMS::Key')).toEqual([])
    expect(ofType(resources, 'AWS::KMS::Alias')).toEqual([])
    expect(resources['SignerFunction']?.Properties).toMatchObject({
      Environment: { Variables: { KMS_KEY_ID: existingKey } },
    })
  })
})

test('what holds the key, and the evidence, outlives the stack; nothing else does', () => {
  const policies = Object.entries({ ...deployedPrivately(), ...byDefault }).map(([name, resource]) => [
    name,
    resource.DeletionPolicy,
    resource.UpdateReplacePolicy,
  ])
  expect(policies.filter(([, deletion]) => deletion !== undefined)).toEqual([
    // Not after the failure of the deployment that creates them.
    ['SignerNewKey', 'RetainExceptOnCreate', 'Retain'],
    ['SignerNewKeyAlias', 'RetainExceptOnCreate', 'Retain'],
    ['SignerFunctionLog', 'RetainExceptOnCreate', 'Retain'],
    ['SignerAccessLog', 'RetainExceptOnCreate', 'Retain'],
    ['SignerApiLogsRole', 'Retain', 'Retain'],
    ['SignerApiLogsAccount', 'Retain', 'Retain'],
    ['SignerTrailLogGroup', 'RetainExceptOnCreate', 'Retain'],
    ['SignerTrailBucket', 'Retain', 'Retain'],
    ['SignerTrailBucketPolicy', 'Retain', 'Retain'],
  ])
})

describe('the function', () => {
  test('runs the bundle as the role, with JSON logs in its own group', () => {
    const { Properties, DependsOn } = byDefault['SignerFunction'] ?? {}
    expect(Properties).toEqual({
      FunctionName: 'adminSigner',
      Description: 'Decodes what it is asked to sign, authorizes it, then asks KMS.',
      Architectures: ['arm64'],
      Runtime: 'nodejs24.x',
      Handler: 'adminSigner.handler',
      Code: { S3Bucket: 'code', S3Key: 'adminSigner.zip' },
      Role: 'arn:aws:iam::111122223333:role/adminSignerInvoker',
      MemorySize: 512,
      Timeout: 25,
      Environment: { Variables: { KMS_KEY_ID: newKey } },
      LoggingConfig: {
        LogGroup: 'id-of-SignerFunctionLog',
        LogFormat: 'JSON',
        ApplicationLogLevel: 'INFO',
        SystemLogLevel: 'WARN',
      },
    })
    expect(DependsOn).toEqual([expect.stringMatching(/^SignerRolePolicy/)])
  })

  test('is given the address and the concurrency only where they are asked for', () => {
    const address = '0x1aFd30f19D2A06BD711f9C556BDa1C92C758b7a4'
    const asked = { SignerAddress: address, ReservedConcurrency: '0' }
    expect(deployed(asked)['SignerFunction']?.Properties).toMatchObject({
      Environment: { Variables: { COFFER_SIGNER_ADDRESS: address } },
      ReservedConcurrentExecutions: '0',
    })
  })

  test.each(['SignerFunctionLog', 'SignerAccessLog', 'SignerTrailLogGroup'])('%s keeps a year', name => {
    expect(byDefault[name]?.Properties).toEqual({ RetentionInDays: 365 })
  })
})

describe('the API', () => {
  test('has one method: POST on the root, authorized by IAM', () => {
    expect(ofType(byDefault, 'AWS::ApiGateway::Resource')).toEqual([])
    expect(ofType(byDefault, 'AWS::ApiGateway::Method').map(({ Properties }) => Properties)).toEqual([
      {
        RestApiId: 'id-of-SignerApi',
        ResourceId: 'root',
        HttpMethod: 'POST',
        AuthorizationType: 'AWS_IAM',
        Integration: {
          Type: 'AWS_PROXY',
          IntegrationHttpMethod: 'POST',
          Uri: 'arn:aws:apigateway:eu-north-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-north-1:111122223333:function:adminSigner/invocations',
        },
      },
    ])
  })

  test('may invoke the function through that method alone: no test invocations', () => {
    expect(ofType(byDefault, 'AWS::Lambda::Permission')).toHaveLength(1)
  })

  test('is Regional, and insists on modern TLS', () => {
    expect(byDefault['SignerApi']?.Properties).toMatchObject({
      Name: 'KMS Sign API',
      EndpointConfiguration: { Types: ['REGIONAL'] },
      SecurityPolicy: 'SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09',
      EndpointAccessMode: 'STRICT',
    })
  })

  test('limits the rate, and logs no bodies', () => {
    const stage = deployed({ ThrottleRate: '3', ThrottleBurst: '5' })['SignerApiDeploymentStageprod']
    expect(stage?.Properties).toMatchObject({
      StageName: 'prod',
      MethodSettings: [
        {
          HttpMethod: '*',
          ResourcePath: '/*',
          ThrottlingRateLimit: '3',
          ThrottlingBurstLimit: '5',
          DataTraceEnabled: false,
        },
      ],
    })
    const { Format } = (stage?.Properties?.['AccessLogSetting'] ?? {}) as { readonly Format?: string }
    const logged = Object.values(JSON.parse(Format ?? '') as Record<string, string>)
    expect(logged.filter(variable => !/^\$context\.[a-zA-Z.]+$/.test(variable))).toEqual([])
    expect(logged.filter(variable => /body|header|message/i.test(variable))).toEqual([])
  })

  test('is deployed again when the policy is another', () => {
    const deployment = (cidr: string): string | undefined =>
      Object.entries((createTemplate({ signer: { allowedCidrs: [cidr] } }) as Template).Resources)
        .filter(([, { Type }]) => Type === 'AWS::ApiGateway::Deployment')
        .map(([id]) => id)[0]
    expect(deployment('192.0.2.0/24')).toBe(deployment('192.0.2.0/24'))
    expect(deployment('192.0.2.0/24')).not.toBe(deployment('198.51.100.0/24'))
  })

  test('waits for the account to be able to log', () => {
    expect(JSON.stringify(byDefault['SignerApiDeploymentStageprod'])).toContain('id-of-SignerApiLogsAccount')
    const logRole = 'arn:aws:iam::111122223333:role/ApiLogs'
    expect(ofType(deployed({ ExistingApiLogRoleArn: logRole }), 'AWS::ApiGateway::Account')).toEqual([])
  })
})

describe('the trail', () => {
  test('records every Region and is proof against changes', () => {
    expect(byDefault['SignerTrail']?.Properties).toMatchObject({
      TrailName: 'adminSigner-trail',
      IsLogging: true,
      IsMultiRegionTrail: true,
      IncludeGlobalServiceEvents: true,
      EnableLogFileValidation: true,
    })
    expect(byDefault['SignerTrailBucket']?.Properties).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    })
  })

  test('can be one that exists: its log group is filtered, and nothing is created', () => {
    const resources = deployed({ ExistingTrailLogGroupName: 'org-trail' })
    expect(Object.keys(resources).filter(name => name.startsWith('SignerTrail'))).toEqual([
      'SignerTrailTampering',
    ])
    const groups = ofType(resources, 'AWS::Logs::MetricFilter').map(
      filter => filter.Properties?.['LogGroupName'],
    )
    expect(new Set(groups)).toEqual(new Set(['org-trail', 'id-of-SignerFunctionLog']))
  })
})

test('somebody is told about alarms where there is an address', () => {
  expect(ofType(byDefault, 'AWS::SNS::Subscription')).toEqual([])
  const [subscription] = ofType(deployed({ AlarmEmail: 'ops@acme.example' }), 'AWS::SNS::Subscription')
  expect(subscription?.Properties).toEqual({
    TopicArn: 'id-of-SignerTopic',
    Protocol: 'email',
    Endpoint: 'ops@acme.example',
  })
})

test('the dashboard shows every alarm', () => {
  const { DashboardBody, DashboardName } = byDefault['SignerDashboard']?.Properties ?? {}
  const { widgets } = JSON.parse(String(DashboardBody)) as {
    widgets: { properties: { alarms?: string[] } }[]
  }
  expect(DashboardName).toBe('adminSigner')
  expect(widgets.flatMap(widget => widget.properties.alarms ?? [])).toHaveLength(
    ofType(byDefault, 'AWS::CloudWatch::Alarm').length,
  )
})

test('the only managed policy is the one API Gateway needs to log', () => {
  const attached = ofType(byDefault, 'AWS::IAM::Role').map(role => role.Properties?.['ManagedPolicyArns'])
  expect(attached.filter(Boolean)).toEqual([
    ['arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs'],
  ])
})

describe('the template', () => {
  test('tells where everything is', () => {
    const { outputs } = resolve(template, { ...code, SignerAddress: `0x${'ab'.repeat(20)}` })
    expect(outputs).toEqual({
      KeyArn: newKey,
      Address: `0x${'ab'.repeat(20)}`,
      InvokeUrl: 'https://id-of-SignerApi.execute-api.eu-north-1.amazonaws.com/prod/',
      OperatorGroup: 'treasury-operators',
      SigningFunction: 'adminSigner',
      FunctionLogGroup: 'id-of-SignerFunctionLog',
      AlarmTopic: 'id-of-SignerTopic',
    })
    expect(Object.keys(resolve(template, code).outputs)).not.toContain('Address')
  })

  test('asks for what is not known, with a default wherever there can be one', () => {
    const parameters = Object.entries(privateTemplate.Parameters ?? {})
    const without = parameters
      .filter(([, parameter]) => parameter.Default === undefined)
      .map(([name]) => name)
    expect(without.sort()).toEqual(['CallerCidr', 'CodeBucket', 'CodeKey', 'SubnetIds', 'VpcId'])
    expect(parameters.filter(([, parameter]) => !('Description' in parameter))).toEqual([])
  })

  test('groups the parameters for the console, each in one group', () => {
    const { 'AWS::CloudFormation::Interface': console } = privateTemplate.Metadata ?? {}
    const { ParameterGroups } = console as { ParameterGroups: { Parameters: string[] }[] }
    expect(ParameterGroups.flatMap(group => group.Parameters).sort()).toEqual(
      Object.keys(privateTemplate.Parameters ?? {}).sort(),
    )
  })

  test.each([
    ['KeyAlias', ['treasury-admin-signer', 'acme/signer'], ['', 'alias with spaces']],
    ['ExistingKeyArn', ['', existingKey], ['alias/treasury', existingKey.replace('key/', 'alias/')]],
    ['SignerAddress', ['', `0x${'aB'.repeat(20)}`], ['0x12', 'ab'.repeat(20)]],
    ['ReservedConcurrency', ['', '0', '10'], ['-1', 'none']],
    ['AlarmEmail', ['', 'ops@acme.example'], ['ops', 'a@b@c']],
    ['ExistingTrailLogGroupName', ['', 'aws-controltower/CloudTrailLogs'], ['a b']],
  ] as const)('%s takes %o and not %o', (name, good, bad) => {
    const pattern = new RegExp(template.Parameters?.[name]?.AllowedPattern ?? '^never$')
    expect(good.filter(value => !pattern.test(value))).toEqual([])
    expect(bad.filter(value => pattern.test(value))).toEqual([])
  })

  test('can be deployed twice in an account under other names', () => {
    const names = {
      RoleName: 'otherInvoker',
      FunctionName: 'otherSigner',
      GroupName: 'other-operators',
      ApiName: 'Other API',
      KeyAlias: 'other-signer',
    }
    const text = JSON.stringify(deployed(names))
    const defaults = Object.keys(names).map(name => String(template.Parameters?.[name]?.Default))
    expect(
      defaults.filter(name => text.replaceAll(/adminSigner\.(handler|zip)/g, '').includes(name)),
    ).toEqual([])
  })
})
