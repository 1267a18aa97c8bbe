// Ethereum addresses: the last 20 bytes of keccak256(x ‖ y), written with the ERC-55 checksum.
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { decodePoint } from './point.ts'

/** An account's address: `0x` and 40 hex digits. */
export type Address = `0x${string}`

/**
 * Computes the address that a public key controls.
 *
 * @param point The uncompressed public key: 65 bytes, 0x04 ‖ x ‖ y.
 * @returns The address with its ERC-55 checksum.
 * @throws {PUBLIC_KEY_COMPRESSED | PUBLIC_KEY_NOT_A_POINT | PUBLIC_KEY_NOT_ON_CURVE}
 * @see https://ethereum.github.io/yellowpaper/paper.pdf appendix F
 */
export const publicKeyToAddress = (point: Uint8Array): Address => {
  decodePoint(point)
  return checksum(bytesToHex(keccak_256(point.subarray(1)).subarray(-20)))
}

/**
 * Writes an address with its ERC-55 checksum.
 *
 * @param address `0x` and 40 hex digits: all lower-case, or with a valid checksum.
 * @returns The same address with its checksum; `undefined` where the input is not an address.
 * @see https://eips.ethereum.org/EIPS/eip-55
 */
export const checksumAddress = (address: string): Address | undefined =>
  isAddress(address) ? checksum(address.slice(2).toLowerCase()) : undefined

/**
 * Tells whether a text is an address. A mixed-case address must carry a valid checksum, since a wrong one is how a
 * mistyped address shows.
 *
 * @param value Any text.
 * @returns True for `0x` and 40 hex digits, all lower-case or with a valid ERC-55 checksum.
 * @see https://eips.ethereum.org/EIPS/eip-55
 */
export const isAddress = (value: string): value is Address => {
  if (/^0x[0-9a-f]{40}$/.test(value)) return true
  return /^0x[0-9a-fA-F]{40}$/.test(value) && checksum(value.slice(2).toLowerCase()) === value
}

const checksum = (lowerCase: string): Address => {
  const hash = bytesToHex(keccak_256(utf8ToBytes(lowerCase)))
  const digits = [...lowerCase].map((digit, i) => ((hash[i] ?? '0') >= '8' ? digit.toUpperCase() : digit))
  return `0x${digits.join('')}`
}
