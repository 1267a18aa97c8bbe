import { readFileSync } from 'node:fs'
import { PublicKeyError, SignatureError } from '@coffer/signer'
import { expect, test } from 'vitest'
import {
  ISSUE_CODES,
  PROBLEMS,
  type ProblemCode,
  problemCode,
  problemResponse,
  REASON_CODES,
  ServiceError,
} from './problem.ts'

const manual = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8')
const cells = (pattern: RegExp): readonly string[] =>
  [...manual.matchAll(pattern)].map(([, first = '', second]) =>
    second === undefined ? first : `${first} ${second}`,
  )

test('every problem is in the table of docs/api.md with its status, and nothing else is', () => {
  const documented = cells(/^\| (\d{3}) \| `([A-Z_]+)` \|/gm)
  expect(documented.toSorted()).toEqual(
    Object.entries(PROBLEMS)
      .map(([code, { status }]) => `${status} ${code}`)
      .toSorted(),
  )
})

test('every code of a fault or a reason is in the tables of docs/api.md, and nothing else is', () => {
  const documented = cells(/^\| `([A-Z_]+)` \|/gm)
  expect(documented.toSorted()).toEqual([...ISSUE_CODES, ...REASON_CODES].toSorted())
})

test('behavior: every problem has an error status and says in a sentence what is the matter', () => {
  for (const [code, { status, detail }] of Object.entries(PROBLEMS)) {
    expect([code, status]).toEqual([code, expect.toSatisfy(value => value >= 400 && value < 600)])
    expect([code, detail]).toEqual([code, expect.stringMatching(/^[A-Za-z].+\w\.$/)])
  }
  const details = Object.values(PROBLEMS).map(({ detail }) => detail)
  expect(new Set(details).size).toBe(details.length)
})

test('behavior: an error is the problem of its code, and what has none is a defect', () => {
  for (const code of Object.keys(PROBLEMS))
    expect(problemCode(Object.assign(new Error('x'), { code }))).toBe(code)
  expect(problemCode(new ServiceError('DENIED'))).toBe('DENIED')
  expect(problemCode(new SignatureError('SIGNATURE_MISMATCH', 'x'))).toBe('SIGNATURE_INVALID')
  for (const error of [
    new Error('x'),
    Object.assign(new Error('x'), { code: ['DENIED'] }),
    'DENIED',
    undefined,
    null,
  ])
    expect(problemCode(error)).toBe('INTERNAL_ERROR')
})

test('behavior: a public key that is none is an answer that KMS would not give', () => {
  expect(problemCode(new PublicKeyError('PUBLIC_KEY_NOT_ON_CURVE', 'off the curve'))).toBe(
    'KMS_ANSWER_INVALID',
  )
})

test('behavior: an error that has a code of its own is a defect', () => {
  expect(problemCode(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))).toBe('INTERNAL_ERROR')
  expect(problemCode(Object.assign(new Error('odd'), { code: 'toString' }))).toBe('INTERNAL_ERROR')
  expect(problemCode({ code: 'KMS_THROTTLED' })).toBe('INTERNAL_ERROR')
})

test('behavior: a problem as a response, with Retry-After where waiting helps, in whole seconds rounded up', () => {
  const issues = [{ path: '/a', code: 'REQUIRED', message: 'is required' }] as const
  const { status, headers, body } = problemResponse('INVALID_REQUEST', 'r1', issues)
  const { detail } = PROBLEMS.INVALID_REQUEST
  expect(JSON.parse(body)).toEqual({
    title: 'Bad Request',
    status: 400,
    detail,
    code: 'INVALID_REQUEST',
    requestId: 'r1',
    issues,
  })
  expect({ status, headers }).toEqual({
    status: 400,
    headers: {
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-type': 'application/problem+json',
    },
  })
  const retryAfter = (code: ProblemCode, milliseconds?: number) =>
    problemResponse(code, 'r1', [], milliseconds).headers['retry-after']
  expect(retryAfter('KMS_UNAVAILABLE')).toBe('5')
  expect(retryAfter('KMS_UNAVAILABLE', 1_001)).toBe('2')
  expect(retryAfter('KMS_KEY_DISABLED')).toBeUndefined()
  expect(retryAfter('KMS_KEY_DISABLED', 1_000)).toBe('1')
})

test('error: the message says every fault', () => {
  const error = new ServiceError('INVALID_REQUEST', [
    { path: '', code: 'WRONG_TYPE', message: 'must be a JSON object' },
    { path: '/message', code: 'REQUIRED', message: 'is required unless payload is given' },
  ])
  expect(error).toMatchObject({ name: 'ServiceError', code: 'INVALID_REQUEST' })
  expect(new ServiceError('DENIED')).toMatchObject({ issues: [], message: PROBLEMS.DENIED.detail })
  expect(error.message).toMatchInlineSnapshot(`
    "The request is not well-formed. Each fault is listed.
    body must be a JSON object
    /message is required unless payload is given"
  `)
})
