// The parameters of the template: what can still be chosen when it is deployed.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
import { CfnParameter, type CfnParameterProps, type Stack } from 'aws-cdk-lib'
import { Code } from 'aws-cdk-lib/aws-lambda'
import type { PrivateNetwork } from './network.ts'
import type { TreasurySignerProps } from './treasurySigner.ts'

/**
 * Parameters for what is not known of a signer at synthesis.
 *
 * @param stack The stack.
 * @param known What is known; no parameter is made for it.
 * @returns The known and the parameters. Those that may be empty count as absent then.
 */
export const signerParameters = (stack: Stack, known: TreasurySignerProps): TreasurySignerProps => {
  const text = (name: string, defaultValue: string, pattern: string, description: string): string =>
    parameter(stack, name, { default: defaultValue, allowedPattern: pattern, description }).valueAsString
  const number = (name: string, defaultValue: number, description: string): number =>
    parameter(stack, name, { type: 'Number', default: defaultValue, minValue: 1, description }).valueAsNumber
  const optional = (name: string, pattern: string, description: string): CfnParameter =>
    parameter(stack, name, { default: '', allowedPattern: `^(${pattern})?$`, description })
  const optionalList = (name: string, description: string): CfnParameter =>
    parameter(stack, name, { type: 'CommaDelimitedList', default: '', description })
  return {
    keyAlias:
      known.keyAlias ??
      text(
        'KeyAlias',
        'treasury-admin-signer',
        '^[a-zA-Z0-9/_-]{1,250}$',
        'Alias of the new key, without alias/.',
      ),
    existingKeyArn:
      known.existingKeyArn ??
      optional(
        'ExistingKeyArn',
        'arn:[^:]+:kms:[^:]+:[0-9]{12}:key/.+',
        'A key to use instead of a new one.',
      ),
    multiRegion:
      known.multiRegion ??
      parameter(stack, 'MultiRegion', {
        default: 'false',
        allowedValues: ['false', 'true'],
        description: 'Whether the new key can be replicated one day. It cannot be changed later.',
      }).value,
    signerAddress:
      known.signerAddress ??
      optional(
        'SignerAddress',
        '0x[0-9a-fA-F]{40}',
        'The address that the key must have, or nothing is signed.',
      ),
    roleName: known.roleName ?? text('RoleName', 'adminSignerInvoker', names, 'Name of the execution role.'),
    functionName: known.functionName ?? text('FunctionName', 'adminSigner', names, 'Name of the function.'),
    reservedConcurrency:
      known.reservedConcurrency ??
      optional(
        'ReservedConcurrency',
        '[0-9]{1,4}',
        'Requests worked on at a time, at most; 0 stops all signing.',
      ),
    apiName: known.apiName ?? text('ApiName', 'KMS Sign API', '^[a-zA-Z0-9 _-]{1,64}$', 'Name of the API.'),
    throttleRate: known.throttleRate ?? number('ThrottleRate', 10, 'Requests a second, on average.'),
    throttleBurst: known.throttleBurst ?? number('ThrottleBurst', 20, 'Requests at once.'),
    groupName:
      known.groupName ??
      text('GroupName', 'treasury-operators', names, 'IAM group whose members may ask for signatures.'),
    operatorRoleArns:
      known.operatorRoleArns ??
      optionalList(
        'OperatorRoleArns',
        'Roles of this account that may ask too. A change needs a new deployment of the API.',
      ),
    allowedCidrs:
      known.allowedCidrs ??
      optionalList('AllowedCidrs', 'Where calls may come from. A change needs a new deployment of the API.'),
    existingTrailLogGroupName:
      known.existingTrailLogGroupName ??
      optional(
        'ExistingTrailLogGroupName',
        '[a-zA-Z0-9_/.#-]+',
        'Log group of a CloudTrail trail to use instead of a new one.',
      ),
    existingApiLogRoleArn:
      known.existingApiLogRoleArn ??
      optional(
        'ExistingApiLogRoleArn',
        'arn:[^:]+:iam::[0-9]{12}:role/.+',
        'The role API Gateway logs with already.',
      ),
    alarmEmail: known.alarmEmail ?? optional('AlarmEmail', '[^@ ]+@[^@ ]+', 'Who is told about alarms.'),
    signingRateAlarm:
      known.signingRateAlarm ??
      number('SigningRateAlarm', 50, 'Signatures in five minutes that are unusual.'),
    latencyAlarm:
      known.latencyAlarm ??
      number('LatencyAlarm', 5000, 'Milliseconds that one request in a hundred may take.'),
  }
}

/**
 * Parameters for a network of yours.
 *
 * @param stack The stack.
 * @returns The network.
 */
export const networkParameters = (stack: Stack): PrivateNetwork => ({
  vpcId: parameter(stack, 'VpcId', { type: 'AWS::EC2::VPC::Id', description: 'The VPC.' }).valueAsString,
  subnetIds: parameter(stack, 'SubnetIds', {
    type: 'List<AWS::EC2::Subnet::Id>',
    description: 'Private subnets of it, in two Availability Zones or more.',
  }).valueAsList,
  callerCidrs: [
    parameter(stack, 'CallerCidr', {
      allowedPattern: '^[0-9.]+/[0-9]+$',
      description: 'IPv4 range from which callers reach the endpoint, for example 10.0.0.0/16.',
    }).valueAsString,
  ],
  existingApiEndpointIds: parameter(stack, 'ExistingApiEndpointIds', {
    type: 'CommaDelimitedList',
    default: '',
    description: 'VPC endpoints for execute-api to use instead of a new one.',
  }),
  existingKmsEndpointSecurityGroupId: parameter(stack, 'ExistingKmsEndpointSecurityGroupId', {
    default: '',
    allowedPattern: '^(sg-[0-9a-f]+)?$',
    description: 'Security group of a VPC endpoint for KMS to use instead of a new one.',
  }),
})

/**
 * Parameters for the function's code in a bucket of yours.
 *
 * @param stack The stack.
 * @returns The code.
 */
export const codeParameters = (stack: Stack): Code =>
  Code.fromCfnParameters({
    bucketNameParam: parameter(stack, 'CodeBucket', {
      description: 'Bucket, in this Region, with the code.',
    }),
    objectKeyParam: parameter(stack, 'CodeKey', {
      description: 'Key of a zip file in it that holds adminSigner.mjs. Another code needs another key.',
    }),
  })

/**
 * Groups the parameters, in the order in which the CloudFormation console asks for them.
 *
 * @param stack The stack, with all its parameters.
 */
export const groupParameters = (stack: Stack): void => {
  const present = new Set(stack.node.children.filter(CfnParameter.isCfnElement).map(child => child.node.id))
  stack.templateOptions.metadata = {
    'AWS::CloudFormation::Interface': {
      ParameterGroups: Object.entries(groups)
        .map(([label, names]) => ({
          Label: { default: label },
          Parameters: names.filter(name => present.has(name)),
        }))
        .filter(({ Parameters }) => Parameters.length > 0),
    },
  }
}

const groups: Readonly<Record<string, readonly string[]>> = {
  'The function': ['CodeBucket', 'CodeKey', 'SignerAddress', 'ReservedConcurrency'],
  'The key': ['KeyAlias', 'MultiRegion', 'ExistingKeyArn'],
  'The network': [
    'VpcId',
    'SubnetIds',
    'CallerCidr',
    'ExistingApiEndpointIds',
    'ExistingKmsEndpointSecurityGroupId',
  ],
  'Who may ask for signatures': [
    'GroupName',
    'OperatorRoleArns',
    'AllowedCidrs',
    'ThrottleRate',
    'ThrottleBurst',
  ],
  'Logs and alarms': [
    'AlarmEmail',
    'SigningRateAlarm',
    'LatencyAlarm',
    'ExistingTrailLogGroupName',
    'ExistingApiLogRoleArn',
  ],
  'Names, to be changed for a second signer in the account': ['RoleName', 'FunctionName', 'ApiName'],
}

const names = '^[a-zA-Z0-9_-]{1,64}$'

const parameter = (stack: Stack, name: string, props: CfnParameterProps): CfnParameter =>
  new CfnParameter(stack, name, props)
