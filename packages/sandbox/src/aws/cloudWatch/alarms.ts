// The operations on alarms.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html

import { AwsError } from '../awsError.ts'
import type { Cloud } from '../cloud.ts'
import { cutPage } from '../page.ts'
import { wholeNumber } from '../queryService.ts'
import { type ServiceOperation, serviceOperation } from '../serviceOperation.ts'
import { list, optional, required, text } from '../shape.ts'
import { changeWatch, findWatch, isTrue, type Watch, watchesOf } from '../watches.ts'

const type = 'AWS::CloudWatch::Alarm'
const alarmName = text({ min: 1, max: 255 })
const alarmNames = list(alarmName, { max: 100 })

const alarmArn = (name: string, { region, account }: Cloud): string =>
  `arn:aws:cloudwatch:${region}:${account.accountId}:alarm:${name}`

const findAlarms = (cloud: Cloud, names: readonly string[]): readonly Watch[] =>
  names.map(name => {
    const alarm = findWatch(cloud, type, alarmArn(name, cloud))
    if (alarm) return alarm
    throw new AwsError('ResourceNotFound', `There is no alarm ${name}.`)
  })

/** What is told as CloudFormation has it. */
const told = [
  'AlarmDescription',
  'MetricName',
  'Namespace',
  'Statistic',
  'ExtendedStatistic',
  'Dimensions',
  'Unit',
  'ComparisonOperator',
  'TreatMissingData',
]
/** Parameters of a template make texts of them. */
const toldAsNumbers = ['Period', 'EvaluationPeriods', 'DatapointsToAlarm', 'Threshold']
const actions = ['OKActions', 'AlarmActions', 'InsufficientDataActions']

const describe = ({ name, arn, properties }: Watch): Readonly<Record<string, unknown>> => {
  const present = (names: readonly string[]): readonly string[] =>
    names.filter(one => properties[one] !== undefined)
  return {
    AlarmName: name,
    AlarmArn: arn,
    ActionsEnabled: isTrue(properties['ActionsEnabled'] ?? true),
    ...Object.fromEntries(actions.map(one => [one, properties[one] ?? []])),
    ...Object.fromEntries(present(told).map(one => [one, properties[one]])),
    ...Object.fromEntries(present(toldAsNumbers).map(one => [one, Number(properties[one])])),
    // As it is before the first evaluation; here there is none.
    StateValue: 'INSUFFICIENT_DATA',
    StateReason: 'Unchecked: Initial alarm creation',
  }
}

const describeAlarms = serviceOperation(
  'cloudwatch:DescribeAlarms',
  {
    AlarmNames: optional(alarmNames),
    AlarmNamePrefix: optional(alarmName),
    AlarmTypes: optional(list(text({ oneOf: ['MetricAlarm', 'CompositeAlarm'] }))),
    MaxRecords: optional(wholeNumber({ min: 1, max: 100 })),
    NextToken: optional(text({ min: 1 })),
  },
  (_, cloud) => alarmArn('*', cloud),
  (
    { AlarmNames, AlarmNamePrefix = '', AlarmTypes = ['MetricAlarm'], MaxRecords = 50, NextToken },
    { cloud },
  ) => {
    const alarms = watchesOf(cloud, type).filter(
      ({ name }) =>
        AlarmTypes.includes('MetricAlarm') &&
        name.startsWith(AlarmNamePrefix) &&
        (AlarmNames ?? [name]).includes(name),
    )
    const { page, rest } = cutPage(alarms, ({ name }) => name, MaxRecords, NextToken)
    return {
      MetricAlarms: page.map(describe),
      CompositeAlarms: [],
      ...(rest.NextMarker === undefined ? {} : { NextToken: rest.NextMarker }),
    }
  },
)

const onAlarms = (action: string, change: (cloud: Cloud, alarm: Watch) => void): ServiceOperation =>
  serviceOperation(
    `cloudwatch:${action}`,
    { AlarmNames: required(alarmNames) },
    ({ AlarmNames }, cloud) => AlarmNames.map(name => alarmArn(name, cloud)),
    ({ AlarmNames }, { cloud }) => {
      for (const alarm of findAlarms(cloud, AlarmNames)) change(cloud, alarm)
      return undefined
    },
  )

const switchActions = (action: string, enabled: boolean): ServiceOperation =>
  onAlarms(action, (cloud, alarm) => changeWatch(cloud, alarm, { ActionsEnabled: enabled }))

export const operations: ReadonlyMap<string, ServiceOperation> = new Map([
  ['DeleteAlarms', onAlarms('DeleteAlarms', (cloud, { arn }) => cloud.watches.delete(arn))],
  ['DescribeAlarms', describeAlarms],
  ['DisableAlarmActions', switchActions('DisableAlarmActions', false)],
  ['EnableAlarmActions', switchActions('EnableAlarmActions', true)],
])
