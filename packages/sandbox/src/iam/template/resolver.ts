// The intrinsic functions, parameters and conditions of a CloudFormation template, as far as its permissions need them.
// CloudFormation User Guide, "Intrinsic function reference", "Pseudo parameters", "Condition functions".
import { isObject } from '../elements.ts'
import type { TemplateFault, TemplateFaultCode } from './fault.ts'
import { type Identity, identify, isIdentified, type Place, partition } from './identity.ts'

export type Resolver = {
  /** A value with every intrinsic function in it replaced; undefined for AWS::NoValue and for what has a fault. */
  readonly resolve: (value: unknown, path: string) => unknown
  /** Whether a condition of the template holds. */
  readonly holds: (condition: string, path: string) => boolean
  /** What Ref and Fn::GetAtt return for a resource; undefined, and a fault, for one there is not. */
  readonly identityOf: (logicalId: string, path: string) => Identity | undefined
  /** Whether resources of a type have names that are known here. */
  readonly knows: (type: string) => boolean
}

/** The sections of a template, each by name. */
export type Sections = {
  readonly Parameters: Readonly<Record<string, unknown>>
  readonly Conditions: Readonly<Record<string, unknown>>
  readonly Resources: Readonly<Record<string, unknown>>
  readonly Outputs: Readonly<Record<string, unknown>>
}

/**
 * Makes a resolver.
 *
 * @param sections The template.
 * @param place Where it is deployed.
 * @param parameters Values of its parameters; a parameter without one takes its default.
 * @param faults Receives what is wrong.
 * @returns The resolver.
 */
export const createResolver = (
  sections: Sections,
  place: Place,
  parameters: Readonly<Record<string, string>>,
  faults: TemplateFault[],
): Resolver => {
  const identities = new Map<string, Identity | undefined>()
  const resolving = new Set<string>()
  const fault = (code: TemplateFaultCode, path: string, message: string): undefined =>
    void faults.push({ code, path, message })

  /** Runs once at a time for each name, so that a reference to itself is a fault and not an endless loop. */
  const guarded = <T>(name: string, path: string, run: () => T): T | undefined => {
    if (resolving.has(name)) return fault('REFERENCE_CIRCULAR', path, `${name} refers to itself`)
    resolving.add(name)
    const value = run()
    resolving.delete(name)
    return value
  }

  const resolve = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) {
      const items = value.map((item, index) => resolve(item, `${path}[${index}]`))
      return items.filter(item => item !== undefined)
    }
    if (!isObject(value)) return value
    const entries = Object.entries(value)
    const intrinsic = entries.find(([name]) => name === 'Ref' || name.startsWith('Fn::'))
    if (intrinsic && entries.length > 1)
      return fault('INTRINSIC_INVALID', path, `${intrinsic[0]} must stand by itself`)
    if (intrinsic) return call(...intrinsic, `${path}.${intrinsic[0]}`)
    const resolved = entries.map(([name, item]) => [name, resolve(item, `${path}.${name}`)] as const)
    return Object.fromEntries(resolved.filter(([, item]) => item !== undefined))
  }

  const call = (name: string, argument: unknown, path: string): unknown => {
    switch (name) {
      case 'Ref':
        return typeof argument === 'string' ? ref(argument, path) : malformed(path, 'a name')
      case 'Fn::GetAtt': {
        const [logicalId, attribute, ...rest] =
          typeof argument === 'string' ? argument.split('.') : [argument].flat()
        return typeof logicalId === 'string' && typeof attribute === 'string' && rest.length === 0
          ? getAtt(logicalId, attribute, path)
          : malformed(path, 'a logical id and an attribute')
      }
      case 'Fn::Join':
        return join(argument, path)
      case 'Fn::Sub':
        return sub(argument, path)
      case 'Fn::If': {
        const [condition, whenTrue, whenFalse, ...rest] = [argument].flat()
        if (typeof condition !== 'string' || rest.length > 0)
          return malformed(path, 'a condition and two values')
        return resolve(holds(condition, path) ? whenTrue : whenFalse, path)
      }
      default:
        return fault('INTRINSIC_UNKNOWN', path, 'is not an intrinsic function known here')
    }
  }

  const malformed = (path: string, wanted: string): undefined =>
    fault('INTRINSIC_INVALID', path, `must have ${wanted}`)

  const ref = (name: string, path: string): unknown => {
    if (name === 'AWS::NoValue') return undefined
    const pseudo = pseudoParameters(place).get(name)
    if (pseudo !== undefined) return pseudo
    const parameter = sections.Parameters[name]
    return parameter === undefined ? identityOf(name, path)?.ref : parameterValue(name, parameter, path)
  }

  const parameterValue = (name: string, parameter: unknown, path: string): unknown => {
    const { Type: type, Default: initial } = isObject(parameter) ? parameter : {}
    const isStored = typeof type !== 'string' || type.startsWith('AWS::SSM::Parameter')
    const value = parameters[name] ?? (isStored ? undefined : initial)
    if (typeof value !== 'string' && typeof value !== 'number')
      return fault('PARAMETER_MISSING', path, `parameter ${name} has no value: give one`)
    const isList = type === 'CommaDelimitedList' || (typeof type === 'string' && type.startsWith('List<'))
    return isList ? splitList(String(value)) : String(value)
  }

  const getAtt = (logicalId: string, attribute: string, path: string): unknown => {
    const identity = identityOf(logicalId, path)
    if (!identity) return undefined
    return (
      identity.attributes[attribute] ??
      fault('REFERENCE_UNKNOWN', path, `${attribute} of ${logicalId} is not known here`)
    )
  }

  const identityOf = (logicalId: string, path: string): Identity | undefined => {
    if (identities.has(logicalId)) return identities.get(logicalId)
    const resource = sections.Resources[logicalId]
    if (!isObject(resource) || typeof resource['Type'] !== 'string')
      return fault('REFERENCE_UNKNOWN', path, `there is no parameter and no resource ${logicalId}`)
    const { Type: type, Condition: condition, Properties: properties } = resource
    if (typeof condition === 'string' && !holds(condition, path))
      return fault(
        'REFERENCE_UNKNOWN',
        path,
        `${logicalId} is not created: its condition ${condition} is false`,
      )
    const text = (property: string): string | undefined => {
      const value = isObject(properties) ? properties[property] : undefined
      const at = `Resources.${logicalId}.Properties.${property}`
      const resolved = resolve(value, at)
      if (typeof resolved === 'object') return fault('PROPERTY_INVALID', at, 'must be a text')
      return resolved === undefined ? undefined : String(resolved)
    }
    const identity = guarded(logicalId, path, () => identify(type, logicalId, place, text))
    if (!identity)
      return fault('REFERENCE_UNKNOWN', path, `${logicalId} is a ${type}, whose names are not known here`)
    identities.set(logicalId, identity)
    return identity
  }

  const join = (argument: unknown, path: string): unknown => {
    const [delimiter, list, ...rest] = [argument].flat()
    const items = resolve(list, path)
    const isList = Array.isArray(items) && items.every(item => typeof item === 'string')
    return typeof delimiter === 'string' && isList && rest.length === 0
      ? items.join(delimiter)
      : malformed(path, 'a delimiter and a list of texts')
  }

  const sub = (argument: unknown, path: string): unknown => {
    const [text, given = {}, ...rest] = [argument].flat()
    if (typeof text !== 'string' || !isObject(given) || rest.length > 0)
      return malformed(path, 'a text and, where it has names of its own, their values')
    const values = new Map(Object.entries(given))
    return text.replace(/\$\{([^}]*)\}/g, (whole, name: string) => {
      if (name.startsWith('!')) return whole.replace('!', '')
      const own = values.get(name)
      const [logicalId, ...attribute] = name.split('.')
      if (own !== undefined) return String(resolve(own, path) ?? '')
      if (attribute.length === 0) return String(ref(name, path) ?? '')
      return String(getAtt(logicalId ?? '', attribute.join('.'), path) ?? '')
    })
  }

  const holds = (condition: string, path: string): boolean => {
    const expression = sections.Conditions[condition]
    if (expression === undefined) {
      fault('CONDITION_UNKNOWN', path, `there is no condition ${condition}`)
      return false
    }
    const at = `Conditions.${condition}`
    return guarded(at, path, () => test(expression, at)) ?? false
  }

  /** A condition function, or the name of another condition. */
  const test = (expression: unknown, path: string): boolean => {
    const [[name, argument] = [], ...others] = isObject(expression) ? Object.entries(expression) : []
    const list: readonly unknown[] = [argument].flat()
    if (others.length === 0) {
      if (name === 'Condition' && typeof argument === 'string') return holds(argument, path)
      if (name === 'Fn::Equals' && list.length === 2)
        return JSON.stringify(resolve(list[0], path)) === JSON.stringify(resolve(list[1], path))
      if (name === 'Fn::Not' && list.length === 1) return !test(list[0], path)
      // Every part is tested, so that a fault in any of them is found.
      if (name === 'Fn::And') return list.filter(one => !test(one, path)).length === 0
      if (name === 'Fn::Or') return list.filter(one => test(one, path)).length > 0
    }
    fault('INTRINSIC_UNKNOWN', path, 'is not a condition function known here')
    return false
  }

  return { resolve, holds, identityOf, knows: isIdentified }
}

const splitList = (value: string): readonly string[] =>
  value === '' ? [] : value.split(',').map(item => item.trim())

const pseudoParameters = ({ accountId, region, stackName }: Place): ReadonlyMap<string, string> =>
  new Map([
    ['AWS::AccountId', accountId],
    ['AWS::Partition', partition],
    ['AWS::Region', region],
    ['AWS::StackName', stackName],
    ['AWS::URLSuffix', 'amazonaws.com'],
  ])
