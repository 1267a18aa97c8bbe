// `coffer access` on the sandbox: the released stack lets nobody but the function sign, and whoever is let in besides is found.
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { APIGatewayClient, UpdateRestApiCommand } from '@aws-sdk/client-api-gateway'
import { DeleteUserPolicyCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import {
  CreateGrantCommand,
  GetKeyPolicyCommand,
  KMSClient,
  PutKeyPolicyCommand,
  RevokeGrantCommand,
} from '@aws-sdk/client-kms'
import { AddPermissionCommand, LambdaClient, RemovePermissionCommand } from '@aws-sdk/client-lambda'
import { type Identity, type Sandbox, startSandbox } from '@coffer/sandbox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { coffer, type Result } from './support/run.ts'

let sandbox: Sandbox
let directory: string
let expectFile: string
let aws: { endpoint: string; region: string; credentials: Credentials }
let keyArn: string

type Credentials = { readonly accessKeyId: string; readonly secretAccessKey: string }

const credentialsOf = ({ accessKeyId, secretAccessKey }: Identity): Credentials => ({
  accessKeyId,
  secretAccessKey,
})

async function review(args: readonly string[] = [], identity = sandbox.identities.auditor): Promise<Result> {
  const { accessKeyId, secretAccessKey } = identity
  const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
  return coffer(['access', ...args], { cwd: directory, env: { ...sandbox.environment, ...env } })
}

const user = (name: string): string => `arn:aws:iam::123456789012:user/${name}`
const role = (name: string): string => `arn:aws:iam::123456789012:role/${name}`

beforeAll(async () => {
  sandbox = await startSandbox()
  directory = await mkdtemp(join(tmpdir(), 'coffer-test-'))
  aws = {
    endpoint: sandbox.aws.url,
    region: sandbox.region,
    credentials: credentialsOf(sandbox.identities.administrator),
  }
  keyArn = sandbox.outputs()['KeyArn'] ?? ''
  expectFile = join(directory, 'access.json')
  const { status, stdout } = await review(['--json'])
  expect(status).toBe(0)
  await writeFile(expectFile, stdout)
})

afterAll(() => sandbox?.stop())

test('only the function signs; operators ask; administrators are named for what they could do', async () => {
  const { stdout } = await review(['--json'])
  const { who, access, notUnderstood } = JSON.parse(stdout)
  expect(who.sign).toEqual([role('adminSignerInvoker')])
  expect(who.invokeEndpoint).toContain(user('operator'))
  for (const name of ['outsider', 'auditor']) expect(Object.values(who).flat()).not.toContain(user(name))
  expect(who.changeKey).toContain(user('administrator'))
  expect(who.invokeFunction).toContain('apigateway.amazonaws.com')
  expect(notUnderstood).toEqual([])
  expect(access).toContainEqual(
    expect.objectContaining({
      principal: user('operator'),
      capability: 'invokeEndpoint',
      through: ['group treasury-operators: api-gateway-invoke-policy/InvokeSigningEndpoint'],
    }),
  )
  expect((await review(['--expect', expectFile])).status).toBe(0)
})

test('error: who may not read the policies is told which permission is missing', async () => {
  const { status, stderr } = await review([], sandbox.identities.operator)
  expect(status).toBe(4)
  expect(stderr).toContain('cloudformation:DescribeStacks')
})

const allow = (Action: string): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource: '*' } })

/** Lets somebody in, reviews, and puts them out again. */
const faults: Readonly<
  Record<string, readonly [letIn: () => Promise<() => Promise<unknown>>, capability: string, who: string]>
> = {
  'a policy of a user for the endpoint': [
    async () => {
      const iam = new IAMClient(aws)
      const named = { UserName: 'outsider', PolicyName: 'extra' }
      await iam.send(new PutUserPolicyCommand({ ...named, PolicyDocument: allow('execute-api:*') }))
      return () => iam.send(new DeleteUserPolicyCommand(named))
    },
    'invokeEndpoint',
    user('outsider'),
  ],
  'a key policy without its denial, that names somebody': [
    async () => {
      const kms = new KMSClient(aws)
      const { Policy = '' } = await kms.send(new GetKeyPolicyCommand({ KeyId: keyArn }))
      const document = JSON.parse(Policy)
      const Statement = [
        ...document.Statement.filter((one: { Sid: string }) => one.Sid !== 'DenySignToOthers'),
        { Effect: 'Allow', Principal: { AWS: user('auditor') }, Action: 'kms:Sign', Resource: '*' },
      ]
      const widened = JSON.stringify({ ...document, Statement })
      await kms.send(new PutKeyPolicyCommand({ KeyId: keyArn, Policy: widened }))
      return () => kms.send(new PutKeyPolicyCommand({ KeyId: keyArn, Policy }))
    },
    'sign',
    user('auditor'),
  ],
  'a grant': [
    async () => {
      const kms = new KMSClient(aws)
      const { Policy = '' } = await kms.send(new GetKeyPolicyCommand({ KeyId: keyArn }))
      const document = JSON.parse(Policy)
      const open = { Effect: 'Allow', Principal: { AWS: '123456789012' }, Action: 'kms:*', Resource: '*' }
      const Open = JSON.stringify({ ...document, Statement: [open] })
      await kms.send(new PutKeyPolicyCommand({ KeyId: keyArn, Policy: Open }))
      const { GrantId } = await kms.send(
        new CreateGrantCommand({ KeyId: keyArn, GranteePrincipal: user('outsider'), Operations: ['Sign'] }),
      )
      return async () => {
        await kms.send(new RevokeGrantCommand({ KeyId: keyArn, GrantId }))
        await kms.send(new PutKeyPolicyCommand({ KeyId: keyArn, Policy }))
      }
    },
    'sign',
    user('outsider'),
  ],
  "a function's policy for another account": [
    async () => {
      const lambda = new LambdaClient(aws)
      const named = { FunctionName: 'adminSigner', StatementId: 'Stranger' }
      await lambda.send(
        new AddPermissionCommand({
          ...named,
          Action: 'lambda:InvokeFunction',
          Principal: sandbox.identities.stranger.arn,
        }),
      )
      return () => lambda.send(new RemovePermissionCommand(named))
    },
    'invokeFunction',
    'arn:aws:iam::999999999999:user/stranger',
  ],
  "the API's policy for everybody": [
    async () => {
      const client = new APIGatewayClient(aws)
      const restApiId = /:(\w+)\/prod/.exec(
        JSON.stringify(JSON.parse((await review(['--json'])).stdout).access),
      )?.[1]
      const Statement = {
        Effect: 'Allow',
        Principal: '*',
        Action: 'execute-api:Invoke',
        Resource: 'execute-api:/*',
      }
      const value = JSON.stringify({ Version: '2012-10-17', Statement })
      await client.send(
        new UpdateRestApiCommand({ restApiId, patchOperations: [{ op: 'replace', path: '/policy', value }] }),
      )
      return async () => undefined
    },
    'invokeEndpoint',
    '*',
  ],
}

test.each(Object.entries(faults))('%s is found, and unexpected', async (_, [letIn, capability, who]) => {
  const putOut = await letIn()
  const { status, stdout } = await review(['--expect', expectFile, '--json'])
  await putOut()
  expect(status).toBe(3)
  expect(JSON.parse(stdout).unexpected).toContainEqual(
    expect.objectContaining({ capability, principal: who }),
  )
})
