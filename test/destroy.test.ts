// `coffer destroy --keep-key` keeps its word: a template that would take the key along is refused.
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation'
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { type Sandbox, startSandbox } from '@coffer/sandbox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { coffer, type Result } from './support/run.ts'

let sandbox: Sandbox
let directory: string
let keyArn: string

beforeAll(async () => {
  sandbox = await startSandbox()
  directory = await mkdtemp(join(tmpdir(), 'coffer-test-'))
  keyArn = sandbox.outputs()['KeyArn'] ?? ''
})

afterAll(() => sandbox?.stop())

const access = () => {
  const { accessKeyId, secretAccessKey } = sandbox.identities.administrator
  return {
    endpoint: sandbox.aws.url,
    region: sandbox.region,
    credentials: { accessKeyId, secretAccessKey },
  }
}

const run = (...args: readonly string[]): Promise<Result> =>
  coffer([...args, '--json'], { cwd: directory, env: sandbox.environment })

const keyState = async (): Promise<string | undefined> =>
  (await new KMSClient(access()).send(new DescribeKeyCommand({ KeyId: keyArn }))).KeyMetadata?.KeyState

const codeOf = ({ stdout }: Result): string | undefined => JSON.parse(stdout).error?.code

test('error: what becomes of the key must be said', async () => {
  expect(codeOf(await run('destroy', '--yes'))).toBe('KEY_UNDECIDED')
  expect(codeOf(await run('destroy', '--keep-key', '--delete-key', '--yes'))).toBe('KEY_UNDECIDED')
})

test('error: not while somebody is in the group; the way out is named', async () => {
  const result = await run('destroy', '--keep-key', '--yes')
  expect(result.status).toBe(3)
  expect(JSON.parse(result.stdout).error).toMatchObject({
    code: 'GROUP_HAS_MEMBERS',
    hints: ['coffer operator remove operator'],
  })
  expect((await run('operator', 'remove', 'operator')).status).toBe(0)
})

test('error: a template that does not retain the key', async () => {
  const client = new CloudFormationClient(access())
  const StackName = 'treasury-signer'
  const { TemplateBody = '' } = await client.send(new GetTemplateCommand({ StackName }))
  const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }))
  const template = JSON.parse(TemplateBody)
  for (const resource of Object.values<{ Type: string; DeletionPolicy: string }>(template.Resources))
    if (resource.Type === 'AWS::KMS::Key') resource.DeletionPolicy = 'Delete'
  const update = (body: string): Promise<unknown> =>
    client.send(
      new UpdateStackCommand({
        StackName,
        TemplateBody: body,
        Capabilities: ['CAPABILITY_NAMED_IAM'],
        Parameters: stack?.Parameters?.map(({ ParameterKey }) => ({ ParameterKey, UsePreviousValue: true })),
      }),
    )
  await update(JSON.stringify(template))
  expect(codeOf(await run('destroy', '--keep-key', '--yes'))).toBe('KEY_NOT_KEPT')
  expect(await keyState()).toBe('Enabled')
  await update(TemplateBody)
})

test('the key is kept, and can be used again; a second time there is nothing to do', async () => {
  const { status, stdout } = await run('destroy', '--keep-key', '--yes')
  expect({ status, ...JSON.parse(stdout) }).toMatchObject({ status: 0, wasThere: true, keyArn })
  expect(await keyState()).toBe('Enabled')
  expect(sandbox.outputs()).toEqual({})
  expect(JSON.parse((await run('destroy', '--keep-key', '--yes')).stdout)).toMatchObject({ wasThere: false })
})
