// ECDSA-Sig-Value (RFC 3279 section 2.2.3) as it should be and as it should not be: every part of the encoding can be bent.

/**
 * Encodes a non-negative integer as the contents of a DER INTEGER.
 *
 * @param value Zero or more.
 * @returns Big-endian bytes, as few as can be, with a zero byte before a set sign bit (X.690 section 8.3).
 */
export const integerContents = (value: bigint): Buffer => {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes
}

/** An INTEGER of these contents, in the short form of the length: 127 bytes at most. */
export const integer = (contents: Uint8Array): Buffer =>
  Buffer.concat([Buffer.of(0x02, contents.length), contents])

/** A SEQUENCE of these contents, in the short form of the length: 127 bytes at most. */
export const sequence = (...contents: readonly Uint8Array[]): Buffer => {
  const all = Buffer.concat(contents)
  return Buffer.concat([Buffer.of(0x30, all.length), all])
}

/** A SEQUENCE with its length in the long form, which DER forbids for less than 128 bytes (X.690 section 10.1). */
export const longFormSequence = (...contents: readonly Uint8Array[]): Buffer => {
  const all = Buffer.concat(contents)
  return Buffer.concat([Buffer.of(0x30, 0x81, all.length), all])
}

/**
 * Encodes a signature in DER.
 *
 * @param r Zero or more; not checked against the order.
 * @param s The same.
 * @returns The ECDSA-Sig-Value.
 */
export const signatureValue = (r: bigint, s: bigint): Buffer =>
  sequence(integer(integerContents(r)), integer(integerContents(s)))
