// docs/threat-model.md says of each threat which test proves what stops it: these tests exist, and no attack is left out.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const docs = new URL('../../../docs/', import.meta.url)
// A name may run over the end of a line.
const document = readFileSync(new URL('threat-model.md', docs), 'utf8').replaceAll(/\s+/g, ' ')

/** `[attacks.test.ts](../packages/service/src/attacks.test.ts) › "one name", "another name"` */
const references = [...document.matchAll(/\]\(([^)]+\.test\.ts)\)((?: ›|,)(?: "[^"]+",?)+)?/g)].map(
  ([, file = '', names = '']) => ({
    file,
    names: [...names.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
  }),
)

const sourceOf = (file: string): string => readFileSync(new URL(file, docs), 'utf8')

test.each(references.map(({ file, names }) => [file, names] as const))('%s has %j', (file, names) => {
  const source = sourceOf(file)
  expect(names).not.toEqual([])
  for (const name of names)
    expect(
      [`'${name}'`, `"${name}"`, `\`${name}\``].some(quoted => source.includes(quoted)),
      name,
    ).toBe(true)
})

test('every threat has a number, in order, and a test', () => {
  const threats = document.split(/\*\*T(?=\d+)/).slice(1)
  expect(threats.map(threat => Number.parseInt(threat, 10))).toEqual(threats.map((_, index) => index + 1))
  expect(threats.filter(threat => !threat.includes('.test.ts)'))).toEqual([])
})

test('every attack of attacks.test.ts is told', () => {
  const told = references
    .filter(({ file }) => file.endsWith('/attacks.test.ts'))
    .flatMap(({ names }) => names)
  const attacks = [...sourceOf('../packages/service/src/attacks.test.ts').matchAll(/test\('(error: [^']+)'/g)]
  expect(attacks.length).toBeGreaterThan(20)
  expect(attacks.map(([, name]) => name).filter(name => !told.includes(name ?? ''))).toEqual([])
})
