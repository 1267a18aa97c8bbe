// The checksums of S3: CRCs of the reflected kind, and hashes.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
import { createHash } from 'node:crypto'

/** By the name in `x-amz-checksum-NAME`; base64. */
export const checksums: ReadonlyMap<string, (data: Uint8Array) => string> = new Map([
  ['crc32', data => crc(data, 32, 0xedb88320n)],
  ['crc32c', data => crc(data, 32, 0x82f63b78n)],
  ['crc64nvme', data => crc(data, 64, 0x9a6c9329ac4bc9b5n)],
  ['sha1', data => createHash('sha1').update(data).digest('base64')],
  ['sha256', data => createHash('sha256').update(data).digest('base64')],
])

/** Starts with all bits set and ends with all bits turned over, as each of these CRCs does. */
const crc = (data: Uint8Array, bits: 32 | 64, polynomial: bigint): string => {
  const table = Array.from({ length: 256 }, (_, index) => {
    let value = BigInt(index)
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n
    return value
  })
  const ones = (1n << BigInt(bits)) - 1n
  let value = ones
  for (const byte of data) value = (value >> 8n) ^ (table[Number(value & 0xffn) ^ byte] ?? 0n)
  return Buffer.from((value ^ ones).toString(16).padStart(bits / 4, '0'), 'hex').toString('base64')
}
