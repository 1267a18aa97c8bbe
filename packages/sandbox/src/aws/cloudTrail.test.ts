import {
  CloudTrailClient,
  DeleteTrailCommand,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailCommand,
  GetTrailStatusCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from '@aws-sdk/client-cloudtrail'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Services, startServices } from '../../test/services.ts'

let services: Services
let client: CloudTrailClient

beforeAll(async () => {
  services = await startServices()
  client = new CloudTrailClient(services.as('administrator'))
})

afterAll(() => services.stop())

const name = 'adminSigner-trail'
const arn = `arn:aws:cloudtrail:eu-north-1:123456789012:trail/${name}`

test('DescribeTrails and GetTrail tell of the trail of the template', async () => {
  const trail = {
    Name: name,
    TrailARN: arn,
    HomeRegion: 'eu-north-1',
    IsMultiRegionTrail: true,
    IncludeGlobalServiceEvents: true,
    LogFileValidationEnabled: true,
    HasCustomEventSelectors: true,
    S3BucketName: expect.any(String),
    CloudWatchLogsLogGroupArn: expect.stringMatching(/^arn:aws:logs:/),
  }
  const { trailList } = await client.send(new DescribeTrailsCommand({}))
  expect(trailList).toEqual([expect.objectContaining(trail)])
  const named = await client.send(new DescribeTrailsCommand({ trailNameList: [arn] }))
  expect(named.trailList).toEqual(trailList)
  const other = await client.send(new DescribeTrailsCommand({ trailNameList: ['other'] }))
  expect(other.trailList).toEqual([])
  for (const Name of [name, arn])
    expect((await client.send(new GetTrailCommand({ Name }))).Trail).toEqual(trailList?.[0])
})

test('StopLogging and StartLogging switch the trail', async () => {
  const isLogging = async (): Promise<boolean | undefined> =>
    (await client.send(new GetTrailStatusCommand({ Name: name }))).IsLogging
  expect(await isLogging()).toBe(true)
  await client.send(new StopLoggingCommand({ Name: arn }))
  expect(await isLogging()).toBe(false)
  await client.send(new StartLoggingCommand({ Name: name }))
  expect(await isLogging()).toBe(true)
})

test('PutEventSelectors replaces what is recorded, and defaults are told', async () => {
  const read = async (): Promise<object> => client.send(new GetEventSelectorsCommand({ TrailName: name }))
  expect(await read()).toMatchObject({
    TrailARN: arn,
    EventSelectors: [
      {
        ReadWriteType: 'All',
        IncludeManagementEvents: true,
        ExcludeManagementEventSources: [],
        DataResources: [
          {
            Type: 'AWS::Lambda::Function',
            Values: ['arn:aws:lambda:eu-north-1:123456789012:function:adminSigner'],
          },
        ],
      },
    ],
  })
  const EventSelectors = [{ ExcludeManagementEventSources: ['kms.amazonaws.com'] }]
  await client.send(new PutEventSelectorsCommand({ TrailName: name, EventSelectors }))
  expect(await read()).toMatchObject({
    EventSelectors: [
      {
        ReadWriteType: 'All',
        IncludeManagementEvents: true,
        DataResources: [],
        ExcludeManagementEventSources: ['kms.amazonaws.com'],
      },
    ],
  })
  const AdvancedEventSelectors = [
    { Name: 'all', FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] },
  ]
  await client.send(new PutEventSelectorsCommand({ TrailName: arn, AdvancedEventSelectors }))
  const advanced = await read()
  expect(advanced).toMatchObject({ AdvancedEventSelectors })
  expect(advanced).not.toHaveProperty('EventSelectors')
})

test('error: no such trail, no selectors, an operation that is not here', async () => {
  await expect(client.send(new GetTrailStatusCommand({ Name: 'other' }))).rejects.toMatchObject({
    name: 'TrailNotFoundException',
    message: `Unknown trail: ${arn.replace(name, 'other')} for the user: 123456789012`,
  })
  await expect(client.send(new PutEventSelectorsCommand({ TrailName: name }))).rejects.toMatchObject({
    name: 'InvalidEventSelectorsException',
  })
  await expect(client.send(new DeleteTrailCommand({ Name: name }))).rejects.toMatchObject({
    name: 'UnknownOperationException',
  })
})

test('error: who may not', async () => {
  const outsider = new CloudTrailClient(services.as('outsider'))
  for (const command of [new DescribeTrailsCommand({}), new StopLoggingCommand({ Name: name })])
    await expect(outsider.send(command as StopLoggingCommand)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('because no identity-based policy allows the cloudtrail:'),
    })
  const stranger = new CloudTrailClient(services.as('stranger'))
  await expect(stranger.send(new DescribeTrailsCommand({}))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining('because no resource-based policy allows'),
  })
})
