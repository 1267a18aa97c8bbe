// docs/reliability.md says which test holds each of its claims: these tests exist.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const docs = new URL('../../../docs/', import.meta.url)
const document = readFileSync(new URL('reliability.md', docs), 'utf8').replaceAll(/\s+/g, ' ')
const files = [...new Set([...document.matchAll(/\]\(([^)]+\.test\.ts)\)/g)].map(([, file = '']) => file))]
const names = [
  ...new Set([...document.matchAll(/"((?:behavior|error|default): [^"]+)"/g)].map(([, name = '']) => name)),
]

const sources = files.map(file => readFileSync(new URL(file, docs), 'utf8')).join('\n')

test('it names tests', () => expect(Math.min(files.length, names.length)).toBeGreaterThan(5))

test.each(names)('%j exists in a file that it names', name => {
  expect(sources).toContain(`'${name}'`)
})
