// Effects as the service logs them. A log may be of another release, or of something else: what is not an effect as they are
// today is none.
import type { Effect } from '@coffer/service'
import { isAddress as isChecksummed } from 'viem'

/**
 * Reads an effect of a log line, in which amounts are decimal strings.
 *
 * @param value From JSON.
 * @returns The effect; undefined where it is none.
 */
export function readEffect(value: unknown): Effect | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return undefined
  const { kind } = value
  const shape =
    typeof kind === 'string' && Object.hasOwn(shapes, kind) ? shapes[kind as Effect['kind']] : undefined
  if (shape === undefined) return undefined
  const given = value as Readonly<Record<string, unknown>>
  const parts = Object.entries<Accepts>(shape)
  if (!parts.every(([name, accepts]) => accepts(given[name]))) return undefined
  const fields = parts.map(([name, accepts]) => [
    name,
    accepts === isQuantity ? BigInt(String(given[name])) : given[name],
  ])
  return Object.fromEntries([['kind', kind], ...fields]) as Effect
}

/** Whether a value is an address. */
export function isAddress(value: unknown): value is `0x${string}` {
  return typeof value === 'string' && isChecksummed(value)
}

/** Whether a value may be that of a field. */
type Accepts = (value: unknown) => boolean

const isQuantity: Accepts = value => typeof value === 'string' && /^\d+$/.test(value)
const isHex: Accepts = value => typeof value === 'string' && /^0x[0-9a-f]*$/i.test(value)
const isText: Accepts = value => typeof value === 'string'
const isFlag: Accepts = value => typeof value === 'boolean'
const isNumber: Accepts = value => Number.isSafeInteger(value)
const isAsset: Accepts = value => value === 'native' || isAddress(value)
const isOneOf =
  (...known: readonly string[]): Accepts =>
  value =>
    known.some(one => one === value)
const optional =
  (accepts: Accepts): Accepts =>
  value =>
    value === undefined || accepts(value)

/** The fields of an effect, each with what it may be. */
type Shape<E extends Effect> = { readonly [name in Exclude<keyof E, 'kind'>]: Accepts }

const shapes: { readonly [kind in Effect['kind']]: Shape<Extract<Effect, { readonly kind: kind }>> } = {
  transfer: { asset: isAsset, from: isAddress, to: isAddress, amount: isQuantity },
  nftTransfer: {
    collection: isAddress,
    from: isAddress,
    to: isAddress,
    tokenId: isQuantity,
    amount: isQuantity,
  },
  approval: { asset: isAddress, owner: isAddress, spender: isAddress, amount: isQuantity },
  approvalForAll: { collection: isAddress, owner: isAddress, operator: isAddress, approved: isFlag },
  wrap: { asset: isAddress, amount: isQuantity },
  unwrap: { asset: isAddress, amount: isQuantity },
  call: { to: isAddress, selector: isHex, value: isQuantity },
  delegatecall: { to: isAddress },
  delegation: { to: isAddress, chainId: isNumber },
  deployment: { account: isAddress, factory: isAddress },
  administration: { to: isAddress, action: isText },
  fee: { payer: isAddress, maximum: isQuantity },
  message: { text: optional(isText), hash: isHex },
  typedData: { verifyingContract: optional(isAddress), domainName: optional(isText), primaryType: isText },
  rawScheme: {},
  opaque: { of: isOneOf('hash', 'callData'), hash: isHex },
}
