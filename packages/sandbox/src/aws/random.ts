// Randomness for identities and keys. The source is injected, so that a test can repeat a run.
import { randomBytes } from 'node:crypto'

/** `length` random bytes. */
export type Random = (length: number) => Uint8Array

/** The operating system's generator. */
export const systemRandom: Random = length => new Uint8Array(randomBytes(length))

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** `length` characters of A-Z and 2-7, the alphabet of AWS's unique ids. 32 divides 256, so there is no bias. */
export const randomCharacters = (random: Random, length: number): string =>
  [...random(length)].map(byte => base32.charAt(byte % 32)).join('')

/** A version 4 UUID (RFC 9562 section 5.4), the shape of a KMS key id. */
export const randomUuid = (random: Random): string => {
  const bytes = Buffer.from(random(16))
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
