// The code of the functions of a deployment: unpacked from its zip file and run as the function's role.
// Lambda Developer Guide, "Defining Lambda function permissions with an execution role".
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve, sep } from 'node:path'
import { unzipSync } from 'fflate'
import { type Account, serviceCaller } from '../../iam/account.ts'
import { authorizeAssumeRole } from '../../iam/authorize.ts'
import type { Deployment, LambdaFunction } from '../../iam/template/deployment.ts'
import { startFunction } from '../../lambda/function.ts'
import type { Cloud, FunctionCode } from '../cloud.ts'
import { createSession } from '../identity.ts'
import { StackError } from './stackError.ts'

/**
 * Makes the functions of a deployment ready to be invoked, each with the credentials of its role. They find AWS where the
 * cloud's services listen.
 *
 * @param cloud The cloud.
 * @param account The account as it will be.
 * @param deployment What is deployed.
 * @param before What the same stack deployed before: its functions end.
 * @throws {STACK_FAILED} there is no such zip file, it cannot be run, or Lambda may not assume the role.
 */
export const startCode = async (
  cloud: Cloud,
  account: Account,
  deployment: Deployment,
  before: Deployment | undefined,
): Promise<void> => {
  const zips = deployment.functions.map(({ code }) => {
    const zip = cloud.buckets.get(code.bucket)?.get(code.key)
    if (zip) return zip
    throw new StackError(deployment.stackName, [`There is no s3://${code.bucket}/${code.key}.`])
  })
  for (const lambda of deployment.functions) requireAssumable(cloud, account, deployment, lambda)
  const started = new Map<string, FunctionCode>()
  try {
    for (const [index, lambda] of deployment.functions.entries())
      started.set(lambda.arn, await run(cloud, lambda, zips[index] ?? new Uint8Array()))
  } catch (error) {
    for (const { running } of started.values()) await running.stop()
    throw new StackError(deployment.stackName, [error instanceof Error ? error.message : String(error)])
  }
  const ended = (before?.functions ?? []).map(({ arn }) => ({ arn, code: cloud.code.get(arn) }))
  for (const { arn } of ended) cloud.code.delete(arn)
  for (const [arn, code] of started) cloud.code.set(arn, code)
  // Only what has been replaced ends, and not before its successor serves.
  for (const { arn, code } of ended) {
    await code?.running.stop()
    if (!started.has(arn)) revoke(cloud, arn)
  }
}

/** Ends the functions of a deployment. */
export const stopCode = async (cloud: Cloud, deployment: Deployment): Promise<void> => {
  for (const { arn } of deployment.functions) {
    await cloud.code.get(arn)?.running.stop()
    cloud.code.delete(arn)
    revoke(cloud, arn)
  }
}

/**
 * Gives a function other code.
 *
 * @param cloud The cloud.
 * @param lambda The function.
 * @param zip The zip file.
 */
export const replaceCode = async (cloud: Cloud, lambda: LambdaFunction, zip: Uint8Array): Promise<void> => {
  const next = await run(cloud, lambda, zip)
  const before = cloud.code.get(lambda.arn)
  cloud.code.set(lambda.arn, next)
  await before?.running.stop()
}

const run = async (cloud: Cloud, lambda: LambdaFunction, zip: Uint8Array): Promise<FunctionCode> => {
  const identity = createSession(
    {
      role: lambda.roleArn.slice(lambda.roleArn.lastIndexOf('/') + 1),
      session: lambda.name,
      accountId: cloud.account.accountId,
      functionArn: lambda.arn,
    },
    cloud.random,
  )
  const directory = await unpack(zip)
  try {
    const running = await startFunction({
      bundle: directory,
      handler: lambda.handler,
      functionArn: lambda.arn,
      environment: lambda.environment,
      credentials: identity,
      endpointUrl: cloud.urls.aws,
      timeoutMs: lambda.timeout * 1000,
      memoryMb: lambda.memorySize,
      onLog: cloud.onLog,
    })
    // Not before: where this code cannot run, the one before it goes on with its credentials.
    revoke(cloud, lambda.arn)
    cloud.credentials.set(identity.accessKeyId, identity)
    return { zip, running }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

const revoke = (cloud: Cloud, functionArn: string): void => {
  for (const [id, identity] of cloud.credentials)
    if (identity.functionArn === functionArn) cloud.credentials.delete(id)
}

const requireAssumable = (
  cloud: Cloud,
  account: Account,
  { stackName }: Deployment,
  lambda: LambdaFunction,
): void => {
  const role = [...account.roles.values()].find(one => one.arn === lambda.roleArn)
  const { denial } = role
    ? authorizeAssumeRole(account, {
        caller: serviceCaller('lambda.amazonaws.com'),
        connection: { isSecure: true, sourceIp: '127.0.0.1', time: cloud.now() },
        role,
        sourceArn: lambda.arn,
      })
    : { denial: 'there is no such role' }
  if (denial !== undefined)
    throw new StackError(stackName, ['The role defined for the function cannot be assumed by Lambda.'])
}

const unpack = async (zip: Uint8Array): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'coffer-function-'))
  for (const [name, content] of Object.entries(unzipSync(zip))) {
    const path = resolve(directory, name)
    // An entry such as `../x` would be written elsewhere.
    if (!path.startsWith(directory + sep) || name.endsWith('/')) continue
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
  }
  return directory
}
