// The stack that is to be deployed, as CDK's cloud assembly in a directory of its own.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp, networkParameters } from '@coffer/infra'
import type { PolicySource } from '@coffer/service/policy'
import { parseTemplate, type Template } from './template.ts'

export type Synthesized = {
  /** Directory of the cloud assembly, for `cdk --app`. */
  readonly directory: string
  /** By which the CDK CLI knows the stack. */
  readonly id: string
  readonly stackName: string
  readonly template: Template
  /** SSM parameter in which CDK's bootstrap stack leaves its version. */
  readonly bootstrapParameter: string
}

/**
 * Synthesizes the stack, lets work be done with it, and removes the directory.
 *
 * @param options.isPrivate Whether endpoint and function are confined to a VPC.
 * @param options.policy By which the function decides; by default it denies everything.
 * @throws {BUNDLE_MISSING} The bundle of @coffer/service has not been built.
 */
export async function withSynthesized<T>(
  options: {
    readonly stackName: string
    readonly isPrivate: boolean
    readonly policy?: PolicySource | undefined
  },
  work: (synthesized: Synthesized) => Promise<T>,
): Promise<T> {
  const { stackName, isPrivate, policy } = options
  const directory = await mkdtemp(join(tmpdir(), 'coffer-deploy-'))
  try {
    const app = createApp({
      outdir: directory,
      stackName,
      policy,
      network: isPrivate ? networkParameters : undefined,
    })
    const stack = app.synth().getStackByName(stackName)
    return await work({
      directory,
      id: stack.hierarchicalId,
      stackName,
      template: parseTemplate(JSON.stringify(stack.template)),
      bootstrapParameter: stack.bootstrapStackVersionSsmParameter ?? '/cdk-bootstrap/hnb659fds/version',
    })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
