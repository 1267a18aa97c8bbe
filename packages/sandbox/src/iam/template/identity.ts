// The names, ids and ARNs that AWS would make up for the resources of a template, made up here so that the same
// template gives the same ones. CloudFormation User Guide, "Return values" of each resource type.
import { createHash } from 'node:crypto'

/** Where a template is deployed. */
export type Place = {
  /** 12 digits. */
  readonly accountId: string
  readonly region: string
  readonly stackName: string
  /** What tells a stack from an earlier one of the same name: ids that AWS makes up are made of it. */
  readonly stackId?: string | undefined
}

/** What Ref and Fn::GetAtt return for a resource. */
export type Identity = { readonly ref: string; readonly attributes: Readonly<Record<string, string>> }

/** Makes the identity of a resource from its logical id and its properties, which are read as text. */
type Identify = (maker: Maker) => Identity

type Maker = Place & {
  readonly logicalId: string
  /** A property, or the name CloudFormation would make up. */
  readonly name: (property: string) => string
  readonly text: (property: string) => string | undefined
  /** Hex digits that depend on place and logical id alone. */
  readonly digits: (length: number) => string
}

/** The partition of the resources. Others (`aws-cn`, `aws-us-gov`) have other ARNs. */
export const partition = 'aws'

/**
 * Makes the identity of a resource.
 *
 * @param type For example `AWS::KMS::Key`.
 * @param logicalId Its name in the template.
 * @param place Where it is deployed.
 * @param text Reads a property as text.
 * @returns What Ref and Fn::GetAtt return; undefined for a type that this loader does not know.
 */
export const identify = (
  type: string,
  logicalId: string,
  place: Place,
  text: (property: string) => string | undefined,
): Identity | undefined => {
  const seed = [place.accountId, place.region, place.stackId ?? place.stackName, logicalId].join('/')
  const digits = (length: number): string => createHash('sha256').update(seed).digest('hex').slice(0, length)
  const name = (property: string): string => text(property) ?? `${place.stackName}-${logicalId}-${digits(12)}`
  return identities.get(type)?.({ ...place, logicalId, text, name, digits })
}

/** Whether resources of a type have names that are known here. */
export const isIdentified = (type: string): boolean => identities.has(type)

const regional = (service: string, { region, accountId }: Place, resource: string): string =>
  `arn:${partition}:${service}:${region}:${accountId}:${resource}`

const global = (service: string, { accountId }: Place, resource: string): string =>
  `arn:${partition}:${service}::${accountId}:${resource}`

/** Users, groups, roles and managed policies, whose ARNs hold a path. */
const iam =
  (type: string, nameProperty: string): Identify =>
  maker => {
    const name = maker.name(nameProperty)
    return {
      ref: name,
      attributes: { Arn: global('iam', maker, `${type}${maker.text('Path') ?? '/'}${name}`) },
    }
  }

const key: Identify = maker => {
  const d = maker.digits(32)
  const uuid = [d.slice(0, 8), d.slice(8, 12), d.slice(12, 16), d.slice(16, 20), d.slice(20)].join('-')
  const id = maker.text('MultiRegion') === 'true' ? `mrk-${d}` : uuid
  return { ref: id, attributes: { KeyId: id, Arn: regional('kms', maker, `key/${id}`) } }
}

/** Ids of API Gateway are ten lower-case letters and digits. */
const apiGateway =
  (...attributes: readonly string[]): Identify =>
  maker => {
    const id = maker.digits(10)
    return { ref: id, attributes: Object.fromEntries(attributes.map(name => [name, id])) }
  }

const prefixed =
  (prefix: string, ...attributes: readonly string[]): Identify =>
  maker => {
    const id = `${prefix}-${maker.digits(17)}`
    return { ref: id, attributes: Object.fromEntries(attributes.map(name => [name, id])) }
  }

/** A resource without a name or ARN that a policy could hold. */
const unnamed: Identify = maker => ({ ref: maker.name(''), attributes: {} })

const identities: ReadonlyMap<string, Identify> = new Map<string, Identify>([
  ['AWS::ApiGateway::Deployment', apiGateway()],
  ['AWS::ApiGateway::Method', unnamed],
  ['AWS::ApiGateway::Resource', apiGateway('ResourceId')],
  [
    'AWS::ApiGateway::RestApi',
    maker => ({
      ref: maker.digits(10),
      attributes: { RestApiId: maker.digits(10), RootResourceId: maker.digits(20).slice(10) },
    }),
  ],
  ['AWS::ApiGateway::Stage', maker => ({ ref: maker.name('StageName'), attributes: {} })],
  [
    'AWS::CloudTrail::Trail',
    maker => {
      const name = maker.name('TrailName')
      return { ref: name, attributes: { Arn: regional('cloudtrail', maker, `trail/${name}`) } }
    },
  ],
  [
    'AWS::CloudWatch::Alarm',
    maker => {
      const name = maker.name('AlarmName')
      return { ref: name, attributes: { Arn: regional('cloudwatch', maker, `alarm:${name}`) } }
    },
  ],
  ['AWS::EC2::SecurityGroup', prefixed('sg', 'GroupId', 'Id')],
  ['AWS::EC2::Subnet', prefixed('subnet', 'SubnetId')],
  ['AWS::EC2::VPC', prefixed('vpc', 'VpcId')],
  ['AWS::EC2::VPCEndpoint', prefixed('vpce', 'Id')],
  [
    'AWS::Events::Rule',
    maker => {
      const name = maker.name('Name')
      return { ref: name, attributes: { Arn: regional('events', maker, `rule/${name}`) } }
    },
  ],
  ['AWS::IAM::Group', iam('group', 'GroupName')],
  ['AWS::IAM::GroupPolicy', unnamed],
  [
    'AWS::IAM::ManagedPolicy',
    maker => {
      const arn = iam('policy', 'ManagedPolicyName')(maker).attributes['Arn'] ?? ''
      return { ref: arn, attributes: { PolicyArn: arn } }
    },
  ],
  ['AWS::IAM::Policy', unnamed],
  ['AWS::IAM::Role', iam('role', 'RoleName')],
  ['AWS::IAM::RolePolicy', unnamed],
  ['AWS::IAM::User', iam('user', 'UserName')],
  ['AWS::IAM::UserPolicy', unnamed],
  ['AWS::IAM::UserToGroupAddition', unnamed],
  ['AWS::KMS::Alias', maker => ({ ref: maker.name('AliasName'), attributes: {} })],
  ['AWS::KMS::Key', key],
  [
    'AWS::Lambda::Function',
    maker => {
      const name = maker.name('FunctionName')
      return { ref: name, attributes: { Arn: regional('lambda', maker, `function:${name}`) } }
    },
  ],
  ['AWS::Lambda::Permission', unnamed],
  [
    'AWS::Logs::LogGroup',
    maker => {
      const name = maker.name('LogGroupName')
      return { ref: name, attributes: { Arn: regional('logs', maker, `log-group:${name}:*`) } }
    },
  ],
  [
    'AWS::S3::Bucket',
    maker => {
      const name = maker.name('BucketName').toLowerCase()
      return { ref: name, attributes: { Arn: `arn:${partition}:s3:::${name}` } }
    },
  ],
  [
    'AWS::SNS::Subscription',
    maker => {
      const arn = `${maker.text('TopicArn')}:${maker.digits(32)}`
      return { ref: arn, attributes: { Arn: arn } }
    },
  ],
  [
    'AWS::SNS::Topic',
    maker => {
      const name = maker.name('TopicName')
      const arn = regional('sns', maker, name)
      return { ref: arn, attributes: { TopicArn: arn, TopicName: name } }
    },
  ],
])
