// Puts into the sandbox's account what a template deploys, and takes it away again: CloudFormation without its protocol.
// What is deployed is what the template says, references resolved; a stack that cannot be had changes nothing.

import type { Account } from '../iam/account.ts'
import type { Deployment } from '../iam/template/deployment.ts'
import { loadTemplate } from '../iam/template.ts'
import type { Cloud, Stack } from './cloud.ts'
import { applyToAccount, removeFromAccount } from './deploy/account.ts'
import { startCode, stopCode } from './deploy/code.ts'
import { findConflicts } from './deploy/conflicts.ts'
import { applyKeys, removeKeys } from './deploy/keys.ts'
import { StackError } from './deploy/stackError.ts'
import { randomUuid } from './random.ts'

/**
 * Deploys a stack, or a new version of it.
 *
 * @param cloud The cloud.
 * @param options.stackName Letters, digits and hyphens.
 * @param options.templateBody The template, JSON.
 * @param options.parameters Values of its parameters; the others take their defaults.
 * @param options.stackId The ARN of a stack that is new; one is made up where absent.
 * @returns The stack.
 * @throws {TEMPLATE_INVALID} the template cannot be evaluated.
 * @throws {STACK_FAILED} something of it cannot be had; nothing is changed.
 */
export const deployStack = async (
  cloud: Cloud,
  options: {
    readonly stackName: string
    readonly templateBody: string
    readonly parameters: Readonly<Record<string, string>>
    readonly stackId?: string | undefined
  },
): Promise<Stack> => {
  const { stackName, templateBody, parameters } = options
  const before = cloud.stacks.get(stackName)
  const id = before?.id ?? options.stackId ?? newStackId(cloud, stackName)
  const deployment = withLocalUrls(
    cloud,
    loadTemplate(JSON.parse(templateBody), {
      accountId: cloud.account.accountId,
      region: cloud.region,
      stackName,
      stackId: id,
      parameters,
    }),
  )
  const conflicts = findConflicts(cloud, deployment, before?.deployment)
  if (conflicts.length > 0) throw new StackError(stackName, conflicts)
  const changed = (): Account => applyToAccount(cloud.account, deployment, before?.deployment)
  // The one step that can fail comes first. Meanwhile somebody may change the account.
  await startCode(cloud, changed(), deployment, before?.deployment)
  cloud.account = changed()
  applyKeys(cloud, deployment)
  if (before) removeKeys(cloud, before.deployment, deployment)
  for (const watch of before?.deployment.watches ?? []) cloud.watches.delete(watch.arn)
  for (const watch of deployment.watches) cloud.watches.set(watch.arn, watch)
  enforcePolicies(cloud)
  endSessions(cloud)
  const stack = { name: stackName, id, templateBody, parameters, deployment }
  cloud.stacks.set(stackName, stack)
  return stack
}

/**
 * Removes a stack. What its template retains stays: keys, their aliases, roles.
 *
 * @param cloud The cloud.
 * @param stackName Its name. A stack there is not is removed already.
 * @throws {STACK_FAILED} a group of it has members; nothing is changed.
 */
export const removeStack = async (cloud: Cloud, stackName: string): Promise<void> => {
  const stack = cloud.stacks.get(stackName)
  if (!stack) return
  const { deployment } = stack
  const occupied = deployment.groups.filter(({ name }) =>
    [...cloud.account.users.values()].some(user => user.groups.includes(name)),
  )
  if (occupied.length > 0)
    throw new StackError(
      stackName,
      occupied.map(({ name }) => `Cannot delete entity, must remove users from group first. (group ${name})`),
    )
  await stopCode(cloud, deployment)
  cloud.account = removeFromAccount(cloud.account, deployment)
  removeKeys(cloud, deployment, undefined)
  for (const watch of deployment.watches) cloud.watches.delete(watch.arn)
  for (const api of deployment.apis) cloud.enforced.delete(api.id)
  endSessions(cloud)
  cloud.stacks.delete(stackName)
}

/** Makes the stages enforce the policies of their APIs, where they have been deployed anew. */
export const enforcePolicies = (cloud: Cloud): void => {
  for (const { id, policy, stages } of cloud.account.apis) {
    const deploymentId = stages.map(stage => stage.deploymentId).join()
    if (cloud.enforced.get(id)?.deploymentId !== deploymentId)
      cloud.enforced.set(id, { deploymentId, policy, since: cloud.now() })
  }
}

/** The sessions of a role end with it: another one of its name is another role. */
const endSessions = ({ account, credentials }: Cloud): void => {
  for (const [id, { arn, accountId }] of credentials) {
    const [, role] = /:assumed-role\/([^/]+)\//.exec(arn) ?? []
    if (role !== undefined && accountId === account.accountId && !account.roles.has(role))
      credentials.delete(id)
  }
}

/** The ARN of a stack that has none yet. */
export const newStackId = (cloud: Cloud, stackName: string): string =>
  `arn:aws:cloudformation:${cloud.region}:${cloud.account.accountId}:stack/${stackName}/${randomUuid(cloud.random)}`

/** An API of the sandbox is reached on loopback, not under the host name that AWS would give it. */
const withLocalUrls = (cloud: Cloud, deployment: Deployment): Deployment => ({
  ...deployment,
  outputs: deployment.outputs.map(output => ({
    ...output,
    value: output.value.replace(
      /^https:\/\/[a-z0-9]{10}\.execute-api\.[a-z0-9-]+\.amazonaws\.com/,
      cloud.urls.api,
    ),
  })),
})
