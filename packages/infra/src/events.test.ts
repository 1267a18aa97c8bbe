// The rules and the filters, tried on events as CloudTrail documents them.
// https://docs.aws.amazon.com/kms/latest/developerguide/logging-using-cloudtrail.html
import { describe, expect, test } from 'vitest'
import { matches, matchesFilter } from '../test/events.ts'
import { newKey, role } from '../test/names.ts'
import { resolve, type Template } from '../test/resolve.ts'
import { createTemplate } from './app.ts'

const { resources } = resolve(createTemplate() as Template, {
  CodeBucket: 'code',
  CodeKey: 'adminSigner.zip',
})
const property = (name: string, key: string): unknown => resources[name]?.Properties?.[key]

const otherKey = newKey.replace(/[^/]+$/, 'another')
const alias = 'arn:aws:kms:eu-north-1:111122223333:alias/treasury-admin-signer'
const functionArn = 'arn:aws:lambda:eu-north-1:111122223333:function:adminSigner'
const asRole = (arn: string): unknown => ({
  type: 'AssumedRole',
  arn: `${arn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/session`,
  sessionContext: { sessionIssuer: { type: 'Role', arn } },
})
const user = { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/ada' }
const root = { type: 'Root', arn: 'arn:aws:iam::111122223333:root' }

type Details = Readonly<Record<string, unknown>>
const kms = (eventName: string, details: Details = {}, arns: readonly string[] = [newKey]): Details => ({
  eventSource: 'kms.amazonaws.com',
  eventName,
  resources: arns.map(ARN => ({ accountId: '111122223333', type: 'AWS::KMS::Key', ARN })),
  ...details,
})
const lambda = (eventName: string, functionName: string, details: Details = {}): Details => ({
  eventSource: 'lambda.amazonaws.com',
  eventName,
  requestParameters: { functionName },
  ...details,
})

const announces = (rule: string, detail: Details): boolean =>
  matches(property(`Signer${rule}`, 'EventPattern'), {
    source: `aws.${String(detail['eventSource']).split('.')[0]}`,
    'detail-type': 'AWS API Call via CloudTrail',
    detail,
  })
const counts = (filter: string, event: Details): boolean =>
  matchesFilter(String(property(`Signer${filter}`, 'FilterPattern')), event)

describe('SignByOther', () => {
  test.each([
    ['a user', { userIdentity: user }, true],
    ['the root user', { userIdentity: root }, true],
    ['another role', { userIdentity: asRole('arn:aws:iam::111122223333:role/Admin') }, true],
    ['a role of that name elsewhere', { userIdentity: asRole(role.replace('1111', '9999')) }, true],
    ['the invoker role', { userIdentity: asRole(role) }, false],
  ])('%s: %o', (_name, details, announced) => {
    expect(announces('SignByOther', kms('Sign', details))).toBe(announced)
  })

  test('is about this key, and about signing', () => {
    expect(announces('SignByOther', kms('Sign', { userIdentity: user }, [otherKey]))).toBe(false)
    expect(announces('SignByOther', kms('GetPublicKey', { userIdentity: user }))).toBe(false)
  })

  test('sees read-only events, which Sign is', () => {
    expect(property('SignerSignByOther', 'State')).toBe('ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS')
  })
})

describe('KeyAdministration', () => {
  test.each([
    'CancelKeyDeletion',
    'CreateGrant',
    'DisableKey',
    'EnableKey',
    'PutKeyPolicy',
    'ReplicateKey',
    'RevokeGrant',
    'ScheduleKeyDeletion',
    'UpdateKeyDescription',
  ])('%s', eventName => {
    expect(announces('KeyAdministration', kms(eventName))).toBe(true)
    expect(announces('KeyAdministration', kms(eventName, {}, [otherKey]))).toBe(false)
  })

  test.each(['CreateAlias', 'DeleteAlias', 'UpdateAlias'])('%s of our alias to another key', eventName => {
    expect(announces('KeyAdministration', kms(eventName, {}, [alias, otherKey]))).toBe(true)
  })

  test('reading is no administration', () => {
    expect(announces('KeyAdministration', kms('DescribeKey'))).toBe(false)
  })
})

describe('FunctionChange', () => {
  test.each([
    ['UpdateFunctionCode20150331v2', 'adminSigner'],
    ['UpdateFunctionConfiguration20150331v2', functionArn],
    ['AddPermission20150331v2', '111122223333:function:adminSigner'],
    ['CreateFunctionUrlConfig', `${functionArn}:live`],
    ['PutFunctionConcurrency20171031', 'adminSigner:live'],
    ['DeleteFunctionConcurrency20171031', 'adminSigner'],
    ['DeleteFunction20150331', 'adminSigner'],
  ])('%s of %s', (eventName, functionName) => {
    expect(announces('FunctionChange', lambda(eventName, functionName))).toBe(true)
  })

  test.each(['otheradminSigner', 'adminSigner2', functionArn.replace('adminSigner', 'my-adminSigner')])(
    'not of %s',
    functionName => {
      expect(announces('FunctionChange', lambda('UpdateFunctionCode20150331v2', functionName))).toBe(false)
    },
  )
})

describe('DirectInvocation', () => {
  test.each([
    ['a user', { userIdentity: user }, true],
    ['another service', { userIdentity: { type: 'AWSService', invokedBy: 'events.amazonaws.com' } }, true],
    ['API Gateway', { userIdentity: { type: 'AWSService', invokedBy: 'apigateway.amazonaws.com' } }, false],
  ])('%s: %o', (_name, details, announced) => {
    expect(announces('DirectInvocation', lambda('Invoke', functionArn, details))).toBe(announced)
  })

  test('is recorded: the trail has the data events of the function', () => {
    expect(property('SignerTrail', 'EventSelectors')).toEqual([
      {
        DataResources: [{ Type: 'AWS::Lambda::Function', Values: [functionArn] }],
        IncludeManagementEvents: true,
        ReadWriteType: 'All',
      },
    ])
  })
})

test('EndpointChange: whatever is written to this API', () => {
  const change = (restApiId: string, readOnly: boolean): Details => ({
    eventSource: 'apigateway.amazonaws.com',
    eventName: 'UpdateRestApi',
    readOnly,
    requestParameters: { restApiId },
  })
  expect(announces('EndpointChange', change('id-of-SignerApi', false))).toBe(true)
  expect(announces('EndpointChange', change('id-of-SignerApi', true))).toBe(false)
  expect(announces('EndpointChange', change('another', false))).toBe(false)
})

test.each(['StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors'])(
  'TrailTampering: %s',
  eventName => {
    expect(announces('TrailTampering', { eventSource: 'cloudtrail.amazonaws.com', eventName })).toBe(true)
  },
)

describe('filters of the trail', () => {
  test('Signatures counts what was signed with this key, by whom so ever', () => {
    expect(counts('Signatures', kms('Sign', { userIdentity: asRole(role) }))).toBe(true)
    expect(counts('Signatures', kms('Sign', { errorCode: 'ThrottlingException' }))).toBe(false)
    expect(counts('Signatures', kms('Sign', {}, [otherKey]))).toBe(false)
    expect(counts('Signatures', kms('Verify'))).toBe(false)
  })

  test('KeyAccessDenied counts denials, also where only the message names the key', () => {
    const errorMessage = `User: ${user.arn} is not authorized to perform: kms:Sign on resource: ${newKey} with an explicit deny`
    const denied = { eventSource: 'kms.amazonaws.com', eventName: 'Sign', errorCode: 'AccessDenied' }
    expect(counts('KeyAccessDenied', { ...denied, errorMessage })).toBe(true)
    expect(counts('KeyAccessDenied', kms('PutKeyPolicy', { errorCode: 'AccessDeniedException' }))).toBe(true)
    expect(
      counts('KeyAccessDenied', { ...denied, errorMessage: errorMessage.replace(newKey, otherKey) }),
    ).toBe(false)
    expect(counts('KeyAccessDenied', kms('Sign'))).toBe(false)
  })

  test('PermissionChanges counts changes of the role and the group', () => {
    const iam = (eventName: string, requestParameters: Details, readOnly = false): Details => ({
      eventSource: 'iam.amazonaws.com',
      eventName,
      readOnly,
      requestParameters,
    })
    expect(counts('PermissionChanges', iam('PutRolePolicy', { roleName: 'adminSignerInvoker' }))).toBe(true)
    expect(counts('PermissionChanges', iam('AddUserToGroup', { groupName: 'treasury-operators' }))).toBe(true)
    expect(counts('PermissionChanges', iam('GetRole', { roleName: 'adminSignerInvoker' }, true))).toBe(false)
    expect(counts('PermissionChanges', iam('PutRolePolicy', { roleName: 'another' }))).toBe(false)
  })
})

test('filters of the function count by what the service logs', () => {
  expect(counts('KmsThrottled', { status: 503, outcome: 'failed', code: 'KMS_THROTTLED' })).toBe(true)
  expect(counts('KmsThrottled', { status: 503, outcome: 'failed', code: 'KMS_UNAVAILABLE' })).toBe(false)
  expect(counts('Denied', { status: 403, outcome: 'denied', code: 'DENIED' })).toBe(true)
  expect(counts('Denied', { status: 200, outcome: 'signed' })).toBe(false)
})

type Message = { readonly InputPathsMap: Details; readonly InputTemplate: string }

test('every rule announces to the topic, and says who did what when', () => {
  const rules = Object.values(resources).filter(({ Type }) => Type === 'AWS::Events::Rule')
  expect(rules.map(rule => rule.Properties?.['Name'])).toEqual([
    'adminSigner-SignByOther',
    'adminSigner-KeyAdministration',
    'adminSigner-FunctionChange',
    'adminSigner-DirectInvocation',
    'adminSigner-EndpointChange',
    'adminSigner-TrailTampering',
  ])
  for (const { Properties = {} } of rules) {
    const targets = Properties['Targets'] as readonly { Arn: string; InputTransformer: Message }[]
    expect(targets.map(target => target.Arn)).toEqual(['id-of-SignerTopic'])
    for (const { InputTransformer } of targets) {
      const used = [...InputTransformer.InputTemplate.matchAll(/<(\w+)>/g)].map(match => match[1])
      expect(used.sort()).toEqual(Object.keys(InputTransformer.InputPathsMap).sort())
      expect(InputTransformer.InputTemplate).toContain(`"${String(Properties['Name'])}: `)
    }
  }
})

test('every alarm announces to the topic and is quiet without data', () => {
  const alarms = Object.values(resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
  const summary = alarms.map(({ Properties = {} }) => [
    Properties['AlarmName'],
    `${String(Properties['Statistic'] ?? Properties['ExtendedStatistic'])} ${String(Properties['Namespace'])} ${String(Properties['MetricName'])} >= ${String(Properties['Threshold'])}`,
  ])
  expect(Object.fromEntries(summary)).toEqual({
    'adminSigner-SigningRate': 'Sum Coffer/adminSigner Signatures >= 50',
    'adminSigner-KeyAccessDenied': 'Sum Coffer/adminSigner KeyAccessDenied >= 1',
    'adminSigner-PermissionChanges': 'Sum Coffer/adminSigner PermissionChanges >= 1',
    'adminSigner-KmsThrottled': 'Sum Coffer/adminSigner KmsThrottled >= 1',
    'adminSigner-FunctionErrors': 'Sum AWS/Lambda Errors >= 1',
    'adminSigner-FunctionThrottles': 'Sum AWS/Lambda Throttles >= 1',
    'adminSigner-ServerErrors': 'Sum AWS/ApiGateway 5XXError >= 1',
    'adminSigner-ClientErrors': 'Sum AWS/ApiGateway 4XXError >= 20',
    'adminSigner-Latency': 'p99 AWS/ApiGateway Latency >= 5000',
  })
  for (const { Properties } of alarms)
    expect(Properties).toMatchObject({
      AlarmActions: ['id-of-SignerTopic'],
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      EvaluationPeriods: 1,
      Period: 300,
      TreatMissingData: 'notBreaching',
    })
})
