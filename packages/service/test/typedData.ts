// A generator of EIP-712 typed data: random types that refer to each other, and values that fit them, in all the ways in
// which JSON can state them.
import fc, { type GeneratorValue } from 'fast-check'
import { hexOf } from './fixtures.ts'
import { anyHash } from './payloads.ts'

type Member = { readonly name: string; readonly type: string }
export type AnyTypedData = {
  readonly types: Readonly<Record<string, readonly Member[]>>
  readonly domain: Readonly<Record<string, unknown>>
  readonly primaryType: string
  readonly message: Readonly<Record<string, unknown>>
}

const identifier = fc.stringMatching(/^[A-Za-z_$][A-Za-z0-9_$]{0,8}$/).filter(name => !(name in {}))
const typeName = identifier.map(name => `T${name}`)

const bits = fc.integer({ min: 1, max: 32 }).map(bytes => bytes * 8)
const elementaryType = fc.oneof(
  fc.constantFrom('address', 'bool', 'string', 'bytes'),
  bits.map(size => `uint${size}`),
  bits.map(size => `int${size}`),
  fc.integer({ min: 1, max: 32 }).map(size => `bytes${size}`),
)
const arraySuffix = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom('[]', '[1]', '[3]', '[][2]', '[2][]', '[][]') },
)

/** Integers between two bounds, these often, as decimal or hex text or as a number where that is exact. */
const anyInteger = (min: bigint, max: bigint): fc.Arbitrary<unknown> =>
  fc.tuple(fc.oneof(fc.constantFrom(min, max), fc.bigInt({ min, max })), fc.nat(2)).map(([value, form]) => {
    if (form === 0 && value >= 0n) return `0x${value.toString(16)}`
    return form === 1 && value === BigInt(Number(value)) && Number.isSafeInteger(Number(value))
      ? Number(value)
      : value.toString()
  })

const anyElementary = (type: string): fc.Arbitrary<unknown> => {
  if (type === 'address') return hexOf({ minLength: 20, maxLength: 20 })
  if (type === 'bool') return fc.boolean()
  if (type === 'string') return fc.string({ unit: 'grapheme', maxLength: 40 })
  if (type === 'bytes') return hexOf({ maxLength: 40 })
  const size = Number(type.replace(/\D/g, ''))
  if (type.startsWith('bytes')) return hexOf({ minLength: size, maxLength: size })
  return type.startsWith('u')
    ? anyInteger(0n, 2n ** BigInt(size) - 1n)
    : anyInteger(-(2n ** BigInt(size - 1)), 2n ** BigInt(size - 1) - 1n)
}

/** A value of a type. Arrays are short, so that types that hold many of each other do not explode. */
const anyValue = (g: GeneratorValue, types: AnyTypedData['types'], type: string): unknown => {
  const [, element, size] = /^(.*)\[(\d*)\]$/.exec(type) ?? []
  if (element !== undefined) {
    const length = size === '' ? g(fc.nat, { max: 2 }) : Number(size)
    return Array.from({ length }, () => anyValue(g, types, element))
  }
  const members = types[type]
  if (members === undefined) return g(() => anyElementary(type))
  return Object.fromEntries(members.map(member => [member.name, anyValue(g, types, member.type)]))
}

/** Every type refers to the next, so that all are used, and maybe to others after it. */
const anyTypes = (g: GeneratorValue): AnyTypedData['types'] => {
  const names = g(() => fc.uniqueArray(typeName, { minLength: 1, maxLength: 4 }))
  return Object.fromEntries(
    names.map((name, i) => {
      const later = names.slice(i + 1)
      const memberNames = g(() => fc.uniqueArray(identifier, { minLength: 1, maxLength: 5 }))
      const members = memberNames.map((memberName, j) => {
        const next = names[i + 1]
        const base =
          j === 0 && next !== undefined
            ? next
            : g(() =>
                later.length === 0 ? elementaryType : fc.oneof(elementaryType, fc.constantFrom(...later)),
              )
        return { name: memberName, type: `${base}${g(() => arraySuffix)}` }
      })
      return [name, g(() => fc.shuffledSubarray(members, { minLength: members.length }))]
    }),
  )
}

const anyDomain = fc.record(
  {
    name: fc.string({ unit: 'grapheme', maxLength: 20 }),
    version: fc.string({ unit: 'grapheme', maxLength: 5 }),
    chainId: anyInteger(1n, 2n ** 53n - 1n),
    verifyingContract: hexOf({ minLength: 20, maxLength: 20 }),
    salt: anyHash,
  },
  { requiredKeys: [] },
)

/** Typed data without `EIP712Domain` among its types. Types do not refer to themselves. */
export const anyTypedData: fc.Arbitrary<AnyTypedData> = fc.gen().map(g => {
  const types = anyTypes(g)
  const primaryType = Object.keys(types)[0] ?? ''
  const message = anyValue(g, types, primaryType) as AnyTypedData['message']
  return { types, domain: g(() => anyDomain), primaryType, message }
})
