// How it is told that a stack could not be deployed or removed. Nothing was changed then: what remains is to say so.
// CloudFormation User Guide, "Stack failure options".
import type { DeployedResource } from '../../iam/template/deployment.ts'
import type { Cloud } from '../cloud.ts'
import { StackError } from '../deploy/stackError.ts'
import type { Change } from './changes.ts'
import { type StackRecord, setResourceStatus, setStatus } from './record.ts'

/** Which resource cannot be had, and why. */
export type Failure = {
  readonly resource: Pick<DeployedResource, 'logicalId' | 'type' | 'physicalId'>
  readonly reason: string
}

/**
 * Finds which resource each reason is about: the one it names, or else the one it cannot but be about.
 *
 * @param error What went wrong.
 * @param changes What was to be changed.
 * @returns The failures.
 */
export const blame = (error: unknown, changes: readonly Change[]): readonly Failure[] => {
  // Code that cannot be unpacked or started fails with an error of its own.
  const reasons = error instanceof StackError ? error.reasons : [String(error)]
  const resources = changes.map(({ resource }) => resource)
  return reasons.flatMap(reason => {
    const words = reason.split(/[\s'()]+/)
    const named = resources.find(
      ({ type, physicalId }) =>
        words.includes(physicalId) && (words.includes(type) || !reason.includes('AWS::')),
    )
    const type = reason.includes('REST API') ? 'AWS::ApiGateway::RestApi' : 'AWS::Lambda::Function'
    const resource = named ?? resources.find(one => one.type === type) ?? resources[0]
    return resource ? [{ resource, reason }] : []
  })
}

/**
 * Writes down that a stack was rolled back.
 *
 * @param cloud The cloud.
 * @param record The stack.
 * @param changes What was to be changed.
 * @param failures Why it was not.
 * @returns The error to throw.
 */
export const rollBack = (
  cloud: Cloud,
  record: StackRecord,
  changes: readonly Change[],
  failures: readonly Failure[],
): StackError => {
  const before = new Map(record.resources)
  for (const { resource, reason } of failures) {
    const { logicalId, type, physicalId } = resource
    const isNew = changes.some(change => change.action === 'Add' && change.resource.logicalId === logicalId)
    const status = isNew ? 'CREATE_FAILED' : 'UPDATE_FAILED'
    setResourceStatus(cloud, record, { logicalId, type, physicalId, status, reason })
  }
  if (record.submission) {
    setStatus(cloud, record, 'UPDATE_ROLLBACK_IN_PROGRESS', summary('update', failures))
    record.resources.clear()
    for (const [logicalId, resource] of before) record.resources.set(logicalId, resource)
    setStatus(cloud, record, 'UPDATE_ROLLBACK_COMPLETE')
  } else {
    const reason = `${summary('create', failures)}Rollback requested by user.`
    setStatus(cloud, record, 'ROLLBACK_IN_PROGRESS', reason)
    for (const { resource } of failures) {
      const { logicalId, type, physicalId } = resource
      setResourceStatus(cloud, record, { logicalId, type, physicalId, status: 'DELETE_COMPLETE' })
    }
    setStatus(cloud, record, 'ROLLBACK_COMPLETE')
  }
  return errorOf(record, failures)
}

/**
 * Writes down that a stack could not be deleted.
 *
 * @param cloud The cloud.
 * @param record The stack.
 * @param failures Why it could not.
 * @returns The error to throw.
 */
export const keep = (cloud: Cloud, record: StackRecord, failures: readonly Failure[]): StackError => {
  for (const { resource, reason } of failures) {
    const { logicalId, type, physicalId } = resource
    setResourceStatus(cloud, record, { logicalId, type, physicalId, status: 'DELETE_FAILED', reason })
  }
  setStatus(cloud, record, 'DELETE_FAILED', summary('delete', failures))
  return errorOf(record, failures)
}

const summary = (verb: string, failures: readonly Failure[]): string =>
  `The following resource(s) failed to ${verb}: [${failures.map(({ resource }) => resource.logicalId).join(', ')}]. `

const errorOf = ({ name }: StackRecord, failures: readonly Failure[]): StackError =>
  new StackError(
    name,
    failures.map(({ reason }) => reason),
  )
