import {
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
} from '@aws-sdk/client-eventbridge'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Services, startServices } from '../../test/services.ts'

let services: Services
let client: EventBridgeClient

beforeAll(async () => {
  services = await startServices()
  client = new EventBridgeClient(services.as('administrator'))
})

afterAll(() => services.stop())

const name = 'adminSigner-KeyAdministration'
const topic = (): string =>
  [...services.cloud.watches.values()].find(({ type }) => type === 'AWS::SNS::Topic')?.arn ?? ''

test('ListRules lists the rules of the template, and pages them', async () => {
  const { Rules = [] } = await client.send(new ListRulesCommand({}))
  expect(Rules.map(rule => rule.Name)).toEqual([
    'adminSigner-DirectInvocation',
    'adminSigner-EndpointChange',
    'adminSigner-FunctionChange',
    'adminSigner-KeyAdministration',
    'adminSigner-SignByOther',
    'adminSigner-TrailTampering',
  ])
  const first = await client.send(new ListRulesCommand({ Limit: 4 }))
  const { NextToken } = first
  const second = await client.send(new ListRulesCommand({ Limit: 4, NextToken }))
  expect([...(first.Rules ?? []), ...(second.Rules ?? [])]).toEqual(Rules)
  expect(second.NextToken).toBeUndefined()
  const prefixed = await client.send(new ListRulesCommand({ NamePrefix: 'adminSigner-Key' }))
  expect(prefixed.Rules?.map(rule => rule.Name)).toEqual([name])
})

test('DescribeRule tells the state of the template and the pattern as JSON', async () => {
  const rule = await client.send(new DescribeRuleCommand({ Name: 'adminSigner-SignByOther' }))
  expect(rule).toMatchObject({
    Arn: 'arn:aws:events:eu-north-1:123456789012:rule/adminSigner-SignByOther',
    State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
    EventBusName: 'default',
  })
  expect(JSON.parse(rule.EventPattern ?? '').detail.eventName).toEqual(['Sign'])
})

test('ListTargetsByRule names the topic', async () => {
  const { Targets } = await client.send(new ListTargetsByRuleCommand({ Rule: name }))
  expect(Targets).toEqual([
    {
      Id: 'Topic',
      Arn: topic(),
      InputTransformer: expect.objectContaining({ InputTemplate: expect.any(String) }),
    },
  ])
})

test('DisableRule and EnableRule switch one rule', async () => {
  const stateOf = async (rule: string): Promise<string | undefined> =>
    (await client.send(new DescribeRuleCommand({ Name: rule }))).State
  await client.send(new DisableRuleCommand({ Name: name }))
  expect([await stateOf(name), await stateOf('adminSigner-TrailTampering')]).toEqual(['DISABLED', 'ENABLED'])
  await client.send(new EnableRuleCommand({ Name: name }))
  expect(await stateOf(name)).toBe('ENABLED')
})

test('error: no such rule, another bus, an operation that is not here', async () => {
  await expect(client.send(new DescribeRuleCommand({ Name: 'other' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'Rule other does not exist on EventBus default.',
  })
  await expect(client.send(new ListRulesCommand({ EventBusName: 'other' }))).rejects.toMatchObject({
    name: 'ValidationException',
  })
  await expect(client.send(new PutRuleCommand({ Name: name }))).rejects.toMatchObject({
    name: 'UnknownOperationException',
    message: 'AWSEvents.PutRule is not known here.',
  })
})

test('error: an operation of another service', async () => {
  const mistaken = new EventBridgeClient(services.as('administrator'))
  mistaken.middlewareStack.add(
    next => args => {
      const { headers } = args.request as { readonly headers: Record<string, string> }
      headers['x-amz-target'] = 'Other.ListRules'
      return next(args)
    },
    { step: 'build' },
  )
  await expect(mistaken.send(new ListRulesCommand({}))).rejects.toMatchObject({
    name: 'UnknownOperationException',
    message: 'Other.ListRules is not known here.',
  })
})

test('error: who may not, and another account', async () => {
  const outsider = new EventBridgeClient(services.as('outsider'))
  await expect(outsider.send(new DisableRuleCommand({ Name: name }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: `User: ${services.cloud.identities.outsider.arn} is not authorized to perform: events:DisableRule on resource: arn:aws:events:eu-north-1:123456789012:rule/${name} because no identity-based policy allows the events:DisableRule action`,
    $metadata: { httpStatusCode: 400 },
  })
  const auditor = new EventBridgeClient(services.as('auditor'))
  await expect(auditor.send(new ListRulesCommand({}))).resolves.toMatchObject({ Rules: expect.any(Array) })
  await expect(auditor.send(new EnableRuleCommand({ Name: name }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  })
  const stranger = new EventBridgeClient(services.as('stranger'))
  await expect(stranger.send(new ListRulesCommand({}))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  })
})

test('error: a signature for another service, and none', async () => {
  const forged = new EventBridgeClient({
    ...services.as('administrator'),
    credentials: { ...services.as('administrator').credentials, secretAccessKey: 'x' },
  })
  await expect(forged.send(new ListRulesCommand({}))).rejects.toMatchObject({
    name: 'InvalidSignatureException',
  })
})
