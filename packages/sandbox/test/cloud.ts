// A cloud in which the released template is deployed, with code of the test's own behind the API, and the operator in the group.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Cloud, createCloud } from '../src/aws/cloud.ts'
import { applyToAccount } from '../src/aws/deploy/account.ts'
import { applyKeys } from '../src/aws/deploy/keys.ts'
import { createSession, type Identity } from '../src/aws/identity.ts'
import { addToGroup } from '../src/iam/account.ts'
import type { Deployment } from '../src/iam/template/deployment.ts'
import { loadTemplate } from '../src/iam/template.ts'

export const releasedTemplate: string = readFileSync(
  createRequire(import.meta.url).resolve('@coffer/infra/template/treasury-signer.template.json'),
  'utf8',
)

export type DeployedCloud = {
  readonly cloud: Cloud
  readonly deployment: Deployment
  /** The session in which the code of the function runs. */
  readonly lambda: Identity
}

/** @param invoke The code behind the API. */
export const createDeployedCloud = (
  invoke: (event: unknown) => Promise<unknown>,
  options: Parameters<typeof createCloud>[0] & { readonly parameters?: Record<string, string> } = {},
): DeployedCloud => {
  const cloud = createCloud(options)
  const { accountId } = cloud.account
  const parameters = { CodeBucket: 'code', CodeKey: 'code.zip', ...options.parameters }
  const deployment = loadTemplate(JSON.parse(releasedTemplate), {
    accountId,
    region: cloud.region,
    stackName: 'treasury-signer',
    parameters,
  })
  cloud.account = addToGroup(
    applyToAccount(cloud.account, deployment, undefined),
    'operator',
    'treasury-operators',
  )
  applyKeys(cloud, deployment)
  for (const { id, policy } of deployment.apis) cloud.enforced.set(id, { deploymentId: '', policy, since: 0 })
  const [{ arn: functionArn, name: session } = { arn: '', name: '' }] = deployment.functions
  const running = { invoke, stop: async () => undefined }
  cloud.code.set(functionArn, { zip: new Uint8Array(), running })
  const lambda = createSession({ role: 'adminSignerInvoker', session, accountId, functionArn }, cloud.random)
  cloud.credentials.set(lambda.accessKeyId, lambda)
  return { cloud, deployment, lambda }
}

/** A session of a role that may do everything: the one as which CloudFormation acts. */
export const createAdministratorSession = (cloud: Cloud): Identity => {
  const { accountId } = cloud.account
  const role = `cdk-hnb659fds-cfn-exec-role-${accountId}-${cloud.region}`
  const identity = createSession({ role, session: 'test', accountId }, cloud.random)
  cloud.credentials.set(identity.accessKeyId, identity)
  return identity
}
