// What a deployment may not do, and what it leaves alone. That it does what the template says, cdk.test.ts and cloudformation.test.ts
// show.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { releasedTemplate } from '../../test/cloud.ts'
import { addToGroup } from '../iam/account.ts'
import { type Cloud, createCloud } from './cloud.ts'
import { deployStack, removeStack } from './deploy.ts'
import { zipRelease } from './deployReleased.ts'
import { createSession } from './identity.ts'

let cloud: Cloud

beforeEach(async () => {
  cloud = createCloud()
  cloud.buckets.set('code', new Map([['a.zip', zipRelease()]]))
})

afterEach(async () => {
  for (const { running } of cloud.code.values()) await running.stop()
})

const deploy = (
  parameters: Readonly<Record<string, string>> = {},
  change: (template: { Resources: Record<string, unknown> }) => void = () => undefined,
) => {
  const template = JSON.parse(releasedTemplate)
  change(template)
  return deployStack(cloud, {
    stackName: 'treasury-signer',
    templateBody: JSON.stringify(template),
    parameters: { CodeBucket: 'code', CodeKey: 'a.zip', ...parameters },
  })
}

const reasons = (reason: RegExp) => ({ code: 'STACK_FAILED', reasons: [expect.stringMatching(reason)] })

describe('an update', () => {
  test('error: of what a key is cannot be made, and changes nothing', async () => {
    await deploy()
    const [alias] = [...cloud.kms.aliases.values()]
    await expect(deploy({ MultiRegion: 'true' })).rejects.toMatchObject(
      reasons(/MultiRegion .* cannot be changed/),
    )
    expect([...cloud.kms.aliases.values()]).toEqual([alias])
    expect(cloud.kms.keys.size).toBe(1)
  })

  test('error: does not make a key anew that is gone', async () => {
    await deploy()
    cloud.kms.keys.clear()
    await expect(deploy({ LatencyAlarm: '1000' })).rejects.toMatchObject(reasons(/key .* does not exist/))
  })

  test('error: a group that would go has members', async () => {
    await deploy()
    cloud.account = addToGroup(cloud.account, 'operator', 'treasury-operators')
    await expect(deploy({ GroupName: 'others' })).rejects.toMatchObject(reasons(/remove users from group/))
    expect(cloud.account.groups.has('treasury-operators')).toBe(true)
  })

  test('keeps who is in the group, and a stage that was deployed by hand', async () => {
    await deploy()
    cloud.account = addToGroup(cloud.account, 'operator', 'treasury-operators')
    const [api] = cloud.account.apis
    if (!api) throw new Error('there is no API')
    const stages = [{ name: 'prod', deploymentId: 'byhand' }]
    cloud.account = { ...cloud.account, apis: [{ ...api, stages }] }
    await deploy({ LatencyAlarm: '1000', AllowedCidrs: '203.0.113.0/24' })
    expect(cloud.account.users.get('operator')?.groups).toEqual(['treasury-operators'])
    expect(cloud.account.apis[0]?.stages).toEqual(stages)
  })

  test('error: code that is no zip file leaves the function that runs', async () => {
    await deploy()
    const [before] = [...cloud.code.values()]
    cloud.buckets.get('code')?.set('b.zip', new Uint8Array([1, 2, 3]))
    await expect(deploy({ CodeKey: 'b.zip' })).rejects.toMatchObject({ code: 'STACK_FAILED' })
    expect([...cloud.code.values()]).toEqual([before])
  })
})

test('the sessions of a role end with it, and are not those of a later role of its name', async () => {
  await deploy()
  const role = createSession(
    { role: 'adminSignerInvoker', session: 's', accountId: cloud.account.accountId },
    cloud.random,
  )
  cloud.credentials.set(role.accessKeyId, role)
  await deploy({ LatencyAlarm: '1000' })
  expect(cloud.credentials.has(role.accessKeyId)).toBe(true)
  await removeStack(cloud, 'treasury-signer')
  expect(cloud.credentials.has(role.accessKeyId)).toBe(false)
})

describe('a policy for a group that another stack has made', () => {
  const document = {
    Version: '2012-10-17',
    Statement: { Effect: 'Deny', Action: 'execute-api:Invoke', Resource: '*' },
  }
  const attach = (GroupName: string) =>
    deployStack(cloud, {
      stackName: 'more',
      templateBody: JSON.stringify({
        Resources: {
          Policy: {
            Type: 'AWS::IAM::GroupPolicy',
            Properties: { GroupName, PolicyName: 'closed', PolicyDocument: document },
          },
        },
      }),
      parameters: {},
    })
  const namesOf = (group: string) => cloud.account.groups.get(group)?.map(policy => policy.name)

  test('counts, and goes with its stack', async () => {
    await deploy()
    await attach('treasury-operators')
    expect(namesOf('treasury-operators')).toEqual(['api-gateway-invoke-policy', 'closed'])
    await removeStack(cloud, 'more')
    expect(namesOf('treasury-operators')).toEqual(['api-gateway-invoke-policy'])
  })

  test('error: there is no such group', async () => {
    await expect(attach('nobody')).rejects.toMatchObject(reasons(/group with name nobody cannot be found/))
  })
})
