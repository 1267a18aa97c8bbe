// AWS CloudTrail, as far as looking at the trails, switching them and saying what they record. AWS JSON 1.1. Nothing is recorded.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/Welcome.html
import type { ServerRequest, ServerResponseData } from '../server.ts'
import { AwsError } from './awsError.ts'
import { type JsonService, respondJson } from './awsJson.ts'
import type { Cloud } from './cloud.ts'
import { type Output, type ServiceOperation, serviceOperation } from './serviceOperation.ts'
import { boolean, list, optional, type Reader, required, structure, text } from './shape.ts'
import { changeWatch, findWatch, isTrue, type Watch, watchesOf } from './watches.ts'

/**
 * Answers a request to CloudTrail.
 *
 * @param request The request as received.
 * @param cloud The cloud.
 * @returns The output of the operation, or an error.
 */
export const respondCloudTrail = (request: ServerRequest, cloud: Cloud): Promise<ServerResponseData> =>
  respondJson(request, cloud, service)

const type = 'AWS::CloudTrail::Trail'
const trailName = text({ min: 1, max: 512 })

const trailArn = (name: string, { region, account }: Cloud): string =>
  name.startsWith('arn:') ? name : `arn:aws:cloudtrail:${region}:${account.accountId}:trail/${name}`

const findTrail = (cloud: Cloud, name: string): Watch => {
  const trail = findWatch(cloud, type, trailArn(name, cloud))
  if (trail) return trail
  throw new AwsError(
    'TrailNotFoundException',
    `Unknown trail: ${trailArn(name, cloud)} for the user: ${cloud.account.accountId}`,
  )
}

const describe = (cloud: Cloud, { name, arn, properties }: Watch): Readonly<Record<string, unknown>> => ({
  Name: name,
  S3BucketName: properties['S3BucketName'],
  // Without it said otherwise a trail records global services, and one region.
  IncludeGlobalServiceEvents: isTrue(properties['IncludeGlobalServiceEvents'] ?? true),
  IsMultiRegionTrail: isTrue(properties['IsMultiRegionTrail']),
  HomeRegion: cloud.region,
  TrailARN: arn,
  LogFileValidationEnabled: isTrue(properties['EnableLogFileValidation']),
  CloudWatchLogsLogGroupArn: properties['CloudWatchLogsLogGroupArn'],
  CloudWatchLogsRoleArn: properties['CloudWatchLogsRoleArn'],
  KmsKeyId: properties['KMSKeyId'],
  HasCustomEventSelectors: selectorsOf(properties) !== undefined,
  HasInsightSelectors: properties['InsightSelectors'] !== undefined,
  IsOrganizationTrail: isTrue(properties['IsOrganizationTrail']),
})

const describeTrails = serviceOperation(
  'cloudtrail:DescribeTrails',
  { trailNameList: optional(list(trailName)), includeShadowTrails: optional(boolean) },
  () => '*',
  ({ trailNameList = [] }, { cloud }) => {
    const isAsked = ({ name, arn }: Watch): boolean =>
      trailNameList.length === 0 || trailNameList.includes(name) || trailNameList.includes(arn)
    return {
      trailList: watchesOf(cloud, type)
        .filter(isAsked)
        .map(trail => describe(cloud, trail)),
    }
  },
)

/** An operation on one trail, which it finds by its name or ARN. */
const onTrail = (action: string, run: (trail: Watch, cloud: Cloud) => Output): ServiceOperation =>
  serviceOperation(
    `cloudtrail:${action}`,
    { Name: required(trailName) },
    ({ Name }, cloud) => trailArn(Name, cloud),
    ({ Name }, { cloud }) => run(findTrail(cloud, Name), cloud),
  )

const getTrail = onTrail('GetTrail', (trail, cloud) => ({ Trail: describe(cloud, trail) }))

const getTrailStatus = onTrail('GetTrailStatus', ({ properties }) => ({
  IsLogging: isTrue(properties['IsLogging']),
}))

const switchLogging = (action: string, isLogging: boolean): ServiceOperation =>
  onTrail(action, (trail, cloud) => {
    changeWatch(cloud, trail, { IsLogging: isLogging })
    return undefined
  })

/** What AWS takes a selector to say where it does not say it. */
const selectorDefaults = {
  ReadWriteType: 'All',
  IncludeManagementEvents: true,
  DataResources: [],
  ExcludeManagementEventSources: [],
}

/** Those of either kind; undefined for a trail that has none of its own. */
const selectorsOf = (properties: Watch['properties']): Readonly<Record<string, unknown>> | undefined => {
  const { EventSelectors: basic, AdvancedEventSelectors: advanced } = properties
  if (Array.isArray(advanced)) return { AdvancedEventSelectors: advanced }
  if (!Array.isArray(basic)) return undefined
  return { EventSelectors: basic.map((one: object) => ({ ...selectorDefaults, ...one })) }
}

const describeSelectors = ({ arn, properties }: Watch): Output => ({
  TrailARN: arn,
  ...(selectorsOf(properties) ?? { EventSelectors: [selectorDefaults] }),
})

const getEventSelectors = serviceOperation(
  'cloudtrail:GetEventSelectors',
  { TrailName: required(trailName) },
  ({ TrailName }, cloud) => trailArn(TrailName, cloud),
  ({ TrailName }, { cloud }) => describeSelectors(findTrail(cloud, TrailName)),
)

const texts: Reader<readonly string[]> = list(text({ max: 2048 }))

const eventSelectors = list(
  structure({
    ReadWriteType: optional(text({ oneOf: ['All', 'ReadOnly', 'WriteOnly'] })),
    IncludeManagementEvents: optional(boolean),
    DataResources: optional(list(structure({ Type: optional(text({})), Values: optional(texts) }))),
    ExcludeManagementEventSources: optional(texts),
  }),
  { max: 5 },
)

const fieldSelectors = list(
  structure({
    Field: required(text({ min: 1 })),
    Equals: optional(texts),
    NotEquals: optional(texts),
    StartsWith: optional(texts),
    NotStartsWith: optional(texts),
    EndsWith: optional(texts),
    NotEndsWith: optional(texts),
  }),
)

const advancedEventSelectors = list(
  structure({ Name: optional(text({ max: 1000 })), FieldSelectors: required(fieldSelectors) }),
)

const putEventSelectors = serviceOperation(
  'cloudtrail:PutEventSelectors',
  {
    TrailName: required(trailName),
    EventSelectors: optional(eventSelectors),
    AdvancedEventSelectors: optional(advancedEventSelectors),
  },
  ({ TrailName }, cloud) => trailArn(TrailName, cloud),
  ({ TrailName, EventSelectors, AdvancedEventSelectors }, { cloud }) => {
    if ((EventSelectors === undefined) === (AdvancedEventSelectors === undefined))
      throw new AwsError(
        'InvalidEventSelectorsException',
        'Either EventSelectors or AdvancedEventSelectors must be given.',
      )
    // One kind replaces the other.
    changeWatch(cloud, findTrail(cloud, TrailName), {
      EventSelectors: EventSelectors?.map(withoutAbsent),
      AdvancedEventSelectors,
    })
    return describeSelectors(findTrail(cloud, TrailName))
  },
)

/** A member that is not given must not stand in the way of its default. */
const withoutAbsent = (selector: object): object =>
  Object.fromEntries(Object.entries(selector).filter(([, value]) => value !== undefined))

const service: JsonService = {
  service: 'cloudtrail',
  version: '1.1',
  targets: ['CloudTrail_20131101', 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101'],
  operations: new Map([
    ['DescribeTrails', describeTrails],
    ['GetEventSelectors', getEventSelectors],
    ['GetTrail', getTrail],
    ['GetTrailStatus', getTrailStatus],
    ['PutEventSelectors', putEventSelectors],
    ['StartLogging', switchLogging('StartLogging', true)],
    ['StopLogging', switchLogging('StopLogging', false)],
  ]),
}
