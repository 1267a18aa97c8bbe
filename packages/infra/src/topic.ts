// Where everything that needs a person's eye is announced.
// https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
import { Aws } from 'aws-cdk-lib'
import { CfnSubscription, CfnTopicPolicy, Topic } from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'
import { type Choice, createWhereGiven } from './optional.ts'
import { everyone, policyDocument } from './statement.ts'

/**
 * The topic, with an e-mail subscription where there is an address.
 *
 * Not under a KMS key of its own: messages hold no secret and leave as plain e-mail, while a key that somebody disables would
 * silence every alarm, the one about disabled keys first.
 *
 * @param scope Where the resources belong.
 * @param email Who is told. AWS asks that address for its consent first.
 * @returns The topic.
 */
export const createTopic = (scope: Construct, email: Choice<string>): Topic => {
  const topic = new Topic(scope, 'Topic', { displayName: 'Treasury signer' })
  new CfnTopicPolicy(scope, 'TopicPolicy', {
    topics: [topic.topicArn],
    policyDocument: policyDocument(
      // No condition: with one, EventBridge fails to deliver to SNS, without a word.
      // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
      {
        Sid: 'RulesPublish',
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: topic.topicArn,
      },
      {
        Sid: 'AlarmsPublish',
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: topic.topicArn,
        Condition: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      },
      {
        Sid: 'DenyWithoutTls',
        Effect: 'Deny',
        Principal: everyone,
        Action: 'sns:Publish',
        Resource: topic.topicArn,
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ),
  })
  createWhereGiven(
    scope,
    'Email',
    email,
    (inner, address) =>
      new CfnSubscription(inner, 'Subscription', {
        topicArn: topic.topicArn,
        protocol: 'email',
        endpoint: address,
      }),
  )
  return topic
}
