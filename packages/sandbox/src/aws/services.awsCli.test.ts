// The AWS CLI as a second client of each service: it reads answers in a way of its own, and asks CloudWatch in another protocol.
import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Services, startServices } from '../../test/services.ts'
import { addToGroup } from '../iam/account.ts'
import type { Identities } from './identity.ts'

const { stdout: version } = await promisify(execFile)('aws', ['--version']).catch(() => ({ stdout: '' }))
let services: Services

beforeAll(async () => {
  services = await startServices({ AlarmEmail: 'alarms@acme.example' })
})

afterAll(() => services.stop())

const aws = async (who: keyof Identities, ...args: readonly string[]): Promise<unknown> => {
  const { accessKeyId, secretAccessKey } = services.cloud.identities[who]
  const { stdout } = await promisify(execFile)('aws', ['--output', 'json', ...args], {
    env: {
      PATH: process.env['PATH'],
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: 'eu-north-1',
      AWS_DEFAULT_REGION: 'eu-north-1',
      AWS_ENDPOINT_URL: services.url,
      AWS_MAX_ATTEMPTS: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  })
  return JSON.parse(stdout)
}

describe.skipIf(version === '')('aws', { timeout: 60_000 }, () => {
  test('iam get-group, of a user who is put there', async () => {
    services.cloud.account = addToGroup(services.cloud.account, 'operator', 'treasury-operators')
    expect(await aws('auditor', 'iam', 'get-group', '--group-name', 'treasury-operators')).toMatchObject({
      Group: { GroupName: 'treasury-operators' },
      Users: [{ UserName: 'operator' }],
    })
  })

  test('iam get-role-policy, of which the CLI decodes the document', async () => {
    const names = ['--role-name', 'adminSignerInvoker', '--policy-name', 'kms.policy']
    expect(await aws('auditor', 'iam', 'get-role-policy', ...names)).toMatchObject({
      PolicyDocument: { Version: '2012-10-17', Statement: expect.any(Array) },
    })
  })

  test('lambda invoke', async () => {
    const file = join(tmpdir(), `coffer-${process.pid}-invoke.json`)
    try {
      const answer = await aws('administrator', 'lambda', 'invoke', '--function-name', 'adminSigner', file)
      expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' })
      expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ event: {} })
    } finally {
      await rm(file, { force: true })
    }
  })

  test('apigateway get-rest-apis', async () => {
    expect(await aws('auditor', 'apigateway', 'get-rest-apis')).toMatchObject({
      items: [{ id: services.cloud.account.apis[0]?.id, policy: expect.stringMatching(/^{\\"Version/) }],
    })
  })

  test('cloudtrail get-event-selectors', async () => {
    const name = ['--trail-name', 'adminSigner-trail']
    expect(await aws('auditor', 'cloudtrail', 'get-event-selectors', ...name)).toMatchObject({
      EventSelectors: [{ IncludeManagementEvents: true }],
    })
  })

  test('cloudwatch describe-alarms', async () => {
    const prefix = ['--alarm-name-prefix', 'adminSigner-Signing']
    expect(await aws('auditor', 'cloudwatch', 'describe-alarms', ...prefix)).toMatchObject({
      MetricAlarms: [{ AlarmName: 'adminSigner-SigningRate', ActionsEnabled: true }],
    })
    await expect(aws('outsider', 'cloudwatch', 'describe-alarms')).rejects.toThrowError(/AccessDenied/)
  })

  test('events list-targets-by-rule', async () => {
    const rule = ['--rule', 'adminSigner-SignByOther']
    expect(await aws('auditor', 'events', 'list-targets-by-rule', ...rule)).toMatchObject({
      Targets: [{ Id: 'Topic' }],
    })
  })

  test('sns get-topic-attributes', async () => {
    const topic = [...services.cloud.watches.values()].find(({ type }) => type === 'AWS::SNS::Topic')
    expect(
      await aws('auditor', 'sns', 'get-topic-attributes', '--topic-arn', topic?.arn ?? ''),
    ).toMatchObject({ Attributes: { SubscriptionsPending: '1' } })
  })
})
