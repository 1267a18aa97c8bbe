// A request to CloudFormation: a form, and who sent it; and what is wrong with one.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html
import type { ServiceCall } from '../serviceOperation.ts'

export type Call = ServiceCall & { readonly form: URLSearchParams }

/** An operation: the parameters it understands, and what it does. */
export type Operation = {
  /** Names of parameters, without what comes after a dot. Any other is refused: it might change what is asked for. */
  readonly parameters: readonly string[]
  /** Returns the XML of the result; undefined for an operation without one. */
  readonly run: (call: Call) => string | undefined | Promise<string | undefined>
}

/**
 * Reads a parameter that must be there.
 *
 * @param call The call.
 * @param name The name.
 * @returns The value.
 * @throws {CLOUDFORMATION_ERROR} ValidationError: it is absent.
 */
export const required = ({ form }: Call, name: string): string => {
  const value = form.get(name)
  if (value) return value
  throw invalid(
    `1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`,
  )
}

/**
 * Reads a list: `NAME.member.1.KEY`, or `NAME.member.1` for a list of texts, which have the key ''.
 *
 * @param form The form.
 * @param name The name.
 * @returns The members in their order.
 */
export const members = (form: URLSearchParams, name: string): readonly ReadonlyMap<string, string>[] => {
  const found = new Map<number, Map<string, string>>()
  for (const [field, value] of form) {
    const [list, member, index, ...key] = field.split('.')
    if (list !== name || member !== 'member') continue
    const entries = found.get(Number(index)) ?? new Map<string, string>()
    found.set(Number(index), entries.set(key.join('.'), value))
  }
  return [...found].sort(([a], [b]) => a - b).map(([, entries]) => entries)
}

/** The texts of a list. */
export const texts = (form: URLSearchParams, name: string): readonly string[] =>
  members(form, name).map(entries => entries.get('') ?? '')

/** An error of CloudFormation, which is answered as XML. */
export class CloudFormationError extends Error {
  override readonly name = 'CloudFormationError'
  /** CloudFormation's name of it. */
  readonly code: string
  /** HTTP status. */
  readonly status: number

  constructor(code: string, message: string, status = 400) {
    super(message)
    this.code = code
    this.status = status
  }
}

/** What CloudFormation says to a request that cannot be. */
export const invalid = (message: string): CloudFormationError =>
  new CloudFormationError('ValidationError', message)
