// `coffer deploy`: the signing stack in an AWS account: what will change is shown, then CDK does it, then the rest that needs
// the result is done. Repeated after any interruption, it goes on from where things stand.
import { type Config, saveSettings } from '../config.ts'
import { requireYes } from '../confirm.ts'
import type { Context, Outcome } from '../context.ts'
import { applyApiPolicy } from '../deploy/apiPolicy.ts'
import { type CdkRun, cdkDeploy, type Environment } from '../deploy/cdk.ts'
import { type Changes, compareDeployments } from '../deploy/changes.ts'
import {
  type Caller,
  type CurrentStack,
  findStack,
  readCaller,
  requireBootstrap,
} from '../deploy/currentStack.ts'
import { describeChanges } from '../deploy/describeChanges.ts'
import { requireFreeAlias } from '../deploy/freeAlias.ts'
import { chooseParameters } from '../deploy/parameters.ts'
import { pinAddress } from '../deploy/pinAddress.ts'
import {
  type ChosenPolicy,
  choosePolicy,
  describePolicy,
  refuseLosingPolicy,
  summarizePolicy,
} from '../deploy/policy.ts'
import { requireUpdatable } from '../deploy/stackStatus.ts'
import { withSynthesized } from '../deploy/synthesize.ts'
import type { Parameters } from '../deploy/template.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import { withPermission } from '../permission.ts'
import { requireOutput } from '../stack.ts'
import { columns } from '../terminal.ts'
import { addressOf } from './key.ts'

/**
 * Deploys the stack, or updates it.
 *
 * @param options.parameters NAME=VALUE each; the other parameters keep their values.
 * @param options.policy Directory of the policy; see `findPolicyDirectory` for the default.
 * @param options.isPrivate Whether endpoint and function are confined to a VPC.
 * @param options.environment Variables of this process, for CDK.
 * @throws {CliError} POLICY_NOT_FOUND, POLICY_INVALID, POLICY_MISSING, PARAMETERS_INVALID, NOT_BOOTSTRAPPED, STACK_BUSY,
 *   STACK_BROKEN, STACK_FOREIGN, STACK_IS_PRIVATE, KEY_IMMUTABLE, ALIAS_EXISTS, SIGNER_ADDRESS_DIFFERS, NOT_CONFIRMED: nothing
 *   was changed. DEPLOY_FAILED, INTERRUPTED.
 */
export async function deploy(
  context: Context,
  options: {
    stackName: string
    parameters: readonly string[]
    policy?: string | undefined
    isPrivate: boolean
    yes: boolean
    environment: Environment
  },
): Promise<Outcome> {
  const { terminal } = context
  const { stackName } = options
  const policy = choosePolicy(context.config, options.policy)
  const caller = await readCaller(context)
  terminal.note(`account ${caller.account}, ${caller.region}, as ${caller.arn}`)
  const current = await terminal.progress(`reading the stack ${stackName}`, () =>
    findStack(context, stackName),
  )
  if (current !== undefined) {
    requireUpdatable(current)
    if (!options.isPrivate) refusePublication(current)
    refuseLosingPolicy(current, policy)
  }
  return withSynthesized({ ...options, policy: policy.source }, async synthesized => {
    const { template, bootstrapParameter } = synthesized
    const chosen = chooseParameters(template, options.parameters, current?.parameters ?? {})
    const isAddressGiven = options.parameters.some(text => text.startsWith('SignerAddress='))
    const parameters = await pinAddress(context, chosen, isAddressGiven, current)
    const changes = compareDeployments(current, { template, parameters }, caller)
    const run: CdkRun = { synthesized, environment: options.environment, region: caller.region }
    if (!changes.isEmpty) {
      await requireBootstrap(context, bootstrapParameter, caller)
      await requireFreeAlias(context, changes, parameters)
      terminal.note(describeChanges(changes, terminal.style))
      terminal.note(describePolicy(current, policy, terminal.style))
      if (!options.yes) await requireYes(context, questionOf(changes, caller))
      await cdkDeploy(context, run, parameters, `deploying the stack ${stackName}`)
      await pinNewKey(context, run, parameters, isAddressGiven)
    }
    await withPermission('apigateway:GET and POST on the API, without which its stage stays as it was', () =>
      applyApiPolicy(context, stackName),
    )
    return finish(context, caller, changes, policy, await requireStack(context, stackName))
  })
}

function questionOf({ isFirst, key }: Changes, { account, region }: Caller): string {
  const question = `${isFirst ? 'Create this' : 'Change this'} in account ${account}, ${region}?`
  return key === undefined ? question : `THE KEY: ${key}\n${question}`
}

// Without --private the very same command would put the endpoint on the internet.
function refusePublication({ name, parameters }: CurrentStack): void {
  if (!Object.hasOwn(parameters, 'VpcId')) return
  throw new CliError('STACK_IS_PRIVATE', `the stack ${name} is private; nothing was changed`, {
    exitCode: exitCodes.refused,
    hints: [
      'add --private',
      'to have it on the internet instead: coffer destroy --keep-key, then deploy with ExistingKeyArn',
    ],
  })
}

// The address of a key that the deployment has just created.
async function pinNewKey(
  context: Context,
  run: CdkRun,
  parameters: Parameters,
  isAddressGiven: boolean,
): Promise<void> {
  if (isAddressGiven || parameters['SignerAddress'] !== '') return
  const keyArn = requireOutput(await requireStack(context, run.synthesized.stackName), 'KeyArn')
  const address = await addressOf(context.kms(), keyArn)
  const title = `pinning the address ${address}: the function signs with that key or not at all`
  await cdkDeploy(context, run, { ...parameters, SignerAddress: address }, title)
}

async function requireStack(context: Context, stackName: string): Promise<CurrentStack> {
  const stack = await findStack(context, stackName)
  if (stack !== undefined) return stack
  throw new CliError('STACK_NOT_FOUND', `the stack ${stackName} is gone: somebody has deleted it meanwhile`, {
    exitCode: exitCodes.notFound,
  })
}

async function finish(
  context: Context,
  { account, region }: Caller,
  changes: Changes,
  policy: ChosenPolicy,
  stack: CurrentStack,
): Promise<Outcome> {
  const { config, terminal } = context
  const keyArn = requireOutput(stack, 'KeyArn')
  const endpoint = requireOutput(stack, 'InvokeUrl').replace(/\/$/, '')
  const operatorGroup = requireOutput(stack, 'OperatorGroup')
  const signerAddress = stack.outputs['Address'] as `0x${string}` | undefined
  const saved = await saveSettings(config, {
    keyId: keyArn,
    endpoint,
    region,
    ...(signerAddress === undefined ? {} : { signerAddress }),
  })
  const rows: [string, string | undefined][] = [
    ['key ARN', keyArn],
    ['address', signerAddress === undefined ? 'not pinned' : terminal.style.bold(signerAddress)],
    ['endpoint', endpoint],
    ['operator group', operatorGroup],
    ['policy', summarizePolicy(policy)],
  ]
  const requiredKeyPolicy = stack.outputs['RequiredKeyPolicy']
  const text = [
    changes.isEmpty ? `nothing to change: the stack ${stack.name} is as it should be` : 'deployed',
    columns(rows, terminal.style),
    ...emailLines(changes),
    ...(requiredKeyPolicy === undefined ? [] : keyPolicyLines(stack.name, keyArn)),
    savedLine(saved, config),
    'next: coffer operator add NAME · coffer wallet create',
  ].join('\n')
  return {
    data: {
      account,
      region,
      stackName: stack.name,
      changes,
      keyArn,
      signerAddress,
      endpoint,
      operatorGroup,
      policy: { directory: policy.directory, version: policy.version, rules: policy.rules },
      requiredKeyPolicy,
      saved,
    },
    text,
  }
}

function emailLines({ parameters }: Changes): readonly string[] {
  const email = parameters.find(({ name }) => name === 'AlarmEmail')?.after ?? ''
  return email === ''
    ? []
    : [`AWS has sent an e-mail to ${email}: nobody is told anything until it is confirmed`]
}

function keyPolicyLines(stackName: string, keyArn: string): readonly string[] {
  return [
    'the key existed before, so its policy is left to you. The function signs once it is the required one:',
    `  aws cloudformation describe-stacks --stack-name ${stackName} --output text \\`,
    `    --query "Stacks[0].Outputs[?OutputKey=='RequiredKeyPolicy'].OutputValue" > key-policy.json`,
    `  aws kms put-key-policy --key-id ${keyArn} --policy-name default --policy file://key-policy.json`,
  ]
}

function savedLine(saved: boolean, { file }: Config): string {
  return saved
    ? `saved in ${file}`
    : `not saved: ${file} names another key, address, endpoint or Region. Use --config for another treasury`
}
