import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readResult } from './proxyResult.ts'

const json = { 'content-type': ['application/json'] }

describe('results', () => {
  test.each<[string, unknown, ReturnType<typeof readResult>]>([
    ['a status alone', { statusCode: 200 }, { status: 200, headers: json, body: '' }],
    ['a status as text', { statusCode: '201', body: 'a' }, { status: 201, headers: json, body: 'a' }],
    ['nulls', { statusCode: 200, headers: null, body: null }, { status: 200, headers: json, body: '' }],
    [
      'headers of either kind, which are merged',
      { statusCode: 200, headers: { 'X-A': 1, 'X-B': true }, multiValueHeaders: { 'x-a': ['b', 2] } },
      { status: 200, headers: { ...json, 'x-a': ['1', 'b', '2'], 'x-b': ['true'] }, body: '' },
    ],
    [
      'headers of the connection, which are left out',
      {
        statusCode: 200,
        headers: { 'Content-Length': '9', Connection: 'close', 'transfer-encoding': 'chunked' },
      },
      { status: 200, headers: json, body: '' },
    ],
    [
      'a Base64 body, which stays as it is without binary media types',
      { statusCode: 200, body: 'YQ==', isBase64Encoded: true },
      { status: 200, headers: json, body: 'YQ==' },
    ],
  ])('%s', (_, result, expected) => {
    expect(readResult(result)).toEqual(expected)
  })

  test.each<[string, unknown]>([
    ['null', null],
    ['an array', [{ statusCode: 200 }]],
    ['text', '{"statusCode":200}'],
    ['no status', {}],
    ['a status that is no number', { statusCode: 'ok' }],
    ['a status that is empty', { statusCode: '' }],
    ['a status that is true', { statusCode: true }],
    ['an interim status', { statusCode: 100 }],
    ['a status of 600', { statusCode: 600 }],
    ['half a status', { statusCode: 200.5 }],
    ['an unknown member', { statusCode: 200, cookies: [] }],
    ['a body that is an object', { statusCode: 200, body: {} }],
    ['isBase64Encoded as text', { statusCode: 200, isBase64Encoded: 'false' }],
    ['headers that are a list', { statusCode: 200, headers: [] }],
    ['a header that is a list', { statusCode: 200, headers: { a: ['b'] } }],
    ['a header of several values that is not a list', { statusCode: 200, multiValueHeaders: { a: 'b' } }],
    ['a header name that is none', { statusCode: 200, headers: { 'a b': 'c' } }],
    ['a line break in a header', { statusCode: 200, headers: { a: 'b\r\nset-cookie: c' } }],
    ['a character a header cannot hold', { statusCode: 200, headers: { a: '€' } }],
  ])('error: %s', (_, result) => {
    expect(readResult(result)).toBeUndefined()
  })

  test('whatever JSON holds is a response or malformed, never an exception', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (body, headers, multiValueHeaders) => {
        const result = readResult({ statusCode: 200, body, headers, multiValueHeaders })
        expect([200, undefined]).toContain(result?.status)
      }),
    )
  })
})
