// A service that speaks AWS's query protocol, its operations written as those of any other: values in, values out.
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
import type { ServerRequest, ServerResponseData } from '../server.ts'
import { AwsError } from './awsError.ts'
import type { Cloud } from './cloud.ts'
import { element, queryAnswer, queryError, textElement } from './query.ts'
import { authenticate, type ServiceOperation } from './serviceOperation.ts'
import type { Reader } from './shape.ts'
import { signatureRefused } from './sts.ts'

export type QueryService = {
  /** As a credential scope names it. */
  readonly service: string
  /** Undefined for a service that is at one address for all regions. */
  readonly region: string | undefined
  readonly version: string
  /** XML namespace. */
  readonly namespace: string
  /** By name. */
  readonly operations: ReadonlyMap<string, ServiceOperation>
  /** Code and status of the errors of this service by their name; 400 for the others. */
  readonly errors: Readonly<Record<string, readonly [code: string, status: number]>>
}

/** Errors that every service of this protocol has, under names that the others do not use. */
const commonErrors: QueryService['errors'] = {
  AccessDeniedException: ['AccessDenied', 403],
  ValidationException: ['ValidationError', 400],
  InvalidMarkerException: ['ValidationError', 400],
  SerializationException: ['ValidationError', 400],
}

/**
 * Answers a request to a service that speaks the query protocol.
 *
 * @param request The request as received.
 * @param cloud The cloud.
 * @param service The service.
 * @returns The output of the operation, or an error.
 */
export const respondQuery = async (
  request: ServerRequest,
  cloud: Cloud,
  service: QueryService,
): Promise<ServerResponseData> => {
  const { namespace, version } = service
  if (request.bodyTooLarge) return queryError(namespace, 413, 'RequestEntityTooLarge', '')
  const authenticated = authenticate(request, cloud, service)
  if ('failure' in authenticated) return signatureRefused(namespace, authenticated.failure)
  const form = new URLSearchParams(Buffer.from(request.body).toString())
  const [action, requested] = [form.get('Action') ?? '', form.get('Version')]
  const run = requested === version ? service.operations.get(action) : undefined
  if (!run) {
    const message = `Could not find operation ${action} for version ${requested}`
    return queryError(namespace, 400, 'InvalidAction', message)
  }
  try {
    const output = await run(readForm(form), authenticated.call)
    return queryAnswer(namespace, action, output === undefined ? undefined : members(output))
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    const [code, status] = service.errors[error.type] ?? commonErrors[error.type] ?? [error.type, 400]
    return queryError(namespace, status, code, error.message)
  }
}

/** Reads a whole number: in a form every value is a text. */
export const wholeNumber =
  (limits: { readonly min: number; readonly max: number }): Reader<number> =>
  (value, path, faults) => {
    const number = /^\d{1,9}$/.test(String(value)) ? Number(value) : Number.NaN
    if (!(number >= limits.min && number <= limits.max))
      faults.push(
        `Value '${value}' at '${path}' failed to satisfy constraint: Member must have value between ${limits.min} and ${limits.max}`,
      )
    return number
  }

/** `Names.member.1=a&Names.member.2=b` is a list. An empty one is sent as `Names=`. */
const readForm = (form: URLSearchParams): Readonly<Record<string, unknown>> => {
  const input = new Map<string, string | string[]>()
  for (const [name, value] of form) {
    if (name === 'Action' || name === 'Version') continue
    const [, list, index] = /^(\w+)\.member\.(\d+)$/.exec(name) ?? []
    const before = input.get(list ?? name)
    if (list === undefined && before === undefined) input.set(name, value)
    else if (list !== undefined && Array.isArray(before ?? []) && Number(index) === (before ?? []).length + 1)
      input.set(list, [...(before ?? []), value])
    else
      throw new AwsError(
        'ValidationException',
        `${name} stands where it cannot: it is given twice, or out of order.`,
      )
  }
  return Object.fromEntries(input)
}

/** Lists are of `member` elements, maps of `entry` elements. */
const members = (output: object): string =>
  Object.entries(output)
    .map(([name, value]) => toXml(name, value))
    .join('')

const toXml = (name: string, value: unknown): string => {
  if (value === undefined) return ''
  if (Array.isArray(value)) return element(name, value.map(item => toXml('member', item)).join(''))
  if (value instanceof Map)
    return element(
      name,
      [...value].map(([key, item]) => element('entry', toXml('key', key) + toXml('value', item))).join(''),
    )
  if (typeof value === 'object' && value !== null) return element(name, members(value))
  return textElement(name, String(value))
}
