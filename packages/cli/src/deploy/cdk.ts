// Deploys and deletes the stack with the CDK CLI of this installation: no app of CDK, no configuration of the current
// directory, no network but AWS.
// https://docs.aws.amazon.com/cdk/v2/guide/cli.html
import { createRequire } from 'node:module'
import type { Context } from '../context.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import { readEvent, reasonsIn, runScript } from './cdkProcess.ts'
import type { Synthesized } from './synthesize.ts'
import type { Parameters } from './template.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export type CdkRun = {
  readonly synthesized: Synthesized
  /** Variables of this process: the CLI finds the AWS profile, a proxy and its home there. */
  readonly environment: Environment
  readonly region: string
  /** Path of the CLI's script. Default: the installed one. */
  readonly script?: string | undefined
}

/**
 * Deploys the stack.
 *
 * @param parameters Values to set; the other parameters keep theirs.
 * @param title What is going on, for people.
 * @throws {CliError} DEPLOY_FAILED with what CloudFormation said; INTERRUPTED.
 */
export async function cdkDeploy(
  context: Context,
  run: CdkRun,
  parameters: Parameters,
  title: string,
): Promise<void> {
  const { id, stackName } = run.synthesized
  const values = Object.entries(parameters).flatMap(([name, value]) => [
    '--parameters',
    `${stackName}:${name}=${value}`,
  ])
  const words = ['deploy', id, '--require-approval', 'never', ...values]
  await runCdk(context, run, words, { title, code: 'DEPLOY_FAILED', what: 'the deployment failed' })
}

/**
 * Deletes the stack.
 *
 * @throws {CliError} DESTROY_FAILED with what CloudFormation said; INTERRUPTED.
 */
export async function cdkDestroy(context: Context, run: CdkRun): Promise<void> {
  await runCdk(context, run, ['destroy', run.synthesized.id, '--force'], {
    title: `deleting the stack ${run.synthesized.stackName}`,
    code: 'DESTROY_FAILED',
    what: 'the stack could not be deleted',
  })
}

async function runCdk(
  context: Context,
  run: CdkRun,
  words: readonly string[],
  { title, code, what }: { readonly title: string; readonly code: string; readonly what: string },
): Promise<void> {
  const { directory, stackName } = run.synthesized
  const script = run.script ?? createRequire(import.meta.url).resolve('aws-cdk/bin/cdk')
  const always = ['--app', directory, '--no-notices', '--no-color', '--progress', 'events', '--ci']
  const environment = await environmentOf(context, run)
  const events = `aws cloudformation describe-stack-events --stack-name ${stackName}`
  await context.terminal.progress(title, async step => {
    const { end, lines } = await runScript({
      arguments: [script, ...words, ...always],
      // Here is no cdk.json that could add plugins or context.
      directory,
      environment,
      onLine: line => {
        const event = readEvent(line)
        if (event !== undefined) step(undefined, `${title} (${event.count}: ${event.resource})`)
      },
    })
    if (end === 'interrupted')
      throw new CliError('INTERRUPTED', 'interrupted; CloudFormation goes on with what it has begun', {
        exitCode: exitCodes.interrupted,
        hints: [`what happens: ${events}`, 'then repeat the same command: it goes on from there'],
      })
    if (end === 'failed')
      throw new CliError(code, [`${what}:`, ...reasonsIn(lines)].join('\n  '), {
        exitCode: exitCodes.failed,
        hints: [events],
      })
  })
}

async function environmentOf({ aws }: Context, { environment, region }: CdkRun): Promise<Environment> {
  return {
    ...environment,
    // Not the CDK's business.
    CROSSMINT_API_KEY: undefined,
    ...(aws.credentials === undefined ? {} : await credentialsOf(aws.credentials)),
    ...(aws.endpoint === undefined ? {} : { AWS_ENDPOINT_URL: aws.endpoint }),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CDK_DISABLE_VERSION_CHECK: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  }
}

// A profile would win over the credentials that are given.
async function credentialsOf(provide: NonNullable<Context['aws']['credentials']>): Promise<Environment> {
  const { accessKeyId, secretAccessKey, sessionToken } = await provide()
  return {
    AWS_PROFILE: undefined,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  }
}
