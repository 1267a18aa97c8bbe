// What was deployed: the stack's template, its parameters filled in and its references resolved, as plain data.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplate.html
import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation'
import { loadTemplate } from '@coffer/sandbox/iam'
import type { Context } from '../context.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import { withPermission } from '../permission.ts'
import type { Stack } from '../stack.ts'

export type Deployed = {
  /** Values by name. */
  readonly parameters: Readonly<Record<string, string>>
  readonly key: {
    readonly policy: unknown
    /** `alias/...`; undefined where the key is not the stack's own. */
    readonly alias: string | undefined
  }
  readonly api: { readonly policy: unknown; readonly stage: string; readonly logicalId: string }
  readonly function: {
    readonly name: string
    readonly arn: string
    readonly roleArn: string
    readonly runtime: string
    readonly handler: string
    readonly architecture: string
    readonly environment: Readonly<Record<string, string>>
    /** Where its zip file is. */
    readonly code: { readonly bucket: string; readonly key: string }
    readonly policy: unknown
  }
  readonly role: Policies & { readonly name: string; readonly trust: unknown }
  readonly group: Policies & { readonly name: string }
  readonly watches: readonly Watch[]
}

/** What a role or a group is allowed. */
export type Policies = {
  /** Documents of the inline policies by name. */
  readonly inline: Readonly<Record<string, unknown>>
  /** ARNs. */
  readonly attached: readonly string[]
}

/** A trail, an alarm, an event rule, a topic or a subscription. */
export type Watch = {
  /** For example `AWS::CloudWatch::Alarm`. */
  readonly type: string
  readonly name: string
  readonly arn: string
  readonly properties: Readonly<Record<string, unknown>>
}

/**
 * Reads what was deployed.
 *
 * @param stack What CloudFormation created, with its ids.
 * @throws {CliError} TEMPLATE_NOT_UNDERSTOOD, STACK_INCOMPLETE, or PERMISSION_MISSING.
 */
export async function readDeployed(context: Context, stack: Stack): Promise<Deployed> {
  const client = new CloudFormationClient(context.aws)
  const on = `on the stack ${stack.name}`
  const [{ TemplateBody = '' }, { Stacks = [] }] = await Promise.all([
    withPermission(`cloudformation:GetTemplate ${on}`, () =>
      client.send(new GetTemplateCommand({ StackName: stack.arn, TemplateStage: 'Original' })),
    ),
    withPermission(`cloudformation:DescribeStacks ${on}`, () =>
      client.send(new DescribeStacksCommand({ StackName: stack.arn })),
    ),
  ])
  const parameters = Object.fromEntries(
    (Stacks[0]?.Parameters ?? []).map(({ ParameterKey = '', ParameterValue = '', ResolvedValue }) => [
      ParameterKey,
      ResolvedValue ?? ParameterValue,
    ]),
  )
  return resolveDeployed(TemplateBody, parameters, stack)
}

/**
 * Resolves a template as it was deployed.
 *
 * @param templateBody JSON.
 * @param parameters Values by name.
 * @param stack What CloudFormation created of it.
 * @throws {CliError} TEMPLATE_NOT_UNDERSTOOD, or STACK_INCOMPLETE.
 */
export function resolveDeployed(
  templateBody: string,
  parameters: Readonly<Record<string, string>>,
  stack: Stack,
): Deployed {
  const { template, deployment } = understand(templateBody, parameters, stack)
  const [lambda] = deployment.functions
  const [api] = deployment.apis
  const [group] = deployment.groups
  const role = deployment.roles.find(({ arn }) => arn === lambda?.roleArn)
  const [stage] = api?.stages ?? []
  if (!lambda || !api || !group || !role || !stage)
    throw new CliError('STACK_INCOMPLETE', `the stack ${stack.name} is not a treasury signer`, {
      exitCode: exitCodes.refused,
      hints: ['name another one with --stack-name'],
    })
  const [key] = deployment.keys
  const required = deployment.outputs.find(({ name }) => name === 'RequiredKeyPolicy')?.value
  const logicalIdOf = (physicalId: string): string =>
    deployment.resources.find(one => one.physicalId === physicalId)?.logicalId ?? ''
  const { name, arn, roleArn, runtime, handler, environment, code, policy } = lambda
  const architecture = template.Resources[logicalIdOf(name)]?.Properties?.Architectures?.[0] ?? 'x86_64'
  return toRealIds(deployment, stack, {
    parameters,
    key: {
      policy: key?.policy.document ?? (required === undefined ? undefined : JSON.parse(required)),
      alias: key?.aliases[0],
    },
    api: { policy: api.policy?.document, stage: stage.name, logicalId: logicalIdOf(api.id) },
    function: {
      name,
      arn,
      roleArn,
      runtime,
      handler,
      architecture,
      environment,
      code,
      policy: policy?.document,
    },
    role: {
      name: role.name,
      trust: role.trust.document,
      ...toPolicies(deployment.attached.roles, role.name),
    },
    group: { name: group.name, ...toPolicies(deployment.attached.groups, group.name) },
    watches: deployment.watches,
  })
}

type Deployment = ReturnType<typeof loadTemplate>

type Template = {
  readonly Resources: Readonly<
    Record<string, { readonly Properties?: { readonly Architectures?: readonly string[] } }>
  >
}

function understand(
  templateBody: string,
  parameters: Readonly<Record<string, string>>,
  { account: accountId, region, name: stackName }: Stack,
): { readonly template: Template; readonly deployment: Deployment } {
  try {
    const template = JSON.parse(templateBody)
    return { template, deployment: loadTemplate(template, { accountId, region, stackName, parameters }) }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new CliError(
      'TEMPLATE_NOT_UNDERSTOOD',
      `the template of the stack ${stackName} is not one of Coffer's: ${reason}`,
      { exitCode: exitCodes.refused, hints: ['name another stack with --stack-name'], cause },
    )
  }
}

function toPolicies(attached: Deployment['attached']['roles'], name: string): Policies {
  const policies = attached.get(name) ?? []
  return {
    inline: Object.fromEntries(
      policies.filter(({ arn }) => arn === undefined).map(policy => [policy.name, policy.document]),
    ),
    attached: policies.flatMap(({ arn }) => arn ?? []),
  }
}

/** The loader makes ids up where only AWS knows them; they become what CloudFormation tells of the same resources. */
function toRealIds(deployment: Deployment, stack: Stack, resolved: Deployed): Deployed {
  const real = new Map(stack.resources.map(({ logicalId, physicalId }) => [logicalId, physicalId]))
  const replacements = deployment.resources
    .flatMap(({ logicalId, physicalId: madeUp }): readonly (readonly [string, string])[] => {
      const physicalId = real.get(logicalId)
      return physicalId === undefined || madeUp === logicalId ? [] : [[madeUp, physicalId]]
    })
    .concat([['arn:aws:', `arn:${stack.partition}:`]])
    .filter(([madeUp, physicalId]) => madeUp !== physicalId)
    // Of two that begin alike, the longer one is meant where it stands.
    .sort(([a], [b]) => b.length - a.length)
  return JSON.parse(
    replacements.reduce(
      (text, [madeUp, physicalId]) => text.replaceAll(madeUp, physicalId),
      JSON.stringify(resolved),
    ),
  )
}
