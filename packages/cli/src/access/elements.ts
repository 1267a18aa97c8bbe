// The elements of a statement. One that cannot be read is taken as wide as it could be meant, with a reason given.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
import { type Condition, isObject, type Listed } from '@coffer/sandbox/iam'

/** The principals a statement names. `other` holds federated and canonical ones, as `Federated NAME`. */
export type Named = {
  readonly aws: readonly string[]
  readonly service: readonly string[]
  readonly other: readonly string[]
}

export const anything: Listed<readonly string[]> = { except: false, list: ['*'] }
export const anybody: Listed<Named> = { except: false, list: { aws: ['*'], service: [], other: [] } }

/** A statement as it is written. */
export type Raw = Readonly<Record<string, unknown>>

/** Reads an element or its Not form; everything where neither or both are there, or where it is not a list of texts. */
export function readList(
  value: Raw,
  element: 'Action' | 'Resource',
  reasons: string[],
  isKnown: (text: string) => boolean,
): Listed<readonly string[]> {
  const negation = `Not${element}`
  const except = value[element] === undefined
  const raw = except ? value[negation] : value[element]
  const list = [raw].flat().filter((one): one is string => typeof one === 'string' && isKnown(one))
  if (!except && value[negation] !== undefined) reasons.push(`${element} and ${negation} stand side by side`)
  else if (raw === undefined) reasons.push(`${element} is missing`)
  else if (list.length === 0 || list.length < [raw].flat().length)
    reasons.push(`${except ? negation : element} ${JSON.stringify(raw)} cannot be read`)
  else return { except, list }
  return anything
}

/** Reads Resource or NotResource: ARNs, patterns of them, or `*`. @param literal What a text stands for. */
export function readResources(
  value: Raw,
  reasons: string[],
  literal: (text: string) => string,
): Listed<readonly string[]> {
  const { except, list } = readList(value, 'Resource', reasons, text => /^(arn:|[*?])/.test(text))
  return { except, list: list.map(literal) }
}

/** Reads Principal or NotPrincipal. */
export function readPrincipals(value: Raw, reasons: string[]): Listed<Named> {
  const except = value['Principal'] === undefined
  const raw = except ? value['NotPrincipal'] : value['Principal']
  const fault = (reason: string): Listed<Named> => {
    reasons.push(reason)
    return anybody
  }
  if (!except && value['NotPrincipal'] !== undefined)
    return fault('Principal and NotPrincipal stand side by side')
  if (raw === undefined) return fault('Principal is missing')
  if (raw === '*') return { except, list: anybody.list }
  const entries = isObject(raw)
    ? Object.entries(raw).flatMap(([type, names]) =>
        [names].flat().map((name: unknown) => [type, name] as const),
      )
    : []
  const isKnown = ([type, name]: readonly [string, unknown]): boolean =>
    ['AWS', 'Service', 'Federated', 'CanonicalUser'].includes(type) && typeof name === 'string' && name !== ''
  if (entries.length === 0 || !entries.every(isKnown))
    return fault(`${except ? 'NotPrincipal' : 'Principal'} ${JSON.stringify(raw)} cannot be read`)
  const of = (wanted: string): readonly string[] =>
    entries.flatMap(([type, name]) => (type === wanted ? [String(name)] : []))
  const other = ['Federated', 'CanonicalUser'].flatMap(type => of(type).map(name => `${type} ${name}`))
  return { except, list: { aws: of('AWS'), service: of('Service'), other } }
}

/** Reads Condition. @param literal What a text stands for. */
export function readConditions(
  value: unknown,
  reasons: string[],
  literal: (text: string) => string,
): readonly Condition[] {
  if (value === undefined) return []
  if (!isObject(value)) {
    reasons.push('Condition is no JSON object')
    return []
  }
  return Object.entries(value).flatMap(([name, tests]) => {
    if (!isObject(tests)) {
      reasons.push(`Condition ${name} is no JSON object`)
      return []
    }
    const [, set, operator = name, exists] =
      /^(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?$/.exec(name) ?? []
    return Object.entries(tests).map(([key, raw]): Condition => {
      const list = [raw].flat()
      if (list.length === 0 || !list.every(one => ['string', 'number', 'boolean'].includes(typeof one)))
        reasons.push(`Condition ${name} ${key} has values that cannot be read`)
      return {
        operator,
        set: set === 'ForAnyValue' || set === 'ForAllValues' ? set : undefined,
        ifExists: exists !== undefined,
        key,
        values: list.map(one => literal(String(one))),
      }
    })
  })
}
