import { readFileSync } from 'node:fs'
import { PublicKeyError } from '@coffer/signer'
import { expect, test } from 'vitest'
import { ISSUE_CODES, PROBLEMS, problemCode, REASON_CODES, ServiceError } from './problem.ts'

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

test('error: the message says every fault', () => {
  const error = new ServiceError('INVALID_REQUEST', [
    { path: '', code: 'WRONG_TYPE', message: 'must be a JSON object' },
    { path: '/message', code: 'REQUIRED', message: 'is required unless payload is given' },
  ])
  expect(error.message).toMatchInlineSnapshot(`
    "The request is not well-formed. Each fault is listed.
    body must be a JSON object
    /message is required unless payload is given"
  `)
})
