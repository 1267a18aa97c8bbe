// `coffer doctor` against a sandbox in which one thing at a time is broken: it names that one, and nothing else.
import { setTimeout as delay } from 'node:timers/promises'
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  GetRestApisCommand,
  UpdateRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import { CloudFormationClient, UpdateStackCommand } from '@aws-sdk/client-cloudformation'
import {
  CloudTrailClient,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from '@aws-sdk/client-cloudtrail'
import {
  CloudWatchClient,
  DisableAlarmActionsCommand,
  EnableAlarmActionsCommand,
} from '@aws-sdk/client-cloudwatch'
import { DisableRuleCommand, EnableRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge'
import {
  AddUserToGroupCommand,
  DeleteGroupPolicyCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  RemoveUserFromGroupCommand,
} from '@aws-sdk/client-iam'
import {
  CancelKeyDeletionCommand,
  CreateGrantCommand,
  CreateKeyCommand,
  DeleteAliasCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  GetKeyPolicyCommand,
  KMSClient,
  PutKeyPolicyCommand,
  RevokeGrantCommand,
  ScheduleKeyDeletionCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms'
import {
  AddPermissionCommand,
  DeleteFunctionConcurrencyCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  RemovePermissionCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { createCrossmintClient } from '@coffer/crossmint'
import { type CodeFiles, readCode } from '@coffer/infra/code'
import { type Sandbox, startSandbox } from '@coffer/sandbox'
import type { PolicySource } from '@coffer/service/policy'
import { unzipSync, zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { diagnose } from '../packages/cli/src/commands/doctor.ts'
import { addressOf } from '../packages/cli/src/commands/key.ts'
import { addOperator, listOperators, removeOperator } from '../packages/cli/src/commands/operator.ts'
import type { Settings } from '../packages/cli/src/config.ts'
import { type Context, createContext, type Outcome } from '../packages/cli/src/context.ts'
import type { Check } from '../packages/cli/src/doctor/check.ts'
import { createStyle, type Terminal } from '../packages/cli/src/terminal.ts'
import { createPolicy } from './support/policy.ts'
import { onPath, run } from './support/run.ts'

const terminal: Terminal = {
  json: true,
  style: createStyle(false),
  note: () => undefined,
  confirm: async () => 'nobody to ask',
  progress: (_, work) => work(() => undefined),
}

let sandbox: Sandbox
let settings: Settings
let clients: ReturnType<typeof createClients>
let keyArn: string
let policy: PolicySource

beforeAll(async () => {
  sandbox = await startSandbox()
  clients = createClients(sandbox)
  keyArn = sandbox.outputs()['KeyArn'] ?? ''
  const signerAddress = await addressOf(clients.kms, keyArn)
  const pinned = { SignerAddress: signerAddress }
  await updateStack(pinned)
  const wallet = await crossmint().createWallet({
    owner: 'COMPANY',
    alias: 'treasury',
    adminSigner: { type: 'external-wallet', address: signerAddress },
  })
  policy = createPolicy({
    wallet: wallet.address as `0x${string}`,
    factory: sandbox.chain.factory,
    token: sandbox.chain.usdc,
    chainId: sandbox.chain.chainId,
    recipients: { 'vendor:acme': `0x${'44'.repeat(20)}` },
    operatorArns: [sandbox.identities.operator.arn],
    maximum: '1000.0',
  })
  await sandbox.putPolicy(policy)
  settings = {
    region: sandbox.region,
    keyId: keyArn,
    signerAddress,
    endpoint: sandbox.outputs()['InvokeUrl'],
    chain: 'base-sepolia',
    wallet: wallet.address,
  }
})

afterAll(() => sandbox?.stop())

function createClients({ aws, region, identities }: Sandbox) {
  const { accessKeyId, secretAccessKey } = identities.administrator
  const config = { endpoint: aws.url, region, credentials: { accessKeyId, secretAccessKey } }
  return {
    api: new APIGatewayClient(config),
    cloudFormation: new CloudFormationClient(config),
    cloudTrail: new CloudTrailClient(config),
    cloudWatch: new CloudWatchClient(config),
    events: new EventBridgeClient(config),
    iam: new IAMClient(config),
    kms: new KMSClient(config),
    lambda: new LambdaClient(config),
  }
}

function crossmint(): ReturnType<typeof createCrossmintClient> {
  return createCrossmintClient({ apiKey: sandbox.crossmint.apiKey, baseUrl: sandbox.crossmint.url })
}

async function updateStack(parameters: Readonly<Record<string, string>>): Promise<void> {
  const kept = ['CodeBucket', 'CodeKey'].map(ParameterKey => ({ ParameterKey, UsePreviousValue: true }))
  const given = Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
    ParameterKey,
    ParameterValue,
  }))
  await clients.cloudFormation.send(
    new UpdateStackCommand({
      StackName: 'treasury-signer',
      UsePreviousTemplate: true,
      Parameters: [...kept, ...given],
      Capabilities: ['CAPABILITY_NAMED_IAM'],
    }),
  )
}

function contextOf(
  who: keyof Sandbox['identities'] = 'administrator',
  changed: Partial<Context['config']> = {},
): Context {
  const { accessKeyId, secretAccessKey } = sandbox.identities[who]
  return createContext({
    config: {
      file: 'coffer.json',
      crossmintApiKey: sandbox.crossmint.apiKey,
      crossmintBaseUrl: sandbox.crossmint.url,
      ...settings,
      ...changed,
    },
    terminal,
    aws: {
      endpoint: sandbox.aws.url,
      region: sandbox.region,
      credentials: async () => ({ accessKeyId, secretAccessKey }),
    },
    readStandardInput: async () => new Uint8Array(),
  })
}

async function doctor(
  context: Context = contextOf(),
  stackName = 'treasury-signer',
): Promise<Outcome & { readonly checks: readonly Check[] }> {
  const outcome = await diagnose(context, { stackName })
  return { ...outcome, checks: outcome.data['checks'] as readonly Check[] }
}

function withStatus(checks: readonly Check[], status: Check['status']): readonly string[] {
  return checks.filter(check => check.status === status).map(({ id }) => id)
}

function checkOf(checks: readonly Check[], id: string): Check | undefined {
  return checks.find(check => check.id === id)
}

test('nothing is wrong with what was deployed', async () => {
  const { checks, exitCode, data } = await doctor()
  expect(checks.filter(({ status }) => status === 'failed')).toEqual([])
  expect(withStatus(checks, 'unknown')).toEqual([])
  expect(withStatus(checks, 'skipped').toSorted()).toEqual(['bootstrap', 'topic'])
  expect(exitCode).toBe(0)
  expect(data['summary']).toMatchObject({ failed: 0, unknown: 0, skipped: 2 })
  expect(checkOf(checks, 'signer-address')?.found).toBe(settings.signerAddress)
  expect(checkOf(checks, 'group-members')?.found).toBe('operator')
})

test('an auditor sees as much; somebody who may nothing is told what is missing', async () => {
  const auditor = await doctor(contextOf('auditor'))
  expect(withStatus(auditor.checks, 'failed')).toEqual([])
  expect(withStatus(auditor.checks, 'unknown')).toEqual([])
  expect(auditor.exitCode).toBe(0)
  const outsider = await doctor(contextOf('outsider'))
  expect(withStatus(outsider.checks, 'failed')).toEqual([])
  expect(withStatus(outsider.checks, 'unknown')).toContain('key-state')
  expect(checkOf(outsider.checks, 'stack')?.found).toMatch(
    /^needs cloudformation:DescribeStacks on the stack/,
  )
  expect(checkOf(outsider.checks, 'key-sign')?.status).toBe('ok')
  expect(checkOf(outsider.checks, 'api-policy')).toMatchObject({
    status: 'skipped',
    found: 'the stack could not be read',
  })
})

test('a session of a role is told what the role may', async () => {
  const { accessKeyId, secretAccessKey } = sandbox.identities.administrator
  const access = { endpoint: sandbox.aws.url, region: sandbox.region }
  const { Credentials } = await new STSClient({
    ...access,
    credentials: { accessKeyId, secretAccessKey },
  }).send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::123456789012:role/cdk-hnb659fds-lookup-role-123456789012-${sandbox.region}`,
      RoleSessionName: 'doctor',
    }),
  )
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {}
  const session = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
  const { checks } = await doctor(
    createContext({
      config: { file: 'coffer.json' },
      terminal,
      aws: { ...access, credentials: async () => session },
      readStandardInput: async () => new Uint8Array(),
    }),
  )
  expect(checkOf(checks, 'credentials')?.found).toContain(':assumed-role/')
  expect(checkOf(checks, 'deployment-permissions')).toMatchObject({
    status: 'skipped',
    found: expect.stringMatching(/not granted: .*kms:CreateKey/),
  })
})

test('credentials that do not work end it at once, with 4', async () => {
  const context = createContext({
    config: { file: 'coffer.json' },
    terminal,
    aws: {
      endpoint: sandbox.aws.url,
      region: sandbox.region,
      credentials: async () => ({ accessKeyId: 'AKIAAAAAAAAAAAAAAAAA', secretAccessKey: 'x' }),
    },
    readStandardInput: async () => new Uint8Array(),
  })
  const { checks, exitCode } = await doctor(context)
  expect(withStatus(checks, 'failed')).toEqual(['credentials'])
  expect(exitCode).toBe(4)
})

test('without a stack: deploy it, or what the configuration names is looked at', async () => {
  const nothing = { keyId: undefined, endpoint: undefined, signerAddress: undefined, wallet: undefined }
  const empty = await doctor(contextOf('administrator', nothing), 'nothing')
  expect(withStatus(empty.checks, 'failed')).toEqual(['stack'])
  expect(checkOf(empty.checks, 'bootstrap')?.status).toBe('ok')
  expect(checkOf(empty.checks, 'deployment-permissions')?.status).toBe('ok')
  const byHand = await doctor(contextOf(), 'nothing')
  expect(withStatus(byHand.checks, 'failed')).toEqual([])
  expect(withStatus(byHand.checks, 'ok')).toEqual(
    expect.arrayContaining([
      'key-spec',
      'key-state',
      'key-grants',
      'key-sign',
      'signer-address',
      'endpoint-unsigned',
    ]),
  )
  expect(withStatus(byHand.checks, 'skipped')).toContain('key-policy')
  const operator = await doctor(contextOf('auditor', nothing), 'nothing')
  expect(checkOf(operator.checks, 'deployment-permissions')).toMatchObject({
    status: 'failed',
    found: expect.stringContaining('kms:CreateKey'),
  })
})

describe('each thing that is broken is named, and nothing else', () => {
  const wide = {
    Version: '2012-10-17',
    Statement: [{ Sid: 'Wide', Effect: 'Allow', Action: '*', Resource: '*' }],
  }

  type Fault = {
    /** What is broken. @returns How it is mended. */
    readonly inject: () => Promise<() => Promise<unknown>>
    /** The checks that fail, and what each of them says. */
    readonly failing: Readonly<Record<string, RegExp>>
  }

  const faults: Readonly<Record<string, Fault>> = {
    'key disabled': {
      inject: async () => {
        await clients.kms.send(new DisableKeyCommand({ KeyId: keyArn }))
        return () => clients.kms.send(new EnableKeyCommand({ KeyId: keyArn }))
      },
      failing: { 'key-state': /Disabled/ },
    },
    'key about to be deleted': {
      inject: async () => {
        await clients.kms.send(new ScheduleKeyDeletionCommand({ KeyId: keyArn, PendingWindowInDays: 30 }))
        return async () => {
          await clients.kms.send(new CancelKeyDeletionCommand({ KeyId: keyArn }))
          await clients.kms.send(new EnableKeyCommand({ KeyId: keyArn }))
        }
      },
      failing: { 'key-state': /deleted on 20/ },
    },
    'alias repointed': {
      inject: async () => {
        const other = await createKey()
        const pointTo = (TargetKeyId: string): Promise<unknown> =>
          clients.kms.send(new UpdateAliasCommand({ AliasName: 'alias/treasury-admin-signer', TargetKeyId }))
        await pointTo(other)
        return () => pointTo(keyArn)
      },
      failing: { 'key-alias': /points to another key/ },
    },
    'key policy widened': {
      inject: () =>
        changeKeyPolicy(statements => [
          ...statements,
          { Sid: 'Extra', Effect: 'Allow', Principal: { AWS: '*' }, Action: 'kms:Verify', Resource: '*' },
        ]),
      failing: { 'key-policy': /^added: Extra \(Allow kms:Verify to \*\)$/ },
    },
    'key policy without its denials': {
      inject: () =>
        changeKeyPolicy(statements => [
          ...statements.filter(({ Effect }) => Effect === 'Allow'),
          {
            Sid: 'Everything',
            Effect: 'Allow',
            Principal: { AWS: '*' },
            Action: 'kms:*',
            Resource: '*',
          },
        ]),
      failing: { 'key-policy': /missing: DenySignToOthers/, 'key-sign': /your own identity can sign/ },
    },
    grant: {
      inject: async () => {
        const mend = await changeKeyPolicy(statements => [
          ...statements.filter(({ Sid }) => Sid !== 'DenyGrants'),
          {
            Sid: 'Grants',
            Effect: 'Allow',
            Principal: { AWS: '*' },
            Action: 'kms:CreateGrant',
            Resource: '*',
          },
        ])
        const { GrantId } = await clients.kms.send(
          new CreateGrantCommand({
            KeyId: keyArn,
            GranteePrincipal: sandbox.identities.outsider.arn,
            Operations: ['Sign'],
            Name: 'backdoor',
          }),
        )
        await mend()
        return () => clients.kms.send(new RevokeGrantCommand({ KeyId: keyArn, GrantId }))
      },
      failing: { 'key-grants': /grant backdoor lets .*outsider Sign/ },
    },
    'API policy widened': {
      inject: async () => {
        const [api] = (await clients.api.send(new GetRestApisCommand({}))).items ?? []
        const { id: restApiId, policy: before = '' } = api ?? {}
        const put = (policy: string): Promise<unknown> =>
          clients.api.send(
            new UpdateRestApiCommand({
              restApiId,
              patchOperations: [{ op: 'replace', path: '/policy', value: policy }],
            }),
          )
        const document = JSON.parse(JSON.parse(`"${before}"`))
        const open = {
          Sid: 'Open',
          Effect: 'Allow',
          Principal: '*',
          Action: 'execute-api:Invoke',
          Resource: 'execute-api:/*',
        }
        await put(JSON.stringify({ ...document, Statement: [...document.Statement, open] }))
        return () => put(JSON.stringify(document))
      },
      failing: { 'api-policy': /^added: Open \(Allow execute-api:Invoke to \*\)$/ },
    },
    'function with other code': {
      inject: () => changeCode({ 'adminSigner.mjs': Buffer.from('export const handler = async () => ({})') }),
      failing: { 'function-code': /adminSigner.mjs is not this release's/ },
    },
    'function with a policy that has faults': {
      inject: () => changeCode({ 'policy/treasury.cedar': Buffer.from(`${policy.rules}permit (`) }),
      failing: { policy: /it has faults, so nothing is signed: treasury\.cedar:\d+:\d+: / },
    },
    'function without a policy': {
      inject: () => changeCode(readCode()),
      failing: { policy: /everything is refused/ },
    },
    'function that signs with another key, of another spec': {
      inject: async () => changeEnvironment({ KMS_KEY_ID: await createKey('ECC_NIST_P256') }),
      failing: { 'function-key': /signs with arn:.*the stack's is/ },
    },
    'address not pinned': {
      inject: () => changeEnvironment({ COFFER_SIGNER_ADDRESS: '' }),
      failing: { 'address-pinned': /not pinned/ },
    },
    'a variable that makes other code run': {
      inject: () => changeEnvironment({ NODE_OPTIONS: '--no-deprecation' }),
      failing: { 'function-environment': /NODE_OPTIONS/ },
    },
    'function policy widened': {
      inject: async () => {
        const permission = { FunctionName: 'adminSigner', StatementId: 'Anyone' }
        await clients.lambda.send(
          new AddPermissionCommand({ ...permission, Action: 'lambda:InvokeFunction', Principal: '*' }),
        )
        return () => clients.lambda.send(new RemovePermissionCommand(permission))
      },
      failing: { 'function-policy': /^added: Anyone/ },
    },
    'function stopped': {
      inject: async () => {
        const FunctionName = 'adminSigner'
        await clients.lambda.send(
          new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }),
        )
        return () => clients.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }))
      },
      failing: { 'function-concurrency': /all signing is stopped/ },
    },
    'role policy widened': {
      inject: async () => {
        const RoleName = 'adminSignerInvoker'
        const PolicyName = 'extra'
        await clients.iam.send(
          new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify(wide) }),
        )
        return () => clients.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }))
      },
      failing: { 'role-policy': /^added policy extra$/ },
    },
    'group policy widened': {
      inject: async () => {
        const GroupName = 'treasury-operators'
        const PolicyName = 'extra'
        await clients.iam.send(
          new PutGroupPolicyCommand({ GroupName, PolicyName, PolicyDocument: JSON.stringify(wide) }),
        )
        return () => clients.iam.send(new DeleteGroupPolicyCommand({ GroupName, PolicyName }))
      },
      failing: { 'group-policy': /^added policy extra$/ },
    },
    'group empty': {
      inject: async () => {
        const member = { GroupName: 'treasury-operators', UserName: 'operator' }
        await clients.iam.send(new RemoveUserFromGroupCommand(member))
        return () => clients.iam.send(new AddUserToGroupCommand(member))
      },
      failing: { 'group-members': /nobody may ask/ },
    },
    'trail stopped': {
      inject: async () => {
        const { Name } = await findTrail()
        await clients.cloudTrail.send(new StopLoggingCommand({ Name }))
        return () => clients.cloudTrail.send(new StartLoggingCommand({ Name }))
      },
      failing: { 'trail-logging': /stopped/ },
    },
    'trail without the events of KMS': {
      inject: async () => {
        const { Name: TrailName } = await findTrail()
        const { EventSelectors = [] } = await clients.cloudTrail.send(
          new GetEventSelectorsCommand({ TrailName }),
        )
        const put = (excluded: string[]): Promise<unknown> =>
          clients.cloudTrail.send(
            new PutEventSelectorsCommand({
              TrailName,
              EventSelectors: EventSelectors.map(one => ({
                ...one,
                ExcludeManagementEventSources: excluded,
              })),
            }),
          )
        await put(['kms.amazonaws.com'])
        return () => put([])
      },
      failing: { 'trail-events': /leaves out the events of kms\.amazonaws\.com/ },
    },
    'alarm silenced': {
      inject: async () => {
        const AlarmNames = ['adminSigner-SigningRate']
        await clients.cloudWatch.send(new DisableAlarmActionsCommand({ AlarmNames }))
        return () => clients.cloudWatch.send(new EnableAlarmActionsCommand({ AlarmNames }))
      },
      failing: { 'alarm-actions': /adminSigner-SigningRate/ },
    },
    'rule disabled': {
      inject: async () => {
        const Name = 'adminSigner-KeyAdministration'
        await clients.events.send(new DisableRuleCommand({ Name }))
        return () => clients.events.send(new EnableRuleCommand({ Name }))
      },
      failing: { rules: /^adminSigner-KeyAdministration is DISABLED/ },
    },
  }

  test.each(Object.entries(faults))('%s', async (_, { inject, failing }) => {
    const mend = await inject()
    try {
      const { checks, exitCode } = await doctor()
      expect(withStatus(checks, 'failed').toSorted()).toEqual(Object.keys(failing).toSorted())
      for (const [id, found] of Object.entries(failing)) {
        expect(checkOf(checks, id)?.found).toMatch(found)
        expect(checkOf(checks, id)?.fix).toBeTruthy()
      }
      expect(exitCode).toBe(3)
    } finally {
      await mend()
    }
    expect(withStatus((await doctor()).checks, 'failed')).toEqual([])
  })

  test
    .skipIf(onPath('aws') === undefined)
    .each([
      'key policy widened',
      'API policy widened',
      'a variable that makes other code run',
      'function policy widened',
      'rule disabled',
    ])('%s: the fix that is told mends it', async name => {
    await faults[name]?.inject()
    const [broken] = (await doctor()).checks.filter(({ status }) => status === 'failed')
    // Old versions know no AWS_ENDPOINT_URL.
    const fix = broken?.fix?.replace(/\baws (?=[a-z]+ [a-z-]+ --)/g, `aws --endpoint-url ${sandbox.aws.url} `)
    const environment = { ...sandbox.environment, AWS_EC2_METADATA_DISABLED: 'true' }
    expect(await run('sh', ['-c', fix ?? 'false'], { env: environment })).toMatchObject({ status: 0 })
    expect(withStatus((await doctor()).checks, 'failed')).toEqual([])
  })

  test('a changed API policy that its stage does not enforce yet, and somebody to be told who has not confirmed', async () => {
    const parameters = { SignerAddress: settings.signerAddress ?? '' }
    // Times tell deployments apart by the second.
    await delay(1000)
    const OperatorRoleArns = 'arn:aws:iam::000000000000:role/payer'
    await updateStack({ ...parameters, OperatorRoleArns, AlarmEmail: 'alarms@acme.example' })
    const { checks } = await doctor()
    expect(withStatus(checks, 'failed').toSorted()).toEqual(['api-deployment', 'topic'])
    expect(checkOf(checks, 'topic')?.found).toBe('nobody is told, not confirmed: email alarms@acme.example')
    const [api] = (await clients.api.send(new GetRestApisCommand({}))).items ?? []
    await clients.api.send(new CreateDeploymentCommand({ restApiId: api?.id, stageName: 'prod' }))
    expect(withStatus((await doctor()).checks, 'failed')).toEqual(['topic'])
    await updateStack(parameters)
  })

  test('alias gone', async () => {
    const AliasName = 'alias/treasury-admin-signer'
    await clients.kms.send(new DeleteAliasCommand({ AliasName }))
    const { checks } = await doctor()
    expect(withStatus(checks, 'failed')).toEqual(['key-alias'])
    expect(checkOf(checks, 'key-alias')?.fix).toBe(
      `aws kms create-alias --alias-name ${AliasName} --target-key-id ${keyArn}`,
    )
  })
})

describe('what the configuration names is not what there is', () => {
  test.each<[string, () => Promise<Partial<Context['config']>>, string]>([
    ['a key of another spec', async () => ({ keyId: await createKey('ECC_NIST_P256') }), 'key-spec'],
    ['no such key', async () => ({ keyId: keyArn.replace(/.{4}$/, '0000') }), 'key'],
    [
      'another address',
      async () => ({ signerAddress: '0x1111111111111111111111111111111111111111' }),
      'signer-address',
    ],
    ['no endpoint', async () => ({ endpoint: sandbox.chain.rpcUrl }), 'endpoint-unsigned'],
    ['another Region', async () => ({ keyId: keyArn.replace('eu-north-1', 'us-east-1') }), 'region'],
    [
      'an API key that is not accepted',
      async () => ({ crossmintApiKey: 'sk_staging_1111' }),
      'crossmint-key',
    ],
    ['a wallet that is not there', async () => ({ wallet: `0x${'22'.repeat(20)}` as const }), 'wallet'],
    ['a wallet with another signer', walletOfAnother, 'wallet-signer'],
  ])('%s', async (_, change, id) => {
    const { checks, exitCode } = await doctor(contextOf('administrator', await change()), 'nothing')
    expect(withStatus(checks, 'failed')).toContain(id)
    expect(exitCode).toBe(3)
  })

  test('another key and endpoint than the stack’s', async () => {
    const changed = { keyId: await createKey(), endpoint: 'http://127.0.0.1:1/prod' }
    const { checks } = await doctor(contextOf('administrator', changed))
    expect(withStatus(checks, 'failed')).toEqual(expect.arrayContaining(['key', 'endpoint']))
  })
})

describe('operators', () => {
  const stackName = 'treasury-signer'

  test('are added and removed, and twice is no error', async () => {
    const context = contextOf()
    const options = { stackName, name: 'auditor' }
    expect(await addOperator(context, options)).toMatchObject({ data: { changed: true } })
    expect(await addOperator(context, options)).toMatchObject({ data: { changed: false } })
    const { data } = await listOperators(context, { stackName })
    expect(data['users']).toEqual([
      { name: 'auditor', arn: sandbox.identities.auditor.arn },
      { name: 'operator', arn: sandbox.identities.operator.arn },
    ])
    expect(await removeOperator(context, options)).toMatchObject({ data: { changed: true } })
    expect(await removeOperator(context, options)).toMatchObject({ data: { changed: false } })
    expect((await listOperators(context, { stackName })).text).toBe('operator')
  })

  test('error: nobody of that name, no stack, no permission', async () => {
    await expect(addOperator(contextOf(), { stackName, name: 'nobody' })).rejects.toMatchObject({
      code: 'USER_NOT_FOUND',
      exitCode: 5,
    })
    await expect(listOperators(contextOf(), { stackName: 'nothing' })).rejects.toMatchObject({
      code: 'STACK_NOT_FOUND',
    })
    await expect(addOperator(contextOf('auditor'), { stackName, name: 'outsider' })).rejects.toMatchObject({
      code: 'PERMISSION_MISSING',
    })
  })
})

type PolicyStatement = { readonly Sid?: string; readonly Effect: string; readonly [element: string]: unknown }

/** @returns Puts the policy back. */
async function changeKeyPolicy(
  change: (statements: readonly PolicyStatement[]) => readonly PolicyStatement[],
): Promise<() => Promise<unknown>> {
  const { Policy: before = '' } = await clients.kms.send(new GetKeyPolicyCommand({ KeyId: keyArn }))
  const document = JSON.parse(before)
  const put = (policy: string): Promise<unknown> =>
    clients.kms.send(new PutKeyPolicyCommand({ KeyId: keyArn, Policy: policy }))
  await put(JSON.stringify({ ...document, Statement: change(document.Statement) }))
  return () => put(before)
}

/** @returns Puts the environment back. */
async function changeEnvironment(changed: Readonly<Record<string, string>>): Promise<() => Promise<unknown>> {
  const FunctionName = 'adminSigner'
  const { Environment } = await clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))
  const before = Environment?.Variables ?? {}
  const put = (Variables: Record<string, string>): Promise<unknown> =>
    clients.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }))
  await put({ ...before, ...changed })
  return () => put(before)
}

/** Replaces files of the function's code. */
async function changeCode(changed: CodeFiles): Promise<() => Promise<unknown>> {
  const FunctionName = 'adminSigner'
  const { Code } = await clients.lambda.send(new GetFunctionCommand({ FunctionName }))
  const before = new Uint8Array(await (await fetch(Code?.Location ?? '')).arrayBuffer())
  const update = (ZipFile: Uint8Array): Promise<unknown> =>
    clients.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }))
  await update(zipSync({ ...unzipSync(before), ...changed }))
  return () => update(before)
}

async function createKey(KeySpec: 'ECC_SECG_P256K1' | 'ECC_NIST_P256' = 'ECC_SECG_P256K1'): Promise<string> {
  const { KeyMetadata } = await clients.kms.send(new CreateKeyCommand({ KeySpec, KeyUsage: 'SIGN_VERIFY' }))
  return KeyMetadata?.Arn ?? ''
}

async function findTrail(): Promise<{ readonly Name: string }> {
  const { trailList = [] } = await clients.cloudTrail.send(new DescribeTrailsCommand({}))
  return { Name: trailList[0]?.TrailARN ?? '' }
}

async function walletOfAnother(): Promise<Partial<Context['config']>> {
  const { address } = await crossmint().createWallet({
    owner: 'COMPANY',
    alias: 'another',
    adminSigner: { type: 'external-wallet', address: '0x1111111111111111111111111111111111111111' },
  })
  return { wallet: address }
}
