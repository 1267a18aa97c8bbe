// Deploys and removes stacks as CloudFormation does: with a status for the stack and each resource, and an event for each
// change of one. CloudFormation User Guide, "Stack failure options": what fails is rolled back.

import type { DeployedResource } from '../../iam/template/deployment.ts'
import type { Cloud } from '../cloud.ts'
import { StackError } from '../deploy/stackError.ts'
import { deployStack, removeStack } from '../deploy.ts'
import { type Authority, denialOfChange } from './authority.ts'
import { type Change, compare, planOf } from './changes.ts'
import { blame, type Failure, keep, rollBack } from './failure.ts'
import { type StackRecord, type Submission, setResourceStatus, setStatus } from './record.ts'

/**
 * Deploys a stack, or a new version of it.
 *
 * @param cloud The cloud.
 * @param record The stack. Its status tells how it went.
 * @param submission What is deployed.
 * @param authority As whom CloudFormation acts.
 * @throws {STACK_FAILED} something of it cannot be had: it is rolled back.
 * @throws {TEMPLATE_INVALID} the template cannot be evaluated.
 */
export const execute = async (
  cloud: Cloud,
  record: StackRecord,
  submission: Submission,
  authority: Authority,
): Promise<void> => {
  const previous = record.submission
  const after = planOf(cloud, record, submission)
  const changes = compare(previous && planOf(cloud, record, previous), after)
  const verb = previous ? 'UPDATE' : 'CREATE'
  setStatus(cloud, record, `${verb}_IN_PROGRESS`, 'User Initiated')
  const { templateBody, parameters } = submission
  const denied = failuresOf(cloud, changes, authority)
  if (denied.length > 0) throw rollBack(cloud, record, changes, denied)
  try {
    await deployStack(cloud, { stackName: record.name, stackId: record.id, templateBody, parameters })
  } catch (error) {
    throw rollBack(cloud, record, changes, blame(error, changes))
  }
  if (previous) record.updatedAt = cloud.now()
  record.submission = submission
  for (const change of changes) complete(cloud, record, change, after.resources)
  setStatus(cloud, record, `${verb}_COMPLETE`)
}

/**
 * Removes a stack. What its template retains stays.
 *
 * @param cloud The cloud.
 * @param record The stack.
 * @param authority As whom CloudFormation acts.
 * @throws {STACK_FAILED} something of it cannot be removed; it stays as it is, with the status DELETE_FAILED.
 */
export const remove = async (cloud: Cloud, record: StackRecord, authority: Authority): Promise<void> => {
  // A stack that failed to be created, or was never more than reviewed, has nothing deployed.
  const { resources } = record.submission ? planOf(cloud, record, record.submission) : { resources: [] }
  const changes = resources.map(resource => ({ action: 'Remove', resource, properties: [] }) as const)
  setStatus(cloud, record, 'DELETE_IN_PROGRESS', 'User Initiated')
  const denied = failuresOf(cloud, changes, authority)
  if (denied.length > 0) throw keep(cloud, record, denied)
  try {
    await removeStack(cloud, record.name)
  } catch (error) {
    throw keep(cloud, record, blame(error, changes))
  }
  for (const resource of resources) removeResource(cloud, record, resource)
  record.deletedAt = cloud.now()
  setStatus(cloud, record, 'DELETE_COMPLETE')
}

/** Waits for what ends well or is written down as a failure; nothing else may end it. */
export const recorded = async (execution: Promise<void>): Promise<void> =>
  execution.catch(error => {
    if (!(error instanceof StackError)) throw error
  })

const failuresOf = (cloud: Cloud, changes: readonly Change[], authority: Authority): readonly Failure[] =>
  changes.flatMap(change => {
    const reason = denialOfChange(cloud, authority, change)
    return reason === undefined ? [] : [{ resource: change.resource, reason }]
  })

const complete = (
  cloud: Cloud,
  record: StackRecord,
  { action, resource, replaced }: Change,
  resources: readonly DeployedResource[],
): void => {
  const { logicalId, type, physicalId } = resource
  if (action === 'Remove') {
    removeResource(cloud, record, resource)
    record.resources.delete(logicalId)
    return
  }
  const verb = action === 'Add' ? 'CREATE' : 'UPDATE'
  const reason =
    replaced && 'Requested update requires the creation of a new physical resource; hence creating one.'
  setResourceStatus(cloud, record, { logicalId, type, physicalId, status: `${verb}_IN_PROGRESS`, reason })
  const present = resources.find(one => one.logicalId === logicalId)
  setResourceStatus(cloud, record, {
    logicalId,
    type,
    physicalId: present?.physicalId ?? physicalId,
    status: `${verb}_COMPLETE`,
  })
}

const removeResource = (
  cloud: Cloud,
  record: StackRecord,
  { logicalId, type, physicalId, retained }: DeployedResource,
): void => {
  const resource = { logicalId, type, physicalId }
  const statuses = retained ? ['DELETE_SKIPPED'] : ['DELETE_IN_PROGRESS', 'DELETE_COMPLETE']
  for (const status of statuses) setResourceStatus(cloud, record, { ...resource, status })
}
