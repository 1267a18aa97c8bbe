// Announces single events as CloudTrail reports them, usually within minutes: each of them is news by itself.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
import { CfnRule } from 'aws-cdk-lib/aws-events'
import type { Construct } from 'constructs'

/** What the rules watch, and where they announce it. */
export type Watched = {
  readonly topicArn: string
  readonly keyArn: string
  readonly aliasArn: string
  readonly roleArn: string
  readonly functionName: string
  readonly apiId: string
}

/**
 * The rules, named after the function: `adminSigner-SignByOther` and so on.
 *
 * @param scope Where the rules belong.
 * @param watched What they watch.
 */
export const createEventRules = (scope: Construct, watched: Watched): void => {
  const { keyArn, aliasArn, functionName } = watched
  const thisFunction = {
    // A name, a partial ARN or an ARN, each with or without a qualifier.
    functionName: [
      functionName,
      { prefix: `${functionName}:` },
      { suffix: `:${functionName}` },
      { wildcard: `*:${functionName}:*` },
    ],
  }
  createRule(scope, watched, 'SignByOther', 'kms', everyEvent, {
    eventName: ['Sign'],
    resources: { ARN: [keyArn] },
    $or: otherThan(watched.roleArn, arn => ({
      userIdentity: { sessionContext: { sessionIssuer: { arn } } },
    })),
  })
  createRule(scope, watched, 'KeyAdministration', 'kms', changes, {
    eventName: keyAdministration,
    resources: { ARN: [keyArn, aliasArn] },
  })
  createRule(scope, watched, 'FunctionChange', 'lambda', changes, {
    eventName: functionChanges.map(prefix => ({ prefix })),
    requestParameters: thisFunction,
  })
  // Whoever invokes the function directly can claim to be anyone: the caller's identity is part of the event.
  createRule(scope, watched, 'DirectInvocation', 'lambda', changes, {
    eventName: [{ prefix: 'Invoke' }],
    requestParameters: thisFunction,
    $or: otherThan('apigateway.amazonaws.com', invokedBy => ({ userIdentity: { invokedBy } })),
  })
  createRule(scope, watched, 'EndpointChange', 'apigateway', changes, {
    readOnly: [false],
    requestParameters: { restApiId: [watched.apiId] },
  })
  createRule(scope, watched, 'TrailTampering', 'cloudtrail', changes, { eventName: trailTampering })
}

/**
 * Read-only events reach a rule only in the second state, and Sign counts as read-only.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail-management.html
 */
const changes = 'ENABLED'
const everyEvent = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'

const createRule = (
  scope: Construct,
  watched: Watched,
  name: string,
  service: string,
  state: string,
  detail: Readonly<Record<string, unknown>>,
): CfnRule =>
  new CfnRule(scope, name, {
    name: `${watched.functionName}-${name}`,
    state,
    eventPattern: {
      source: [`aws.${service}`],
      'detail-type': ['AWS API Call via CloudTrail'],
      detail: { eventSource: [`${service}.amazonaws.com`], ...detail },
    },
    targets: [
      {
        id: 'Topic',
        arn: watched.topicArn,
        inputTransformer: {
          inputPathsMap: {
            event: '$.detail.eventName',
            caller: '$.detail.userIdentity.arn',
            address: '$.detail.sourceIPAddress',
            time: '$.detail.eventTime',
            region: '$.region',
            error: '$.detail.errorCode',
            id: '$.detail.eventID',
          },
          inputTemplate: `"${watched.functionName}-${name}: <event> by <caller> from <address>, <time>, <region>. CloudTrail event <id>. <error>"`,
        },
      },
    ],
  })

/** Matches what is not the expected value, or is not there at all. */
const otherThan = (
  expected: string,
  at: (pattern: readonly unknown[]) => Readonly<Record<string, unknown>>,
): readonly unknown[] => [at([{ 'anything-but': [expected] }]), at([{ exists: false }])]

const keyAdministration = [
  'CancelKeyDeletion',
  'CreateAlias',
  'CreateGrant',
  'DeleteAlias',
  'DisableKey',
  'EnableKey',
  'PutKeyPolicy',
  'ReplicateKey',
  'RetireGrant',
  'RevokeGrant',
  'ScheduleKeyDeletion',
  'TagResource',
  'UntagResource',
  'UpdateAlias',
  'UpdateKeyDescription',
  'UpdatePrimaryRegion',
]

/** Beginnings: Lambda appends dates to its event names, as in `UpdateFunctionCode20150331v2`. */
const functionChanges = [
  'AddPermission',
  'CreateAlias',
  'CreateEventSourceMapping',
  'CreateFunctionUrlConfig',
  'DeleteFunction',
  'PublishVersion',
  'PutFunctionConcurrency',
  'PutFunctionEventInvokeConfig',
  'PutRuntimeManagementConfig',
  'RemovePermission',
  'UpdateAlias',
  'UpdateFunctionCode',
  'UpdateFunctionConfiguration',
  'UpdateFunctionUrlConfig',
]

const trailTampering = ['DeleteTrail', 'PutEventSelectors', 'StopLogging', 'UpdateTrail']
