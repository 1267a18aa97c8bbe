// The resource types and properties a template may have. Whatever is not here is a fault: a type or property nobody
// has thought about might give somebody a permission.

import { watchTypes } from './deployment.ts'

/** Types that decide who may do what, and the properties of each that are read or are known to give no permission. */
const understood: Readonly<Record<string, readonly string[]>> = {
  'AWS::ApiGateway::Method': [
    'ApiKeyRequired',
    'AuthorizationType',
    'HttpMethod',
    'Integration',
    'MethodResponses',
    'OperationName',
    'RequestModels',
    'RequestParameters',
    'RequestValidatorId',
    'ResourceId',
    'RestApiId',
  ],
  'AWS::ApiGateway::Resource': ['ParentId', 'PathPart', 'RestApiId'],
  'AWS::ApiGateway::RestApi': [
    'BinaryMediaTypes',
    'Description',
    'DisableExecuteApiEndpoint',
    'EndpointAccessMode',
    'EndpointConfiguration',
    'MinimumCompressionSize',
    'Name',
    'Policy',
    'SecurityPolicy',
    'Tags',
  ],
  'AWS::ApiGateway::Stage': [
    'AccessLogSetting',
    'DeploymentId',
    'Description',
    'MethodSettings',
    'RestApiId',
    'StageName',
    'Tags',
    'TracingEnabled',
  ],
  'AWS::EC2::VPCEndpoint': [
    'PolicyDocument',
    'PrivateDnsEnabled',
    'SecurityGroupIds',
    'ServiceName',
    'SubnetIds',
    'Tags',
    'VpcEndpointType',
    'VpcId',
  ],
  'AWS::IAM::Group': ['GroupName', 'ManagedPolicyArns', 'Path', 'Policies'],
  'AWS::IAM::GroupPolicy': ['GroupName', 'PolicyDocument', 'PolicyName'],
  'AWS::IAM::ManagedPolicy': [
    'Description',
    'Groups',
    'ManagedPolicyName',
    'Path',
    'PolicyDocument',
    'Roles',
    'Users',
  ],
  'AWS::IAM::Policy': ['Groups', 'PolicyDocument', 'PolicyName', 'Roles', 'Users'],
  'AWS::IAM::Role': [
    'AssumeRolePolicyDocument',
    'Description',
    'ManagedPolicyArns',
    'MaxSessionDuration',
    'Path',
    'PermissionsBoundary',
    'Policies',
    'RoleName',
    'Tags',
  ],
  'AWS::IAM::RolePolicy': ['PolicyDocument', 'PolicyName', 'RoleName'],
  'AWS::IAM::User': [
    'Groups',
    'ManagedPolicyArns',
    'Path',
    'PermissionsBoundary',
    'Policies',
    'Tags',
    'UserName',
  ],
  'AWS::IAM::UserPolicy': ['PolicyDocument', 'PolicyName', 'UserName'],
  'AWS::IAM::UserToGroupAddition': ['GroupName', 'Users'],
  'AWS::KMS::Alias': ['AliasName', 'TargetKeyId'],
  'AWS::KMS::Key': [
    'BypassPolicyLockoutSafetyCheck',
    'Description',
    'EnableKeyRotation',
    'Enabled',
    'KeyPolicy',
    'KeySpec',
    'KeyUsage',
    'MultiRegion',
    'Origin',
    'PendingWindowInDays',
    'Tags',
  ],
  'AWS::Lambda::Function': [
    'Architectures',
    'Code',
    'DeadLetterConfig',
    'Description',
    'Environment',
    'EphemeralStorage',
    'FunctionName',
    'Handler',
    'KmsKeyArn',
    'LoggingConfig',
    'MemorySize',
    'PackageType',
    'RecursiveLoop',
    'ReservedConcurrentExecutions',
    'Role',
    'Runtime',
    'RuntimeManagementConfig',
    'Tags',
    'Timeout',
    'TracingConfig',
    'VpcConfig',
  ],
  'AWS::Lambda::Permission': ['Action', 'FunctionName', 'Principal', 'SourceAccount', 'SourceArn'],
}

/** Types that give nobody a permission on the key, the API, the function or an identity. */
const irrelevant: ReadonlySet<string> = new Set([
  'AWS::ApiGateway::Account',
  'AWS::ApiGateway::Deployment',
  'AWS::ApiGateway::GatewayResponse',
  'AWS::ApiGateway::Model',
  'AWS::ApiGateway::RequestValidator',
  'AWS::CDK::Metadata',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::DynamoDB::Table',
  'AWS::EC2::FlowLog',
  'AWS::EC2::RouteTable',
  'AWS::EC2::SecurityGroup',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::EC2::SecurityGroupIngress',
  'AWS::EC2::Subnet',
  'AWS::EC2::SubnetRouteTableAssociation',
  'AWS::EC2::VPC',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Logs::LogGroup',
  'AWS::Logs::MetricFilter',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
])

/**
 * Finds the properties a resource may have.
 *
 * @param type The resource type.
 * @returns The properties; `watched` for a type that gives no permission and is kept whole; `irrelevant` for one that is passed
 * over; undefined for an unknown one.
 */
export const propertiesOf = (type: string): readonly string[] | 'watched' | 'irrelevant' | undefined => {
  if (watchTypes.some(one => one === type)) return 'watched'
  return understood[type] ?? (irrelevant.has(type) ? 'irrelevant' : undefined)
}
