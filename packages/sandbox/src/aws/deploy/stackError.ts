// Why a stack cannot be deployed or removed.

/** A stack that cannot be deployed or removed. */
export class StackError extends Error {
  override readonly name = 'StackError'
  readonly code = 'STACK_FAILED'
  readonly stackName: string
  /** In the words of the services. */
  readonly reasons: readonly string[]

  constructor(stackName: string, reasons: readonly string[]) {
    super([`The stack ${stackName} cannot be had:`, ...reasons].join('\n  - '))
    this.stackName = stackName
    this.reasons = reasons
  }
}
