// The body by which another process sets trouble, read strictly: a word that is not understood would be a trouble that never comes.
import { operations } from '../operations.ts'
import { shortRBytes } from './nonces.ts'
import type { TroubleOrder } from './queue.ts'
import { type TroubleName, troubles } from './troubles.ts'

/**
 * Reads `{ "next": [{ "trouble": "high-s", "operation": "Sign", "count": 1 }, ...] }`.
 *
 * @param body JSON in UTF-8.
 * @returns The orders, or every fault in words.
 */
export const parseOrders = (
  body: Uint8Array,
): { readonly orders: readonly TroubleOrder[] } | { readonly faults: readonly string[] } => {
  const next = membersOf(parseJson(body))['next']
  if (!Array.isArray(next)) return { faults: ['expected { "next": [...] }'] }
  const faults = next.flatMap((order: unknown, index) =>
    faultsOf(membersOf(order)).map(fault => `next[${index}]${fault}`),
  )
  return faults.length === 0 ? { orders: next as TroubleOrder[] } : { faults }
}

type Members = Readonly<Record<string, unknown>>

/** What each member must be, besides absent. */
const members: Readonly<Record<string, (value: unknown, order: Members) => boolean>> = {
  trouble: value => isTrouble(value),
  operation: value => value === '*' || operations.has(String(value)),
  count: value => value === 'always' || isWhole(value, 1, 1_000_000),
  bytes: (value, { trouble }) =>
    (trouble === 'short-r' && shortRBytes.includes(Number(value))) ||
    (trouble === 'short-s' && isWhole(value, 1, 31)),
  milliseconds: (value, { trouble }) => trouble === 'slow' && isWhole(value, 0, 600_000),
}

const faultsOf = (order: Members): readonly string[] => [
  ...(order['trouble'] === undefined ? ['.trouble is missing'] : []),
  ...Object.entries(order).flatMap(([name, value]) => {
    const isFit = Object.hasOwn(members, name) ? members[name] : undefined
    if (!isFit) return [`.${name} is not known`]
    return isFit(value, order) ? [] : [`.${name} is not one that can be`]
  }),
]

const isTrouble = (value: unknown): value is TroubleName => Object.hasOwn(troubles, String(value))

const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most

const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {}

const parseJson = (body: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined
  }
}
