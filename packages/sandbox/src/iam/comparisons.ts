// How each condition operator compares one value of the policy with one value of the request.
// IAM User Guide, "IAM JSON policy elements: Condition operators". BinaryEquals is not among them.
import { BlockList, isIP } from 'node:net'
import { splitArn } from './arn.ts'
import type { KeyType } from './conditionKeys.ts'
import { fillText, hasVariable, matchesArn, matchesText, type Variables } from './match.ts'

export type Comparison = {
  readonly type: KeyType
  /** A negated operator holds where `matches` is false for every value of the policy. */
  readonly negated: boolean
  /** Whether a text can stand as a value of the policy. */
  readonly accepts: (value: string) => boolean
  readonly matches: (wanted: string, value: string, variables: Variables) => boolean
}

type Test = Pick<Comparison, 'type' | 'accepts' | 'matches'>

/** An operator and its negation. */
const pair = (name: string, negation: string, test: Test): readonly [string, Comparison][] => [
  [name, { ...test, negated: false }],
  [negation, { ...test, negated: true }],
]

const equals: Test = {
  type: 'string',
  accepts: () => true,
  matches: (wanted, value, variables) => fillText(wanted, variables) === value,
}

const equalsIgnoreCase: Test = {
  type: 'string',
  accepts: () => true,
  matches: (wanted, value, variables) => fillText(wanted, variables)?.toLowerCase() === value.toLowerCase(),
}

const like: Test = { type: 'string', accepts: () => true, matches: matchesText }

const arnLike: Test = {
  type: 'arn',
  // A variable stands in the last part only; the colon of its name would be taken for the end of another part.
  accepts: value =>
    splitArn(value)
      ?.slice(0, 5)
      .every(part => !hasVariable(part)) ?? false,
  matches: matchesArn,
}

const bool: Test = {
  type: 'bool',
  accepts: value => /^(true|false)$/i.test(value),
  matches: (wanted, value) => wanted.toLowerCase() === value.toLowerCase(),
}

const ip: Test = {
  type: 'ip',
  accepts: value => toRange(value) !== undefined,
  matches: (wanted, value) => {
    const version = isIP(value)
    const range = toRange(wanted)
    if (!range || version === 0) return false
    const list = new BlockList()
    list.addSubnet(range.network, range.prefix, range.family)
    return list.check(value, version === 4 ? 'ipv4' : 'ipv6')
  },
}

/** An address without a prefix is that one address. */
const toRange = (
  value: string,
): { readonly network: string; readonly prefix: number; readonly family: 'ipv4' | 'ipv6' } | undefined => {
  const [network = '', length, ...rest] = value.split('/')
  const version = isIP(network)
  if (version === 0 || rest.length > 0) return undefined
  const bits = version === 4 ? 32 : 128
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined
  const prefix = length === undefined ? bits : Number(length)
  return prefix > bits ? undefined : { network, prefix, family: version === 4 ? 'ipv4' : 'ipv6' }
}

/** Operators over an order. A value of the request that cannot be read matches nothing. */
const ordered = (
  prefix: string,
  type: KeyType,
  read: (text: string) => number | undefined,
): readonly [string, Comparison][] => {
  const test = (compare: (value: number, wanted: number) => boolean): Test => ({
    type,
    accepts: text => read(text) !== undefined,
    matches: (wanted, value) => {
      const [left, right] = [read(value), read(wanted)]
      return left !== undefined && right !== undefined && compare(left, right)
    },
  })
  return [
    ...pair(
      `${prefix}Equals`,
      `${prefix}NotEquals`,
      test((value, wanted) => value === wanted),
    ),
    [`${prefix}LessThan`, { ...test((value, wanted) => value < wanted), negated: false }],
    [`${prefix}LessThanEquals`, { ...test((value, wanted) => value <= wanted), negated: false }],
    [`${prefix}GreaterThan`, { ...test((value, wanted) => value > wanted), negated: false }],
    [`${prefix}GreaterThanEquals`, { ...test((value, wanted) => value >= wanted), negated: false }],
  ]
}

const readNumber = (text: string): number | undefined =>
  /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined

/** A W3C form of ISO 8601, or epoch seconds; both as milliseconds. */
const readDate = (text: string): number | undefined => {
  if (/^\d{5,}(\.\d+)?$/.test(text)) return Number(text) * 1000
  if (!/^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?)?$/.test(text)) return undefined
  const time = Date.parse(text)
  return Number.isNaN(time) ? undefined : time
}

export const comparisons: ReadonlyMap<string, Comparison> = new Map([
  ...pair('StringEquals', 'StringNotEquals', equals),
  ...pair('StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', equalsIgnoreCase),
  ...pair('StringLike', 'StringNotLike', like),
  ...pair('ArnEquals', 'ArnNotEquals', arnLike),
  ...pair('ArnLike', 'ArnNotLike', arnLike),
  ...pair('IpAddress', 'NotIpAddress', ip),
  ['Bool', { ...bool, negated: false }],
  ...ordered('Numeric', 'numeric', readNumber),
  ...ordered('Date', 'date', readDate),
])
