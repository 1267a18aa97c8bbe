import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  DisableAlarmActionsCommand,
  EnableAlarmActionsCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch'
import { AwsJson1_0Protocol, AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Services, startServices } from '../../test/services.ts'

let services: Services
let client: CloudWatchClient

beforeAll(async () => {
  services = await startServices({ SigningRateAlarm: '42' })
  client = new CloudWatchClient(services.as('administrator'))
})

afterAll(() => services.stop())

const name = 'adminSigner-SigningRate'

test('DescribeAlarms tells of the alarms of the template, and pages them', async () => {
  const { MetricAlarms = [], CompositeAlarms } = await client.send(new DescribeAlarmsCommand({}))
  expect(MetricAlarms.map(alarm => alarm.AlarmName)).toHaveLength(9)
  expect(CompositeAlarms).toEqual([])
  expect(MetricAlarms.find(alarm => alarm.AlarmName === name)).toMatchObject({
    AlarmArn: `arn:aws:cloudwatch:eu-north-1:123456789012:alarm:${name}`,
    ActionsEnabled: true,
    AlarmActions: [expect.stringMatching(/^arn:aws:sns:/)],
    Threshold: 42,
    Period: 300,
    TreatMissingData: 'notBreaching',
    StateValue: 'INSUFFICIENT_DATA',
  })
  const first = await client.send(new DescribeAlarmsCommand({ MaxRecords: 5 }))
  const { NextToken } = first
  const second = await client.send(new DescribeAlarmsCommand({ MaxRecords: 5, NextToken }))
  expect([...(first.MetricAlarms ?? []), ...(second.MetricAlarms ?? [])]).toEqual(MetricAlarms)
  expect(second.NextToken).toBeUndefined()
})

test.each([
  ['JSON', AwsJson1_0Protocol],
  ['CBOR', AwsSmithyRpcV2CborProtocol],
  ['query', AwsQueryProtocol],
])('speaks %s', async (_, protocol) => {
  const spoken = new CloudWatchClient({ ...services.as('administrator'), protocol })
  const answer = await spoken.send(new DescribeAlarmsCommand({ AlarmNames: [name], MaxRecords: 1 }))
  const { MetricAlarms } = await client.send(new DescribeAlarmsCommand({ AlarmNames: [name] }))
  expect(answer.MetricAlarms).toEqual(MetricAlarms)
  const AlarmNames = [name]
  await spoken.send(new DisableAlarmActionsCommand({ AlarmNames }))
  const { MetricAlarms: disabled } = await spoken.send(new DescribeAlarmsCommand({ AlarmNames }))
  expect(disabled).toMatchObject([{ ActionsEnabled: false, Threshold: 42 }])
  await spoken.send(new EnableAlarmActionsCommand({ AlarmNames }))
  await expect(spoken.send(new DeleteAlarmsCommand({ AlarmNames: ['other'] }))).rejects.toMatchObject({
    name: 'ResourceNotFound',
    message: 'There is no alarm other.',
  })
  const outsider = new CloudWatchClient({ ...services.as('outsider'), protocol })
  await expect(outsider.send(new DescribeAlarmsCommand({}))).rejects.toMatchObject({
    name: expect.stringMatching(/^AccessDenied/),
    message: expect.stringContaining('perform: cloudwatch:DescribeAlarms'),
  })
  const state = { AlarmName: name, StateValue: 'OK', StateReason: 'r' } as const
  await expect(spoken.send(new SetAlarmStateCommand(state))).rejects.toMatchObject({
    name: expect.stringMatching(/^(UnknownOperationException|InvalidAction)$/),
  })
})

test('DescribeAlarms by name and prefix', async () => {
  const named = async (input: object): Promise<readonly (string | undefined)[]> => {
    const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand(input))
    return MetricAlarms.map(alarm => alarm.AlarmName)
  }
  expect(await named({ AlarmNames: [name, 'other'] })).toEqual([name])
  expect(await named({ AlarmNamePrefix: 'adminSigner-Function' })).toEqual([
    'adminSigner-FunctionErrors',
    'adminSigner-FunctionThrottles',
  ])
  expect(await named({ AlarmTypes: ['CompositeAlarm'] })).toEqual([])
})

test('DisableAlarmActions, EnableAlarmActions, DeleteAlarms', async () => {
  const enabled = async (): Promise<readonly (string | undefined)[]> => {
    const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({}))
    return MetricAlarms.filter(alarm => alarm.ActionsEnabled).map(alarm => alarm.AlarmName)
  }
  const latency = 'adminSigner-Latency'
  await client.send(new DisableAlarmActionsCommand({ AlarmNames: [name, latency] }))
  expect(await enabled()).toHaveLength(7)
  await client.send(new EnableAlarmActionsCommand({ AlarmNames: [name] }))
  expect(await enabled()).toHaveLength(8)
  await client.send(new DeleteAlarmsCommand({ AlarmNames: [latency] }))
  const { MetricAlarms } = await client.send(new DescribeAlarmsCommand({ AlarmNames: [latency] }))
  expect(MetricAlarms).toEqual([])
})

test('error: no such alarm, an operation that is not here', async () => {
  const both = { AlarmNames: [name, 'other'] }
  await expect(client.send(new DeleteAlarmsCommand(both))).rejects.toMatchObject({
    name: 'ResourceNotFound',
    message: 'There is no alarm other.',
  })
  const { MetricAlarms } = await client.send(new DescribeAlarmsCommand({ AlarmNames: [name] }))
  expect(MetricAlarms).toHaveLength(1)
  const state = { AlarmName: name, StateValue: 'OK', StateReason: '' } as const
  await expect(client.send(new SetAlarmStateCommand(state))).rejects.toMatchObject({
    name: 'UnknownOperationException',
  })
})

test('error: who may not, even for one of several alarms', async () => {
  const outsider = new CloudWatchClient(services.as('outsider'))
  await expect(outsider.send(new DescribeAlarmsCommand({}))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining(
      'cloudwatch:DescribeAlarms on resource: arn:aws:cloudwatch:eu-north-1:123456789012:alarm:*',
    ),
  })
  const stranger = new CloudWatchClient(services.as('stranger'))
  await expect(stranger.send(new DisableAlarmActionsCommand({ AlarmNames: [name] }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  })
})
