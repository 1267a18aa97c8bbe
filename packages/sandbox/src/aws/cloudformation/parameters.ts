// The values of a template's parameters, held against what the template says of them.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
import { isObject } from '../../iam/elements.ts'
import { invalid } from './call.ts'

type Values = Readonly<Record<string, string>>

/**
 * Finds the value of each parameter.
 *
 * @param declared The section of the template.
 * @param given What the request says: keys with values, or with `UsePreviousValue`.
 * @param previous The values of what is deployed already.
 * @returns The values, defaults included.
 * @throws {CLOUDFORMATION_ERROR} ValidationError: a parameter without a value, one there is not, or a value it may not have.
 */
export const resolveParameters = (
  declared: unknown,
  given: readonly ReadonlyMap<string, string>[],
  previous: Values | undefined,
): Values => {
  const declarations = isObject(declared) ? declared : {}
  const keys = given.map(one => one.get('ParameterKey') ?? '')
  const unknown = keys.filter(key => !(key in declarations))
  if (unknown.length > 0) throw invalid(`Parameters: [${unknown.join(', ')}] do not exist in the template`)
  const values = Object.entries(declarations).map(([key, declaration]) => {
    const one = given.find(entry => entry.get('ParameterKey') === key)
    const value = one?.get('UsePreviousValue') === 'true' ? previous?.[key] : one?.get('ParameterValue')
    return [key, value ?? defaultOf(declaration)] as const
  })
  const missing = values.filter(([, value]) => value === undefined).map(([key]) => key)
  if (missing.length > 0) throw invalid(`Parameters: [${missing.join(', ')}] must have values`)
  const found = Object.fromEntries(values.map(([key, value]) => [key, value ?? '']))
  for (const [key, value] of Object.entries(found)) check(key, value, declarations[key])
  return found
}

const defaultOf = (declaration: unknown): string | undefined => {
  const value = isObject(declaration) ? declaration['Default'] : undefined
  return value === undefined ? undefined : String(value)
}

const check = (key: string, value: string, declaration: unknown): void => {
  if (!isObject(declaration)) return
  const { AllowedPattern: pattern, AllowedValues: allowed, Type: type } = declaration
  const fail = (must: string): never => {
    throw invalid(`Parameter '${key}' must ${must}`)
  }
  if (Array.isArray(allowed) && !allowed.map(String).includes(value)) fail('be one of AllowedValues')
  // A pattern has to match the whole of a value.
  if (typeof pattern === 'string' && !new RegExp(`^(?:${pattern})$`).test(value))
    fail(`match pattern ${pattern}`)
  if (type === 'Number') {
    const number = value.trim() === '' ? Number.NaN : Number(value)
    if (Number.isNaN(number)) fail('be a number')
    if (number < Number(declaration['MinValue'] ?? -Infinity))
      fail(`be a number not less than ${declaration['MinValue']}`)
    if (number > Number(declaration['MaxValue'] ?? Infinity))
      fail(`be a number not greater than ${declaration['MaxValue']}`)
  }
  if (value.length < Number(declaration['MinLength'] ?? 0))
    fail(`contain at least ${declaration['MinLength']} characters`)
  if (value.length > Number(declaration['MaxLength'] ?? Infinity))
    fail(`contain at most ${declaration['MaxLength']} characters`)
}
