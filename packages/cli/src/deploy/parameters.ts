// The parameters of a deployment: checked before anything is done, and what their changes mean.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
import { CliError } from '../failure.ts'
import { type ParameterDeclaration, type Parameters, splitList, type Template } from './template.ts'

export type ParameterChange = {
  readonly name: string
  /** Undefined: the parameter is new, or there is no stack yet. */
  readonly before?: string | undefined
  /** Undefined: the parameter is gone. */
  readonly after?: string | undefined
  /** Why more people, or more of what people ask for, could get signatures; undefined where that is not so. */
  readonly widens?: string | undefined
}

/**
 * Finds the value that each parameter will have: the given one, else the previous one, else the default.
 *
 * @param template The template that is to be deployed.
 * @param given NAME=VALUE each.
 * @param previous Values of the stack; empty where there is none.
 * @throws {CliError} PARAMETERS_INVALID with every fault.
 */
export function chooseParameters(
  template: Template,
  given: readonly string[],
  previous: Parameters,
): Parameters {
  const declared = template.Parameters ?? {}
  const { values, faults } = parseParameters(declared, given)
  const chosen = Object.fromEntries(
    Object.entries(declared).map(([name, { Default }]) => [
      name,
      values[name] ?? previous[name] ?? (Default === undefined ? undefined : String(Default)),
    ]),
  )
  for (const [name, declaration] of Object.entries(declared)) {
    const value = chosen[name]
    const fault =
      value === undefined
        ? `needs a value: ${declaration.Description ?? declaration.Type}`
        : faultOf(value, declaration)
    if (fault !== undefined) faults.push(`${name}: ${fault}`)
  }
  if (faults.length > 0)
    throw new CliError('PARAMETERS_INVALID', ['the parameters have faults:', ...faults].join('\n  - '))
  return chosen as Parameters
}

/**
 * What becomes of the parameters.
 *
 * @param before Of the stack; undefined where there is none, and then what has its default is left out.
 * @param after Of the stack that is to be.
 */
export function compareParameters(
  template: Template,
  before: Parameters | undefined,
  after: Parameters,
): readonly ParameterChange[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after)])
  return [...names].flatMap(name => {
    const was = before?.[name]
    const is = after[name]
    const isDefault = is === String(template.Parameters?.[name]?.Default)
    if (before === undefined ? isDefault : was === is) return []
    return { name, before: was, after: is, widens: widening[name]?.(was ?? '', is ?? '') }
  })
}

function parseParameters(
  declared: Readonly<Record<string, ParameterDeclaration>>,
  given: readonly string[],
): { readonly values: Parameters; readonly faults: string[] } {
  const values: Record<string, string> = {}
  const faults: string[] = []
  for (const text of given) {
    const equals = text.indexOf('=')
    const name = text.slice(0, equals)
    if (equals < 1) faults.push(`${text}: expected NAME=VALUE`)
    else if (!Object.hasOwn(declared, name))
      faults.push(`${name}: there is no such parameter; known are ${Object.keys(declared).join(', ')}`)
    else if (Object.hasOwn(values, name)) faults.push(`${name}: given twice`)
    else values[name] = text.slice(equals + 1)
  }
  return { values, faults }
}

function faultOf(value: string, declaration: ParameterDeclaration): string | undefined {
  const { Type, AllowedValues, AllowedPattern, MinValue = -Infinity, MaxValue = Infinity } = declaration
  if (AllowedValues !== undefined && !AllowedValues.map(String).includes(value))
    return `expected ${AllowedValues.join(' or ')}`
  if (AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`).test(value))
    return `${JSON.stringify(value)} does not match ${AllowedPattern}`
  if (Type !== 'Number') return undefined
  const number = Number(value)
  if (value.trim() === '' || !(number >= MinValue && number <= MaxValue))
    return `expected a number${MinValue === -Infinity ? '' : `, ${MinValue} or more`}`
  return undefined
}

/** By parameter: why a change from one value to another widens what the signer does, if it does. */
const widening: Readonly<Record<string, (before: string, after: string) => string | undefined>> = {
  SignerAddress: (before, after) =>
    before !== '' && after !== before ? 'the function signs with another key, or with any' : undefined,
  ReservedConcurrency: (before, after) =>
    before !== '' && (after === '' || Number(after) > Number(before))
      ? 'more requests are worked on at a time'
      : undefined,
  GroupName: before => (before === '' ? undefined : 'the members of another group may ask'),
  OperatorRoleArns: (before, after) => {
    const added = members(after).filter(role => !members(before).includes(role))
    return added.length === 0 ? undefined : `may ask for signatures now: ${added.join(', ')}`
  },
  AllowedCidrs: (before, after) => {
    if (members(before).length === 0) return undefined
    if (members(after).length === 0) return 'calls are accepted from anywhere'
    const added = members(after).filter(range => !members(before).includes(range))
    return added.length === 0 ? undefined : `calls are accepted from ${added.join(', ')} too`
  },
  CallerCidr: before => (before === '' ? undefined : 'calls are accepted from other addresses'),
  ExistingApiEndpointIds: (before, after) => {
    const added = members(after).filter(id => !members(before).includes(id))
    return added.length === 0 ? undefined : `calls are accepted through ${added.join(', ')}`
  },
}

function members(list: string): readonly string[] {
  return splitList(list).filter(item => item !== '')
}
