// CloudTrail: who did what to the key, the function, the policies and the trail itself.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
import { Aws, RemovalPolicy, Validations } from 'aws-cdk-lib'
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail'
import { CfnPolicy, CfnRole } from 'aws-cdk-lib/aws-iam'
import type { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  CfnBucketPolicy,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'
import { acknowledgeWildcard } from './acknowledge.ts'
import { arn } from './arn.ts'
import { createLogGroup } from './logGroup.ts'
import { type Choice, givenOrCreated } from './optional.ts'
import { everyone, type PolicyDocument, policyDocument } from './statement.ts'

/**
 * A trail of every management event in every Region and of every invocation of the function, kept in a bucket and a log group;
 * or the trail that is there already.
 *
 * @param scope Where the resources belong.
 * @param props.existingLogGroupName The log group of the trail to use instead.
 * @param props.trailName Name of the new trail.
 * @param props.functionArn The function.
 * @param props.retention How long the log group keeps events; the bucket keeps them for good.
 * @returns Name of the log group with the trail's events.
 */
export const createTrail = (
  scope: Construct,
  props: {
    readonly existingLogGroupName: Choice<string>
    readonly trailName: string
    readonly functionArn: string
    readonly retention: RetentionDays
  },
): string =>
  givenOrCreated(scope, 'Trail', props.existingLogGroupName, inner => {
    const trailArn = arn('cloudtrail', `trail/${props.trailName}`)
    const logGroup = createLogGroup(inner, 'LogGroup', props.retention)
    const bucket = createBucket(inner)
    const bucketPolicy = new CfnBucketPolicy(inner, 'BucketPolicy', {
      bucket: bucket.bucketName,
      policyDocument: trailBucketPolicy(bucket.bucketArn, trailArn),
    })
    // The log files outlive the stack, and so must what protects them.
    bucketPolicy.applyRemovalPolicy(RemovalPolicy.RETAIN)
    const role = createLogRole(inner, logGroup)
    const trail = new CfnTrail(inner, 'Trail', {
      trailName: props.trailName,
      isLogging: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
      s3BucketName: bucket.bucketName,
      cloudWatchLogsLogGroupArn: logGroup.logGroupArn,
      cloudWatchLogsRoleArn: role.role.attrArn,
      eventSelectors: [
        {
          includeManagementEvents: true,
          readWriteType: 'All',
          dataResources: [{ type: 'AWS::Lambda::Function', values: [props.functionArn] }],
        },
      ],
    })
    trail.addResourceDependency(bucketPolicy)
    trail.addResourceDependency(role.policy)
    return logGroup.logGroupName
  })

const createBucket = (scope: Construct): Bucket => {
  const bucket = new Bucket(scope, 'Bucket', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    encryption: BucketEncryption.S3_MANAGED,
    versioned: true,
    removalPolicy: RemovalPolicy.RETAIN,
  })
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason:
      'Only CloudTrail writes here, and its digests prove the files; a bucket for access logs would need one too.',
  })
  return bucket
}

const trailBucketPolicy = (bucketArn: string, trailArn: string): PolicyDocument => {
  const cloudTrail = { Service: 'cloudtrail.amazonaws.com' }
  return policyDocument(
    {
      Sid: 'TrailReadsAcl',
      Effect: 'Allow',
      Principal: cloudTrail,
      Action: 's3:GetBucketAcl',
      Resource: bucketArn,
      Condition: { StringEquals: { 'aws:SourceArn': trailArn } },
    },
    // The wildcard: CloudTrail makes up the names of the files.
    {
      Sid: 'TrailWritesLogs',
      Effect: 'Allow',
      Principal: cloudTrail,
      Action: 's3:PutObject',
      Resource: `${bucketArn}/AWSLogs/${Aws.ACCOUNT_ID}/*`,
      Condition: {
        StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control', 'aws:SourceArn': trailArn },
      },
    },
    {
      Sid: 'DenyWithoutTls',
      Effect: 'Deny',
      Principal: everyone,
      Action: 's3:*',
      Resource: [bucketArn, `${bucketArn}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  )
}

/** Who writes the log group. CloudTrail documents no condition for this trust; all the role can do is write this log. */
const createLogRole = (
  scope: Construct,
  logGroup: LogGroup,
): { readonly role: CfnRole; readonly policy: CfnPolicy } => {
  const role = new CfnRole(scope, 'LogRole', {
    description: 'With which CloudTrail writes its log group.',
    assumeRolePolicyDocument: policyDocument({
      Sid: 'CloudTrail',
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 'sts:AssumeRole',
    }),
  })
  // The wildcard: CloudTrail makes up the rest of the name.
  const logStreams = `${arn('logs', `log-group:${logGroup.logGroupName}`)}:log-stream:${Aws.ACCOUNT_ID}_CloudTrail_${Aws.REGION}*`
  const policy = new CfnPolicy(scope, 'LogPolicy', {
    roles: [role.ref],
    policyName: 'trail-logs.policy',
    policyDocument: policyDocument({
      Sid: 'WriteLogs',
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: logStreams,
    }),
  })
  acknowledgeWildcard(policy, logStreams, 'CloudTrail makes up the rest of the name of its log stream.')
  return { role, policy }
}
