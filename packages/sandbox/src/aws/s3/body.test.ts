import { expect, test } from 'vitest'
import { decodeBody } from './body.ts'

const read = (body: string, headers: Readonly<Record<string, string>> = {}): string => {
  const all = { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', ...headers }
  const map = new Map(Object.entries(all).map(([name, value]) => [name, [value]]))
  return Buffer.from(decodeBody(map, Buffer.from(body))).toString()
}

test('a body in chunks', () => {
  expect(read('3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n')).toBe('abc0123456789')
  expect(read('0\r\n\r\n')).toBe('')
  const trailer = '3\r\nabc\r\n0\r\nx-amz-checksum-sha1:qZk+NkcGgWq6PiVxeFDCbJzQ2J0=\r\n\r\n'
  expect(read(trailer, { 'x-amz-trailer': 'x-amz-checksum-sha1', 'x-amz-decoded-content-length': '3' })).toBe(
    'abc',
  )
})

test('a body that is not in chunks stays as it is', () => {
  expect(read('0\r\n\r\n', { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' })).toBe('0\r\n\r\n')
})

test.each([
  ['a chunk that is too short', '4\r\nabc\r\n0\r\n\r\n', {}],
  ['a chunk that is too long', '2\r\nabc\r\n0\r\n\r\n', {}],
  ['a size that is none', 'x\r\nabc\r\n0\r\n\r\n', {}],
  ['a signed chunk', '3;chunk-signature=ab\r\nabc\r\n0\r\n\r\n', {}],
  ['no end', '3\r\nabc\r\n', {}],
  ['no end of the trailers', '3\r\nabc\r\n0\r\n', {}],
  ['a trailer that was promised', '3\r\nabc\r\n0\r\n\r\n', { 'x-amz-trailer': 'x-amz-checksum-sha1' }],
  ['another length', '3\r\nabc\r\n0\r\n\r\n', { 'x-amz-decoded-content-length': '4' }],
  ['another checksum', '3\r\nabd\r\n0\r\nx-amz-checksum-sha1:qZk+NkcGgWq6PiVxeFDCbJzQ2J0=\r\n\r\n', {}],
])('error: %s', (_, body, headers) => {
  expect(() => read(body, headers)).toThrowError(expect.objectContaining({ name: 'S3Error', status: 400 }))
})
