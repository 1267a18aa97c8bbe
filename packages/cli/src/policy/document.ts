// YAML, and JSON within it, read strictly: every scalar stays the text that was written, so that no amount is ever a float,
// and every fault has its line and column. https://yaml.org/spec/1.2.2/
import type { PolicyFault } from '@coffer/service/policy'
import { isMap, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseDocument } from 'yaml'

/** A value of a document; `offset` in UTF-16 code units. */
export type Value = { readonly offset: number } & (
  | { readonly kind: 'text'; readonly text: string; readonly isQuoted: boolean }
  | { readonly kind: 'list'; readonly items: readonly Value[] }
  | { readonly kind: 'table'; readonly entries: ReadonlyMap<string, Entry> }
)

export type Entry = { readonly keyOffset: number; readonly value: Value }

/** Takes a fault at an offset. */
export type Report = (offset: number, message: string, hint?: string | undefined) => void

/**
 * Reads a document.
 *
 * @param file How faults name it.
 * @param text YAML or JSON.
 * @param read Makes of the whole document what it means; it reports what is wrong and returns a placeholder for it.
 * @returns What `read` returned, or every fault, by line and column.
 */
export function readDocument<T>(
  file: string,
  text: string,
  read: (value: Value, report: Report) => T,
): { readonly value: T; readonly faults: readonly [] } | { readonly faults: readonly PolicyFault[] } {
  const lineCounter = new LineCounter()
  // Of this schema every scalar is a string.
  const document = parseDocument(text, { schema: 'failsafe', lineCounter, prettyErrors: false })
  const faults: PolicyFault[] = []
  const report: Report = (offset, message, hint) => {
    const { line, col } = lineCounter.linePos(offset)
    // What is wrong with the defaults is found once for each case.
    if (faults.some(fault => fault.line === line && fault.column === col && fault.message === message)) return
    faults.push({ file, line, column: col, message, hint })
  }
  for (const { message, pos } of document.errors) report(pos[0], sentence(message))
  if (faults.length > 0) return { faults }
  const root = document.contents === null ? empty(0) : toValue(document.contents, report)
  const value = read(root, report)
  if (faults.length === 0) return { value, faults: [] }
  return { faults: faults.toSorted((a, b) => a.line - b.line || a.column - b.column) }
}

/** The value as JSON has it: unquoted numbers, `true`, `false` and `null` are what JSON takes them for. */
export function toJson(value: Value): unknown {
  switch (value.kind) {
    case 'list':
      return value.items.map(toJson)
    case 'table':
      return Object.fromEntries([...value.entries].map(([name, entry]) => [name, toJson(entry.value)]))
    case 'text':
      return !value.isQuoted && jsonLiteral.test(value.text) ? JSON.parse(value.text) : value.text
  }
}

const jsonLiteral = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?)$/

function toValue(node: ParsedNode | Node, report: Report): Value {
  const offset = node.range?.[0] ?? 0
  if (isScalar(node))
    return { kind: 'text', offset, text: String(node.value), isQuoted: node.type !== 'PLAIN' }
  if (isSeq<Node>(node)) return { kind: 'list', offset, items: node.items.map(item => toValue(item, report)) }
  if (isMap<Node, Node | null>(node))
    return {
      kind: 'table',
      offset,
      entries: new Map(
        node.items.map(({ key, value }) => {
          const keyOffset = key.range?.[0] ?? offset
          if (!isScalar(key)) report(keyOffset, 'the name of a field must be text')
          return [
            isScalar(key) ? String(key.value) : '',
            { keyOffset, value: value === null ? empty(keyOffset) : toValue(value, report) },
          ]
        }),
      ),
    }
  report(offset, 'anchors and aliases are not supported', 'repeat the value, or put it into defaults')
  return empty(offset)
}

function empty(offset: number): Value {
  return { kind: 'text', offset, text: '', isQuoted: false }
}

function sentence(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1)
}
