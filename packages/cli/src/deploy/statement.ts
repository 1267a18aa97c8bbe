// Policy statements, wherever in a resource they stand, as flat data that can be compared.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
import { canonical } from './template.ts'

export type Grant = {
  /** The property in which it stands, with the policy's name where it has one. */
  readonly place: string
  readonly sid?: string | undefined
  /** `Allow` or `Deny`. */
  readonly effect: string
  readonly who: readonly string[]
  readonly actions: readonly string[]
  readonly on: readonly string[]
  readonly conditions: readonly string[]
}

export type Properties = Readonly<Record<string, unknown>>

type Found = { readonly statement: Properties; readonly place: string }

/** Every statement in the properties of a resource, at any depth. */
export function findStatements(node: unknown, path: readonly string[] = []): readonly Found[] {
  if (Array.isArray(node)) return node.flatMap(item => findStatements(item, path))
  if (typeof node !== 'object' || node === null) return []
  const properties = node as Properties
  if ('Effect' in properties) return [{ statement: properties, place: path.join(' ') }]
  const name = properties['PolicyName']
  const here = typeof name === 'string' ? [...path, name] : path
  return Object.entries(properties).flatMap(([key, item]) =>
    findStatements(item, structural.has(key) ? here : [...here, key]),
  )
}

const structural: ReadonlySet<string> = new Set(['Statement', 'PolicyDocument', 'Policies'])

/** @param holders Whose permissions they are, where the statement itself names nobody. */
export function readStatement(
  { Sid, Effect, ...statement }: Properties,
  holders: readonly string[],
): Omit<Grant, 'place'> {
  const take = (name: string): readonly string[] => [
    ...textsOf(statement[name]),
    ...textsOf(statement[`Not${name}`]).map(text => `everything but ${text}`),
  ]
  const known = ['Principal', 'Action', 'Resource'].flatMap(name => [name, `Not${name}`])
  const others = Object.entries(statement).filter(([name]) => name !== 'Condition' && !known.includes(name))
  const who = take('Principal')
  return {
    sid: Sid === undefined ? undefined : String(Sid),
    effect: String(Effect),
    who: who.length === 0 ? holders : who,
    actions: take('Action'),
    on: take('Resource'),
    conditions: [
      ...readConditions(statement['Condition']),
      ...others.map(([name, value]) => `${name} ${canonical(value)}`),
    ],
  }
}

function readConditions(condition: unknown): readonly string[] {
  return Object.entries((condition ?? {}) as Properties)
    .flatMap(([operator, keys]) =>
      Object.entries((keys ?? {}) as Properties).map(
        ([key, values]) => `${operator} ${key} ${textsOf(values).map(quoteSeparator).join(', ')}`,
      ),
    )
    .sort()
}

// Two values must not read like one that has a comma.
function quoteSeparator(value: string): string {
  return /[,"]/.test(value) ? JSON.stringify(value) : value
}

/** Several values in no order, whether they stand as one, as a list, or by kind as in `Principal`. */
export function textsOf(value: unknown): readonly string[] {
  if (value === undefined) return []
  if (Array.isArray(value)) return value.flatMap(textsOf).sort()
  if (typeof value !== 'object' || value === null) return [String(value)]
  return Object.entries(value)
    .flatMap(([kind, item]) => textsOf(item).map(text => (kind === 'AWS' ? text : `${kind}:${text}`)))
    .sort()
}
