// 0x-prefixed lower-case hex, the encoding of every byte string at the package's edge.
import { bytesToHex } from '@noble/hashes/utils.js'

/** A byte string as `0x` followed by two hex digits a byte. */
export type Hex = `0x${string}`

export const encodeHex = (bytes: Uint8Array): Hex => `0x${bytesToHex(bytes)}`

/** Whether the text is exactly 32 bytes of hex, in either case. */
export const isHex32 = (value: unknown): value is Hex =>
  typeof value === 'string' && /^0x[0-9a-fA-F]{64}$/.test(value)
