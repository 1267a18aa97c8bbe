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

/** A policy that cannot be used, with its faults: all, or the first fifty and how many more there are. */
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

/** How many faults are told. Placing each takes a look at the whole text, and nobody reads more at once. */
const TOLD = 50

/**
 * Places faults that were found in a text.
 *
 * @param source The file's name, as reported, and its text.
 * @param found Whatever was found.
 * @param place Makes a fault of one of them.
 * @returns The faults; where they are many, the first fifty and one that says how many more.
 */
export const placeFaults = <T>(
  source: { readonly file: string; readonly text: string },
  found: readonly T[],
  place: (one: T) => PolicyFault,
): readonly PolicyFault[] => {
  const placed = found.slice(0, TOLD).map(place)
  return found.length <= TOLD
    ? placed
    : [...placed, faultAt(source, source.text.length, `and ${found.length - TOLD} more faults`)]
}

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
