// The execution role of the function: the one identity that may make the key sign, and only as that function.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
import { Aws } from 'aws-cdk-lib'
import { CfnPolicy, CfnRole } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { acknowledgeWildcard } from './acknowledge.ts'
import { arn } from './arn.ts'
import { digestsOnly } from './key.ts'
import { policyDocument, type Statement } from './statement.ts'

/**
 * The role, without permissions yet: the key's policy names the role, and the role's policy names the key.
 *
 * @param scope Where the role belongs.
 * @param props.roleName Its name.
 * @param props.functionArn The function that may assume it; nothing and nobody else may.
 * @returns The role.
 */
export const createRole = (
  scope: Construct,
  props: { readonly roleName: string; readonly functionArn: string },
): CfnRole =>
  new CfnRole(scope, 'Role', {
    roleName: props.roleName,
    description:
      'Execution role of the signing function. The only identity that may make the treasury key sign.',
    assumeRolePolicyDocument: policyDocument({
      Sid: 'LambdaForThisFunction',
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: 'sts:AssumeRole',
      Condition: {
        StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
        ArnEquals: { 'aws:SourceArn': props.functionArn },
      },
    }),
  })

/**
 * The role's permissions: the inline policy `kms.policy`, as in the guide.
 *
 * @param scope Where the policy belongs.
 * @param props.roleName The role's name.
 * @param props.keyArn The key.
 * @param props.functionArn The function.
 * @param props.logGroupName The function's log group.
 * @param props.inVpc Whether the function has network interfaces in a VPC.
 * @returns The policy. The function must not be created before it.
 */
export const createRolePolicy = (
  scope: Construct,
  props: {
    readonly roleName: string
    readonly keyArn: string
    readonly functionArn: string
    readonly logGroupName: string
    readonly inVpc: boolean
  },
): CfnPolicy => {
  const logStreams = `${arn('logs', `log-group:${props.logGroupName}`)}:log-stream:*`
  const policy = new CfnPolicy(scope, 'RolePolicy', {
    roles: [props.roleName],
    policyName: 'kms.policy',
    policyDocument: policyDocument(
      {
        Sid: 'SignDigests',
        Effect: 'Allow',
        Action: 'kms:Sign',
        Resource: props.keyArn,
        Condition: { StringEquals: digestsOnly },
      },
      // GetPublicKey has no message type or algorithm; under those conditions it would never be allowed.
      { Sid: 'ReadPublicKey', Effect: 'Allow', Action: 'kms:GetPublicKey', Resource: props.keyArn },
      // The key's policy trusts the role; this ties the role to the function, should another one be given it.
      // https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
      {
        Sid: 'DenySignOutsideTheFunction',
        Effect: 'Deny',
        Action: 'kms:Sign',
        Resource: props.keyArn,
        Condition: { ArnNotEquals: { 'lambda:SourceFunctionArn': props.functionArn } },
      },
      // The wildcard: Lambda makes up the names of the streams.
      {
        Sid: 'WriteLogs',
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: logStreams,
      },
      ...(props.inVpc ? networkInterfaces(props.functionArn) : []),
    ),
  })
  acknowledgeWildcard(policy, logStreams, 'Lambda makes up the names of the streams; the log group is named.')
  if (props.inVpc) {
    acknowledgeWildcard(policy, anyInterface, 'EC2 makes up the ids of the interfaces that Lambda creates.')
    acknowledgeWildcard(policy, '*', 'These Describe actions know no resource.')
  }
  return policy
}

/**
 * What Lambda itself needs, under this role, to connect the function to a VPC; denied to the function's code.
 * The interfaces do not exist yet and get their ids from EC2, hence the wildcards; the two Describe actions know no resource
 * but `*`. https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
const networkInterfaces = (functionArn: string): readonly Statement[] => {
  const describe = ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets']
  const manage = [
    'ec2:AssignPrivateIpAddresses',
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:UnassignPrivateIpAddresses',
  ]
  return [
    { Sid: 'ManageNetworkInterfaces', Effect: 'Allow', Action: manage, Resource: anyInterface },
    { Sid: 'DescribeNetworkInterfaces', Effect: 'Allow', Action: describe, Resource: '*' },
    {
      Sid: 'DenyNetworkInterfacesToTheCode',
      Effect: 'Deny',
      Action: [...manage, ...describe],
      Resource: '*',
      Condition: { ArnEquals: { 'lambda:SourceFunctionArn': functionArn } },
    },
  ]
}

/** The form that Lambda's documentation gives for the interfaces of a function. */
const anyInterface = arn('ec2', '*/*')
