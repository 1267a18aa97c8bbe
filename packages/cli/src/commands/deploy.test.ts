// From nothing to a signer and back, in one life of the sandbox: each test begins where the one before ended.
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { APIGatewayClient, GetStageCommand } from '@aws-sdk/client-api-gateway'
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { AddUserToGroupCommand, IAMClient, RemoveUserFromGroupCommand } from '@aws-sdk/client-iam'
import { DescribeKeyCommand } from '@aws-sdk/client-kms'
import { type Sandbox, startSandbox } from '@coffer/sandbox'
import { loadPolicy, readPolicySource } from '@coffer/service/policy'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadConfig } from '../config.ts'
import { type Context, createContext } from '../context.ts'
import type { Changes } from '../deploy/changes.ts'
import { readStack, requireResource } from '../stack.ts'
import { createStyle, type Terminal } from '../terminal.ts'
import { deploy } from './deploy.ts'
import { destroy } from './destroy.ts'
import { addressOf } from './key.ts'

const stackName = 'treasury-signer'
let sandbox: Sandbox
let directory: string
const notes: string[] = []

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coffer-deploy-test-'))
  sandbox = await startSandbox({ stack: 'none' })
})
afterAll(async () => {
  await sandbox.stop()
  await rm(directory, { recursive: true })
})

/** As the administrator; the configuration is read anew each time, because the command before may have written it. */
async function createTestContext(answer: 'yes' | 'no' = 'yes'): Promise<Context> {
  notes.length = 0
  const terminal: Terminal = {
    json: false,
    style: createStyle(false),
    note: text => notes.push(text),
    progress: async (text, work) => {
      notes.push(text)
      return work(() => undefined)
    },
    confirm: async question => {
      notes.push(question)
      return answer
    },
  }
  const { accessKeyId, secretAccessKey } = sandbox.identities.administrator
  return createContext({
    config: await loadConfig({ directory, environment: {} }),
    terminal,
    aws: {
      region: sandbox.region,
      endpoint: sandbox.aws.url,
      credentials: async () => ({ accessKeyId, secretAccessKey }),
    },
    readStandardInput: async () => new Uint8Array(),
  })
}

const environment = { PATH: process.env['PATH'], HOME: tmpdir() }

async function runDeploy(...parameters: readonly string[]) {
  const options = { stackName, parameters, isPrivate: false, yes: false, environment }
  return deploy(await createTestContext(), options)
}

async function runDestroy(key: 'keep' | 'delete', options: { yes?: boolean; stackName?: string } = {}) {
  return destroy(await createTestContext(), { stackName, key, yes: false, environment, ...options })
}

async function readSettings(): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(directory, 'coffer.json'), 'utf8'))
}

async function parametersOfStack(): Promise<Readonly<Record<string, string | undefined>>> {
  const client = new CloudFormationClient((await createTestContext()).aws)
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stackName }))
  return Object.fromEntries(
    (Stacks?.[0]?.Parameters ?? []).map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]),
  )
}

async function deploymentOfStage(): Promise<string | undefined> {
  const context = await createTestContext()
  const restApiId = requireResource(await readStack(context, stackName), 'AWS::ApiGateway::RestApi')
  const client = new APIGatewayClient(context.aws)
  const { deploymentId } = await client.send(new GetStageCommand({ restApiId, stageName: 'prod' }))
  return deploymentId
}

let keyArn: string

test('faults of the parameters and a refusal by the person change nothing', async () => {
  await expect(runDeploy('Nonsense=1', 'MultiRegion=maybe')).rejects.toMatchObject({
    code: 'PARAMETERS_INVALID',
    message: expect.stringMatching(/Nonsense[\s\S]*MultiRegion/),
  })
  const options = { stackName, parameters: [], isPrivate: false, yes: false, environment }
  await expect(deploy(await createTestContext('no'), options)).rejects.toMatchObject({
    code: 'NOT_CONFIRMED',
  })
  expect(sandbox.outputs()).toEqual({})
})

test('the first deployment: shown, asked for, done, pinned and saved', async () => {
  const { data, text } = await runDeploy('AlarmEmail=alarms@acme.example')
  keyArn = String(data['keyArn'])
  const address = await addressOf((await createTestContext()).kms(), keyArn)
  expect(data).toMatchObject({ signerAddress: address, saved: true, changes: { isFirst: true } })
  expect(await readSettings()).toEqual({
    keyId: keyArn,
    signerAddress: address,
    endpoint: sandbox.outputs()['InvokeUrl']?.replace(/\/$/, ''),
    region: sandbox.region,
  })
  expect(await parametersOfStack()).toMatchObject({ SignerAddress: address })
  expect(text).toContain('alarms@acme.example')
  expect(text).toContain('coffer operator add NAME')
})

test('without a policy the signer refuses everything, which is said before and after', async () => {
  const { data, text } = await runDeploy()
  expect(data['policy']).toMatchObject({ rules: 0, version: sandbox.outputs()['PolicyVersion'] })
  expect(text).toContain('no policy: the signer refuses everything; next: coffer policy init')
})

test('again: nothing to change, and CDK is not run', async () => {
  const { data, text } = await runDeploy()
  expect(data).toMatchObject({ changes: { isEmpty: true }, keyArn })
  expect(text).toMatch(/^nothing to change/)
  expect(notes.join('\n')).not.toMatch(/deploying|Change this/)
})

test('a parameter alone: what it lets in is shown, and the API applies it once; what was not pinned is pinned next', async () => {
  const before = await deploymentOfStage()
  const role = 'arn:aws:iam::123456789012:role/payments'
  const { data } = await runDeploy(`OperatorRoleArns=${role}`, 'SignerAddress=')
  expect(notes.join('\n')).toContain(`may ask for signatures now: ${role}`)
  expect(notes).toContainEqual(expect.stringContaining('deploying the stage again'))
  expect((data['changes'] as Changes).permissions).toMatchObject([
    { change: 'added', widens: true, permission: { sid: 'AllowOperatorRoles', who: [role] } },
  ])
  expect(await deploymentOfStage()).not.toBe(before)
  expect(await parametersOfStack()).toMatchObject({ SignerAddress: '' })
  const { data: next } = await runDeploy()
  expect(notes).not.toContainEqual(expect.stringContaining('deploying the stage again'))
  expect(await parametersOfStack()).toMatchObject({
    SignerAddress: next['signerAddress'],
    AlarmEmail: 'alarms@acme.example',
    OperatorRoleArns: role,
  })
})

async function writePolicy(rules: string): Promise<void> {
  await mkdir(join(directory, 'policy'), { recursive: true })
  await writeFile(join(directory, 'policy/treasury.cedar'), rules)
  await writeFile(join(directory, 'policy/treasury.json'), '{}')
}

const rule = '@id("nothing") forbid (principal, action, resource);\n'

test('a policy with faults: each is told with its place, and nothing is changed', async () => {
  const before = sandbox.outputs()
  await writePolicy(`${rule}permit (principal, action;\n`)
  await expect(runDeploy()).rejects.toMatchObject({
    code: 'POLICY_INVALID',
    exitCode: 2,
    message: expect.stringMatching(/policy\/treasury\.cedar:\d+:\d+: /),
  })
  expect(notes).toEqual([])
  expect(sandbox.outputs()).toEqual(before)
})

test('a policy that does not decide its own cases as they say is not deployed', async () => {
  const before = sandbox.outputs()
  await writePolicy(rule)
  const cases = join(directory, 'policy/cases.yaml')
  const body = `{ signerAddress: "0x${'1'.repeat(40)}", message: "0x${'2'.repeat(64)}" }`
  const principal = 'arn:aws:iam::111122223333:user/operator'
  await writeFile(
    cases,
    `cases:\n  - { name: a bare hash, principal: "${principal}", request: ${body}, expect: allow }\n`,
  )
  await expect(runDeploy()).rejects.toMatchObject({
    code: 'POLICY_CASES_FAILED',
    exitCode: 3,
    message: expect.stringContaining('a bare hash'),
    hints: ['coffer policy test'],
  })
  expect(sandbox.outputs()).toEqual(before)
  await rm(cases)
})

test('a policy beside coffer.json is deployed: both versions are shown, and the stack tells the new one', async () => {
  const { PolicyVersion: before = '' } = sandbox.outputs()
  await writePolicy(rule)
  const { version } = loadPolicy(readPolicySource(join(directory, 'policy')))
  await expect(
    deploy(await createTestContext('no'), {
      stackName,
      parameters: [],
      isPrivate: false,
      yes: false,
      environment,
    }),
  ).rejects.toMatchObject({ code: 'NOT_CONFIRMED' })
  expect(sandbox.outputs()['PolicyVersion']).toBe(before)
  const { data, text } = await runDeploy()
  const shown = notes.join('\n')
  expect(shown).toContain(`${before.slice(0, 12)} -> ${version.slice(0, 12)} (1 rule)`)
  expect(shown).toContain('the policy changes')
  expect(sandbox.outputs()['PolicyVersion']).toBe(version)
  expect(data['policy']).toEqual({ directory: join(directory, 'policy'), version, rules: 1 })
  expect(text).toContain(`${version.slice(0, 12)} (1 rule)`)
  expect(await runDeploy()).toMatchObject({ data: { changes: { isEmpty: true } } })
})

test('a policy that stays is not called a change', async () => {
  await runDeploy('ThrottleRate=7')
  expect(notes.join('\n')).toContain('(1 rule), as it is')
  expect(notes.join('\n')).not.toContain('the policy changes')
})

test('a policy is not lost because its directory is not found', async () => {
  await rename(join(directory, 'policy'), join(directory, 'elsewhere'))
  const before = sandbox.outputs()
  await expect(runDeploy()).rejects.toMatchObject({
    code: 'POLICY_MISSING',
    exitCode: 3,
    message: expect.stringContaining(before['PolicyVersion']?.slice(0, 12) ?? ''),
    hints: expect.arrayContaining([expect.stringContaining('--policy')]),
  })
  expect(sandbox.outputs()).toEqual(before)
  const policy = join(directory, 'elsewhere')
  const options = { stackName, parameters: [], policy, isPrivate: false, yes: false, environment }
  await expect(deploy(await createTestContext(), options)).resolves.toMatchObject({
    data: { changes: { isEmpty: true }, policy: { directory: policy } },
  })
  await rename(policy, join(directory, 'policy'))
})

test('another kind of key, another address, or an open door by accident: refused', async () => {
  await expect(runDeploy('MultiRegion=true')).rejects.toMatchObject({ code: 'KEY_IMMUTABLE' })
  await expect(runDeploy(`SignerAddress=0x${'1'.repeat(40)}`)).rejects.toMatchObject({
    code: 'SIGNER_ADDRESS_DIFFERS',
    message: expect.stringContaining(keyArn),
  })
  await expect(runDeploy('ExistingKeyArn=')).resolves.toMatchObject({ data: { changes: { isEmpty: true } } })
})

test('what cannot be had twice: said resource by resource; what is left is refused, and can be removed', async () => {
  const second = {
    stackName: 'second',
    parameters: ['KeyAlias=other'],
    isPrivate: false,
    yes: true,
    environment,
  }
  await expect(deploy(await createTestContext(), second)).rejects.toMatchObject({
    code: 'DEPLOY_FAILED',
    message: expect.stringMatching(/AWS::IAM::Role .*adminSignerInvoker/),
  })
  await expect(deploy(await createTestContext(), second)).rejects.toMatchObject({
    code: 'STACK_BROKEN',
    hints: expect.arrayContaining(['coffer destroy --keep-key --stack-name second']),
  })
  await expect(runDestroy('keep', { stackName: 'second' })).resolves.toMatchObject({
    data: { wasThere: true },
  })
})

test('a name that is wrong does not cost the key', async () => {
  await expect(runDestroy('delete', { stackName: 'treasury-singer', yes: true })).rejects.toMatchObject({
    code: 'STACK_NOT_FOUND',
    message: expect.stringContaining(`${keyArn} belonged to one; it was left alone`),
  })
})

test('destroy: not while somebody is in the group, and not without a yes', async () => {
  const context = await createTestContext()
  const iam = new IAMClient(context.aws)
  const member = { GroupName: 'treasury-operators', UserName: sandbox.identities.operator.name }
  await iam.send(new AddUserToGroupCommand(member))
  await expect(runDestroy('delete')).rejects.toMatchObject({
    code: 'GROUP_HAS_MEMBERS',
    hints: [`coffer operator remove ${member.UserName}`],
  })
  await iam.send(new RemoveUserFromGroupCommand(member))
  const options = { stackName, key: 'delete', yes: false, environment } as const
  await expect(destroy(await createTestContext('no'), options)).rejects.toMatchObject({
    code: 'NOT_CONFIRMED',
  })
  const { KeyMetadata } = await context.kms().send(new DescribeKeyCommand({ KeyId: keyArn }))
  expect(KeyMetadata?.KeyState).toBe('Enabled')
})

test('destroy --keep-key: what stays is shown, the key among it, and how to use it again', async () => {
  const { data, text } = await runDestroy('keep')
  expect(notes.join('\n')).toMatch(/stays:[\s\S]*AWS::KMS::Key[\s\S]*AWS::S3::Bucket/)
  expect(data).toMatchObject({ wasThere: true, keyArn })
  expect(text).toContain(`ExistingKeyArn=${keyArn}`)
  expect(sandbox.outputs()).toEqual({})
  await expect(runDestroy('keep')).resolves.toMatchObject({ data: { wasThere: false } })
})

test('deployed anew, the alias of the key that stayed is in the way, and the key itself is not', async () => {
  await expect(runDeploy()).rejects.toMatchObject({
    code: 'ALIAS_EXISTS',
    hints: [expect.stringContaining(`ExistingKeyArn=${keyArn}`), expect.any(String)],
  })
  const { data, text } = await runDeploy(`ExistingKeyArn=${keyArn}`)
  expect(data).toMatchObject({ keyArn, changes: { isFirst: true } })
  expect(data['signerAddress']).toBe((await readSettings())['signerAddress'])
  expect(text).toContain('put-key-policy')
})

test('destroy --delete-key: the key waits for its deletion; said again when repeated', async () => {
  const { data } = await runDestroy('delete')
  expect(notes.join('\n')).toContain(`AND THE KEY ${keyArn}`)
  expect(notes.join('\n')).toContain('cancel-key-deletion')
  const { KeyMetadata } = await (await createTestContext())
    .kms()
    .send(new DescribeKeyCommand({ KeyId: keyArn }))
  expect(KeyMetadata?.KeyState).toBe('PendingDeletion')
  expect(data).toMatchObject({ keyArn, deletionDate: KeyMetadata?.DeletionDate?.toISOString() })
  await expect(runDestroy('delete', { yes: true })).resolves.toMatchObject({
    data: { wasThere: false, keyArn, deletionDate: data['deletionDate'] },
  })
})
