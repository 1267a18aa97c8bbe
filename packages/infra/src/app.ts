// The app that deploys one TreasurySigner, and the same as a CloudFormation template for those without CDK.
// https://docs.aws.amazon.com/cdk/v2/guide/apps.html
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PolicySource, readPolicySource } from '@coffer/service/policy'
import { App, CfnOutput, DefaultStackSynthesizer, type IStackSynthesizer, Stack } from 'aws-cdk-lib'
import type { Code } from 'aws-cdk-lib/aws-lambda'
import { bundledCode } from './bundledCode.ts'
import type { PrivateNetwork } from './network.ts'
import type { Choice } from './optional.ts'
import { codeParameters, groupParameters, networkParameters, signerParameters } from './parameters.ts'
import { TreasurySigner, type TreasurySignerProps } from './treasurySigner.ts'

/** What is decided at synthesis; the rest is asked for by parameters of the template. */
export type AppOptions = {
  /** Directory for the cloud assembly. Default: the one the CDK CLI asks for, else a temporary one. */
  readonly outdir?: string | undefined
  /** Name of the stack. Default: `treasury-signer`. */
  readonly stackName?: string | undefined
  /** What is known of the signer. */
  readonly signer?: Omit<TreasurySignerProps, 'code' | 'network' | 'policy'> | undefined
  /**
   * By which the function decides. Default: the one in the directory that the CDK context `policy` names, or none: then
   * everything is denied.
   */
  readonly policy?: PolicySource | undefined
  /** Code of the function. Default: the bundle of @coffer/service and the policy, as an asset of CDK. */
  readonly code?: ((stack: Stack) => Code) | undefined
  /** A VPC. Default: none, or `networkParameters` where the CDK context `private` is `true`. */
  readonly network?: ((stack: Stack) => PrivateNetwork) | undefined
}

/**
 * The app, with one stack. Equal options give equal bytes: no metadata about the machine, no version reporting.
 *
 * @param options What is decided at synthesis.
 * @returns The app; `synth()` writes it.
 * @throws {BUNDLE_MISSING} The bundle of @coffer/service has not been built.
 * @throws {POLICY_INVALID} The policy has faults; every one is told.
 */
export const createApp = (options: AppOptions = {}): App => {
  const app = new App({
    ...(options.outdir === undefined ? {} : { outdir: options.outdir }),
    analyticsReporting: false,
    stackTraces: false,
    context: { 'aws:cdk:disable-creation-stack-traces': true },
    treeMetadata: false,
    // It warns of parameters that are empty by default; the tests run cfn-lint, which does not.
    builtinCloudFormationValidation: false,
  })
  const stack = new Stack(app, 'TreasurySigner', {
    stackName: options.stackName ?? 'treasury-signer',
    description:
      'A KMS key as the signer of a treasury wallet, behind an endpoint authorized by IAM (Coffer).',
    // The CLI checks the version of the bootstrap stack by itself; in the template it would be a parameter more.
    synthesizer: new DefaultStackSynthesizer({
      generateBootstrapVersionRule: false,
    }) as IStackSynthesizer,
  })
  const isPrivate = String(app.node.tryGetContext('private')) === 'true'
  const network = options.network ?? (isPrivate ? networkParameters : undefined)
  const signer = new TreasurySigner(stack, 'Signer', {
    ...options.signer,
    ...signerParameters(stack, options.signer ?? {}),
    code: options.code?.(stack) ?? bundledCode({ policy: options.policy ?? policyOfContext(app) }),
    network: network?.(stack),
  })
  groupParameters(stack)
  createOutputs(stack, signer)
  // Acknowledgements bring stack traces, with paths of this machine.
  for (const entry of app.node.findAll().flatMap(construct => construct.node.metadata))
    Reflect.deleteProperty(entry, 'trace')
  return app
}

/**
 * The CloudFormation template alone, for use without CDK: the function's code is found in a bucket.
 *
 * @param options What is decided at synthesis.
 * @returns The template.
 */
export const createTemplate = (
  options: Omit<AppOptions, 'outdir' | 'code' | 'policy'> = {},
): Record<string, unknown> => {
  const outdir = mkdtempSync(join(tmpdir(), 'coffer-template-'))
  try {
    const assembly = createApp({ ...options, outdir, code: codeParameters }).synth()
    return assembly.getStackByName(options.stackName ?? 'treasury-signer').template
  } finally {
    rmSync(outdir, { recursive: true })
  }
}

const policyOfContext = (app: App): PolicySource | undefined => {
  const directory: unknown = app.node.tryGetContext('policy')
  return directory === undefined ? undefined : readPolicySource(String(directory))
}

const createOutputs = (stack: Stack, signer: TreasurySigner): void => {
  const output = (name: string, description: string, value: string): CfnOutput =>
    new CfnOutput(stack, name, { value, description })
  output('KeyArn', 'The key.', signer.keyArn)
  output('InvokeUrl', 'Where to POST what is to be signed.', signer.api.url)
  output('OperatorGroup', 'Its members may ask for signatures.', signer.group.ref)
  output('SigningFunction', 'The function behind the endpoint.', signer.function.functionName)
  output('FunctionLogGroup', 'One line of JSON for each request.', signer.function.logGroup.logGroupName)
  output('AlarmTopic', 'Where alarms are announced.', signer.topic.topicArn)
  if (signer.policyVersion !== undefined)
    output('PolicyVersion', 'SHA-256 of the policy by which the function decides.', signer.policyVersion)
  const outputWhereGiven = (choice: Choice<string>, create: (value: string) => CfnOutput): void => {
    if (choice.kind === 'absent') return
    const created = create(choice.value)
    if (choice.kind === 'parameter') created.condition = choice.given()
  }
  outputWhereGiven(signer.signerAddress, address => output('Address', 'The pinned address.', address))
  outputWhereGiven(signer.existingKeyArn, () =>
    output(
      'RequiredKeyPolicy',
      'The policy to give to the existing key.',
      stack.toJsonString(signer.keyPolicy),
    ),
  )
}
