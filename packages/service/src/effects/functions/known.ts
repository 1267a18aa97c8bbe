// Functions known by their selector, whichever contract is called: what a call of them with canonical arguments means.
// One string states both the selector and the types of the arguments, so that the two cannot differ.
import {
  type AbiParameter,
  type Address,
  getAddress,
  type Hex,
  type ParseAbiParameters,
  parseAbiParameters,
  toFunctionSelector,
} from 'viem'
import { type CanonicalValues, decodeCanonical } from '../canonical.ts'
import type { Effect } from '../effect.ts'

/** A message call. `value` in wei; `data` as lower-case hex. */
export type Call = { readonly to: Address; readonly value: bigint; readonly data: Hex }

/** A call that another call makes happen, and the account that makes it. A delegatecall moves no `value`. */
export type Action = Call & { readonly account: Address; readonly operation: 'call' | 'delegatecall' }

/** What a call makes happen that carries others: effects of its own, and further calls. */
export type Contents = { readonly effects: readonly Effect[]; readonly actions: readonly Action[] }

/** A function with its selector, and what a call of it by an account means. */
export type KnownFunction<meaning> = {
  readonly selector: Hex
  /** `undefined` where the encoded arguments are not canonical, or contradict each other. */
  readonly read: (parameters: Hex, call: Call, account: Address) => meaning | undefined
}

/** A function that is understood in full: its effects. None at all is a call that does nothing known. */
export type EffectFunction = KnownFunction<readonly Effect[]>

/** A function that makes others' calls happen. */
export type Container = KnownFunction<Contents>

type Values<signature extends string> = signature extends `${string}(${infer parameters})`
  ? ParseAbiParameters<parameters> extends infer types extends readonly AbiParameter[]
    ? CanonicalValues<types>
    : never
  : never

/**
 * Makes a function known.
 *
 * @param signature Canonical signature with at least one parameter, such as `transfer(address,uint256)`.
 * @param meaning What a call with these arguments means; `undefined` where they contradict each other.
 * @returns The function, found by its selector.
 */
export const known = <const signature extends string, meaning>(
  signature: signature,
  meaning: (values: Values<signature>, call: Call, account: Address) => meaning | undefined,
): KnownFunction<meaning> => {
  const parameters = parseAbiParameters(signature.slice(signature.indexOf('(') + 1, -1))
  return {
    selector: toFunctionSelector(signature),
    read: (encoded, call, account) => {
      const values = decodeCanonical(parameters, encoded) as Values<signature> | undefined
      return values && meaning(values, call, account)
    },
  }
}

/**
 * Lists functions by selector.
 *
 * @param functions Known functions, no two with one selector.
 * @returns The functions by their 4-byte selector.
 * @throws {Error} Two functions have one selector.
 */
export const bySelector = <meaning>(
  functions: readonly KnownFunction<meaning>[],
): ReadonlyMap<Hex, KnownFunction<meaning>> => {
  const map = new Map(functions.map(one => [one.selector, one]))
  if (map.size !== functions.length) throw new Error('two known functions have one selector')
  return map
}

/**
 * Brings a call into the form in which calls are compared and decoded.
 *
 * @param call Any call.
 * @returns The call, with its address in EIP-55 form and its data in lower case.
 */
export const normalised = <call extends Call>(call: call): call => ({
  ...call,
  to: getAddress(call.to),
  data: call.data.toLowerCase(),
})

/**
 * The effect of a call that is not understood further.
 *
 * @param call Any call.
 * @returns The effect `call`, with the first 4 bytes of the call data as selector.
 */
export const plainCall = ({ to, value, data }: Call): Effect => ({
  kind: 'call',
  to,
  selector: `0x${data.slice(2, 10)}`,
  value,
})
