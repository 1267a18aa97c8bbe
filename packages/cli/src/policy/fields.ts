// Readers of the fields of a table in a document: each reports what is wrong and returns a placeholder, so that all faults
// come out at once.
import type { Report, Value } from './document.ts'

/** The fields of one table. */
export type Fields = {
  /** Where the table is, in UTF-16 code units. */
  readonly offset: number
  readonly names: readonly string[]
  readonly has: (name: string) => boolean
  /** Where a field's value is, or the table if it has none. */
  readonly at: (name: string) => number
  readonly value: (name: string) => Value | undefined
  /** A text; `undefined` where there is none. */
  readonly text: (name: string) => string | undefined
  /** A text or a list of texts. */
  readonly texts: (name: string) => readonly string[] | undefined
}

/**
 * Reads a table.
 *
 * @param value What should be one.
 * @param what What it is for people, e.g. `a case`.
 * @param known The fields that it may have.
 * @param report Takes the faults.
 * @returns Its fields; none where it is no table.
 */
export function readTable(value: Value, what: string, known: readonly string[], report: Report): Fields {
  const isTable = value.kind === 'table'
  if (!isTable && !isEmpty(value)) report(value.offset, `${what} must be a table of fields`)
  const entries = isTable ? value.entries : new Map<string, never>()
  for (const [name, { keyOffset }] of entries)
    if (!known.includes(name))
      report(
        keyOffset,
        `${what} has no field ${JSON.stringify(name)}`,
        known.length === 0 ? 'it has none at all' : `it has ${known.join(', ')}`,
      )
  const find = (name: string): Value | undefined => entries.get(name)?.value
  const at = (name: string): number => find(name)?.offset ?? value.offset
  const text = (name: string): string | undefined => {
    const found = find(name)
    return found === undefined ? undefined : readText(found, name, report)
  }
  return {
    offset: value.offset,
    names: [...entries.keys()],
    has: name => entries.has(name),
    at,
    value: find,
    text,
    texts: name => {
      const found = find(name)
      if (found === undefined) return undefined
      return found.kind === 'list'
        ? found.items.map(item => readText(item, `each of ${name}`, report))
        : [readText(found, name, report)]
    },
  }
}

/** Reports each of these fields that is missing. */
export function requireFields(fields: Fields, what: string, names: readonly string[], report: Report): void {
  for (const name of names)
    if (!fields.has(name)) report(fields.offset, `${what} must say ${JSON.stringify(name)}`)
}

/** Whether nothing is there, as after `name:`. */
export function isEmpty(value: Value): boolean {
  return value.kind === 'text' && value.text === '' && !value.isQuoted
}

function readText(value: Value, name: string, report: Report): string {
  if (value.kind === 'text' && value.text !== '') return value.text
  report(value.offset, `${name} must be text`)
  return ''
}
