// Checks JSON that came over the wire and names every fault at once, as "path: text" in the manner of
// Crossmint's API.
import type { Hex } from 'viem'
import { invalid } from './errors.ts'

/**
 * Returns the value, typed. Adds what is wrong with it to `faults`, and then returns a filler nobody gets to
 * see.
 */
export type Check<T> = (value: unknown, path: string, faults: string[]) => T

/** @throws {CROSSMINT_ERROR} 400 with all faults */
export const parse = <T>(check: Check<T>, value: unknown): T => {
  const faults: string[] = []
  const parsed = check(value, '', faults)
  if (faults.length > 0) throw invalid(faults)
  return parsed
}

export const object =
  <T extends Record<string, unknown>>(fields: { [K in keyof T]: Check<T[K]> }): Check<T> =>
  (value, path, faults) => {
    const source = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
    if (source === undefined) faults.push(unexpected(path, 'object', value))
    const inner = source === undefined ? [] : faults
    const entries = Object.entries<Check<unknown>>(fields).map(([key, check]) => [
      key,
      check(Reflect.get(source ?? {}, key), path === '' ? key : `${path}.${key}`, inner),
    ])
    return Object.fromEntries(entries)
  }

/** Like `object`, and a key that is not named is a fault. */
export const strictObject =
  <T extends Record<string, unknown>>(fields: { [K in keyof T]: Check<T[K]> }): Check<T> =>
  (value, path, faults) => {
    const parsed = object(fields)(value, path, faults)
    for (const key of Object.keys(value ?? {}))
      if (!Object.hasOwn(fields, key)) faults.push(`${path}: Unrecognized key: "${key}"`)
    return parsed
  }

export const array =
  <T>(item: Check<T>, minimum = 0): Check<readonly T[]> =>
  (value, path, faults) => {
    if (!Array.isArray(value)) {
      faults.push(unexpected(path, 'array', value))
      return []
    }
    if (value.length < minimum) faults.push(`${path}: Too small: expected array to have >=${minimum} items`)
    return value.map((element, index) => item(element, `${path}.${index}`, faults))
  }

export const string =
  (accepts: (value: string) => boolean = () => true, expected = ''): Check<string> =>
  (value, path, faults) => {
    if (typeof value !== 'string') {
      faults.push(unexpected(path, 'string', value))
      return ''
    }
    if (!accepts(value)) faults.push(`${path}: Invalid string: ${expected}`)
    return value
  }

export const text: Check<string> = string(value => value.trim() !== '', 'must not be empty')

/** Whole bytes as 0x and hex digits. */
export const hex: Check<Hex> = (value, path, faults) => {
  if (isBytes(value)) return value
  faults.push(`${path}: Invalid string: must be 0x and an even number of hex digits`)
  return '0x'
}

export const integer =
  (minimum: number, maximum: number): Check<number> =>
  (value, path, faults) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum)
      return value
    faults.push(`${path}: Invalid input: expected a whole number from ${minimum} to ${maximum}`)
    return minimum
  }

export const literal =
  <const T extends string | boolean>(first: T, ...rest: readonly T[]): Check<T> =>
  (value, path, faults) => {
    const options = [first, ...rest]
    const found = options.find(option => option === value)
    if (found === undefined) faults.push(`${path}: Invalid option: expected one of ${options.join('|')}`)
    return found ?? first
  }

export const optional =
  <T>(check: Check<T>): Check<T | undefined> =>
  (value, path, faults) =>
    value === undefined ? undefined : check(value, path, faults)

/** Takes anything; for parts that are only handed on. */
export const anything: Check<unknown> = value => value

const isBytes = (value: unknown): value is Hex =>
  typeof value === 'string' && /^0x(?:[0-9a-fA-F]{2})*$/.test(value)

const unexpected = (path: string, expected: string, value: unknown): string =>
  `${path === '' ? 'body' : path}: Invalid input: expected ${expected}, received ${kind(value)}`

const kind = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
