// What is wrong with a policy, and where: file, line and column, as compilers say it.

/** The files of a policy. */
export const policyFiles = { rules: 'treasury.cedar', facts: 'treasury.json' } as const

/** One fault. Line and column count from 1; the column counts UTF-16 code units. */
export type PolicyFault = {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly message: string
  /** How to mend it, where that is known. */
  readonly hint?: string | undefined
}

/** A policy that cannot be used, with every fault that was found. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError'
  readonly code = 'POLICY_INVALID'
  readonly faults: readonly PolicyFault[]

  constructor(faults: readonly PolicyFault[]) {
    super(faults.map(describeFault).join('\n'))
    this.faults = faults
  }
}

/** `treasury.cedar:12:5: message (hint)` */
export const describeFault = ({ file, line, column, message, hint }: PolicyFault): string =>
  `${file}:${line}:${column}: ${message}${hint === undefined ? '' : ` (${hint})`}`

/** A fault at an offset, in UTF-16 code units, of a file's text. */
export const faultAt = (
  { file, text }: { readonly file: string; readonly text: string },
  offset: number,
  message: string,
  hint?: string | undefined,
): PolicyFault => {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return { file, line: before.split('\n').length, column: offset - lineStart + 1, message, hint }
}
