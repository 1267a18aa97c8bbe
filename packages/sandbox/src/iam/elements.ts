// The elements of a statement: Action, Resource, Principal, each with its Not form, and Condition.
// IAM User Guide, "IAM JSON policy element reference".
import { splitArn } from './arn.ts'
import { type Condition, parseCondition } from './conditions.ts'
import { hasVariable, unknownVariables } from './match.ts'
import type { PolicyFault } from './policyError.ts'
import { type PrincipalElement, principalNameFault } from './principal.ts'

/**
 * What a policy is attached to. `identity` and `boundary` name no principals; `trust`, the policy of a role that says
 * who may assume it, names no resources; `resource` (of an API or a function), `key` and `endpoint` name both.
 */
export type PolicyKind = 'identity' | 'boundary' | 'resource' | 'key' | 'trust' | 'endpoint'

/** A list, or everything except the list: Action and NotAction, Resource and NotResource, Principal and NotPrincipal. */
export type Listed<T> = { readonly except: boolean; readonly list: T }

export const statementElements = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
] as const

/** The elements of a statement as they are written, none of them read yet. */
export type RawStatement = { readonly [K in (typeof statementElements)[number]]?: unknown }

/** Whether a policy says what whoever has it may do, and so names no principal. */
export const namesNoPrincipal = (kind: PolicyKind): boolean => kind === 'identity' || kind === 'boundary'

/** Whether a value is a JSON object. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads Action or NotAction. */
export const readActions = (
  raw: RawStatement,
  path: string,
  faults: PolicyFault[],
): Listed<readonly string[]> => {
  const one = chooseElement(raw, 'Action', 'NotAction', path, faults)
  if (!one) return { except: false, list: [] }
  const list = readTexts(one.value, one.path, faults)
  for (const action of list) {
    if (action !== '*' && !/^[a-z0-9-]+:[a-z0-9*?]+$/i.test(action))
      faults.push({
        code: 'VALUE_INVALID',
        path: one.path,
        message: `"${action}" must be * or a service, a colon and an action`,
      })
  }
  return { except: one.except, list }
}

/** Reads Resource or NotResource, which a trust policy must not have. */
export const readResources = (
  raw: RawStatement,
  path: string,
  kind: PolicyKind,
  faults: PolicyFault[],
): Listed<readonly string[]> | undefined => {
  if (kind === 'trust') {
    forbid(raw, ['Resource', 'NotResource'], path, 'the role itself is the resource: remove it', faults)
    return undefined
  }
  const one = chooseElement(raw, 'Resource', 'NotResource', path, faults)
  if (!one) return undefined
  const list = readTexts(one.value, one.path, faults)
  for (const resource of list) {
    for (const variable of unknownVariables(resource))
      faults.push({ code: 'VARIABLE_UNKNOWN', path: one.path, message: `${variable} is not known here` })
    const parts = splitArn(resource)
    if (resource !== '*' && !parts)
      faults.push({ code: 'VALUE_INVALID', path: one.path, message: `"${resource}" must be * or an ARN` })
    if (parts?.slice(0, 5).some(hasVariable))
      faults.push({
        code: 'VALUE_INVALID',
        path: one.path,
        message: `"${resource}" has a variable before the fifth colon, where none is filled in`,
      })
    if (parts && /[*?]/.test(parts[2]))
      faults.push({
        code: 'VALUE_INVALID',
        path: one.path,
        message: `"${resource}" must name its service without wildcards`,
      })
  }
  return { except: one.except, list }
}

/** Reads Principal or NotPrincipal, which an identity-based policy must not have. */
export const readPrincipals = (
  raw: RawStatement,
  path: string,
  kind: PolicyKind,
  faults: PolicyFault[],
): Listed<PrincipalElement> | undefined => {
  if (namesNoPrincipal(kind)) {
    forbid(raw, ['Principal', 'NotPrincipal'], path, 'whoever has the policy is the principal', faults)
    return undefined
  }
  const one = chooseElement(raw, 'Principal', 'NotPrincipal', path, faults)
  if (!one) return undefined
  if (one.except && kind === 'trust')
    forbid(raw, ['NotPrincipal'], path, 'a role says whom it trusts: use Principal', faults)
  if (one.except && raw.Effect === 'Allow')
    forbid(raw, ['NotPrincipal'], path, 'goes with Deny only: with Allow it would let everyone in', faults)
  const list = readPrincipalElement(one.value, one.path, faults)
  if (one.except && list.aws.includes('*'))
    faults.push({ code: 'VALUE_INVALID', path: one.path, message: 'must not leave out everyone' })
  return { except: one.except, list }
}

/** Reads Condition. */
export const readConditions = (value: unknown, path: string, faults: PolicyFault[]): readonly Condition[] => {
  if (value === undefined) return []
  if (!isObject(value)) {
    faults.push({ code: 'VALUE_INVALID', path, message: 'must be a JSON object of operators' })
    return []
  }
  return Object.entries(value).flatMap(([operator, tests]) => {
    const operatorPath = `${path}.${operator}`
    if (!isObject(tests) || Object.keys(tests).length === 0) {
      faults.push({ code: 'VALUE_INVALID', path: operatorPath, message: 'must be a JSON object of keys' })
      return []
    }
    return Object.entries(tests).map(([key, values]) => {
      const keyPath = `${operatorPath}.${key}`
      return parseCondition(operator, key, readValues(values, keyPath, faults), keyPath, faults)
    })
  })
}

const readPrincipalElement = (value: unknown, path: string, faults: PolicyFault[]): PrincipalElement => {
  if (value === '*') return { aws: ['*'], service: [] }
  if (!isObject(value) || Object.keys(value).length === 0) {
    faults.push({ code: 'VALUE_INVALID', path, message: 'must be * or an object with AWS or Service' })
    return { aws: [], service: [] }
  }
  for (const type of Object.keys(value)) {
    if (type !== 'AWS' && type !== 'Service')
      faults.push({ code: 'PRINCIPAL_UNSUPPORTED', path: `${path}.${type}`, message: 'is not known here' })
  }
  const read = (type: 'AWS' | 'Service'): readonly string[] =>
    value[type] === undefined ? [] : readTexts(value[type], `${path}.${type}`, faults)
  const [aws, service] = [read('AWS'), read('Service')]
  for (const name of aws) {
    const message = principalNameFault(name)
    if (message) faults.push({ code: 'PRINCIPAL_UNSUPPORTED', path: `${path}.AWS`, message })
  }
  for (const name of service) {
    if (!/^[a-z0-9.-]+\.amazonaws\.com$/.test(name))
      faults.push({
        code: 'PRINCIPAL_UNSUPPORTED',
        path: `${path}.Service`,
        message: 'must be the principal of an AWS service, for example lambda.amazonaws.com',
      })
  }
  return { aws, service }
}

type Chosen = { readonly except: boolean; readonly value: unknown; readonly path: string }

/** An element or its Not form: exactly one of them. */
const chooseElement = (
  raw: RawStatement,
  element: keyof RawStatement,
  negation: keyof RawStatement,
  path: string,
  faults: PolicyFault[],
): Chosen | undefined => {
  const [plain, negated] = [raw[element], raw[negation]]
  if (plain !== undefined && negated !== undefined) {
    const message = `cannot stand beside ${element}`
    faults.push({ code: 'ELEMENT_NOT_ALLOWED', path: `${path}.${negation}`, message })
  }
  if (plain !== undefined) return { except: false, value: plain, path: `${path}.${element}` }
  if (negated !== undefined) return { except: true, value: negated, path: `${path}.${negation}` }
  const message = `is missing: give ${element} or ${negation}`
  faults.push({ code: 'ELEMENT_MISSING', path: `${path}.${element}`, message })
  return undefined
}

const forbid = (
  raw: RawStatement,
  elements: readonly (keyof RawStatement)[],
  path: string,
  message: string,
  faults: PolicyFault[],
): void => {
  for (const element of elements) {
    if (raw[element] !== undefined)
      faults.push({ code: 'ELEMENT_NOT_ALLOWED', path: `${path}.${element}`, message })
  }
}

/** A text or a list of texts, not empty. */
const readTexts = (value: unknown, path: string, faults: PolicyFault[]): readonly string[] => {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  const texts = list.filter((one): one is string => typeof one === 'string' && one !== '')
  if (texts.length === 0 || texts.length < list.length)
    faults.push({ code: 'VALUE_INVALID', path, message: 'must be a text or a list of texts' })
  return texts
}

/** The values of a condition key. Quotation marks are optional for numbers and booleans. */
const readValues = (value: unknown, path: string, faults: PolicyFault[]): readonly string[] => {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  const isValue = (one: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof one)
  if (list.length === 0 || !list.every(isValue))
    faults.push({
      code: 'VALUE_INVALID',
      path,
      message: 'must be a text, number or boolean, or a list of them',
    })
  return list.filter(isValue).map(String)
}
