// Where a deployment goes and what is there already: the caller, the stack with its template, CDK's bootstrap stack.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation'
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import type { Context } from '../context.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import { withPermission } from '../permission.ts'
import type { Deployment } from './changes.ts'
import { type Parameters, type Place, parseTemplate } from './template.ts'

/** Where, and as whom. */
export type Caller = Place & { readonly arn: string }

/** A stack that exists. */
export type CurrentStack = Deployment & {
  readonly name: string
  /** For example `UPDATE_COMPLETE`. */
  readonly status: string
  /** Values by key. */
  readonly outputs: Readonly<Record<string, string>>
}

/** Asks AWS who is calling, and finds the Region that the SDK uses. */
export async function readCaller(context: Context): Promise<Caller> {
  const client = new STSClient(context.aws)
  const { Account: account = '', Arn: arn = '' } = await client.send(new GetCallerIdentityCommand())
  return { account, arn, region: await client.config.region(), partition: arn.split(':')[1] ?? '' }
}

/**
 * Reads a stack, its parameters and its template.
 *
 * @returns Undefined where there is none, or only the shell of one that a change set left behind.
 * @throws {CliError} STACK_FOREIGN for a stack that is not Coffer's; TEMPLATE_NOT_UNDERSTOOD; PERMISSION_MISSING.
 */
export async function findStack(context: Context, name: string): Promise<CurrentStack | undefined> {
  const client = new CloudFormationClient(context.aws)
  const stack = await describe(client, name)
  if (stack === undefined || stack.StackStatus === 'REVIEW_IN_PROGRESS') return undefined
  const { TemplateBody = '' } = await withPermission(`cloudformation:GetTemplate on the stack ${name}`, () =>
    client.send(new GetTemplateCommand({ StackName: name, TemplateStage: 'Original' })),
  )
  const template = parseTemplate(TemplateBody)
  // One whose creation failed at once may have no template, and nothing that could be anybody's.
  if (template.Resources !== undefined && template.Description?.includes('(Coffer)') !== true)
    throw new CliError('STACK_FOREIGN', `the stack ${name} is not one of Coffer's; nothing was changed`, {
      exitCode: exitCodes.refused,
      hints: ['name another stack with --stack-name'],
    })
  return {
    name,
    status: stack.StackStatus ?? '',
    template,
    parameters: toRecord(stack.Parameters, ({ ParameterKey, ParameterValue }) => [
      ParameterKey,
      ParameterValue,
    ]),
    outputs: toRecord(stack.Outputs, ({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
  }
}

/**
 * Checks that CDK can deploy there.
 *
 * @param parameterName Where CDK's bootstrap stack leaves its version.
 * @throws {CliError} NOT_BOOTSTRAPPED
 */
export async function requireBootstrap(
  context: Context,
  parameterName: string,
  { account, region }: Place,
): Promise<void> {
  const client = new SSMClient(context.aws)
  await withPermission(`ssm:GetParameter on ${parameterName}`, () =>
    client.send(new GetParameterCommand({ Name: parameterName })),
  ).catch((error: Error) => {
    if (error.name !== 'ParameterNotFound') throw error
    throw new CliError(
      'NOT_BOOTSTRAPPED',
      `CDK has not been prepared for account ${account} in ${region}: that creates, once, a bucket for code and roles for deploying`,
      { exitCode: exitCodes.refused, hints: [`npx cdk bootstrap aws://${account}/${region}`] },
    )
  })
}

async function describe(client: CloudFormationClient, name: string): Promise<Stack | undefined> {
  try {
    const { Stacks } = await withPermission(`cloudformation:DescribeStacks on the stack ${name}`, () =>
      client.send(new DescribeStacksCommand({ StackName: name })),
    )
    return Stacks?.[0]
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message))
      return undefined
    throw error
  }
}

function toRecord<T>(
  items: readonly T[] | undefined,
  read: (item: T) => readonly [string | undefined, string | undefined],
): Parameters {
  return Object.fromEntries(
    (items ?? []).map(item => read(item)).map(([key = '', value = '']) => [key, value]),
  )
}
