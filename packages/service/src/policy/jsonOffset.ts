// Where in a JSON text a value stands. Readers report faults by JSON Pointer; people look for line and column.

/**
 * Finds a value.
 *
 * @param text Valid JSON.
 * @param pointer JSON Pointer (RFC 6901). Where it leads nowhere, the innermost value on the way to it counts.
 * @returns The offset of the value, or of its name if it is a member, in UTF-16 code units.
 */
export const jsonOffset = (text: string, pointer: string): number => {
  const path = pointer
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  let found = skipSpace(text, 0)
  let position = found
  for (const name of path) {
    const member = findMember(text, position, name)
    if (member === undefined) break
    found = member.start
    position = member.value
  }
  return found
}

type Member = { readonly start: number; readonly value: number }

/** The member of the object, or the element of the array, that begins at `position`. */
const findMember = (text: string, position: number, name: string): Member | undefined => {
  const isObject = text[position] === '{'
  if (!isObject && text[position] !== '[') return undefined
  let next = skipSpace(text, position + 1)
  for (let index = 0; text[next] !== '}' && text[next] !== ']'; index++) {
    const start = next
    const nameEnd = isObject ? stringEnd(text, next) : next
    const value = isObject ? skipSpace(text, skipSpace(text, nameEnd) + 1) : next
    const own: unknown = isObject ? JSON.parse(text.slice(start, nameEnd)) : String(index)
    if (own === name) return { start, value }
    next = skipSpace(text, valueEnd(text, value))
    if (text[next] === ',') next = skipSpace(text, next + 1)
  }
  return undefined
}

const skipSpace = (text: string, position: number): number => {
  let next = position
  while (/\s/.test(text[next] ?? '')) next++
  return next
}

const stringEnd = (text: string, position: number): number => {
  let next = position + 1
  while (text[next] !== '"') next += text[next] === '\\' ? 2 : 1
  return next + 1
}

const valueEnd = (text: string, position: number): number => {
  let next = position
  let depth = 0
  do {
    const character = text[next]
    if (character === '"') next = stringEnd(text, next)
    else {
      if (character === '{' || character === '[') depth++
      if (character === '}' || character === ']') depth--
      next++
    }
  } while (depth > 0 || (next < text.length && !/[\s,}\]]/.test(text[next] ?? '')))
  return next
}
