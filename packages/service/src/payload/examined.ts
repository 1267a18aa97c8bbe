// What is found out about a payload, whatever its kind.
import type { Address, Hex } from 'viem'
import type { Effect } from '../effects/effect.ts'

/** A payload's hash and what a signature over it would permit, both from the same object. */
export type Examined = {
  /** The chain on which the signature is valid, 0 for every chain; undefined where it is not known. */
  readonly chainId: number | undefined
  /** The account whose authority is used. */
  readonly account: Address
  /** The 32-byte hash to approve. */
  readonly hash: Hex
  readonly effects: readonly Effect[]
  /** JSON Pointer of the field of the request that the effects come from. */
  readonly origin: string
}
