import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonOffset } from './jsonOffset.ts'

const pointerTo = (path: readonly string[]): string =>
  path.map(part => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/** Every path into a document, with the value that is there. */
const pathsIn = (
  value: unknown,
  path: readonly string[] = [],
): readonly (readonly [readonly string[], unknown])[] => [
  [path, value],
  ...(typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, child]) => pathsIn(child, [...path, name]))
    : []),
]

test('every value of any document is found, however it is written', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(0, 1, 2, '\t'), (document, indent) => {
      const text = JSON.stringify(document, null, indent)
      for (const [path, value] of pathsIn(JSON.parse(text))) {
        const rest = text.slice(jsonOffset(text, pointerTo(path)))
        const written = JSON.stringify(value, null, indent).split('\n')[0] ?? ''
        const name = JSON.stringify(path.at(-1) ?? '')
        expect(rest.startsWith(written) || rest.startsWith(name)).toBe(true)
      }
    }),
    { numRuns: 300 },
  )
})

test('behavior: a pointer that leads nowhere finds the innermost value on the way', () => {
  const text = '{ "a": { "b": [1, 2] } }'
  expect(jsonOffset(text, '/a/b/7/c')).toBe(text.indexOf('"b"'))
  expect(jsonOffset(text, '/a/b/1/c')).toBe(text.indexOf('2'))
  expect(jsonOffset('{ "a": 12 }', '/a/0')).toBe(2)
  expect(jsonOffset('[[1], 2]', '/0/1')).toBe(1)
  expect(jsonOffset('[{}, 2]', '/0/a')).toBe(1)
  expect(jsonOffset(text, '/x')).toBe(0)
  expect(jsonOffset(text, '')).toBe(0)
  expect(jsonOffset(text, '/a/b/1')).toBe(text.indexOf('2'))
})
