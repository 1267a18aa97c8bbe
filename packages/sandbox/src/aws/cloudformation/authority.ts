// As whom CloudFormation acts, and whether they may make what a stack changes: it has no permissions of its own.
// CloudFormation User Guide, "CloudFormation service role"; Service Authorization Reference for the actions.
import { serviceCaller } from '../../iam/account.ts'
import { authorizeAssumeRole } from '../../iam/authorize.ts'
import { type Cloud, denialOf } from '../cloud.ts'
import { createSession, type Identity } from '../identity.ts'
import { denialOnKey } from '../kms/authorizeCall.ts'
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
  // What happens to a key that is there, its own policy has a say in.
  if (type === 'AWS::KMS::Key' && kind !== 'Add') {
    const operation = kind === 'Modify' ? 'PutKeyPolicy' : 'ScheduleKeyDeletion'
    return denialOnKey(cloud, { ...authority, operation, keyId: physicalId })
  }
  const permission = permissions.get(type)
  // A type whose actions are not known here is for whoever may do everything in its service.
  const [actions, pattern] = permission
    ? [permission[kind], permission.resource]
    : [[`${service.toLowerCase()}:*`], '*']
  const resource = pattern
    .replace('REGION', region)
    .replace('ACCOUNT', account.accountId)
    .replace('ID', physicalId)
  return actions
    .map(action => denialOf(cloud, { ...authority, action, resource }))
    .find(denial => denial !== undefined)
}

/** The resource, and the actions that each kind of change takes, whichever of its properties it is about. */
type Permission = { readonly resource: string } & Readonly<Record<Change['action'], readonly string[]>>

/** Users, groups and roles, with the policies in them. */
const entity = (type: string, name: string, ...modify: readonly string[]): Permission => {
  const policies = [`iam:Put${name}Policy`, `iam:Attach${name}Policy`]
  return {
    resource: `arn:aws:iam::ACCOUNT:${type}/ID`,
    Add: [`iam:Create${name}`, ...policies],
    Modify: [`iam:Update${name}`, ...modify, ...policies],
    Remove: [`iam:Delete${name}`],
  }
}

/** A policy that is attached by a resource of its own, to whomever. */
const attached = (...names: readonly string[]): Permission => {
  const put = names.map(name => `iam:Put${name}Policy`)
  return { resource: '*', Add: put, Modify: put, Remove: names.map(name => `iam:Delete${name}Policy`) }
}

const restApi = (resource: string, ...modify: readonly string[]): Permission => ({
  resource: `arn:aws:apigateway:REGION::/restapis${resource}`,
  Add: ['apigateway:POST'],
  Modify: ['apigateway:PATCH', ...modify],
  Remove: ['apigateway:DELETE'],
})

/** Put once made, and put again to change it. */
const put = (resource: string, add: string, remove: string): Permission => ({
  resource,
  Add: [add],
  Modify: [add],
  Remove: [remove],
})

const permissions: ReadonlyMap<string, Permission> = new Map([
  ['AWS::ApiGateway::Deployment', restApi('')],
  ['AWS::ApiGateway::Method', restApi('')],
  ['AWS::ApiGateway::Resource', restApi('')],
  ['AWS::ApiGateway::RestApi', restApi('/ID', 'apigateway:UpdateRestApiPolicy')],
  ['AWS::ApiGateway::Stage', restApi('')],
  [
    'AWS::CloudTrail::Trail',
    {
      resource: 'arn:aws:cloudtrail:REGION:ACCOUNT:trail/ID',
      Add: ['cloudtrail:CreateTrail'],
      Modify: ['cloudtrail:UpdateTrail'],
      Remove: ['cloudtrail:DeleteTrail'],
    },
  ],
  [
    'AWS::CloudWatch::Alarm',
    put('arn:aws:cloudwatch:REGION:ACCOUNT:alarm:ID', 'cloudwatch:PutMetricAlarm', 'cloudwatch:DeleteAlarms'),
  ],
  ['AWS::Events::Rule', put('arn:aws:events:REGION:ACCOUNT:rule/ID', 'events:PutRule', 'events:DeleteRule')],
  ['AWS::IAM::Group', entity('group', 'Group')],
  ['AWS::IAM::GroupPolicy', attached('Group')],
  ['AWS::IAM::Policy', attached('Role', 'User', 'Group')],
  ['AWS::IAM::Role', entity('role', 'Role', 'iam:UpdateAssumeRolePolicy')],
  ['AWS::IAM::RolePolicy', attached('Role')],
  ['AWS::IAM::User', entity('user', 'User')],
  ['AWS::IAM::UserPolicy', attached('User')],
  [
    'AWS::KMS::Alias',
    {
      resource: 'arn:aws:kms:REGION:ACCOUNT:ID',
      Add: ['kms:CreateAlias'],
      Modify: ['kms:UpdateAlias'],
      Remove: ['kms:DeleteAlias'],
    },
  ],
  ['AWS::KMS::Key', put('*', 'kms:CreateKey', 'kms:ScheduleKeyDeletion')],
  [
    'AWS::Lambda::Function',
    {
      resource: 'arn:aws:lambda:REGION:ACCOUNT:function:ID',
      Add: ['lambda:CreateFunction'],
      Modify: ['lambda:UpdateFunctionConfiguration', 'lambda:UpdateFunctionCode'],
      Remove: ['lambda:DeleteFunction'],
    },
  ],
  [
    'AWS::Lambda::Permission',
    put('arn:aws:lambda:REGION:ACCOUNT:function:*', 'lambda:AddPermission', 'lambda:RemovePermission'),
  ],
  [
    'AWS::SNS::Topic',
    {
      resource: 'ID',
      Add: ['sns:CreateTopic'],
      Modify: ['sns:SetTopicAttributes'],
      Remove: ['sns:DeleteTopic'],
    },
  ],
])
