// Which states of a stack can be worked with, and what to do in the others.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import type { CurrentStack } from './currentStack.ts'

/**
 * Checks that a stack can be updated.
 *
 * @throws {CliError} STACK_BUSY, to be tried again later; STACK_BROKEN, with what repairs it.
 */
export function requireUpdatable({ name, status }: CurrentStack): void {
  if (updatable.has(status)) return
  requireIdle(name, status)
  throw new CliError('STACK_BROKEN', `the stack ${name} is in the state ${status}: it cannot be updated`, {
    exitCode: exitCodes.refused,
    hints: repairs[status]?.(name) ?? [`aws cloudformation describe-stack-events --stack-name ${name}`],
  })
}

/**
 * Checks that a stack can be deleted. One whose deletion goes on already can: it is waited for.
 *
 * @throws {CliError} STACK_BUSY
 */
export function requireDeletable({ name, status }: CurrentStack): void {
  if (status !== 'DELETE_IN_PROGRESS') requireIdle(name, status)
}

function requireIdle(name: string, status: string): void {
  if (!status.endsWith('_IN_PROGRESS')) return
  throw new CliError('STACK_BUSY', `the stack ${name} is being worked on (${status})`, {
    exitCode: exitCodes.unavailable,
    hints: [
      `what happens: aws cloudformation describe-stack-events --stack-name ${name}`,
      'then repeat the same command',
    ],
  })
}

const updatable: ReadonlySet<string> = new Set([
  ...['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'],
  ...['IMPORT_COMPLETE', 'IMPORT_ROLLBACK_COMPLETE'],
])

function remove(name: string): readonly string[] {
  return [`coffer destroy --keep-key --stack-name ${name}`, 'then deploy again']
}

const repairs: Readonly<Record<string, (name: string) => readonly string[]>> = {
  CREATE_FAILED: remove,
  ROLLBACK_COMPLETE: remove,
  ROLLBACK_FAILED: remove,
  DELETE_FAILED: remove,
  UPDATE_FAILED: name => [`aws cloudformation rollback-stack --stack-name ${name}`],
  UPDATE_ROLLBACK_FAILED: name => [`aws cloudformation continue-update-rollback --stack-name ${name}`],
}
