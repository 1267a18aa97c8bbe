// The policies that ship decide their cases as they say, by the runner behind `coffer policy test`.
import { readdirSync, readFileSync } from 'node:fs'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { testPolicy } from '../packages/cli/src/policy/testPolicy.ts'
import { coffer } from './support/run.ts'

const policies = fileURLToPath(new URL('../packages/service/policy/', import.meta.url))
const isFacts = new Ajv().compile(JSON.parse(readFileSync(join(policies, 'treasury.schema.json'), 'utf8')))
const examples = readdirSync(join(policies, 'examples')).toSorted()

test('default: there is a treasury for each chapter of docs/policy.md', () => {
  expect(examples).toEqual(['agent', 'exchange-deposits', 'market-maker', 'payroll', 'vendors'])
})

test('behavior: docs/policy.md shows what the commands print (-u writes it anew)', async () => {
  const file = fileURLToPath(new URL('../docs/policy.md', import.meta.url))
  const directory = await mkdtemp(join(tmpdir(), 'coffer-policy-'))
  for (const name of ['policy', 'next'])
    await cp(join(policies, 'starter'), join(directory, name), { recursive: true })
  const rules = join(directory, 'next', 'treasury.cedar')
  await writeFile(rules, readFileSync(rules, 'utf8').replace('decimal("1000.0")', 'decimal("1500.0")'))
  const document = readFileSync(file, 'utf8')
  const shown = [...document.matchAll(/^```console\n\$ coffer ([^\n]*)\n(.*?)^```$/gms)]
  const printed = await Promise.all(shown.map(([, line = '']) => coffer(wordsOf(line), { cwd: directory })))
  await rm(directory, { recursive: true })
  expect(shown.length).toBe(4)
  const updated = shown.reduce((text, [block, , output = ''], index) => {
    const stdout = printed[index]?.stdout ?? ''
    const isSame = withoutVersions(stdout) === withoutVersions(output)
    return isSame ? text : text.replace(block, () => block.replace(output, () => stdout))
  }, document)
  await expect(updated).toMatchFileSnapshot(file)
})

/** The arguments of a command line, of which some may be in single quotes. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}

/** Any change of the rules, a comment even, gives another version. */
function withoutVersions(text: string): string {
  return text.replace(/\b([0-9a-f]{64}|[0-9a-f]{12})\b/g, 'VERSION')
}

describe.each(['starter', ...examples.map(name => join('examples', name))])('%s', name => {
  const directory = join(policies, name)

  test('default: every case is decided as it says, and every rule has a part in one', () => {
    const { results, unexercised } = testPolicy(directory)
    expect(results.filter(({ passed }) => !passed)).toEqual([])
    expect(unexercised).toEqual([])
  })

  test('behavior: a refusal is for the reasons that the case names, and for no others', () => {
    for (const { name: title, expected, decided } of testPolicy(directory).results)
      if (expected.outcome === 'deny' && expected.reasons !== undefined)
        expect(decided.codes.toSorted(), title).toEqual(expected.reasons.toSorted())
  })
})

describe.each(examples)('examples/%s', name => {
  const directory = join(policies, 'examples', name)

  test('behavior: it has ten cases and more, most of them near misses', () => {
    const { results } = testPolicy(directory)
    const denied = results.filter(({ expected }) => expected.outcome === 'deny')
    expect(results.length).toBeGreaterThanOrEqual(10)
    expect(denied.length).toBeGreaterThan(results.length / 2)
  })

  test('behavior: its facts are as the JSON Schema for editors has them', () => {
    const facts = JSON.parse(readFileSync(join(directory, 'treasury.json'), 'utf8'))
    expect(isFacts(facts), JSON.stringify(isFacts.errors)).toBe(true)
    expect(isFacts({ ...facts, role: {} })).toBe(false)
  })
})
