// biome-ignore-all lint/suspicious/noTemplateCurlyInString: IAM writes its policy variables so
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matchesResource, matchesText } from './match.ts'
import { overlaps } from './overlap.ts'

const arn = 'arn:aws:lambda:eu-north-1:123456789012:function:adminSigner'
const none = new Map<string, string>()

describe('overlaps', () => {
  test.each([
    ['*', arn, true],
    [arn, arn, true],
    [`${arn}:*`, arn, false],
    [`${arn}:PROD`, `${arn}:*`, true],
    [`${arn}*`, `${arn}:*`, true],
    ['arn:aws:lambda:*:*:function:a*', arn, true],
    ['arn:aws:lambda:*:*:function:b*', arn, false],
    ['arn:aws:kms:*', arn, false],
    ['arn:*:function:adminSigner', arn, true],
    ['arn:aws:lambda:eu-north-1:123456789012:function:admin?igner', arn, true],
    ['arn:aws:lambda:eu-north-1:123456789012:function:admin?Signer', arn, false],
    ['/restapis/*/resources/*', '/restapis/id/*', true],
    ['/restapis/other/*', '/restapis/id/*', false],
    ['arn:*::/restapis/other/*', 'arn:eu-north-1::/restapis/id/*', false],
    ['arn:*:*', 'arn:a:*', true],
    ['', '*', true],
    ['', 'a', false],
  ])('%s and %s: %s', (pattern, target, expected) => {
    expect(overlaps(pattern, target, none)).toBe(expected)
  })

  test('a variable has its value, or stands for any text; an escape is the character itself', () => {
    const user = new Map([['aws:username', 'ann']])
    expect(overlaps('user/${aws:username}', 'user/ann', user)).toBe(true)
    expect(overlaps('user/${aws:username}', 'user/bob', user)).toBe(false)
    expect(overlaps('user/${aws:PrincipalTag/name}', 'user/bob', user)).toBe(true)
    expect(overlaps('user/${*}', 'user/bob', user)).toBe(false)
  })
})

const pattern = fc
  .array(fc.constantFrom('a', 'b', ':', '*', '?'), { maxLength: 8 })
  .map(list => list.join(''))
const text = fc.array(fc.constantFrom('a', 'b', ':'), { maxLength: 8 }).map(list => list.join(''))

test('a text that two patterns match is found', () => {
  fc.assert(
    fc.property(pattern, pattern, text, (one, target, value) => {
      // Of the target, wildcards stay within a part.
      const parts = target.split(':')
      const values = value.split(':')
      const isOfTarget =
        parts.length === values.length &&
        parts.every((part, index) => matchesText(part, values[index] ?? '', none))
      if (isOfTarget && matchesText(one, value, none)) expect(overlaps(one, target, none)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('of a plain text it says what matching says, and never less than matching a resource', () => {
  fc.assert(
    fc.property(pattern, text, (one, value) => {
      expect(overlaps(one, value, none)).toBe(matchesText(one, value, none))
      if (matchesResource(one, value, none)) expect(overlaps(one, value, none)).toBe(true)
    }),
    { numRuns: 500 },
  )
})
