// Checks of the CloudTrail trail: without it nobody would know who used the key, and most alarms would stay silent.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
import {
  type AdvancedEventSelector,
  CloudTrailClient,
  DescribeTrailsCommand,
  type EventSelector,
  GetEventSelectorsCommand,
  type GetEventSelectorsResponse,
  GetTrailStatusCommand,
  type Trail,
} from '@aws-sdk/client-cloudtrail'
import { withPermission } from '../permission.ts'
import { type Check, checksOf, type Finding, failed, need, ok, shared, shellWord } from './check.ts'
import type { Watch } from './deployed.ts'
import { needDeployed, type Scene } from './scene.ts'

const check = checksOf('watch')

/** Checks the trail: the stack's own, or the one whose log group the stack was given. */
export function checkTrail(scene: Scene): readonly Promise<Check>[] {
  const client = new CloudTrailClient(scene.context.aws)
  const found = shared(() => findTrail(client, scene))
  const trail = async (): Promise<Trail> => need(await found(), 'no trail')
  return [
    check('trail', async () => judgeTrail(await found(), ownTrail(scene))),
    check('trail-logging', async () => checkLogging(client, await trail())),
    check('trail-events', async () => {
      const { TrailARN = '' } = await trail()
      const selectors = await withPermission(`cloudtrail:GetEventSelectors on ${TrailARN}`, () =>
        client.send(new GetEventSelectorsCommand({ TrailName: TrailARN })),
      )
      return judgeEvents(selectors, TrailARN, selectorsDeployed(scene))
    }),
  ]
}

async function findTrail(client: CloudTrailClient, scene: Scene): Promise<Trail | undefined> {
  const own = ownTrail(scene)
  const { trailList = [] } = await withPermission('cloudtrail:DescribeTrails', () =>
    client.send(new DescribeTrailsCommand({ includeShadowTrails: true })),
  )
  if (own !== undefined) return trailList.find(({ TrailARN }) => TrailARN === own.arn)
  const logGroup = need(
    needDeployed(scene).parameters['ExistingTrailLogGroupName'],
    'the stack names no trail',
  )
  return trailList.find(one => one.CloudWatchLogsLogGroupArn?.split(':')[6] === logGroup)
}

function ownTrail(scene: Scene): Watch | undefined {
  return needDeployed(scene).watches.find(({ type }) => type === 'AWS::CloudTrail::Trail')
}

/** What the stack's own trail records; the default where the trail is another's. */
function selectorsDeployed(scene: Scene): readonly EventSelector[] {
  const selectors = ownTrail(scene)?.properties['EventSelectors']
  return Array.isArray(selectors) ? selectors : [{ IncludeManagementEvents: true, ReadWriteType: 'All' }]
}

/**
 * Judges what the trail covers: IAM's events are global, KMS's are of one Region.
 *
 * @param trail Undefined where there is none.
 * @param own The stack's own trail, as it was deployed.
 */
export function judgeTrail(trail: Trail | undefined, own: Watch | undefined): Finding {
  if (trail === undefined)
    return failed('there is no trail: nobody would know who used the key', createTrail(own))
  const {
    Name,
    TrailARN = '',
    IsMultiRegionTrail,
    IncludeGlobalServiceEvents,
    LogFileValidationEnabled,
  } = trail
  const lacks = [
    ...(IsMultiRegionTrail ? [] : ['other Regions']),
    ...(IncludeGlobalServiceEvents ? [] : ['global services such as IAM']),
    ...(LogFileValidationEnabled ? [] : ['digests that reveal changed log files']),
  ]
  return lacks.length === 0
    ? ok(`${Name}`)
    : failed(
        `${Name} leaves out ${lacks.join(', ')}`,
        `aws cloudtrail update-trail --name ${TrailARN} --is-multi-region-trail --include-global-service-events --enable-log-file-validation`,
      )
}

function createTrail(own: Watch | undefined): string {
  if (own === undefined) return 'coffer deploy --parameters ExistingTrailLogGroupName=...'
  const { S3BucketName, CloudWatchLogsLogGroupArn, CloudWatchLogsRoleArn } = own.properties
  return [
    `aws cloudtrail create-trail --name ${own.name} --s3-bucket-name ${S3BucketName}`,
    '--is-multi-region-trail --include-global-service-events --enable-log-file-validation',
    `--cloud-watch-logs-log-group-arn ${shellWord(CloudWatchLogsLogGroupArn)} --cloud-watch-logs-role-arn ${CloudWatchLogsRoleArn}`,
    `&& aws cloudtrail start-logging --name ${own.name}`,
  ].join(' ')
}

async function checkLogging(client: CloudTrailClient, { TrailARN = '' }: Trail): Promise<Finding> {
  const status = await withPermission(`cloudtrail:GetTrailStatus on ${TrailARN}`, () =>
    client.send(new GetTrailStatusCommand({ Name: TrailARN })),
  )
  if (status.IsLogging !== true)
    return failed('it is stopped', `aws cloudtrail start-logging --name ${TrailARN}`)
  const error = status.LatestDeliveryError || status.LatestCloudWatchLogsDeliveryError
  return error
    ? failed(`it cannot deliver: ${error}`, `aws cloudtrail get-trail-status --name ${TrailARN}`)
    : ok('logging')
}

/**
 * Judges what a trail records: all management events, those of KMS included, and what else was deployed.
 *
 * @param actual Of the trail.
 * @param arn The trail's.
 * @param expected What was deployed.
 */
export function judgeEvents(
  actual: Pick<GetEventSelectorsResponse, 'EventSelectors' | 'AdvancedEventSelectors'>,
  arn: string,
  expected: readonly EventSelector[],
): Finding {
  const { EventSelectors = [], AdvancedEventSelectors = [] } = actual
  const fix = `aws cloudtrail put-event-selectors --trail-name ${arn} --event-selectors ${shellWord(expected)}`
  const excluded = EventSelectors.flatMap(one => one.ExcludeManagementEventSources ?? [])
  const isComplete =
    EventSelectors.some(recordsManagement) || AdvancedEventSelectors.some(recordsAllManagement)
  if (!isComplete) {
    const what = excluded.length > 0 ? `leaves out the events of ${excluded.join(', ')}` : 'leaves some out'
    return failed(`it does not record all management events: it ${what}`, fix)
  }
  const resources = (list: readonly EventSelector[]): readonly string[] =>
    list.flatMap(one => one.DataResources ?? []).flatMap(({ Values = [] }) => Values)
  const lacks = resources(expected).filter(value => !resources(EventSelectors).includes(value))
  return lacks.length === 0
    ? ok(`all management events${resources(expected).length > 0 ? ', and invocations of the function' : ''}`)
    : failed(`it does not record the data events of ${lacks.join(', ')}`, fix)
}

function recordsManagement(selector: EventSelector): boolean {
  const {
    IncludeManagementEvents = true,
    ReadWriteType = 'All',
    ExcludeManagementEventSources = [],
  } = selector
  return IncludeManagementEvents && ReadWriteType === 'All' && ExcludeManagementEventSources.length === 0
}

/** Each further field would leave something out. */
function recordsAllManagement({ FieldSelectors = [] }: AdvancedEventSelector): boolean {
  const [only, ...others] = FieldSelectors
  return others.length === 0 && only?.Field === 'eventCategory' && only.Equals?.join() === 'Management'
}
