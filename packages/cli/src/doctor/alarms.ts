// Checks of the alarms, and of the topic to which they and the rules report.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
import { CloudWatchClient, DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch'
import { paginateListSubscriptionsByTopic, SNSClient, type Subscription } from '@aws-sdk/client-sns'
import { withPermission } from '../permission.ts'
import { type Check, checksOf, type Finding, failed, ok, shared, shellWord, skipped } from './check.ts'
import type { Watch } from './deployed.ts'
import { needDeployed, type Scene } from './scene.ts'

const check = checksOf('watch')

/** Checks the alarms and who is told. */
export function checkAlarms(scene: Scene): readonly Promise<Check>[] {
  const expected = shared(async () =>
    needDeployed(scene).watches.filter(({ type }) => type === 'AWS::CloudWatch::Alarm'),
  )
  const actual = shared(async () => readAlarms(scene, await expected()))
  return [
    check('alarms', async () => judgeAlarms(await actual(), await expected())),
    check('alarm-actions', async () => judgeActions(await actual(), await expected())),
    check('topic', () => checkTopic(scene)),
  ]
}

async function readAlarms(scene: Scene, expected: readonly Watch[]): Promise<readonly MetricAlarm[]> {
  const AlarmNames = expected.map(({ name }) => name)
  const { MetricAlarms = [] } = await withPermission('cloudwatch:DescribeAlarms', () =>
    new CloudWatchClient(scene.context.aws).send(new DescribeAlarmsCommand({ AlarmNames, MaxRecords: 100 })),
  )
  return MetricAlarms
}

/** Properties without which an alarm would tell of something else, or of nothing. */
const defining = [
  'Namespace',
  'MetricName',
  'Threshold',
  'ComparisonOperator',
  'EvaluationPeriods',
  'Period',
  'Statistic',
  'ExtendedStatistic',
] as const

/**
 * Judges whether the alarms are those that were deployed.
 *
 * @param actual The ones there are.
 * @param expected The ones that were deployed.
 */
export function judgeAlarms(actual: readonly MetricAlarm[], expected: readonly Watch[]): Finding {
  const faults = expected.flatMap(({ name, properties }) => {
    const alarm = actual.find(({ AlarmName }) => AlarmName === name)
    const fix = `aws cloudwatch put-metric-alarm --cli-input-json ${shellWord(properties)}`
    if (alarm === undefined) return [{ found: `there is no ${name}`, fix }]
    const changed = defining.filter(property => text(alarm[property]) !== text(properties[property]))
    return changed.length === 0 ? [] : [{ found: `${name} has another ${changed.join(', ')}`, fix }]
  })
  if (faults.length > 0)
    return failed(faults.map(({ found }) => found).join('; '), faults.map(({ fix }) => fix).join(' && '))
  const loud = actual.filter(({ StateValue }) => StateValue === 'ALARM').map(({ AlarmName }) => AlarmName)
  return ok(`${expected.length} alarms${loud.length === 0 ? '' : `; in alarm now: ${loud.join(', ')}`}`)
}

/**
 * Judges whether the alarms tell anybody.
 *
 * @param actual The ones there are.
 * @param expected The ones that were deployed.
 */
export function judgeActions(actual: readonly MetricAlarm[], expected: readonly Watch[]): Finding {
  const silent = actual.filter(({ ActionsEnabled }) => ActionsEnabled !== true)
  const names = silent.map(({ AlarmName = '' }) => AlarmName)
  if (names.length > 0)
    return failed(
      `the actions are disabled: ${names.join(', ')}`,
      `aws cloudwatch enable-alarm-actions --alarm-names ${names.map(shellWord).join(' ')}`,
    )
  const elsewhere = expected.filter(({ name, properties }) => {
    const actions = actual.find(({ AlarmName }) => AlarmName === name)?.AlarmActions
    return actions !== undefined && !texts(properties['AlarmActions']).every(arn => actions.includes(arn))
  })
  return elsewhere.length === 0
    ? ok('enabled, to the topic')
    : failed(
        `not announced to the topic: ${elsewhere.map(({ name }) => name).join(', ')}`,
        elsewhere
          .map(
            ({ properties }) => `aws cloudwatch put-metric-alarm --cli-input-json ${shellWord(properties)}`,
          )
          .join(' && '),
      )
}

async function checkTopic(scene: Scene): Promise<Finding> {
  const { watches, parameters } = needDeployed(scene)
  const arn = watches.find(({ type }) => type === 'AWS::SNS::Topic')?.arn ?? ''
  const client = new SNSClient(scene.context.aws)
  const subscriptions = await withPermission(`sns:ListSubscriptionsByTopic on ${arn}`, async () => {
    const found: Subscription[] = []
    for await (const page of paginateListSubscriptionsByTopic({ client }, { TopicArn: arn }))
      found.push(...(page.Subscriptions ?? []))
    return found
  })
  return judgeSubscriptions(subscriptions, { arn, email: parameters['AlarmEmail'] ?? '' })
}

/**
 * Judges whether anybody is told. One who has not confirmed is not.
 *
 * @param topic.email Who was to be told; empty where nobody was.
 */
export function judgeSubscriptions(
  subscriptions: readonly Subscription[],
  topic: { readonly arn: string; readonly email: string },
): Finding {
  const toNames = (list: readonly Subscription[]): string =>
    list.map(({ Protocol, Endpoint }) => `${Protocol} ${Endpoint}`).join(', ')
  const pending = subscriptions.filter(({ SubscriptionArn }) => !SubscriptionArn?.startsWith('arn:'))
  const confirmed = subscriptions.filter(one => !pending.includes(one))
  const subscribe = `aws sns subscribe --topic-arn ${topic.arn} --protocol email --notification-endpoint`
  if (pending.length > 0)
    return failed(
      `${confirmed.length === 0 ? 'nobody is told' : `told is ${toNames(confirmed)}`}, not confirmed: ${toNames(pending)}`,
      `confirm the mail from AWS; to have it sent again: ${subscribe} ${shellWord(pending[0]?.Endpoint ?? '')}`,
    )
  if (confirmed.length > 0) return ok(`told is ${toNames(confirmed)}`)
  return topic.email === ''
    ? skipped('nobody is told: AlarmEmail was not given', 'coffer deploy --parameters AlarmEmail=...')
    : failed(`nobody is told: ${topic.email} is not subscribed`, `${subscribe} ${shellWord(topic.email)}`)
}

/** Parameters of a template are text, where CloudWatch has numbers. */
function text(value: unknown): string {
  return value === undefined ? '' : String(value)
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}
