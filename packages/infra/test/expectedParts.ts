// The longer ones of the expected policies; see expected.ts.
import { bucket, digests, everyone, role, root, signingFunction, trail } from './names.ts'
import type { Policies } from './policies.ts'

/** The key's policy, publicly or in a VPC. */
export const expectedKeyPolicy = (vpcId?: string): readonly unknown[] => [
  {
    Sid: 'AdministerThroughIam',
    Effect: 'Allow',
    Principal: { AWS: root },
    Action: [
      'kms:CancelKeyDeletion',
      'kms:CreateAlias',
      'kms:DeleteAlias',
      'kms:DescribeKey',
      'kms:DisableKey',
      'kms:EnableKey',
      'kms:GetKeyLastUsage',
      'kms:GetKeyPolicy',
      'kms:GetKeyRotationStatus',
      'kms:GetPublicKey',
      'kms:ListGrants',
      'kms:ListKeyPolicies',
      'kms:ListResourceTags',
      'kms:PutKeyPolicy',
      'kms:RevokeGrant',
      'kms:ScheduleKeyDeletion',
      'kms:TagResource',
      'kms:UntagResource',
      'kms:UpdateAlias',
      'kms:UpdateKeyDescription',
    ],
    Resource: '*',
  },
  {
    Sid: 'InvokerSignsDigests',
    Effect: 'Allow',
    Principal: { AWS: role },
    Action: 'kms:Sign',
    Resource: '*',
    Condition: { StringEquals: digests },
  },
  {
    Sid: 'InvokerReadsPublicKey',
    Effect: 'Allow',
    Principal: { AWS: role },
    Action: 'kms:GetPublicKey',
    Resource: '*',
  },
  denyKey('DenySignToOthers', 'kms:Sign', { ArnNotEquals: { 'aws:PrincipalArn': role } }),
  denyKey('DenySignOfMessages', 'kms:Sign', { StringNotEquals: { 'kms:MessageType': 'DIGEST' } }),
  denyKey('DenySignWithOtherAlgorithms', 'kms:Sign', {
    StringNotEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' },
  }),
  ...(vpcId === undefined
    ? []
    : [denyKey('DenySignFromOutsideTheVpc', 'kms:Sign', { StringNotEquals: { 'aws:SourceVpc': vpcId } })]),
  { Sid: 'DenyGrants', Effect: 'Deny', Principal: everyone, Action: 'kms:CreateGrant', Resource: '*' },
  denyKey('DenyLockout', 'kms:PutKeyPolicy', { Bool: { 'kms:BypassPolicyLockoutSafetyCheck': 'true' } }),
  denyKey('DenyHastyDeletion', 'kms:ScheduleKeyDeletion', {
    NumericLessThan: { 'kms:ScheduleKeyDeletionPendingWindowInDays': '30' },
  }),
]

const denyKey = (Sid: string, Action: string, Condition: unknown): unknown => ({
  Sid,
  Effect: 'Deny',
  Principal: everyone,
  Action,
  Resource: '*',
  Condition,
})

export const networkInterfaces = [
  {
    Sid: 'ManageNetworkInterfaces',
    Effect: 'Allow',
    Action: [
      'ec2:AssignPrivateIpAddresses',
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:UnassignPrivateIpAddresses',
    ],
    Resource: 'arn:aws:ec2:eu-north-1:111122223333:*/*',
  },
  {
    Sid: 'DescribeNetworkInterfaces',
    Effect: 'Allow',
    Action: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'],
    Resource: '*',
  },
  {
    Sid: 'DenyNetworkInterfacesToTheCode',
    Effect: 'Deny',
    Action: [
      'ec2:AssignPrivateIpAddresses',
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:UnassignPrivateIpAddresses',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
    ],
    Resource: '*',
    Condition: { ArnEquals: { 'lambda:SourceFunctionArn': signingFunction } },
  },
]

export const topicPolicy = [
  {
    Sid: 'RulesPublish',
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sns:Publish',
    Resource: 'id-of-SignerTopic',
  },
  {
    Sid: 'AlarmsPublish',
    Effect: 'Allow',
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Action: 'sns:Publish',
    Resource: 'id-of-SignerTopic',
    Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
  },
  {
    Sid: 'DenyWithoutTls',
    Effect: 'Deny',
    Principal: everyone,
    Action: 'sns:Publish',
    Resource: 'id-of-SignerTopic',
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  },
]

export const trailPolicies: Policies = {
  'SignerTrailBucketPolicy.PolicyDocument': [
    {
      Sid: 'TrailReadsAcl',
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 's3:GetBucketAcl',
      Resource: bucket,
      Condition: { StringEquals: { 'aws:SourceArn': trail } },
    },
    {
      Sid: 'TrailWritesLogs',
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 's3:PutObject',
      Resource: `${bucket}/AWSLogs/111122223333/*`,
      Condition: {
        StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control', 'aws:SourceArn': trail },
      },
    },
    {
      Sid: 'DenyWithoutTls',
      Effect: 'Deny',
      Principal: everyone,
      Action: 's3:*',
      Resource: [bucket, `${bucket}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ],
  'SignerTrailLogRole.AssumeRolePolicyDocument': [
    {
      Sid: 'CloudTrail',
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 'sts:AssumeRole',
    },
  ],
  'SignerTrailLogPolicy.PolicyDocument': [
    {
      Sid: 'WriteLogs',
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource:
        'arn:aws:logs:eu-north-1:111122223333:log-group:id-of-SignerTrailLogGroup:log-stream:111122223333_CloudTrail_eu-north-1*',
    },
  ],
}
