// Strict readers for JSON fields. A reader reports every fault instead of stopping at the first, and then returns a
// placeholder; `read` throws if anything was reported, so no placeholder ever leaves this file.
import { type Address, getAddress, type Hex, isAddress, zeroAddress } from 'viem'
import { type Issue, type IssueCode, ServiceError } from './problem.ts'
import { reported } from './reported.ts'

/** Reads one JSON value. `path` is its JSON Pointer (RFC 6901); faults are appended to `issues`. */
export type Field<T> = (value: unknown, path: string, issues: Issue[]) => T

/** Reads a whole document; throws INVALID_REQUEST if there is any fault, with all of them as far as they are not too many. */
export const read = <T>(field: Field<T>, value: unknown): T => {
  const issues: Issue[] = []
  const result = field(value, '', issues)
  if (issues.length > 0) throw new ServiceError('INVALID_REQUEST', reported(issues))
  return result
}

/** A JSON object with these fields and no others. The result is frozen. */
export const object =
  <T extends object>(fields: { readonly [K in keyof T]-?: Field<T[K]> }): Field<T> =>
  (value, path, issues) => {
    const result: Partial<T> = {}
    const given = members(value, path, issues)
    if (given === undefined) return result as T
    for (const name of given.keys())
      if (!Object.hasOwn(fields, name)) {
        const known = Object.keys(fields).join(', ')
        issues.push(fault(name, member(path, name), 'UNKNOWN_FIELD', `is not one of the fields ${known}`))
      }
    for (const name in fields) result[name] = fields[name](given.get(name), member(path, name), issues)
    return Object.freeze(result) as T
  }

/** One of several kinds of object, told apart by the text in one of their fields. What kind it is decides which fields it has. */
export const variants =
  <T extends object>(
    tag: keyof T & string,
    code: IssueCode,
    kinds: Readonly<Record<string, Field<T>>>,
  ): Field<T> =>
  (value, path, issues) => {
    const given = members(value, path, issues)
    if (given === undefined) return {} as T
    const kind = given.get(tag)
    const field = typeof kind === 'string' && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined
    if (field !== undefined) return field(value, path, issues)
    issues.push(fault(kind, member(path, tag), code, `must be ${Object.keys(kinds).join(' or ')}`))
    return {} as T
  }

/** A JSON array of at least `minimum` values that are read alike. The result is frozen. */
export const list =
  <T>(field: Field<T>, minimum = 0): Field<readonly T[]> =>
  (value, path, issues) => {
    if (!Array.isArray(value)) {
      issues.push(fault(value, path, 'WRONG_TYPE', 'must be a JSON array'))
      return []
    }
    if (value.length < minimum)
      issues.push(fault(value, path, 'OUT_OF_RANGE', `must have at least ${minimum} element`))
    return Object.freeze(value.map((element: unknown, i) => field(element, `${path}/${i}`, issues)))
  }

/** A field that may be left out. `null` is not leaving out. */
export const optional =
  <T>(field: Field<T>): Field<T | undefined> =>
  (value, path, issues) =>
    value === undefined ? undefined : field(value, path, issues)

/** One of these strings. */
export const oneOf =
  <T extends string>(known: readonly [T, ...T[]], code: IssueCode): Field<T> =>
  (value, path, issues) => {
    const found = known.find(one => one === value)
    if (found === undefined) issues.push(fault(value, path, code, `must be ${known.join(' or ')}`))
    return found ?? known[0]
  }

/** An address: all lower-case, or mixed case with a valid EIP-55 checksum. Returned in EIP-55 form. */
export const address: Field<Address> = (value, path, issues) => {
  if (typeof value === 'string' && isAddress(value)) return getAddress(value)
  const message = 'must be 0x and 40 hex digits, in lower case or with a valid EIP-55 checksum'
  issues.push(fault(value, path, 'INVALID_ADDRESS', message))
  return zeroAddress
}

/** `0x` and an even number of hex digits. Returned in lower case. */
export const bytes: Field<Hex> = (value, path, issues) => {
  if (typeof value === 'string' && /^0x(?:[0-9a-f]{2})*$/i.test(value)) return lowerCase(value)
  issues.push(fault(value, path, 'INVALID_HEX', 'must be 0x and an even number of hex digits'))
  return '0x'
}

/** `0x` and the hex digits of exactly so many bytes. Returned in lower case. */
export const fixedBytes =
  (size: number): Field<Hex> =>
  (value, path, issues) => {
    if (typeof value === 'string' && value.length === 2 + 2 * size && /^0x[0-9a-f]*$/i.test(value))
      return lowerCase(value)
    issues.push(fault(value, path, 'INVALID_HEX', `must be 0x and ${2 * size} hex digits`))
    return '0x'
  }

/** A 32-byte hash, as `0x` hex or as standard base64. Returned as lower-case hex. */
export const hash: Field<Hex> = (value, path, issues) => {
  if (typeof value === 'string') {
    if (/^0x[0-9a-f]{64}$/i.test(value)) return lowerCase(value)
    const decoded = Buffer.from(value, 'base64')
    // Buffer skips what is not base64; encoding again shows whether anything was skipped.
    if (decoded.length === 32 && decoded.toString('base64') === value) return `0x${decoded.toString('hex')}`
  }
  issues.push(fault(value, path, 'INVALID_HASH', 'must be 32 bytes: 0x and 64 hex digits, or base64'))
  return '0x'
}

/** An unsigned integer as `0x` hex, as in JSON-RPC, except that leading zeros are accepted. */
export const quantity =
  (bits: number): Field<bigint> =>
  (value, path, issues) => {
    if (typeof value !== 'string' || !/^0x[0-9a-f]{1,64}$/i.test(value)) {
      issues.push(fault(value, path, 'INVALID_QUANTITY', 'must be a string of 0x and 1 to 64 hex digits'))
      return 0n
    }
    const parsed = BigInt(value)
    if (parsed >> BigInt(bits) > 0n)
      issues.push(fault(value, path, 'OUT_OF_RANGE', `must be below 2^${bits}`))
    return parsed
  }

/** An unsigned integer below 2^53 as `0x` hex, so that it is exact as a number. */
export const safeQuantity: Field<number> = (value, path, issues) => Number(safeBits(value, path, issues))

const safeBits = quantity(53)

/** A chain id as `0x` hex: from 1 to 2^53 - 1. */
export const chainIdQuantity: Field<number> = (value, path, issues) => {
  const before = issues.length
  const chainId = safeQuantity(value, path, issues)
  if (chainId === 0 && issues.length === before)
    issues.push(fault(value, path, 'OUT_OF_RANGE', 'must be at least 0x1'))
  return chainId
}

/** `true` or `false`. */
export const boolean: Field<boolean> = (value, path, issues) => {
  if (typeof value === 'boolean') return value
  issues.push(fault(value, path, 'WRONG_TYPE', 'must be true or false'))
  return false
}

/** Any text that has a UTF-8 encoding: half a surrogate pair has none. */
export const unicode: Field<string> = (value, path, issues) => {
  if (typeof value === 'string' && !/\p{Cs}/u.test(value)) return value
  issues.push(fault(value, path, 'INVALID_TEXT', 'must be text, without half a surrogate pair'))
  return ''
}

/** A positive safe integer, as a JSON number. */
export const positiveInteger: Field<number> = (value, path, issues) => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value
  issues.push(fault(value, path, 'OUT_OF_RANGE', 'must be a whole number from 1 to 2^53 - 1'))
  return 1
}

/** Text of up to `limit` characters that cannot disturb a log or a terminal. */
export const text =
  (limit: number): Field<string> =>
  (value, path, issues) => {
    // \p{C}: control and formatting characters (bidirectional overrides too), lone surrogates, unassigned code points.
    if (typeof value === 'string' && [...value].length <= limit && !/[\p{C}\p{Zl}\p{Zp}]/u.test(value))
      return value
    const message = `must be text of at most ${limit} characters, without control or formatting characters`
    issues.push(fault(value, path, 'INVALID_TEXT', message))
    return ''
  }

/** The fault of a value, which is that it is missing where it is `undefined`. */
export const fault = (value: unknown, path: string, code: IssueCode, message: string): Issue =>
  value === undefined ? { path, code: 'REQUIRED', message: 'is required' } : { path, code, message }

/** The JSON Pointer of a member of an object. https://www.rfc-editor.org/rfc/rfc6901#section-3 */
export const member = (path: string, name: string): string =>
  `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`

/** The members of a JSON object; `undefined`, and a fault, where it is none. */
export const members = (
  value: unknown,
  path: string,
  issues: Issue[],
): ReadonlyMap<string, unknown> | undefined => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return new Map(Object.entries(value))
  issues.push(fault(value, path, 'WRONG_TYPE', 'must be a JSON object'))
  return undefined
}

const lowerCase = (hex: string): Hex => hex.toLowerCase() as Hex
