import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readAwsJson } from './awsJson.ts'

const headers = { 'content-type': 'application/x-amz-json-1.1' }

describe('the name of an error', () => {
  test.each([
    'DisabledException',
    'com.amazonaws.kms#DisabledException',
    'DisabledException:http://internal.amazon.com/coral/com.amazonaws.kms/',
    'com.amazonaws.kms#DisabledException:http://internal.amazon.com/',
    'DisabledException,AnotherException',
  ])('behavior: as %s', type => {
    const expected = {
      kind: 'refused',
      name: 'DisabledException',
      message: '',
      status: 400,
      requestId: undefined,
    }
    for (const body of [{ __type: type }, { code: type }])
      expect(readAwsJson({ status: 400, headers, body: JSON.stringify(body) })).toEqual(expected)
    const inHeader = { ...headers, 'x-amzn-errortype': type }
    expect(readAwsJson({ status: 400, headers: inHeader, body: '{"__type":"Another"}' })).toEqual(expected)
  })

  test.each([{}, { __type: 1 }, { __type: null, message: ['a'] }, { __type: '' }])(
    'error: %j has none',
    body => {
      expect(readAwsJson({ status: 500, headers, body: JSON.stringify(body) })).toMatchObject({
        kind: 'refused',
        name: '',
        message: '',
      })
    },
  )
})

test.each([
  'application/x-amz-json-1.1',
  'application/x-amz-json-1.0',
  'application/json; charset=utf-8',
  'Application/JSON',
])('behavior: the content type %s is JSON', type => {
  const answer = { status: 200, headers: { 'content-type': type }, body: '{}' }
  expect(readAwsJson(answer)).toMatchObject({ kind: 'answered' })
})

test.each(['text/html', 'application/jsonp', 'text/plain; application/json', ''])(
  'error: the content type %j is not',
  type => {
    const answer = { status: 200, headers: { 'content-type': type }, body: '{}' }
    expect(readAwsJson(answer)).toMatchObject({ kind: 'broken' })
  },
)

test('whatever the body is, it is an object, or broken without a word of it', () => {
  const bodies = fc.oneof(
    fc.json(),
    fc.string(),
    fc.string().map(text => `{"${text}`),
  )
  fc.assert(
    fc.property(bodies, fc.oneof(fc.constant(200), fc.integer({ min: 200, max: 599 })), (body, status) => {
      const answer = readAwsJson({ status, headers: { ...headers, 'x-amzn-requestid': 'id' }, body })
      expect(answer.requestId).toBe('id')
      if (answer.kind === 'answered') expect([status, answer.body]).toEqual([200, JSON.parse(body)])
      if (answer.kind === 'broken')
        expect(answer.detail).toBe(`HTTP status ${status} with a body that is no JSON object`)
    }),
  )
})

test.each(['5', 'true', '"text"', 'null', '[]', '[{}]', '', '{'])('error: the body %j is no object', body => {
  for (const status of [200, 400])
    expect(readAwsJson({ status, headers, body })).toMatchObject({
      kind: 'broken',
      detail: `HTTP status ${status} with a body that is no JSON object`,
    })
})

test.each([{}, { 'content-type': 'text/html' }])('error: with the headers %j it is no JSON', others => {
  expect(
    readAwsJson({ status: 200, headers: { 'x-amzn-requestid': 'id', ...others }, body: '{}' }),
  ).toMatchObject({
    kind: 'broken',
    detail: 'HTTP status 200 with another content type than JSON',
    requestId: 'id',
  })
})

test.each([
  [{ message: 'why' }, 'why'],
  [{ Message: 'why' }, 'why'],
  [{ message: 'why', Message: 'why else' }, 'why'],
  [{ message: 1 }, ''],
])('behavior: %j says %j', (body, message) => {
  expect(readAwsJson({ status: 400, headers, body: JSON.stringify(body) })).toMatchObject({ message })
})

test('behavior: a request id that is sent twice is none', () => {
  const twice = { ...headers, 'x-amzn-requestid': ['a', 'b'] }
  expect(readAwsJson({ status: 200, headers: twice, body: '{}' })).toMatchObject({ requestId: undefined })
})
