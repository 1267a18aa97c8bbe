// Reads the JSON of a request as an AWS service model describes it: a wrong JSON type is a SerializationException, broken
// constraints are gathered into one ValidationException. Members the model does not have are ignored, as AWS does.
import { AwsError } from './awsError.ts'

/** Reads a value which is present, and adds the constraints it breaks to `faults`. */
export type Reader<T> = (value: unknown, path: string, faults: string[]) => T

/** A member of a request. */
export type Member<T> = { readonly required: boolean; readonly read: Reader<T> }

/** The members of a request by name. */
export type Shape = Readonly<Record<string, Member<unknown>>>

/** What a request of this shape is read into. */
export type Parsed<S extends Shape> = { readonly [K in keyof S]: S[K] extends Member<infer T> ? T : never }

export const required = <T>(read: Reader<T>): Member<T> => ({ required: true, read })

export const optional = <T>(read: Reader<T>): Member<T | undefined> => ({ required: false, read })

/**
 * Reads the body of a request.
 *
 * @param shape The members of the operation's input.
 * @param body The parsed JSON.
 * @returns The members, typed.
 * @throws {AWS_ERROR} SerializationException, or a ValidationException that lists every fault.
 */
export const parse = <S extends Shape>(shape: S, body: unknown): Parsed<S> => {
  const faults: string[] = []
  const input = structure(shape)(body, '', faults)
  if (faults.length === 0) return input
  const count = `${faults.length} validation error${faults.length === 1 ? '' : 's'} detected`
  throw new AwsError('ValidationException', `${count}: ${faults.join('; ')}`)
}

export const structure =
  <S extends Shape>(shape: S): Reader<Parsed<S>> =>
  (value, path, faults) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw unexpectedType(value, 'Structure')
    const members = new Map(Object.entries(value))
    const entries = Object.entries(shape).map(([name, member]) => {
      const memberPath = `${path}${path && '.'}${name.charAt(0).toLowerCase()}${name.slice(1)}`
      const given: unknown = members.get(name) ?? undefined
      if (given !== undefined) return [name, member.read(given, memberPath, faults)]
      if (member.required) faults.push(broken('Value null', memberPath, 'must not be null'))
      return [name, undefined]
    })
    // An absent required member has left a fault behind, so that this value is not used then.
    return Object.fromEntries(entries) as Parsed<S>
  }

export const text =
  (limits: {
    readonly min?: number
    readonly max?: number
    readonly pattern?: RegExp
    readonly oneOf?: readonly string[]
  }): Reader<string> =>
  (value, path, faults) => {
    if (typeof value !== 'string') throw unexpectedType(value, 'String')
    const shown = `Value '${value}'`
    faults.push(...lengthFaults(value.length, limits).map(fault => broken(shown, path, fault)))
    // The model's patterns are of the whole value, anchored or not.
    if (limits.pattern && !new RegExp(`^(?:${limits.pattern.source})$`).test(value)) {
      faults.push(broken(shown, path, `must satisfy regular expression pattern: ${limits.pattern.source}`))
    }
    if (limits.oneOf && !limits.oneOf.includes(value)) {
      faults.push(broken(shown, path, `must satisfy enum value set: [${limits.oneOf.join(', ')}]`))
    }
    return value
  }

/** Bytes, Base64 in JSON. What they are is not repeated in faults. */
export const blob =
  (limits: { readonly min: number; readonly max: number }): Reader<Uint8Array> =>
  (value, path, faults) => {
    if (typeof value !== 'string') throw unexpectedType(value, 'Blob')
    const bytes = Buffer.from(value, 'base64')
    if (bytes.toString('base64') !== value) {
      throw new AwsError('SerializationException', `'${path}' is not Base64.`)
    }
    faults.push(...lengthFaults(bytes.length, limits).map(fault => broken('Value', path, fault)))
    return new Uint8Array(bytes)
  }

export const integer =
  (limits: { readonly min: number; readonly max: number }): Reader<number> =>
  (value, path, faults) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) throw unexpectedType(value, 'Integer')
    const shown = `Value '${value}'`
    if (value < limits.min)
      faults.push(broken(shown, path, `must have value greater than or equal to ${limits.min}`))
    if (value > limits.max)
      faults.push(broken(shown, path, `must have value less than or equal to ${limits.max}`))
    return value
  }

export const boolean: Reader<boolean> = value => {
  if (typeof value !== 'boolean') throw unexpectedType(value, 'Boolean')
  return value
}

export const list =
  <T>(read: Reader<T>, limits: { readonly max?: number } = {}): Reader<readonly T[]> =>
  (value, path, faults) => {
    if (!Array.isArray(value)) throw unexpectedType(value, 'List')
    faults.push(...lengthFaults(value.length, limits).map(fault => broken('Value', path, fault)))
    return value.map((item, index) => read(item, `${path}.${index + 1}.member`, faults))
  }

const lengthFaults = (
  length: number,
  { min = 0, max = Number.POSITIVE_INFINITY }: { readonly min?: number; readonly max?: number },
): readonly string[] => {
  if (length < min) return [`must have length greater than or equal to ${min}`]
  return length > max ? [`must have length less than or equal to ${max}`] : []
}

const broken = (value: string, path: string, constraint: string): string =>
  `${value} at '${path}' failed to satisfy constraint: Member ${constraint}`

const unexpectedType = (value: unknown, expected: string): AwsError => {
  const actual = Array.isArray(value) ? 'LIST' : value === null ? 'NULL' : typeof value
  return new AwsError(
    'SerializationException',
    `${actual.toUpperCase()}_VALUE can not be converted to a ${expected}`,
  )
}
