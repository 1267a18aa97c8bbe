import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isPrincipalArn, isPrincipalPattern, principalMatcher } from './principal.ts'

const account = '111122223333'
const session = `arn:aws:sts::${account}:assumed-role/Payouts/alice@acme.example`

describe('behavior: what may stand in a role', () => {
  test.each([
    `arn:aws:iam::${account}:user/operator`,
    `arn:aws:iam::${account}:user/finance/*`,
    `arn:aws:iam::${account}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Payouts_0123456789abcdef`,
    `arn:aws-us-gov:iam::${account}:role/Payouts`,
    session,
    `arn:aws:sts::${account}:assumed-role/Payouts/*`,
    `arn:aws:iam::${account}:root`,
  ])('%s', pattern => expect(isPrincipalPattern(pattern)).toBe(true))

  test.each([
    '*',
    'arn:aws:iam::*:user/operator',
    'arn:aws:iam::1111:user/operator',
    `arn:aws:iam::${account}:*`,
    `arn:aws:iam::${account}:group/Operators`,
    `arn:aws:iam::${account}:role/treasury/*`,
    `arn:aws:iam::${account}:role/treasury/Pay*`,
    `arn:aws:iam::${account}:role/treasury/*outs`,
    `arn:aws:iam::${account}:role/treasury/eu/P*s`,
    `arn:aws:iam::${account}:role/treasury-*/*`,
    `arn:aws:iam::${account}:role/treasury-*/Payouts`,
    `arn:aws:iam::${account}:role/treasury/`,
    `arn:aws:iam::${account}:user//operator`,
    `arn:aws:sts::${account}:assumed-role/Payouts`,
    `arn:aws:sts::${account}:assumed-role/finance/Payouts/*`,
    `arn:aws:lambda:eu-north-1:${account}:function:x`,
    'olga',
    '',
  ])('error: not %s', pattern => expect(isPrincipalPattern(pattern)).toBe(false))
})

test('behavior: a role stands for its sessions, whatever its path', () => {
  for (const pattern of [
    `arn:aws:iam::${account}:role/Payouts`,
    `arn:aws:iam::${account}:role/finance/eu/Payouts`,
  ]) {
    const matches = principalMatcher(pattern)
    expect(matches(session)).toBe(true)
    expect(matches(session.replace('/Payouts/', '/Payouts2/'))).toBe(false)
    expect(matches(session.replace(account, '999999999999'))).toBe(false)
  }
})

test('behavior: a role of another partition stands for its sessions there', () => {
  const matches = principalMatcher(`arn:aws-us-gov:iam::${account}:role/Pay*`)
  const gov = session.replace('arn:aws:', 'arn:aws-us-gov:')
  expect(matches(gov)).toBe(true)
  expect(matches(gov.replace('/Payouts/', '/Receipts/'))).toBe(false)
  expect(matches(session)).toBe(false)
})

test('behavior: * stands for anything, and nothing else of a pattern is special', () => {
  const matches = principalMatcher(`arn:aws:iam::${account}:user/a.b+*`)
  expect(matches(`arn:aws:iam::${account}:user/a.b+c/d`)).toBe(true)
  expect(matches(`arn:aws:iam::${account}:user/aXb+c`)).toBe(false)
  expect(matches(`x arn:aws:iam::${account}:user/a.b+c`)).toBe(false)
  expect(matches(`ARN:aws:iam::${account}:user/a.b+c`)).toBe(false)
})

test('behavior: the ARN of one principal is that of a user or a session', () => {
  for (const arn of [session, `arn:aws:iam::${account}:user/a/b`, `arn:aws:iam::${account}:root`])
    expect(isPrincipalArn(arn)).toBe(true)
  for (const arn of [
    `arn:aws:iam::${account}:role/Payouts`,
    `arn:aws:iam::${account}:user/*`,
    'arn:x',
    'olga',
  ])
    expect(isPrincipalArn(arn)).toBe(false)
})

test('any pattern matches what a regular expression of it matches', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: 8 })
  const names = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 })
  fc.assert(
    fc.property(letters, names, (pattern, name) => {
      const prefix = `arn:aws:iam::${account}:user/`
      const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(name)
      expect(principalMatcher(prefix + pattern)(prefix + name)).toBe(expected)
    }),
    { numRuns: 500 },
  )
})
