// The values of EIP-712 typed data, read strictly by their types: nothing missing, nothing left over, nothing converted
// that could be understood in two ways.
import type { Address, Hex } from 'viem'
import {
  address,
  boolean,
  bytes,
  type Field,
  fault,
  fixedBytes,
  member,
  members,
  unicode,
} from '../fields.ts'
import type { Issue } from '../problem.ts'
import { definition, type Types } from './typedDataTypes.ts'

/** Integers as bigint, addresses in EIP-55 form, byte strings as lower-case hex. */
export type Value = bigint | boolean | string | Address | Hex | readonly Value[] | Struct
export type Struct = { readonly [name: string]: Value }

/** How many structs a value is and has in it, at any depth. */
export const countStructs = (value: Value): number => {
  if (typeof value !== 'object') return 0
  const own = Array.isArray(value) ? 0 : 1
  return Object.values(value).reduce((count: number, inner: Value) => count + countStructs(inner), own)
}

/** How deep structs and arrays may lie inside each other; types may refer to themselves. */
const MAXIMUM_DEPTH = 16
/** How many values a message may have, structs and arrays counted. */
const MAXIMUM_VALUES = 2048

type Context = { readonly types: Types; readonly issues: Issue[]; values: number }

/** Reads a struct of a type by its definition. */
export const structOf =
  (types: Types, type: string): Field<Struct> =>
  (value, path, issues) =>
    readStruct(type, value, path, { types, issues, values: 0 }, 1)

const readStruct = (type: string, value: unknown, path: string, context: Context, depth: number): Struct => {
  const { types, issues } = context
  const given = members(value, path, issues)
  if (given === undefined) return {}
  const known = definition(types, type) ?? []
  for (const name of given.keys())
    if (!known.some(one => one.name === name))
      issues.push(fault(name, member(path, name), 'UNKNOWN_FIELD', 'is not a member of the type'))
  const entries = known.map(({ name, type: memberType }): [string, Value] => [
    name,
    readValue(memberType, given.get(name), member(path, name), context, depth),
  ])
  return Object.freeze(Object.fromEntries(entries))
}

const readValue = (type: string, value: unknown, path: string, context: Context, depth: number): Value => {
  const { types, issues } = context
  context.values += 1
  if (context.values === MAXIMUM_VALUES + 1)
    issues.push(fault(value, path, 'OUT_OF_RANGE', `is beyond the maximum of ${MAXIMUM_VALUES} values`))
  if (context.values > MAXIMUM_VALUES) return false
  const [, element, size] = /^(.*)\[(\d*)\]$/.exec(type) ?? []
  const isStruct = Object.hasOwn(types, type)
  if ((isStruct || element !== undefined) && depth >= MAXIMUM_DEPTH) {
    issues.push(fault(value, path, 'OUT_OF_RANGE', `is nested deeper than ${MAXIMUM_DEPTH} levels`))
    return false
  }
  if (isStruct) return readStruct(type, value, path, context, depth + 1)
  if (element === undefined) return elementary(type)(value, path, issues)
  if (!Array.isArray(value)) {
    issues.push(fault(value, path, 'WRONG_TYPE', 'must be a JSON array'))
    return []
  }
  if (size !== '' && value.length !== Number(size))
    issues.push(fault(value, path, 'OUT_OF_RANGE', `must have ${size} elements`))
  return Object.freeze(
    value.map((one: unknown, i) => readValue(element, one, `${path}/${i}`, context, depth + 1)),
  )
}

const elementary = (type: string): Field<Value> => {
  switch (type) {
    case 'address':
      return address
    case 'bool':
      return boolean
    case 'string':
      return unicode
    case 'bytes':
      return bytes
  }
  const [, size] = /^bytes(\d+)$/.exec(type) ?? []
  return size === undefined ? integer(type) : fixedBytes(Number(size))
}

/** An integer of `uint8` to `int256`: decimal or `0x` hex as text, or a JSON number where that is exact. */
export const integer =
  (type: string): Field<bigint> =>
  (value, path, issues) => {
    const bits = BigInt(type.replace(/\D/g, ''))
    const [minimum, maximum] = type.startsWith('u')
      ? [0n, 2n ** bits - 1n]
      : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n]
    const exact =
      typeof value === 'number'
        ? Number.isSafeInteger(value)
        : typeof value === 'string' && /^(0|-?[1-9]\d{0,77}|0x[0-9a-f]{1,64})$/i.test(value)
    if (!exact) {
      const message = 'must be a whole number: decimal or 0x hex as text, or a JSON number below 2^53'
      issues.push(fault(value, path, 'INVALID_QUANTITY', message))
      return 0n
    }
    const read = BigInt(value as string | number)
    if (read < minimum || read > maximum)
      issues.push(fault(value, path, 'OUT_OF_RANGE', `must fit in ${type}`))
    return read
  }
