// Payload kind `typedData`: an EIP-712 structure with the types that say what is in it. https://eips.ethereum.org/EIPS/eip-712
import type { Address, Hex } from 'viem'
import { address, type Field, fault, fixedBytes, object, oneOf, optional, unicode } from '../fields.ts'
import type { Issue } from '../problem.ts'
import {
  DOMAIN,
  definition,
  identifier,
  type Member,
  type Types,
  typeDefinitions,
  typeFaults,
  workFaults,
} from './typedDataTypes.ts'
import { countStructs, integer, type Struct, structOf } from './typedDataValues.ts'

/** For whom the data is. A field left out is not hashed either. */
export type Domain = {
  readonly name?: string | undefined
  readonly version?: string | undefined
  readonly chainId?: number | undefined
  readonly verifyingContract?: Address | undefined
  readonly salt?: Hex | undefined
}

/** Typed data in which everything fits: `types` has what `primaryType` needs, and `EIP712Domain` of the domain's fields. */
export type TypedData = {
  readonly types: Types
  readonly domain: Domain
  readonly primaryType: string
  readonly message: Struct
}

export type TypedDataPayload = { readonly kind: 'typedData'; readonly typedData: TypedData }

const chainId: Field<number> = (value, path, issues) => {
  const before = issues.length
  const read = integer('uint256')(value, path, issues)
  if (read >= 1n && read <= Number.MAX_SAFE_INTEGER) return Number(read)
  if (issues.length === before) issues.push(fault(value, path, 'OUT_OF_RANGE', 'must be from 1 to 2^53 - 1'))
  return 1
}

const domain: Field<Domain> = object<Domain>({
  name: optional(unicode),
  version: optional(unicode),
  chainId: optional(chainId),
  verifyingContract: optional(address),
  salt: optional(fixedBytes(32)),
})

/** All that a domain may have, in the order that EIP-712 gives. */
const domainMembers = (
  [
    ['name', 'string'],
    ['version', 'string'],
    ['chainId', 'uint256'],
    ['verifyingContract', 'address'],
    ['salt', 'bytes32'],
  ] as const
).map(([name, type]) => Object.freeze({ name, type }))

/** The message as it was given: it can only be read by types that are sound. */
type Outer = Omit<TypedData, 'message'> & { readonly message: unknown }

const given: Field<unknown> = (value, path, issues) => {
  if (value === undefined) issues.push(fault(value, path, 'REQUIRED', 'is required'))
  return value
}

const outer: Field<Outer> = object<Outer>({
  types: typeDefinitions,
  domain,
  primaryType: identifier,
  message: given,
})

const typedData: Field<TypedData> = (value, path, issues) => {
  const before = issues.length
  const sound = (): boolean => issues.slice(before).every(issue => issue.path.startsWith(`${path}/domain`))
  const { message, ...read } = outer(value, path, issues)
  if (sound()) issues.push(...typeFaults(read.types, read.primaryType, path), ...contextFaults(read, path))
  if (!sound()) return { ...read, message: {} }
  const types = Object.freeze({ ...read.types, [DOMAIN]: presentMembers(read.domain) })
  const struct = structOf(types, read.primaryType)(message, `${path}/message`, issues)
  issues.push(...workFaults(types, read.primaryType, countStructs(struct), path))
  return Object.freeze({ ...read, types, message: struct })
}

type Context = Omit<TypedData, 'message'>

const contextFaults = ({ types, domain, primaryType }: Context, path: string): readonly Issue[] => {
  const expected = written(presentMembers(domain))
  const stated = definition(types, DOMAIN)
  return [
    ...(stated === undefined || written(stated) === expected
      ? []
      : [
          fault(
            stated,
            `${path}/types/${DOMAIN}`,
            'INCONSISTENT',
            `must be the fields of domain: ${expected}`,
          ),
        ]),
    ...(primaryType === USER_OPERATION
      ? [fault(primaryType, `${path}/primaryType`, 'UNSUPPORTED_KIND', 'must be sent as kind userOperation')]
      : []),
  ]
}

const presentMembers = (domain: Domain): readonly Member[] =>
  Object.freeze(domainMembers.filter(({ name }) => domain[name] !== undefined))

const written = (list: readonly Member[]): string =>
  list.map(({ type, name }) => `${type} ${name}`).join(', ')

/** What EntryPoint v0.8 has signed. The kind `userOperation` knows what is in it. */
const USER_OPERATION = 'PackedUserOperation'

/** The reader of a payload of kind `typedData`. */
export const typedDataPayload: Field<TypedDataPayload> = object<TypedDataPayload>({
  kind: oneOf(['typedData'], 'UNSUPPORTED_KIND'),
  typedData,
})
