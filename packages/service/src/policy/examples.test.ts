// The policies that ship, and what docs/policy.md says of them and of the schema.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { schemaToJson } from '@cedar-policy/cedar-wasm/nodejs'
import { describe, expect, test } from 'vitest'
import { REASON_CODES } from '../problem.ts'
import { openDangers } from './dangers.ts'
import { loadPolicy } from './policy.ts'
import { parseRules } from './rules.ts'
import { DANGERS, schema } from './schema.ts'
import { readPolicySource } from './source.ts'

const policies = new URL('../../policy/', import.meta.url)
const examples = readdirSync(new URL('examples/', policies)).toSorted()
const directories = ['starter', ...examples.map(name => `examples/${name}`)]
const pathOf = (directory: string): string => fileURLToPath(new URL(directory, policies))
const read = (path: string): string => readFileSync(new URL(path, policies), 'utf8')
const document = readFileSync(new URL('../../../../docs/policy.md', import.meta.url), 'utf8')

describe('every policy that ships', () => {
  test.each(directories)('default: %s loads', directory => {
    const policy = loadPolicy(readPolicySource(pathOf(directory)))
    expect(policy.rules.length).toBeGreaterThan(3)
  })

  test('behavior: the only danger that they open is the creation of the wallet, to a role', () => {
    const opened = directories.flatMap(directory =>
      openDangers(loadPolicy(readPolicySource(pathOf(directory)))),
    )
    expect(opened.map(({ action, isConditional }) => ({ action, isConditional }))).toEqual([
      { action: 'deploy', isConditional: true },
      { action: 'deploy', isConditional: true },
    ])
    expect(opened.every(({ principals, wallets }) => principals?.length === 1 && wallets?.length === 1)).toBe(
      true,
    )
  })

  test('behavior: without its policy everything is refused', () => {
    expect(loadPolicy(readPolicySource(pathOf('deny-all'))).rules).toEqual([])
  })
})

/** The fenced blocks of a language. */
const blocks = (language: string): readonly string[] =>
  [...document.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text)

/** Everything that ships under names of a kind. */
const texts = (...suffixes: readonly string[]): readonly string[] =>
  directories.flatMap(directory =>
    readdirSync(new URL(`${directory}/`, policies))
      .filter(file => suffixes.some(suffix => file.endsWith(suffix)))
      .map(file => read(`${directory}/${file}`)),
  )

type Attribute = { readonly name: string; readonly required?: boolean }
type Schema = Readonly<
  Record<
    string,
    {
      readonly actions: Readonly<
        Record<
          string,
          {
            readonly appliesTo: {
              readonly context: { readonly attributes: Readonly<Record<string, Attribute>> }
            }
          }
        >
      >
    }
  >
>

const readSchema = (): Readonly<Record<string, readonly string[]>> => {
  const answer = schemaToJson(schema)
  if (answer.type === 'failure') throw new Error(answer.errors.map(error => error.message).join('\n'))
  const json = answer.json as unknown as Schema
  return Object.fromEntries(
    Object.entries(json['']?.actions ?? {}).map(([name, { appliesTo }]) => [
      name,
      Object.entries(appliesTo.context.attributes)
        .map(([attribute, { name: type, required = true }]) => `${attribute}${required ? '' : '?'}: ${type}`)
        .toSorted(),
    ]),
  )
}

/** The attributes of each action, as Cedar reads the schema: `reference?: String`, sorted. */
const actions: Readonly<Record<string, readonly string[]>> = readSchema()
/** What all of them have. */
const common = (actions['signHash'] ?? []).filter(attribute =>
  Object.values(actions).every(attributes => attributes.includes(attribute)),
)

describe('docs/policy.md', () => {
  test('behavior: every rule of it is a rule of a policy that ships, or valid with the facts of the starter', () => {
    const rules = texts('.cedar')
    const { facts } = loadPolicy(readPolicySource(pathOf('starter')))
    const own = blocks('cedar').filter(block => !rules.some(text => text.includes(block)))
    expect(own.map(block => parseRules(block, facts).faults)).toEqual(own.map(() => []))
    expect(blocks('cedar').length - own.length).toBeGreaterThan(10)
  })

  test.each([
    ['json', ['.json']],
    ['yaml', ['.yaml']],
  ])('behavior: every block of %s stands in a file that ships', (language, suffixes) => {
    const shipped = texts(...suffixes)
    expect(blocks(language)).not.toEqual([])
    expect(blocks(language).filter(block => !shipped.some(text => text.includes(block)))).toEqual([])
  })

  test('behavior: every example is told and linked', () => {
    for (const name of examples)
      expect(document).toContain(`(../packages/service/policy/examples/${name}/treasury.cedar)`)
    for (const [, link = ''] of document.matchAll(/\]\((?!https:|#)([^)#]+)/g))
      expect(existsSync(new URL(link, new URL('../../../../docs/', import.meta.url))), link).toBe(true)
  })

  /** The attributes of a table's row, such as `token: Token, amount: decimal`, sorted; `undefined` without the row. */
  const told = (name: string): readonly string[] | undefined =>
    new RegExp(`^\\| \`${name}\` \\| ([^|]*) \\|`, 'm')
      .exec(attributeTable)?.[1]
      ?.replaceAll('`', '')
      .split(', ')
      .filter(attribute => attribute !== '')
      .toSorted()
  const attributeTable = document.slice(document.indexOf('### Attributes'), document.indexOf('### Dangerous'))

  test('behavior: it has every action of the schema with its attributes, and no other', () => {
    expect(Object.fromEntries(Object.keys(actions).map(name => [name, told(name)]))).toEqual(
      Object.fromEntries(
        Object.entries(actions).map(([name, attributes]) => [
          name,
          attributes.filter(attribute => !common.includes(attribute)),
        ]),
      ),
    )
    const names = [...attributeTable.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
    const expected = [...Object.keys(actions), ...common.map(attribute => attribute.split(/\W/)[0])]
    expect(names.toSorted()).toEqual(expected.toSorted())
  })

  test('behavior: it has the attributes that every action has, with their types', () => {
    for (const attribute of common) {
      const [, name, optional, type] = /^(\w+)(\??): (\w+)$/.exec(attribute) ?? []
      expect(attributeTable).toContain(`| \`${name}\` | ${type}${optional === '?' ? ', optional' : ''} |`)
    }
    expect(common).toHaveLength(8)
  })

  test('behavior: it has every code of a reason', () => {
    expect(REASON_CODES.filter(code => !document.includes(`\`${code}\``))).toEqual([])
  })

  test('behavior: it has every dangerous action, and no other', () => {
    const dangers = document.slice(document.indexOf('### Dangerous'), document.indexOf('### Amounts'))
    const names = [...dangers.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
    expect(names).toEqual(Object.keys(DANGERS))
  })
})
