import {
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  PublishCommand,
  SNSClient,
} from '@aws-sdk/client-sns'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Services, startServices } from '../../test/services.ts'

let services: Services
let client: SNSClient
let TopicArn: string

beforeAll(async () => {
  services = await startServices({ AlarmEmail: 'alarms&more@acme.example' })
  client = new SNSClient(services.as('administrator'))
  TopicArn = [...services.cloud.watches.values()].find(({ type }) => type === 'AWS::SNS::Topic')?.arn ?? ''
})

afterAll(() => services.stop())

test('a subscription by mail is pending', async () => {
  const { Subscriptions, NextToken } = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }))
  expect(Subscriptions).toEqual([
    {
      SubscriptionArn: 'PendingConfirmation',
      Owner: '123456789012',
      Protocol: 'email',
      Endpoint: 'alarms&more@acme.example',
      TopicArn,
    },
  ])
  expect(NextToken).toBeUndefined()
})

test('a subscription of a queue is confirmed', async () => {
  const arn = `${TopicArn}:11111111-2222-3333-4444-555555555555`
  const properties = { Protocol: 'sqs', Endpoint: 'arn:aws:sqs:eu-north-1:123456789012:q', TopicArn }
  const type = 'AWS::SNS::Subscription'
  services.cloud.watches.set(arn, { type, name: arn, arn, properties })
  const { Subscriptions = [] } = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }))
  expect(Subscriptions.map(one => one.SubscriptionArn).sort()).toEqual(['PendingConfirmation', arn])
  const { Attributes } = await client.send(new GetTopicAttributesCommand({ TopicArn }))
  expect(Attributes).toMatchObject({
    TopicArn,
    DisplayName: 'Treasury signer',
    SubscriptionsConfirmed: '1',
    SubscriptionsPending: '1',
  })
  services.cloud.watches.delete(arn)
})

test('error: no such topic, an operation that is not here', async () => {
  const other = { TopicArn: `${TopicArn}x` }
  await expect(client.send(new GetTopicAttributesCommand(other))).rejects.toMatchObject({
    name: 'NotFoundException',
    message: 'Topic does not exist',
    $metadata: { httpStatusCode: 404 },
  })
  await expect(client.send(new PublishCommand({ TopicArn, Message: 'm' }))).rejects.toMatchObject({
    name: 'InvalidAction',
    message: 'Could not find operation Publish for version 2010-03-31',
  })
})

test('error: another version of the API', async () => {
  const old = new SNSClient(services.as('administrator'))
  old.middlewareStack.add(
    next => args => {
      const request = args.request as { body: string }
      request.body = request.body.replace('Version=2010-03-31', 'Version=2009-03-31')
      return next(args)
    },
    { step: 'build' },
  )
  await expect(old.send(new GetTopicAttributesCommand({ TopicArn }))).rejects.toMatchObject({
    name: 'InvalidAction',
    message: 'Could not find operation GetTopicAttributes for version 2009-03-31',
  })
})

test('error: who may not', async () => {
  for (const who of ['outsider', 'operator', 'stranger'] as const)
    await expect(
      new SNSClient(services.as(who)).send(new ListSubscriptionsByTopicCommand({ TopicArn })),
    ).rejects.toMatchObject({
      name: 'AuthorizationErrorException',
      message: expect.stringContaining(`perform: SNS:ListSubscriptionsByTopic on resource: ${TopicArn}`),
      $metadata: { httpStatusCode: 403 },
    })
})
