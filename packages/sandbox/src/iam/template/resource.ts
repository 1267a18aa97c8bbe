// One resource of a template, its properties resolved as they are asked for.
import { isObject, type PolicyKind } from '../elements.ts'
import { type Policy, parsePolicy } from '../policy.ts'
import { PolicyError } from '../policyError.ts'
import type { TemplateFault, TemplateFaultCode } from './fault.ts'
import type { Identity } from './identity.ts'
import type { Resolver } from './resolver.ts'

export type Resource = {
  readonly logicalId: string
  readonly type: string
  readonly identity: Identity
  readonly value: (property: string) => unknown
  /** All properties, resolved. */
  readonly properties: () => Readonly<Record<string, unknown>>
  /** A property as text; undefined where it is absent. */
  readonly text: (property: string) => string | undefined
  /** A property as text that must be there. */
  readonly required: (property: string) => string
  /** A list of texts; empty where it is absent. */
  readonly texts: (property: string) => readonly string[]
  /** A list of objects; empty where it is absent. */
  readonly objects: (property: string) => readonly Readonly<Record<string, unknown>>[]
  /** A policy that this resource has; undefined, with its faults kept, where it cannot be read. */
  readonly policy: (document: unknown, name: string, kind: PolicyKind, property: string) => Policy | undefined
  readonly fault: (code: TemplateFaultCode, property: string, message: string) => void
}

/**
 * Makes a resource readable.
 *
 * @param entry Its logical id, type, identity and properties as they are written.
 * @param resolver Resolves the properties.
 * @param faults Receives what is wrong.
 * @returns The resource.
 */
export const createResource = (
  entry: Pick<Resource, 'logicalId' | 'type' | 'identity'> & {
    readonly properties: Readonly<Record<string, unknown>>
  },
  resolver: Resolver,
  faults: TemplateFault[],
): Resource => {
  const { properties, ...names } = entry
  const at = (property: string): string => `Resources.${entry.logicalId}.Properties.${property}`
  const fault = (code: TemplateFaultCode, property: string, message: string): void =>
    void faults.push({ code, path: at(property), message })
  const value = (property: string): unknown => resolver.resolve(properties[property], at(property))
  const text = (property: string): string | undefined => {
    const found = value(property)
    if (typeof found === 'object') fault('PROPERTY_INVALID', property, 'must be a text')
    return found === undefined || typeof found === 'object' ? undefined : String(found)
  }
  const list = (property: string): readonly unknown[] => {
    const found = value(property) ?? []
    if (Array.isArray(found)) return found
    fault('PROPERTY_INVALID', property, 'must be a list')
    return []
  }
  return {
    ...names,
    properties: () => Object.fromEntries(Object.keys(properties).map(name => [name, value(name)])),
    value,
    text,
    required: property => {
      const before = faults.length
      const found = text(property)
      if (found === undefined && faults.length === before) fault('PROPERTY_INVALID', property, 'is missing')
      return found ?? ''
    },
    texts: property =>
      list(property).flatMap(item => {
        if (typeof item === 'string') return [item]
        fault('PROPERTY_INVALID', property, 'must be a list of texts')
        return []
      }),
    objects: property =>
      list(property).flatMap(item => {
        if (isObject(item)) return [item]
        fault('PROPERTY_INVALID', property, 'must be a list of objects')
        return []
      }),
    policy: (document, name, kind, property) => {
      try {
        return parsePolicy(document, name, kind)
      } catch (error) {
        if (!(error instanceof PolicyError)) throw error
        for (const { path, message, code } of error.faults)
          fault('POLICY_INVALID', `${property}${path.slice(1)}`, `${message} (${code})`)
        return undefined
      }
    },
    fault,
  }
}
