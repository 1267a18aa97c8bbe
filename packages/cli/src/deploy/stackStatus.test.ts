import { StackStatus } from '@aws-sdk/client-cloudformation'
import { expect, test } from 'vitest'
import { requireDeletable, requireUpdatable } from './stackStatus.ts'

function codeOf(check: () => void): unknown {
  try {
    check()
  } catch (error) {
    return (error as { code: unknown }).code
  }
  return 'fine'
}

function stack(status: string) {
  return { name: 'treasury-signer', status, outputs: {}, parameters: {}, template: {} }
}

test.each(Object.values(StackStatus))('%s', status => {
  const updating = codeOf(() => requireUpdatable(stack(status)))
  const deleting = codeOf(() => requireDeletable(stack(status)))
  const isBusy = status.endsWith('_IN_PROGRESS')
  if (isBusy) expect(updating).toBe('STACK_BUSY')
  else
    expect(updating).toBe(
      ['CREATE', 'UPDATE', 'UPDATE_ROLLBACK', 'IMPORT', 'IMPORT_ROLLBACK'].includes(
        status.replace(/_COMPLETE$/, ''),
      )
        ? 'fine'
        : 'STACK_BROKEN',
    )
  expect(deleting).toBe(isBusy && status !== 'DELETE_IN_PROGRESS' ? 'STACK_BUSY' : 'fine')
})

test('what repairs a stack is said', () => {
  const hints = (status: string) => {
    try {
      requireUpdatable(stack(status))
    } catch (error) {
      return (error as { hints: readonly string[] }).hints.join('\n')
    }
    return ''
  }
  expect(hints('ROLLBACK_COMPLETE')).toContain('coffer destroy --keep-key --stack-name treasury-signer')
  expect(hints('UPDATE_ROLLBACK_FAILED')).toContain('continue-update-rollback')
  expect(hints('UNHEARD_OF')).toContain('describe-stack-events')
})
