// What CloudFormation remembers of a stack: status, resources, events, change sets. What is deployed is in cloud.stacks.
// CloudFormation User Guide, "Stack status codes"; a deleted stack can still be described by its id.
import { randomUUID } from 'node:crypto'
import type { Cloud } from '../cloud.ts'
import { newStackId } from '../deploy.ts'
import type { Change } from './changes.ts'

/** What is asked for: a template, and all that decides what it makes. */
export type Submission = {
  /** JSON, as it was sent. */
  readonly templateBody: string
  /** The values of all parameters, defaults included. */
  readonly parameters: Readonly<Record<string, string>>
  readonly capabilities: readonly string[]
  readonly tags: Readonly<Record<string, string>>
  /** The role as which CloudFormation acts; undefined where it acts as whoever asks. */
  readonly roleArn?: string | undefined
}

export type StackRecord = {
  readonly id: string
  readonly name: string
  /** Epoch milliseconds, as the other times. */
  readonly createdAt: number
  updatedAt?: number | undefined
  deletedAt?: number | undefined
  status: StackStatus
  statusReason?: string | undefined
  /** What it was deployed of last; undefined while nothing is. */
  submission?: Submission | undefined
  terminationProtection: boolean
  /** By logical id. */
  readonly resources: Map<string, ResourceRecord>
  /** Oldest first. */
  readonly events: StackEvent[]
  /** By name. */
  readonly changeSets: Map<string, ChangeSet>
}

export type StackStatus =
  | 'REVIEW_IN_PROGRESS'
  | `${'CREATE' | 'UPDATE' | 'DELETE' | 'ROLLBACK' | 'UPDATE_ROLLBACK'}_${'IN_PROGRESS' | 'COMPLETE'}`
  | 'DELETE_FAILED'

export type ResourceRecord = {
  readonly logicalId: string
  readonly physicalId: string
  readonly type: string
  readonly status: string
  readonly reason?: string | undefined
  readonly changedAt: number
}

export type StackEvent = ResourceRecord & { readonly eventId: string }

export type ChangeSet = {
  readonly name: string
  /** `arn:aws:cloudformation:REGION:ACCOUNT:changeSet/NAME/UUID` */
  readonly id: string
  readonly createdAt: number
  readonly description?: string | undefined
  readonly submission: Submission
  readonly changes: readonly Change[]
  /** Why it cannot be executed; undefined where it can. */
  readonly failure?: string | undefined
  readonly isExecuted: boolean
}

/** The type of a stack where it stands among its resources. */
export const stackType = 'AWS::CloudFormation::Stack'

/**
 * Finds a stack.
 *
 * @param cloud The cloud.
 * @param nameOrId Its name, or its id. A deleted stack has no name.
 * @returns What is remembered of it; undefined where there is none.
 */
export const findRecord = (cloud: Cloud, nameOrId: string): StackRecord | undefined =>
  cloud.stackRecords.get(nameOrId) ??
  [...cloud.stackRecords.values()].find(one => one.name === nameOrId && one.status !== 'DELETE_COMPLETE')

/** The stack whose change set has an id; undefined where none has. */
export const findByChangeSet = (cloud: Cloud, changeSetId: string): StackRecord | undefined =>
  [...cloud.stackRecords.values()].find(record =>
    [...record.changeSets.values()].some(({ id }) => id === changeSetId),
  )

/**
 * Begins to remember a stack.
 *
 * @param cloud The cloud.
 * @param name Its name.
 * @returns The record.
 */
export const createRecord = (cloud: Cloud, name: string): StackRecord => {
  const record: StackRecord = {
    id: newStackId(cloud, name),
    name,
    createdAt: cloud.now(),
    status: 'REVIEW_IN_PROGRESS',
    terminationProtection: false,
    resources: new Map(),
    events: [],
    changeSets: new Map(),
  }
  cloud.stackRecords.set(record.id, record)
  return record
}

/**
 * Gives a stack a status, and writes it down as an event.
 *
 * @param cloud The cloud.
 * @param record The stack.
 * @param status The status.
 * @param reason Why, where there is something to say.
 */
export const setStatus = (cloud: Cloud, record: StackRecord, status: StackStatus, reason?: string): void => {
  record.status = status
  record.statusReason = reason
  const { name, id } = record
  writeEvent(cloud, record, { logicalId: name, physicalId: id, type: stackType, status, reason })
}

/**
 * Gives a resource a status, and writes it down as an event.
 *
 * @param cloud The cloud.
 * @param record The stack.
 * @param resource The resource with its status, and why.
 */
export const setResourceStatus = (
  cloud: Cloud,
  record: StackRecord,
  resource: Omit<ResourceRecord, 'changedAt'>,
): void => {
  record.resources.set(resource.logicalId, { ...resource, changedAt: cloud.now() })
  writeEvent(cloud, record, resource)
}

/** No two events have the same time: who sorts them by it has them in their order. */
const writeEvent = (
  cloud: Cloud,
  { events }: StackRecord,
  resource: Omit<ResourceRecord, 'changedAt'>,
): void => {
  const last = events.at(-1)?.changedAt ?? 0
  events.push({ ...resource, eventId: randomUUID(), changedAt: Math.max(cloud.now(), last + 1) })
}
