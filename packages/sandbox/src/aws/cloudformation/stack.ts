// The stack that a request is about, and whether it can be worked on.
// CloudFormation User Guide, "Stack status codes".
import { type Call, invalid, required } from './call.ts'
import { findRecord, type StackRecord } from './record.ts'

/**
 * Finds the stack that a request names.
 *
 * @param call The request.
 * @returns The stack.
 * @throws {CLOUDFORMATION_ERROR} ValidationError: there is no such stack.
 */
export const requireStack = (call: Call): StackRecord => {
  const name = required(call, 'StackName')
  const record = findRecord(call.cloud, name)
  if (record) return record
  throw invalid(`Stack with id ${name} does not exist`)
}

/**
 * Passes the name that a new stack may have.
 *
 * @param name The name.
 * @throws {CLOUDFORMATION_ERROR} ValidationError: it is not one.
 */
export const requireName = (name: string): void => {
  if (/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name)) return
  throw invalid(
    `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
  )
}

/**
 * Passes a stack that can be updated.
 *
 * @param record The stack.
 * @throws {CLOUDFORMATION_ERROR} ValidationError: it is being worked on, or was never created.
 */
export const requireUpdatable = ({ id, status }: StackRecord): void => {
  if (['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'].includes(status)) return
  throw invalid(`Stack:${id} is in ${status} state and can not be updated.`)
}
