// Strict readers for Crossmint's answers. What we rely on must be there and be right; unknown fields are let pass,
// and `null` counts as left out.
import { type Address, getAddress, type Hex } from 'viem'

/** Reads one JSON value; `path` says where it stands, for the error. */
export type Reader<T> = (value: unknown, path: string) => T

/** A JSON object with at least these fields. */
export function object<T extends object>(fields: { readonly [K in keyof T]-?: Reader<T[K]> }): Reader<T> {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new AnswerFault(path, 'an object')
    const given = new Map<string, unknown>(Object.entries(value))
    const result: Partial<T> = {}
    for (const name in fields)
      result[name] = fields[name](given.get(name), path === '' ? name : `${path}.${name}`)
    return result as T
  }
}

/** A field that may be left out. */
export function optional<T>(reader: Reader<T>): Reader<T | undefined> {
  return (value, path) => (value === undefined || value === null ? undefined : reader(value, path))
}

/** An array; a missing one is a fault. */
export function array<T>(reader: Reader<T>): Reader<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new AnswerFault(path, 'an array')
    return value.map((item, index) => reader(item, `${path}[${index}]`))
  }
}

/** An object used as a dictionary. */
export function dictionary<T>(reader: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new AnswerFault(path, 'an object')
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, reader(item, `${path}.${key}`)]),
    )
  }
}

/** One of these strings. */
export function oneOf<T extends string>(...known: readonly T[]): Reader<T> {
  return (value, path) => {
    const found = known.find(one => one === value)
    if (found === undefined) throw new AnswerFault(path, known.join(' or '))
    return found
  }
}

/** A name or id: not empty, no control characters. */
export const text: Reader<string> = (value, path) => {
  if (typeof value !== 'string' || value === '' || clean(value) !== value)
    throw new AnswerFault(path, 'text without control characters')
  return value
}

/** Words for people, on which nothing rests: whatever it is becomes printable text. */
export const remark: Reader<string> = value => (typeof value === 'string' ? clean(value) : '')

/** A link for people, on which nothing rests: left out unless it is http(s). */
export const link: Reader<string | undefined> = value =>
  typeof value === 'string' && /^https?:\/\/[!-~]{1,480}$/.test(value) ? value : undefined

/** A whole number of zero or more. */
export const count: Reader<number> = (value, path) => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new AnswerFault(path, 'a whole number')
  return value
}

/** `0x` and whole bytes; `bytes` fixes the length. Returned in lower case. */
export function hex(bytes?: number): Reader<Hex> {
  return (value, path) => {
    if (typeof value !== 'string' || !/^0x(?:[0-9a-f]{2})*$/i.test(value))
      throw new AnswerFault(path, '0x hex bytes')
    if (bytes !== undefined && value.length !== 2 + 2 * bytes)
      throw new AnswerFault(path, `${bytes} bytes of 0x hex`)
    return value.toLowerCase() as Hex
  }
}

/** A 20-byte address in any letter case (Crossmint echoes the caller's). Returned in EIP-55 form. */
export const address: Reader<Address> = (value, path) => getAddress(hex(20)(value, path))

/** A number as `0x` hex that fits in `bits`. */
export function quantity(bits: 120 | 256): Reader<bigint> {
  return (value, path) => {
    if (typeof value !== 'string' || !/^0x[0-9a-f]{1,64}$/i.test(value))
      throw new AnswerFault(path, 'a 0x hex number')
    const number = BigInt(value)
    if (number >> BigInt(bits) !== 0n) throw new AnswerFault(path, `a 0x hex number below 2^${bits}`)
    return number
  }
}

/** A number of base units as decimal digits. */
export const baseUnits: Reader<bigint> = (value, path) => {
  if (typeof value !== 'string' || !/^\d{1,78}$/.test(value)) throw new AnswerFault(path, 'decimal digits')
  return BigInt(value)
}

/** A time: milliseconds since 1970 or an ISO 8601 text; Crossmint sends either. Returned as ISO 8601 in UTC. */
export const time: Reader<string> = (value, path) => {
  const date = new Date(typeof value === 'number' || typeof value === 'string' ? value : Number.NaN)
  if (Number.isNaN(date.getTime())) throw new AnswerFault(path, 'a time')
  return date.toISOString()
}

/** Remote text goes to terminals and logs: control characters out, length bounded. */
export function clean(words: string): string {
  const safe = words.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  // A cut must not leave half a surrogate pair behind.
  return safe.length > 500 ? `${safe.slice(0, 497).replace(/[\uD800-\uDBFF]$/, '')}...` : safe
}

/** Where an answer is not what it must be. Never carries the value itself. */
export class AnswerFault extends Error {
  override readonly name = 'AnswerFault'

  constructor(path: string, expected: string) {
    super(`${path === '' ? 'the body' : path} should be ${expected}`)
  }
}
