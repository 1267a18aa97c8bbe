// Amazon Simple Notification Service, as far as looking at a topic and who hears of it. AWS's query protocol. Nothing is published.
// https://docs.aws.amazon.com/sns/latest/api/welcome.html
import type { ServerRequest, ServerResponseData } from '../server.ts'
import { AwsError } from './awsError.ts'
import type { Cloud } from './cloud.ts'
import { cutPage } from './page.ts'
import { type QueryService, respondQuery } from './queryService.ts'
import { serviceOperation } from './serviceOperation.ts'
import { optional, required, text } from './shape.ts'
import { findWatch, type Watch, watchesOf } from './watches.ts'

/**
 * Answers a request to SNS.
 *
 * @param request The request as received.
 * @param cloud The cloud.
 * @returns The output of the operation, or an error.
 */
export const respondSns = (request: ServerRequest, cloud: Cloud): Promise<ServerResponseData> =>
  respondQuery(request, cloud, { ...service, region: cloud.region })

const topicArn = required(text({ min: 1, max: 1024 }))
const pageSize = 100

const findTopic = (cloud: Cloud, arn: string): Watch => {
  const topic = findWatch(cloud, 'AWS::SNS::Topic', arn)
  if (topic) return topic
  throw new AwsError('NotFoundException', 'Topic does not exist')
}

const subscriptionsOf = (cloud: Cloud, topic: Watch): readonly Watch[] =>
  watchesOf(cloud, 'AWS::SNS::Subscription').filter(({ properties }) => properties['TopicArn'] === topic.arn)

/** Whoever hears by mail or over the web has to confirm it first, and there is no mail here: these stay pending. */
const isPending = ({ properties }: Watch): boolean => /^(email|http)/.test(String(properties['Protocol']))

const listSubscriptions = serviceOperation(
  'SNS:ListSubscriptionsByTopic',
  { TopicArn: topicArn, NextToken: optional(text({ min: 1 })) },
  ({ TopicArn }) => TopicArn,
  ({ TopicArn, NextToken }, { cloud }) => {
    const subscriptions = subscriptionsOf(cloud, findTopic(cloud, TopicArn))
    const { page, rest } = cutPage(subscriptions, ({ arn }) => arn, pageSize, NextToken)
    return {
      Subscriptions: page.map(subscription => ({
        SubscriptionArn: isPending(subscription) ? 'PendingConfirmation' : subscription.arn,
        Owner: cloud.account.accountId,
        Protocol: subscription.properties['Protocol'],
        Endpoint: subscription.properties['Endpoint'],
        TopicArn,
      })),
      NextToken: rest.NextMarker,
    }
  },
)

const getTopicAttributes = serviceOperation(
  'SNS:GetTopicAttributes',
  { TopicArn: topicArn },
  ({ TopicArn }) => TopicArn,
  ({ TopicArn }, { cloud }) => {
    const topic = findTopic(cloud, TopicArn)
    const subscriptions = subscriptionsOf(cloud, topic)
    const pending = subscriptions.filter(isPending).length
    return {
      Attributes: new Map([
        ['TopicArn', TopicArn],
        ['Owner', cloud.account.accountId],
        ['DisplayName', String(topic.properties['DisplayName'] ?? '')],
        ['SubscriptionsConfirmed', String(subscriptions.length - pending)],
        ['SubscriptionsPending', String(pending)],
        ['SubscriptionsDeleted', '0'],
      ]),
    }
  },
)

const service: Omit<QueryService, 'region'> = {
  service: 'sns',
  version: '2010-03-31',
  namespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
  operations: new Map([
    ['GetTopicAttributes', getTopicAttributes],
    ['ListSubscriptionsByTopic', listSubscriptions],
  ]),
  errors: {
    AccessDeniedException: ['AuthorizationError', 403],
    NotFoundException: ['NotFound', 404],
    ValidationException: ['InvalidParameter', 400],
  },
}
