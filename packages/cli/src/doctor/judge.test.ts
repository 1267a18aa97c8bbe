// The verdicts, each over what AWS may answer.
import type { MultiRegionConfiguration } from '@aws-sdk/client-kms'
import type { CodeFiles } from '@coffer/infra/code'
import { loadPolicy } from '@coffer/service/policy'
import { describe, expect, test } from 'vitest'
import { judgePolicies } from './access.ts'
import { judgePinned } from './address.ts'
import { judgeActions, judgeAlarms, judgeSubscriptions } from './alarms.ts'
import { judgeMethods, parseApiPolicy } from './api.ts'
import { judgeDeployment } from './apiStage.ts'
import { judgeSigner } from './crossmint.ts'
import { judge } from './deployment.ts'
import { judgeRefusal } from './endpoint.ts'
import { compareCode } from './functionCode.ts'
import { judgeFunctionPolicy } from './functionPolicy.ts'
import { judgeReplicas, judgeSpec, judgeState } from './key.ts'
import { judgePolicy } from './policy.ts'
import { findRuleFault, findTargetFault } from './rules.ts'
import { judgeState as judgeStackState } from './stack.ts'
import { judgeEvents, judgeTrail } from './trail.ts'

const failed = { status: 'failed' }
const ok = { status: 'ok' }

test('permissions to deploy matter only before the stack is there', () => {
  expect(judge([], false)).toMatchObject(ok)
  expect(judge(['kms:CreateKey', 'sts:AssumeRole'], false)).toMatchObject({
    ...failed,
    found: 'not granted: kms:CreateKey, sts:AssumeRole',
  })
  expect(judge(['kms:CreateKey', 'sts:AssumeRole'], true)).toMatchObject({ status: 'skipped' })
  expect(judge(['kms:CreateKey'], false)).toMatchObject({
    ...ok,
    found: expect.stringContaining('kms:CreateKey'),
  })
})

test.each([
  ['CREATE_COMPLETE', 'ok'],
  ['UPDATE_COMPLETE', 'ok'],
  ['UPDATE_ROLLBACK_COMPLETE', 'failed'],
  ['ROLLBACK_COMPLETE', 'failed'],
  ['UPDATE_IN_PROGRESS', 'failed'],
  ['REVIEW_IN_PROGRESS', 'failed'],
  ['DELETE_FAILED', 'failed'],
])('a stack in %s is %s', (status, expected) => {
  expect(judgeStackState({ name: 's', status }).status).toBe(expected)
})

test('a key: spec, usage and state', () => {
  expect(judgeSpec({ KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' })).toMatchObject(ok)
  expect(judgeSpec({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })).toMatchObject(failed)
  expect(judgeSpec({ KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'KEY_AGREEMENT' })).toMatchObject(failed)
  expect(judgeState({ Arn: 'k', KeyState: 'Enabled' })).toMatchObject(ok)
  expect(judgeState({ Arn: 'k', KeyState: 'Disabled' })).toMatchObject({
    ...failed,
    fix: 'coffer key enable k',
  })
  const DeletionDate = new Date('2026-12-24T00:00:00Z')
  expect(judgeState({ Arn: 'k', KeyState: 'PendingDeletion', DeletionDate })).toMatchObject({
    ...failed,
    found: expect.stringContaining('2026-12-24'),
    fix: expect.stringContaining('cancel-key-deletion'),
  })
  expect(judgeState({ Arn: 'k', KeyState: 'Unavailable' })).toMatchObject(failed)
})

test('the pinned address', () => {
  const restore = (): string => 'restore'
  const pinned = (actual: string | undefined, deployed?: string): ReturnType<typeof judgePinned> =>
    judgePinned(actual, '0xAb', { deployed, restore })
  expect(pinned('0xab')).toMatchObject(ok)
  expect(pinned(undefined)).toMatchObject({ ...failed, fix: 'coffer deploy --parameters SignerAddress=0xAb' })
  expect(pinned('')).toMatchObject(failed)
  expect(pinned('0xcd', '0xcd')).toMatchObject({ ...failed, fix: expect.stringContaining('coffer deploy') })
  expect(pinned('0xcd', '0xab')).toMatchObject({ ...failed, fix: 'restore' })
})

test('an unsigned request is refused by API Gateway, in its words', () => {
  expect(judgeRefusal(403, '{"message":"Missing Authentication Token"}')).toMatchObject(ok)
  expect(judgeRefusal(403, '{"message":"Forbidden"}')).toMatchObject(failed)
  expect(judgeRefusal(200, '{"message":"Missing Authentication Token"}')).toMatchObject(failed)
  expect(judgeRefusal(400, '{"code":"INVALID_REQUEST"}')).toMatchObject(failed)
})

test('an API policy as API Gateway tells it', () => {
  const policy = { Statement: [{ Resource: 'execute-api:/prod/POST/' }] }
  const expanded = { Statement: [{ Resource: 'arn:x/prod/POST/' }] }
  const escaped = JSON.stringify(JSON.stringify(policy)).slice(1, -1)
  expect(parseApiPolicy(escaped, 'arn:x')).toEqual(expanded)
  expect(parseApiPolicy(JSON.stringify(policy), 'arn:x')).toEqual(expanded)
  expect(parseApiPolicy(undefined, 'arn:x')).toEqual({})
  expect(() => parseApiPolicy('no JSON', 'arn:x')).toThrow()
})

test('the API has one method, authorized by IAM, in front of the function', () => {
  const expected = { functionArn: 'arn:f', restApiId: 'a', redeploy: 'again' }
  const method = { authorizationType: 'AWS_IAM', methodIntegration: { uri: 'x/functions/arn:f/invocations' } }
  const judged = (resourceMethods: Parameters<typeof judgeMethods>[0][number]['resourceMethods']) =>
    judgeMethods([{ id: 'r', path: '/', resourceMethods }], expected)
  expect(judged({ POST: method })).toMatchObject(ok)
  expect(judged({ POST: { ...method, authorizationType: 'NONE' } })).toMatchObject({
    ...failed,
    fix: expect.stringContaining('value=AWS_IAM && again'),
  })
  expect(
    judged({ POST: { ...method, methodIntegration: { uri: 'x/functions/arn:g/invocations' } } }),
  ).toMatchObject(failed)
  expect(judged({ POST: { authorizationType: 'AWS_IAM' } })).toMatchObject(failed)
  expect(judged({ POST: method, GET: { authorizationType: 'NONE' } })).toMatchObject({
    ...failed,
    found: 'there is GET /, too, authorized by NONE',
  })
  expect(judged({})).toMatchObject(failed)
})

test('a stage that is older than its API may enforce an old policy', () => {
  const at = (second: number): Date => new Date(1_800_000_000_000 + second * 1000)
  expect(judgeDeployment(at(5), at(1), 'fix')).toMatchObject(ok)
  expect(judgeDeployment(at(1), at(5), 'fix')).toEqual({ ...failed, found: expect.any(String), fix: 'fix' })
  expect(judgeDeployment(undefined, at(5), 'fix')).toMatchObject({ status: 'skipped' })
})

describe('the code', () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
  const release = {
    'adminSigner.mjs': bytes('export const handler = 1'),
    'cedar_wasm_bg.wasm': bytes('asm'),
    'policy/treasury.cedar': bytes(''),
    'policy/treasury.json': bytes('{}'),
  }
  const without = (name: keyof typeof release): CodeFiles => {
    const { [name]: _, ...others } = release
    return others
  }

  test('is the release, whatever its policy', () => {
    expect(compareCode(release, release, 'fix')).toMatchObject(ok)
    expect(
      compareCode({ ...release, 'policy/treasury.cedar': bytes('// Another one.') }, release, 'fix'),
    ).toMatchObject(ok)
    expect(compareCode({ ...release, 'policy/': bytes('') }, release, 'fix')).toMatchObject(ok)
  })

  test.each([
    [{ ...release, 'adminSigner.mjs': bytes('export const handler = 2') }, 'adminSigner.mjs is not'],
    [{ ...release, 'cedar_wasm_bg.wasm': bytes('msa') }, 'cedar_wasm_bg.wasm is not'],
    [{ ...release, 'node_modules/x/index.js': bytes('') }, 'there is node_modules/x/index.js'],
    [{ ...release, 'policy/more.cedar': bytes('') }, 'there is policy/more.cedar'],
    [without('cedar_wasm_bg.wasm'), 'no cedar_wasm_bg.wasm'],
    [without('policy/treasury.json'), 'no policy/treasury.json'],
  ])('%#: %s', (files, found) => {
    expect(compareCode(files, release, 'fix')).toEqual({
      ...failed,
      found: expect.stringContaining(found),
      fix: 'fix',
    })
  })
})

describe('the policy', () => {
  const denyAll = { rules: '// Nothing.\n', facts: '{}\n' }
  const deployed = { rules: '@id("a") forbid (principal, action, resource);', facts: '{}' }
  const { version } = loadPolicy(deployed)
  const other = { directory: '/treasury/policy', policy: loadPolicy(denyAll) }
  const own = { directory: '/treasury/policy', policy: loadPolicy(deployed) }
  const judged = (options: Partial<Parameters<typeof judgePolicy>[0]>): ReturnType<typeof judgePolicy> =>
    judgePolicy({ deployed, denyAll, output: version, local: own, restore: 'restore', ...options })

  test('is the one that was deployed, and the one here', () => {
    const expected = { ...ok, found: `${version.slice(0, 12)}, 1 rule` }
    expect(judged({})).toEqual(expected)
    // A stack of the released template does not tell, and somebody else's machine may have none.
    expect(judged({ output: undefined, local: undefined })).toEqual(expected)
  })

  test.each([
    ['missing', { deployed: undefined }, /the code has no policy/, 'restore'],
    ['faulty', { deployed: { ...deployed, rules: 'permit' } }, /faults.*treasury\.cedar:1:/, 'restore'],
    ['not what was deployed', { output: 'f'.repeat(64) }, /deployed was f{12}$/, 'restore'],
    ['not the one here', { local: other }, /in \/treasury\/policy is/, 'coffer deploy'],
    [
      'not there',
      { deployed: denyAll, output: other.policy.version, local: undefined },
      /none was deployed/,
      'coffer policy init, then coffer deploy',
    ],
  ])('is %s', (_, options, found, fix) => {
    expect(judged(options)).toEqual({ ...failed, found: expect.stringMatching(found), fix })
  })
})

test('the function policy: what was added is taken away, what is missing is added', () => {
  const document = (...statements: readonly object[]): object => ({
    Version: '2012-10-17',
    Statement: statements,
  })
  const own = {
    Sid: 'Endpoint',
    Effect: 'Allow',
    Principal: { Service: 'apigateway.amazonaws.com' },
    Action: 'lambda:InvokeFunction',
    Resource: 'arn:f',
    Condition: {
      ArnLike: { 'aws:SourceArn': 'arn:x/prod/POST/' },
      StringEquals: { 'aws:SourceAccount': '1' },
    },
  }
  const told = {
    ...own,
    Sid: 'stack-Endpoint-1',
    Condition: {
      StringEquals: { 'AWS:SourceAccount': '1' },
      ArnLike: { 'AWS:SourceArn': 'arn:x/prod/POST/' },
    },
  }
  const anyone = { ...own, Sid: 'Anyone', Principal: '*' }
  expect(judgeFunctionPolicy(document(told), document(own), 'f')).toMatchObject(ok)
  expect(judgeFunctionPolicy(document(told, anyone), document(own), 'f')).toMatchObject({
    ...failed,
    fix: 'aws lambda remove-permission --function-name f --statement-id Anyone',
  })
  expect(judgeFunctionPolicy(document(), document(own), 'f')).toMatchObject({
    ...failed,
    fix: [
      'aws lambda add-permission --function-name f --statement-id Endpoint --action lambda:InvokeFunction',
      '--principal apigateway.amazonaws.com --source-arn arn:x/prod/POST/ --source-account 1',
    ].join(' '),
  })
})

describe('policies of a role', () => {
  const document = {
    Version: '2012-10-17',
    Statement: [{ Sid: 'S', Effect: 'Allow', Action: 'a:b', Resource: '*' }],
  }
  const expected = { inline: { p: document }, attached: ['arn:kept'] }
  const judged = (actual: Parameters<typeof judgePolicies>[0]): ReturnType<typeof judgePolicies> =>
    judgePolicies(actual, expected, { kind: 'role', name: 'r' })

  test('as deployed', () => expect(judged(expected)).toMatchObject(ok))

  test('changed, added, attached, and all of it undone', () => {
    const wide = { ...document, Statement: [{ ...document.Statement[0], Action: '*' }] }
    expect(judged({ inline: { p: wide, q: document }, attached: ['arn:new'] })).toEqual({
      ...failed,
      found: 'p: changed: S (Allow *); added policy q; attached arn:new; not attached arn:kept',
      fix: [
        `aws iam put-role-policy --role-name r --policy-name p --policy-document '${JSON.stringify(document)}'`,
        'aws iam delete-role-policy --role-name r --policy-name q',
        'aws iam detach-role-policy --role-name r --policy-arn arn:new',
        'aws iam attach-role-policy --role-name r --policy-arn arn:kept',
      ].join(' && '),
    })
    expect(judged({ inline: {}, attached: ['arn:kept'] })).toMatchObject({
      ...failed,
      found: 'missing policy p',
    })
  })
})

describe('what a trail records', () => {
  const own = [
    { ReadWriteType: 'All' as const, IncludeManagementEvents: true, ExcludeManagementEventSources: [] },
  ]
  const data = { Type: 'AWS::Lambda::Function', Values: ['arn:f'] }
  const withData = [{ ...own[0], DataResources: [data] }]

  test('all management events, and what else was deployed', () => {
    expect(judgeEvents({ EventSelectors: own }, 't', own)).toMatchObject(ok)
    expect(judgeEvents({ EventSelectors: withData }, 't', withData)).toMatchObject(ok)
    expect(judgeEvents({ EventSelectors: own }, 't', withData)).toMatchObject({
      ...failed,
      found: expect.stringContaining('arn:f'),
    })
    const management = { Field: 'eventCategory', Equals: ['Management'] }
    expect(
      judgeEvents({ AdvancedEventSelectors: [{ FieldSelectors: [management] }] }, 't', own),
    ).toMatchObject(ok)
    const readOnly = { Field: 'readOnly', Equals: ['false'] }
    expect(
      judgeEvents({ AdvancedEventSelectors: [{ FieldSelectors: [management, readOnly] }] }, 't', own),
    ).toMatchObject(failed)
  })

  test.each([
    { ExcludeManagementEventSources: ['kms.amazonaws.com'] },
    { ReadWriteType: 'WriteOnly' as const },
    { IncludeManagementEvents: false },
  ])('not with %j', change => {
    expect(judgeEvents({ EventSelectors: [{ ...own[0], ...change }] }, 't', own)).toMatchObject(failed)
  })

  test('of all Regions and of IAM', () => {
    const trail = {
      IsMultiRegionTrail: true,
      IncludeGlobalServiceEvents: true,
      LogFileValidationEnabled: true,
    }
    expect(judgeTrail(trail, undefined)).toMatchObject(ok)
    expect(judgeTrail(undefined, undefined)).toMatchObject(failed)
    const own = { type: 'AWS::CloudTrail::Trail', name: 'n', arn: 'arn:n', properties: { S3BucketName: 'b' } }
    expect(judgeTrail(undefined, own).fix).toContain('create-trail --name n --s3-bucket-name b')
    for (const name of Object.keys(trail))
      expect(judgeTrail({ ...trail, [name]: false }, undefined)).toMatchObject(failed)
  })
})

describe('alarms', () => {
  const properties = { AlarmName: 'a', MetricName: 'm', Threshold: '50', AlarmActions: ['arn:topic'] }
  const expected = [{ type: 'AWS::CloudWatch::Alarm', name: 'a', arn: 'arn:a', properties }]
  const alarm = { ...properties, Threshold: 50, ActionsEnabled: true }

  test('as deployed; one that is in alarm is told', () => {
    expect(judgeAlarms([alarm], expected)).toMatchObject({ ...ok, found: '1 alarms' })
    expect(judgeAlarms([{ ...alarm, StateValue: 'ALARM' }], expected).found).toContain('in alarm now: a')
    expect(judgeActions([alarm], expected)).toMatchObject(ok)
  })

  test('gone, about something else, silent, or told elsewhere', () => {
    expect(judgeAlarms([], expected)).toMatchObject({ ...failed, found: 'there is no a' })
    expect(judgeAlarms([{ ...alarm, Threshold: 5000 }], expected)).toMatchObject(failed)
    expect(judgeActions([{ ...alarm, ActionsEnabled: false }], expected)).toMatchObject({
      ...failed,
      fix: 'aws cloudwatch enable-alarm-actions --alarm-names a',
    })
    expect(judgeActions([{ ...alarm, AlarmActions: [] }], expected)).toMatchObject(failed)
  })

  test('somebody is told, who has confirmed', () => {
    const topic = { arn: 'arn:t', email: 'a@acme.example' }
    const mail = { Protocol: 'email', Endpoint: 'a@acme.example' }
    expect(judgeSubscriptions([{ ...mail, SubscriptionArn: 'arn:s' }], topic)).toMatchObject(ok)
    expect(judgeSubscriptions([{ ...mail, SubscriptionArn: 'PendingConfirmation' }], topic)).toMatchObject({
      ...failed,
      found: 'nobody is told, not confirmed: email a@acme.example',
    })
    expect(judgeSubscriptions([], topic)).toMatchObject(failed)
    expect(judgeSubscriptions([], { ...topic, email: '' })).toMatchObject({ status: 'skipped' })
  })
})

test('a rule: there, on, with its pattern, to its topic', () => {
  const properties = {
    State: 'ENABLED',
    EventPattern: { a: ['x'], b: ['y'] },
    Targets: [{ Id: 'T', Arn: 'arn:t' }],
  }
  const rule = { type: 'AWS::Events::Rule', name: 'r', arn: 'arn:r', properties }
  const EventPattern = '{"b":["y"],"a":["x"]}'
  expect(findRuleFault({ State: 'ENABLED', EventPattern }, rule)).toBeUndefined()
  expect(findRuleFault({ State: 'DISABLED', EventPattern }, rule)).toEqual({
    found: 'r is DISABLED, not ENABLED',
    fix: 'aws events enable-rule --name r',
  })
  const all = {
    ...rule,
    properties: { ...properties, State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' },
  }
  expect(findRuleFault({ State: 'ENABLED', EventPattern }, all)?.fix).toContain('--state ENABLED_WITH_ALL_')
  expect(findRuleFault({ State: 'ENABLED', EventPattern: '{"a":["x"]}' }, rule)).toBeDefined()
  expect(findRuleFault(undefined, rule)).toBeDefined()
  expect(findTargetFault(['arn:t', 'arn:other'], rule)).toBeUndefined()
  expect(findTargetFault(['arn:other'], rule)?.fix).toBe(
    `aws events put-targets --rule r --targets '[{"Id":"T","Arn":"arn:t"}]'`,
  )
})

test("a wallet's signer is the key", () => {
  const signer = (address: string) => ({
    type: 'external-wallet',
    locator: `external-wallet:${address}`,
    address,
  })
  const wallet = { adminSigner: signer('0xAb'), delegatedSigners: undefined }
  expect(judgeSigner(wallet, '0xaB')).toMatchObject(ok)
  expect(judgeSigner(wallet, '0xcd')).toMatchObject(failed)
  expect(judgeSigner({ ...wallet, delegatedSigners: [signer('0xef')] }, '0xab').found).toContain('0xef')
})

test('a key that signs in other Regions too is told, with each of the others', () => {
  const Arn = 'arn:aws:kms:eu-north-1:123456789012:key/mrk-1'
  const other = 'arn:aws:kms:us-east-1:123456789012:key/mrk-1'
  expect(judgeReplicas({ Arn })).toMatchObject(ok)
  const primary = { MultiRegionKeyType: 'PRIMARY', PrimaryKey: { Arn } } as const
  expect(judgeReplicas({ Arn, MultiRegionConfiguration: { ...primary, ReplicaKeys: [] } })).toMatchObject(ok)
  const others: readonly MultiRegionConfiguration[] = [
    { ...primary, ReplicaKeys: [{ Arn: other }] },
    { MultiRegionKeyType: 'REPLICA', PrimaryKey: { Arn: other }, ReplicaKeys: [{ Arn }] },
  ]
  for (const MultiRegionConfiguration of others)
    expect(judgeReplicas({ Arn, MultiRegionConfiguration })).toMatchObject({
      ...failed,
      found: expect.stringContaining(other),
      fix: expect.stringContaining('--region us-east-1'),
    })
})
