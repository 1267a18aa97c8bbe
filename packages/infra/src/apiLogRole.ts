// The role with which API Gateway writes logs. It belongs to the account and Region, not to one API.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
import { Aws, RemovalPolicy, Validations } from 'aws-cdk-lib'
import { CfnAccount } from 'aws-cdk-lib/aws-apigateway'
import { CfnRole } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { type Choice, givenOrCreated } from './optional.ts'
import { policyDocument } from './statement.ts'

/**
 * Sets that role, unless the account has one. Both it and the setting stay when the stack goes, because other APIs may have
 * come to log with it.
 *
 * @param scope Where the resources belong.
 * @param existingRoleArn The role that is set already.
 * @returns That role, or the id of the new setting. A stage that logs must refer to it, in order to be created after it:
 * DependsOn may not name a resource that stands under a condition.
 */
export const createApiLogRole = (scope: Construct, existingRoleArn: Choice<string>): string =>
  givenOrCreated(scope, 'ApiLogs', existingRoleArn, inner => {
    const role = new CfnRole(inner, 'Role', {
      description: 'With which API Gateway writes the logs of every REST API of this account and Region.',
      assumeRolePolicyDocument: policyDocument({
        Sid: 'ApiGateway',
        Effect: 'Allow',
        Principal: { Service: 'apigateway.amazonaws.com' },
        Action: 'sts:AssumeRole',
      }),
      managedPolicyArns: [
        `arn:${Aws.PARTITION}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs`,
      ],
    })
    const account = new CfnAccount(inner, 'Account', { cloudWatchRoleArn: role.attrArn })
    role.applyRemovalPolicy(RemovalPolicy.RETAIN)
    account.applyRemovalPolicy(RemovalPolicy.RETAIN)
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
      reason:
        'The role serves every API of the account; API Gateway refuses one with fewer permissions than this policy.',
    })
    return account.ref
  })
