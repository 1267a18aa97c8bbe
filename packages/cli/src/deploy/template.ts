// A CloudFormation template as it is with given parameters: conditions decided, values put in. What AWS makes up (ids, ARNs)
// stays as the reference that stands for it.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'

/** A template as parsed JSON. */
export type Template = {
  readonly Description?: string
  readonly Parameters?: Readonly<Record<string, ParameterDeclaration>>
  readonly Conditions?: Readonly<Record<string, unknown>>
  readonly Resources?: Readonly<Record<string, Resource>>
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown; readonly Condition?: string }>>
}

export type ParameterDeclaration = {
  readonly Type: string
  readonly Default?: string | number
  readonly AllowedValues?: readonly (string | number)[]
  readonly AllowedPattern?: string
  readonly MinValue?: number
  readonly MaxValue?: number
  readonly Description?: string
}

export type Resource = {
  readonly Type: string
  readonly Properties?: Readonly<Record<string, unknown>>
  readonly Condition?: string
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
}

/** Values by parameter name. */
export type Parameters = Readonly<Record<string, string>>

/** Where a stack is: what the pseudo parameters of a template stand for. */
export type Place = { readonly account: string; readonly region: string; readonly partition: string }

/** The resources that exist, and the outputs. */
export type Resolved = {
  readonly resources: Readonly<Record<string, Resource>>
  readonly outputs: Readonly<Record<string, unknown>>
}

/**
 * Reads a template.
 *
 * @param text JSON, as CDK and `aws cloudformation deploy` send it.
 * @throws {CliError} TEMPLATE_NOT_UNDERSTOOD
 */
export function parseTemplate(text: string): Template {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // Said below.
  }
  throw notUnderstood('it is not JSON')
}

/**
 * Resolves a template.
 *
 * @param parameters A value for each parameter of the template.
 * @returns Resources and outputs whose condition holds. A reference to a resource stays as it is.
 * @throws {CliError} TEMPLATE_NOT_UNDERSTOOD for a function that templates of Coffer do not use: a change that hides in it
 *   could not be shown.
 */
export function resolveTemplate(template: Template, parameters: Parameters, place: Place): Resolved {
  const { Resources = {}, Parameters: declared = {}, Conditions = {}, Outputs = {} } = template
  const pseudo: Readonly<Record<string, unknown>> = {
    'AWS::AccountId': place.account,
    'AWS::Region': place.region,
    'AWS::Partition': place.partition,
    'AWS::URLSuffix': place.partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com',
    'AWS::NoValue': noValue,
  }

  function holds(name: string): boolean {
    const result = resolve(Conditions[name])
    if (typeof result !== 'boolean') throw notUnderstood(`the condition ${name} is neither true nor false`)
    return result
  }

  function refer(name: string): unknown {
    if (Object.hasOwn(pseudo, name)) return pseudo[name]
    if (Object.hasOwn(Resources, name)) return { Ref: name }
    const type = declared[name]?.Type
    const value = parameters[name]
    if (type === undefined || value === undefined) throw notUnderstood(`${name} has no value`)
    return isList(type) ? splitList(value) : value
  }

  function resolve(node: unknown): unknown {
    if (Array.isArray(node)) return node.map(resolve).filter(item => item !== noValue)
    if (typeof node !== 'object' || node === null) return node
    const entries = Object.entries(node)
    const [name, argument] = entries[0] ?? []
    if (entries.length === 1 && name !== undefined && isFunction(name)) return call(name, argument)
    return Object.fromEntries(
      entries.map(([key, item]) => [key, resolve(item)]).filter(([, item]) => item !== noValue),
    )
  }

  function call(name: string, argument: unknown): unknown {
    if (name === 'Ref') return refer(String(argument))
    if (name === 'Fn::GetAtt') return { [name]: argument }
    if (name === 'Fn::Sub' && typeof argument === 'string') return substitute(argument)
    const [first, second, third] = argument as readonly unknown[]
    switch (name) {
      case 'Fn::If':
        return holds(String(first)) ? resolve(second) : resolve(third)
      case 'Fn::Join':
        return join(String(first), resolve(second))
      case 'Fn::Equals':
        return canonical(resolve(first)) === canonical(resolve(second))
      case 'Fn::Not':
        return resolve(first) === false
      default:
        throw notUnderstood(`it uses ${name}`)
    }
  }

  /** `${Name}`, `${Resource.Attribute}`, and `${!...}` for a text that looks like one. */
  function substitute(text: string): unknown {
    const parts = text.split(/(\$\{[^}]*\})/).map(part => {
      const name = /^\$\{([^}]*)\}$/.exec(part)?.[1]
      if (name === undefined) return part
      if (name.startsWith('!')) return `\${${name.slice(1)}}`
      return name.includes('.') ? { 'Fn::GetAtt': name } : refer(name)
    })
    return join('', parts)
  }

  function present<T extends { readonly Condition?: string }>([, item]: [string, T]): boolean {
    return item.Condition === undefined || holds(item.Condition)
  }

  return {
    resources: Object.fromEntries(
      Object.entries(Resources)
        .filter(present)
        .map(([id, item]) => [id, { ...item, Properties: resolve(item.Properties ?? {}) as object }]),
    ) as Readonly<Record<string, Resource>>,
    outputs: Object.fromEntries(
      Object.entries(Outputs)
        .filter(present)
        .map(([name, { Value }]) => [name, resolve(Value)]),
    ),
  }
}

/** A resolved value without functions: `{ Ref: 'Topic' }` becomes `${Topic}`, also within text. */
export function withoutReferences(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutReferences)
  if (typeof node !== 'object' || node === null) return node
  const entries = Object.entries(node)
  const [name, argument] = entries[0] ?? []
  if (entries.length === 1 && name === 'Ref') return `\${${argument}}`
  if (entries.length === 1 && name === 'Fn::GetAtt') return `\${${[argument].flat().join('.')}}`
  if (entries.length === 1 && name === 'Fn::Join') {
    const [separator, parts] = argument as [string, readonly unknown[]]
    return parts.map(withoutReferences).join(separator)
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutReferences(item)]))
}

/** Whether a deletion policy or a replacement policy keeps a resource that was in use. */
export function isKept(policy: unknown): boolean {
  return policy === 'Retain' || policy === 'RetainExceptOnCreate'
}

/** JSON in which the order of keys says nothing. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  )
}

/** Whether a parameter of this type takes several values, separated by commas. */
export function isList(type: string): boolean {
  return type === 'CommaDelimitedList' || type.startsWith('List<')
}

/** The values of such a parameter; the empty one is one empty value, as CloudFormation has it. */
export function splitList(value: string): readonly string[] {
  return value.split(',').map(item => item.trim())
}

function join(separator: string, parts: unknown): unknown {
  if (!Array.isArray(parts)) throw notUnderstood('it joins what is not a list')
  return parts.every(part => typeof part === 'string')
    ? parts.join(separator)
    : { 'Fn::Join': [separator, parts] }
}

function isFunction(name: string): boolean {
  return name === 'Ref' || name.startsWith('Fn::')
}

function notUnderstood(reason: string): CliError {
  return new CliError(
    'TEMPLATE_NOT_UNDERSTOOD',
    `the template that is deployed is not one of Coffer's: ${reason}; nothing was changed`,
    { exitCode: exitCodes.refused, hints: ['name another stack with --stack-name'] },
  )
}

const noValue = Symbol('AWS::NoValue')
