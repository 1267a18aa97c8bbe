// The body of an upload: taken out of its chunks, and compared with the checksums that are sent along.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
import { checksums } from './checksums.ts'
import { S3Error } from './s3Error.ts'

/**
 * Reads the body of a request.
 *
 * @param headers The headers by lower-case name.
 * @param body The body as received.
 * @returns The object's bytes.
 * @throws {S3_ERROR} a malformed chunk, or a checksum that does not match or is not known here.
 */
export const decodeBody = (headers: ReadonlyMap<string, readonly string[]>, body: Uint8Array): Uint8Array => {
  const isChunked = headers.get('x-amz-content-sha256')?.[0]?.startsWith('STREAMING-') === true
  const { data, trailers } = isChunked
    ? readChunks(body)
    : { data: body, trailers: new Map<string, string>() }
  for (const name of headers.get('x-amz-trailer') ?? [])
    if (!trailers.has(name)) throw malformed(`no trailer ${name}`)
  const length = headers.get('x-amz-decoded-content-length')?.[0]
  if (length !== undefined && length !== String(data.length))
    throw new S3Error(
      400,
      'IncompleteBody',
      `x-amz-decoded-content-length is ${length}, the body ${data.length}.`,
    )
  const sent = [...[...headers].map(([name, [value = '']]) => [name, value] as const), ...trailers]
  for (const [name, value] of sent) verifyChecksum(name, value, data)
  return data
}

const readChunks = (
  body: Uint8Array,
): { readonly data: Uint8Array; readonly trailers: ReadonlyMap<string, string> } => {
  const bytes = Buffer.from(body)
  const parts: Uint8Array[] = []
  let at = 0
  const line = (): string => {
    const end = bytes.indexOf('\r\n', at)
    if (end < 0) throw malformed('a line does not end')
    const text = bytes.toString('latin1', at, end)
    at = end + 2
    return text
  }
  for (;;) {
    const size = line()
    if (!/^[0-9a-f]{1,8}$/i.test(size)) throw malformed(`${size} is not the size of a chunk`)
    const length = Number.parseInt(size, 16)
    if (length === 0) break
    parts.push(bytes.subarray(at, at + length))
    at += length
    if (line() !== '') throw malformed('a chunk is longer than it says')
  }
  const trailers = new Map<string, string>()
  for (let text = line(); text !== ''; text = line()) {
    const [name = '', ...value] = text.split(':')
    trailers.set(name.toLowerCase(), value.join(':').trim())
  }
  return { data: new Uint8Array(Buffer.concat(parts)), trailers }
}

/** `x-amz-checksum-type`, `-algorithm` and `-mode` say something of checksums and are none. */
const checksumName = /^x-amz-checksum-(?!type$|algorithm$|mode$)(.+)$/

const verifyChecksum = (header: string, value: string, data: Uint8Array): void => {
  const [, algorithm] = checksumName.exec(header) ?? []
  if (algorithm === undefined) return
  const checksum = checksums.get(algorithm)
  if (!checksum) throw new S3Error(501, 'NotImplemented', `The checksum ${header} is not known here.`)
  if (checksum(data) !== value)
    throw new S3Error(
      400,
      'BadDigest',
      `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
    )
}

const malformed = (what: string): S3Error =>
  new S3Error(400, 'MalformedTrailerError', `The chunks are malformed: ${what}.`)
