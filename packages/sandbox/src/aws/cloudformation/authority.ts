// As whom CloudFormation acts, and whether they may make what a stack changes: it has no permissions of its own.
// CloudFormation User Guide, "CloudFormation service role"; Service Authorization Reference for the actions.
import { serviceCaller } from '../../iam/account.ts'
import { authorizeAssumeRole } from '../../iam/authorize.ts'
import { type Cloud, denialOf } from '../cloud.ts'
import { createSession, type Identity } from '../identity.ts'
import { type Call, CloudFormationError, invalid } from './call.ts'
import type { Change } from './changes.ts'

/** Who makes the changes of a stack. */
export type Authority = {
  readonly identity: Identity
  /** The address that the one who asked came from. */
  readonly sourceIp: string
}

/**
 * Finds as whom CloudFormation acts.
 *
 * @param call The request.
 * @param roleArn The role of the stack; undefined where it acts as whoever asks.
 * @returns The authority.
 * @throws {CLOUDFORMATION_ERROR} AccessDenied: who asks may not pass the role on; ValidationError: CloudFormation may not
 * assume it.
 */
export const authorityOf = (call: Call, roleArn: string | undefined): Authority => {
  const { cloud, identity, sourceIp } = call
  if (roleArn === undefined) return { identity, sourceIp }
  const denial = denialOf(cloud, { identity, action: 'iam:PassRole', resource: roleArn, sourceIp })
  if (denial !== undefined) throw new CloudFormationError('AccessDenied', denial, 403)
  const { account, random, now } = cloud
  const { accountId } = account
  const [name, role] = [...account.roles].find(([, one]) => one.arn === roleArn) ?? []
  const trust = role && {
    caller: serviceCaller('cloudformation.amazonaws.com'),
    connection: { isSecure: true, sourceIp, time: now() },
    role,
  }
  if (name === undefined || !trust || authorizeAssumeRole(account, trust).denial !== undefined)
    throw invalid(`Role ${roleArn} is invalid or cannot be assumed`)
  return {
    identity: createSession({ role: name, session: 'AWSCloudFormation', accountId }, random),
    sourceIp,
  }
}

/**
 * Decides whether a change may be made.
 *
 * @param cloud The cloud.
 * @param authority As whom CloudFormation acts.
 * @param change The change.
 * @returns AWS's text where it is denied; undefined where it is allowed.
 */
export const denialOfChange = (
  cloud: Cloud,
  authority: Authority,
  { action: kind, resource: { type, physicalId, retained } }: Change,
): string | undefined => {
  if (kind === 'Remove' && retained) return undefined
  const { region, account } = cloud
  const [, service = ''] = type.split('::')
  const permission = permissions.get(type)
  // A type whose actions are not known here is for whoever may do everything in its service.
  const [action, pattern] = permission
    ? [permission[kind], permission.resource]
    : [`${service.toLowerCase()}:*`, '*']
  const resource = pattern
    .replace('REGION', region)
    .replace('ACCOUNT', account.accountId)
    .replace('ID', physicalId)
  return denialOf(cloud, { ...authority, action, resource })
}

/** The resource, and the one action that each kind of change cannot do without. */
type Permission = Readonly<Record<Change['action'] | 'resource', string>>

const entity = (type: string, name: string, modify: string): Permission => ({
  resource: `arn:aws:iam::ACCOUNT:${type}/ID`,
  Add: `iam:Create${name}`,
  Modify: modify,
  Remove: `iam:Delete${name}`,
})

const restApi: Permission = {
  resource: 'arn:aws:apigateway:REGION::/restapis',
  Add: 'apigateway:POST',
  Modify: 'apigateway:PATCH',
  Remove: 'apigateway:DELETE',
}

/** Put once made, and put again to change it. */
const put = (resource: string, Add: string, Remove: string): Permission => ({
  resource,
  Add,
  Modify: Add,
  Remove,
})

const permissions: ReadonlyMap<string, Permission> = new Map([
  ['AWS::ApiGateway::Deployment', restApi],
  ['AWS::ApiGateway::Method', restApi],
  ['AWS::ApiGateway::Resource', restApi],
  ['AWS::ApiGateway::RestApi', restApi],
  ['AWS::ApiGateway::Stage', restApi],
  [
    'AWS::CloudTrail::Trail',
    {
      resource: 'arn:aws:cloudtrail:REGION:ACCOUNT:trail/ID',
      Add: 'cloudtrail:CreateTrail',
      Modify: 'cloudtrail:UpdateTrail',
      Remove: 'cloudtrail:DeleteTrail',
    },
  ],
  [
    'AWS::CloudWatch::Alarm',
    put('arn:aws:cloudwatch:REGION:ACCOUNT:alarm:ID', 'cloudwatch:PutMetricAlarm', 'cloudwatch:DeleteAlarms'),
  ],
  ['AWS::Events::Rule', put('arn:aws:events:REGION:ACCOUNT:rule/ID', 'events:PutRule', 'events:DeleteRule')],
  ['AWS::IAM::Group', entity('group', 'Group', 'iam:UpdateGroup')],
  ['AWS::IAM::Role', entity('role', 'Role', 'iam:UpdateRole')],
  ['AWS::IAM::User', entity('user', 'User', 'iam:UpdateUser')],
  [
    'AWS::KMS::Alias',
    {
      resource: 'arn:aws:kms:REGION:ACCOUNT:ID',
      Add: 'kms:CreateAlias',
      Modify: 'kms:UpdateAlias',
      Remove: 'kms:DeleteAlias',
    },
  ],
  [
    'AWS::KMS::Key',
    { resource: '*', Add: 'kms:CreateKey', Modify: 'kms:PutKeyPolicy', Remove: 'kms:ScheduleKeyDeletion' },
  ],
  [
    'AWS::Lambda::Function',
    {
      resource: 'arn:aws:lambda:REGION:ACCOUNT:function:ID',
      Add: 'lambda:CreateFunction',
      Modify: 'lambda:UpdateFunctionConfiguration',
      Remove: 'lambda:DeleteFunction',
    },
  ],
  [
    'AWS::SNS::Topic',
    { resource: 'ID', Add: 'sns:CreateTopic', Modify: 'sns:SetTopicAttributes', Remove: 'sns:DeleteTopic' },
  ],
])
