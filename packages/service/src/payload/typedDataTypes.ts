// The type definitions of EIP-712 typed data: which types there are, whether all of them are used, and how they are
// written out to be hashed. https://eips.ethereum.org/EIPS/eip-712#definition-of-encodetype
import { type Field, fault, list, member, members, object } from '../fields.ts'
import type { Issue } from '../problem.ts'

export type Member = { readonly name: string; readonly type: string }
/** Struct types by name. To be asked with `definition`, since names are foreign. */
export type Types = Readonly<Record<string, readonly Member[]>>

/** The longest encodeType accepted, in characters. */
const MAXIMUM_ENCODED_TYPE = 4096
/** How many characters of types may be hashed in all: encodeType is, once for each struct in the message. */
const MAXIMUM_HASHED_TYPES = 262_144

/**
 * A name of a type or a member, as in Solidity.
 * Those that every JavaScript object has already, such as `constructor`, are not taken.
 */
export const identifier: Field<string> = (value, path, issues) => {
  if (typeof value === 'string' && /^[A-Za-z_$][\w$]{0,63}$/.test(value) && !(value in Object.prototype))
    return value
  issues.push(fault(value, path, 'INVALID_NAME', 'must be a Solidity identifier of at most 64 characters'))
  return '_'
}

/** A name and any number of `[]` (dynamic) or `[n]` (fixed). Whether the name is a type's is seen later. */
const typeReference: Field<string> = (value, path, issues) => {
  if (typeof value === 'string' && /^[A-Za-z_$][\w$]{0,63}(\[([1-9]\d{0,3})?\]){0,16}$/.test(value))
    return value
  issues.push(fault(value, path, 'INVALID_NAME', 'must be the name of a type, with [] or [n] for arrays'))
  return 'bool'
}

const memberList = list(object<Member>({ name: identifier, type: typeReference }))

/** The reader of `types`: each type well-formed, each name of a type known. `EIP712Domain` may be among them. */
export const typeDefinitions: Field<Types> = (value, path, issues) => {
  const before = issues.length
  const entries = [...(members(value, path, issues) ?? [])].map(
    ([name, definition]): [string, readonly Member[]] => {
      const place = member(path, name)
      identifier(name, place, issues)
      if (/^(address|bool|string|(u?int|bytes)\d*)$/.test(name))
        issues.push(fault(name, place, 'INVALID_NAME', 'is the name of an elementary type'))
      return [name, memberList(definition, place, issues)]
    },
  )
  const types: Types = Object.freeze(Object.fromEntries(entries))
  // What refers to other parts can only be judged where all parts are well-formed.
  if (issues.length === before)
    for (const [name, read] of entries) issues.push(...memberFaults(types, read, member(path, name)))
  return types
}

const memberFaults = (types: Types, read: readonly Member[], path: string): readonly Issue[] =>
  read.flatMap(({ name, type }, i) => [
    ...(read.findIndex(other => other.name === name) === i
      ? []
      : [fault(name, `${path}/${i}/name`, 'DUPLICATE_FIELD', 'names a member twice')]),
    ...(isKnown(types, baseType(type))
      ? []
      : [fault(type, `${path}/${i}/type`, 'UNKNOWN_TYPE', 'is neither elementary nor in types')]),
  ])

const isKnown = (types: Types, type: string): boolean =>
  isElementary(type) || (type !== DOMAIN && Object.hasOwn(types, type))

export const DOMAIN = 'EIP712Domain'

/** Faults of types that are well-formed but do not belong to the primary type, or are too long. */
export const typeFaults = (types: Types, primaryType: string, path: string): readonly Issue[] => {
  if (primaryType === DOMAIN || !Object.hasOwn(types, primaryType))
    return [fault(primaryType, `${path}/primaryType`, 'UNKNOWN_TYPE', 'must be one of types')]
  const used = reachable(types, primaryType)
  const unused = Object.keys(types).filter(name => name !== DOMAIN && !used.has(name))
  if (unused.length > 0)
    return unused.map(name =>
      fault(name, member(`${path}/types`, name), 'INCONSISTENT', 'is not used by primaryType'),
    )
  return encodeType(types, primaryType).length <= MAXIMUM_ENCODED_TYPE
    ? []
    : [fault(types, `${path}/types`, 'OUT_OF_RANGE', `must be at most ${MAXIMUM_ENCODED_TYPE} characters`)]
}

/** The fault of types that are too long for how many structs the message has. */
export const workFaults = (
  types: Types,
  primaryType: string,
  structs: number,
  path: string,
): readonly Issue[] => {
  const { length } = encodeType(types, primaryType)
  if (structs * length <= MAXIMUM_HASHED_TYPES) return []
  const message = `must be shorter: ${length} characters for each of ${structs} structs is more than ${MAXIMUM_HASHED_TYPES}`
  return [fault(types, `${path}/types`, 'OUT_OF_RANGE', message)]
}

/**
 * Writes out a type as EIP-712 has it hashed.
 *
 * @param types Definitions in which every type is known.
 * @param primaryType One of them.
 * @returns The type itself and then all that it refers to, by name.
 */
export const encodeType = (types: Types, primaryType: string): string => {
  const others = reachable(types, primaryType)
  others.delete(primaryType)
  return [primaryType, ...[...others].sort()]
    .map(name => {
      const written = definition(types, name)?.map(({ type, name: memberName }) => `${type} ${memberName}`)
      return `${name}(${written?.join(',')})`
    })
    .join('')
}

/** The members of a struct type; `undefined` of any other name. */
export const definition = (types: Types, name: string): readonly Member[] | undefined =>
  Object.hasOwn(types, name) ? types[name] : undefined

/** The primary type and every struct type that it refers to, however indirectly. */
const reachable = (types: Types, primaryType: string): Set<string> => {
  const found = new Set([primaryType])
  // A set being walked also gives what is added meanwhile.
  for (const name of found)
    for (const { type } of definition(types, name) ?? [])
      if (Object.hasOwn(types, baseType(type))) found.add(baseType(type))
  return found
}

const baseType = (type: string): string => type.replace(/\[.*$/, '')

/** EIP-712: atomic types of Solidity under their full names, `bytes` and `string`. Not `uint`, not `fixed`. */
const isElementary = (type: string): boolean => {
  if (/^(address|bool|string|bytes([1-9]|[12]\d|3[012])?)$/.test(type)) return true
  const [, bits] = /^u?int([1-9]\d{0,2})$/.exec(type) ?? []
  return bits !== undefined && Number(bits) <= 256 && Number(bits) % 8 === 0
}
