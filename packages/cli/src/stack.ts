// The CloudFormation stack of a treasury signer as it is deployed: its outputs, and what is where.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
import {
  CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation'
import { splitArn } from '@coffer/sandbox/iam'
import type { Context } from './context.ts'
import { exitCodes } from './exitCodes.ts'
import { CliError } from './failure.ts'
import { withPermission } from './permission.ts'

export type Stack = {
  readonly name: string
  readonly arn: string
  /** For example `aws`. */
  readonly partition: string
  readonly region: string
  /** 12 digits. */
  readonly account: string
  /** For example `UPDATE_COMPLETE`. */
  readonly status: string
  /** The role with which CloudFormation changes it; undefined where it acts as whoever asks. */
  readonly roleArn?: string | undefined
  /** Values by key. */
  readonly outputs: Readonly<Record<string, string>>
  readonly resources: readonly StackResource[]
}

export type StackResource = {
  readonly logicalId: string
  /** For example `AWS::KMS::Key`. */
  readonly type: string
  /** Name, id or ARN, as the type has it. */
  readonly physicalId: string
}

/**
 * Reads a stack.
 *
 * @param stackName Its name or ARN.
 * @returns What it is, with every resource that exists.
 * @throws {CliError} STACK_NOT_FOUND, or PERMISSION_MISSING.
 */
export async function readStack(context: Context, stackName: string): Promise<Stack> {
  const client = new CloudFormationClient(context.aws)
  const on = `on the stack ${stackName}`
  const { Stacks = [] } = await withPermission(`cloudformation:DescribeStacks ${on}`, () =>
    client.send(new DescribeStacksCommand({ StackName: stackName })),
  ).catch((error: Error) => {
    if (error.name === 'ValidationError' && /does not exist/.test(error.message)) return { Stacks: [] }
    throw error
  })
  const [stack] = Stacks
  const [, partition = '', , region = '', account = ''] = splitArn(stack?.StackId ?? '') ?? []
  if (stack?.StackId === undefined)
    throw new CliError('STACK_NOT_FOUND', `there is no stack ${stackName} in this account and Region`, {
      exitCode: exitCodes.notFound,
      hints: ['coffer deploy', 'or name another one with --stack-name'],
    })
  const summaries = await withPermission(`cloudformation:ListStackResources ${on}`, async () => {
    const found: StackResourceSummary[] = []
    for await (const page of paginateListStackResources({ client }, { StackName: stackName }))
      found.push(...(page.StackResourceSummaries ?? []))
    return found
  })
  return {
    name: stack.StackName ?? stackName,
    arn: stack.StackId,
    partition,
    region,
    account,
    status: stack.StackStatus ?? '',
    roleArn: stack.RoleARN,
    outputs: Object.fromEntries(
      (stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    ),
    resources: summaries.flatMap(({ LogicalResourceId, ResourceType, PhysicalResourceId, ResourceStatus }) =>
      PhysicalResourceId === undefined || ResourceStatus === 'DELETE_COMPLETE'
        ? []
        : { logicalId: LogicalResourceId ?? '', type: ResourceType ?? '', physicalId: PhysicalResourceId },
    ),
  }
}

/**
 * An output of a stack.
 *
 * @throws {CliError} STACK_INCOMPLETE
 */
export function requireOutput(stack: Pick<Stack, 'name' | 'status' | 'outputs'>, name: string): string {
  const value = stack.outputs[name]
  if (value === undefined) throw incomplete(stack, `has no output ${name}`)
  return value
}

/** The physical id of the one resource of a type; undefined where there is none, or more than one. */
export function findResource(stack: Stack, type: string): string | undefined {
  const [first, second] = stack.resources.filter(resource => resource.type === type)
  return second === undefined ? first?.physicalId : undefined
}

/**
 * The physical id of the one resource of a type.
 *
 * @throws {CliError} STACK_INCOMPLETE
 */
export function requireResource(stack: Stack, type: string): string {
  const id = findResource(stack, type)
  if (id === undefined) throw incomplete(stack, `does not have one ${type}`)
  return id
}

function incomplete({ name, status }: Pick<Stack, 'name' | 'status'>, what: string): CliError {
  return new CliError(
    'STACK_INCOMPLETE',
    `the stack ${name} (${status}) ${what}: it is not, or not yet, a treasury signer`,
    { exitCode: exitCodes.refused, hints: ['coffer deploy', 'or name another one with --stack-name'] },
  )
}
