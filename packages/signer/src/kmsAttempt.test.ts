import { describe, expect, test } from 'vitest'
import type { AwsJsonAnswer } from './awsJson.ts'
import { judge, unreachable } from './kmsAttempt.ts'

const SUBJECT = { operation: 'Sign', keyId: 'alias/treasury' } as const
const refused = (name: string, status: number = 400): AwsJsonAnswer => ({
  kind: 'refused',
  name,
  message: 'why not',
  status,
  requestId: 'request-1',
})

test('behavior: an answer is passed on', () => {
  const answer = { kind: 'answered', body: { KeyId: '1' }, requestId: 'request-1' } as const
  expect(judge(answer, SUBJECT, true)).toBe(answer)
})

const broken = (status: number): AwsJsonAnswer => ({
  kind: 'broken',
  detail: 'a page',
  status,
  requestId: 'request-1',
})

test.each([
  [200, 'transient', 'KMS_UNAVAILABLE'],
  [400, 'transient', 'KMS_UNAVAILABLE'],
  [503, 'transient', 'KMS_UNAVAILABLE'],
  [429, 'throttled', 'KMS_THROTTLED'],
])('behavior: something that is no answer of KMS, with status %i, is %s: %s', (status, kind, code) => {
  const message = expect.stringContaining('(a page)')
  expect(judge(broken(status), SUBJECT, true)).toEqual({
    kind,
    error: expect.objectContaining({ code, ...SUBJECT, requestId: 'request-1', message }),
  })
})

test('behavior: of what KMS says at length a thousand characters are told', () => {
  const answer = { ...refused('DisabledException'), message: `${'a'.repeat(1_000)}b` } as AwsJsonAnswer
  expect(judge(answer, SUBJECT, false)).toHaveProperty('error.message', expect.stringMatching(/\(a{1000}\)$/))
})

test('behavior: so does no answer at all', () => {
  expect(unreachable(SUBJECT, 'no route')).toEqual({
    kind: 'transient',
    error: expect.objectContaining({
      code: 'KMS_UNAVAILABLE',
      ...SUBJECT,
      requestId: undefined,
      message: expect.stringContaining('(no route)'),
    }),
  })
})

describe('a refusal', () => {
  test.each([
    // What KMS is known by decides, whatever the status is.
    ['DisabledException', 500, 'final', 'KMS_KEY_DISABLED'],
    ['AccessDeniedException', 400, 'final', 'KMS_ACCESS_DENIED'],
    ['KMSInternalException', 400, 'transient', 'KMS_UNAVAILABLE'],
    ['ThrottlingException', 400, 'throttled', 'KMS_THROTTLED'],
    ['LimitExceededException', 400, 'throttled', 'KMS_THROTTLED'],
    // Names of what may stand before it.
    ['Throttling', 400, 'throttled', 'KMS_THROTTLED'],
    ['ThrottledException', 400, 'throttled', 'KMS_THROTTLED'],
    ['TooManyRequestsException', 400, 'throttled', 'KMS_THROTTLED'],
    ['RequestThrottledException', 400, 'throttled', 'KMS_THROTTLED'],
    ['RequestLimitExceeded', 400, 'throttled', 'KMS_THROTTLED'],
    ['SlowDown', 503, 'throttled', 'KMS_THROTTLED'],
    ['', 429, 'throttled', 'KMS_THROTTLED'],
    // Other names: the status tells.
    ['NotThrottlingException', 400, 'final', 'KMS_UNEXPECTED'],
    ['SomethingNewException', 499, 'final', 'KMS_UNEXPECTED'],
    ['SomethingNewException', 500, 'transient', 'KMS_UNAVAILABLE'],
    ['', 503, 'transient', 'KMS_UNAVAILABLE'],
    ['', 408, 'transient', 'KMS_UNAVAILABLE'],
    // The clock is right, so that it is about the signature itself.
    ['InvalidSignatureException', 400, 'final', 'KMS_CREDENTIALS_REJECTED'],
    ['RequestExpired', 400, 'final', 'KMS_CREDENTIALS_REJECTED'],
    ['ExpiredTokenException', 400, 'expired', 'KMS_CREDENTIALS_REJECTED'],
    ['ExpiredToken', 400, 'expired', 'KMS_CREDENTIALS_REJECTED'],
    ['TokenRefreshRequired', 400, 'expired', 'KMS_CREDENTIALS_REJECTED'],
  ])('behavior: %j with status %i is %s: %s', (name, status, kind, code) => {
    expect(judge(refused(name, status), SUBJECT, false)).toEqual({
      kind,
      error: expect.objectContaining({ code, ...SUBJECT, requestId: 'request-1' }),
    })
  })

  test.each([
    'InvalidSignatureException',
    'SignatureDoesNotMatch',
    'RequestTimeTooSkewed',
    'RequestExpired',
    'RequestInTheFuture',
  ])('behavior: %s is about the clock where the clock is wrong', name => {
    expect(judge(refused(name), SUBJECT, true)).toMatchObject({
      kind: 'clock',
      error: { requestId: 'request-1', message: expect.stringContaining('(why not)') },
    })
  })

  test('behavior: another one is not, though the clock is wrong', () => {
    expect(judge(refused('ExpiredTokenException'), SUBJECT, true)).toMatchObject({ kind: 'expired' })
    expect(judge(refused('DisabledException'), SUBJECT, true)).toMatchObject({ kind: 'final' })
  })
})
