// biome-ignore-all lint/suspicious/noTemplateCurlyInString: IAM writes its policy variables so
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matchesAction, matchesArn, matchesResource, matchesText, unknownVariables } from './match.ts'

const none = new Map<string, string>()
const alice = new Map([
  ['aws:username', 'alice'],
  ['aws:principalarn', 'arn:aws:iam::123456789012:user/alice'],
])

describe('text', () => {
  // The domain: short texts over an alphabet in which patterns often match.
  const text = fc.string({ unit: fc.constantFrom('a', 'b', ':', '/', '.', '$', '{'), maxLength: 8 })

  test('a text without wildcards matches itself and nothing else', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        fc.pre(!a.includes('${'))
        expect(matchesText(a, b, none)).toBe(a === b)
      }),
    )
  })

  test('matchesText(pattern) ≡ the regular expression with .* and .', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', ':', '*', '?', '.'), maxLength: 8 })
    fc.assert(
      fc.property(pattern, text, (wildcards, value) => {
        const source = wildcards.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')
        expect(matchesText(wildcards, value, none)).toBe(new RegExp(`^${source}$`, 's').test(value))
      }),
    )
  })

  test('behavior: many wildcards take no exponential time', () => {
    expect(matchesText(`${'*a'.repeat(200)}b`, 'a'.repeat(500), none)).toBe(false)
  })

  test.each([
    ['${*}', '*', true],
    ['${*}', 'x', false],
    ['${?}${$}', '?$', true],
    ['${aws:username}/*', 'alice/notes', true],
    ['${AWS:UserName}', 'alice', true],
    ['${aws:username}', 'bob', false],
    ['x${aws:username}', 'x', false],
  ])('variables: %s matches %s: %s', (pattern, value, expected) => {
    expect(matchesText(pattern, value, alice)).toBe(expected)
  })

  test('behavior: a wildcard in the value of a variable is a character', () => {
    const star = new Map([['aws:username', '*']])
    expect(matchesText('${aws:username}', 'anyone', star)).toBe(false)
    expect(matchesText('${aws:username}', '*', star)).toBe(true)
  })

  // IAM User Guide, "Variables and tags", "Policy variables with no value": "There is no equal or like value."
  test('behavior: a variable without a value matches nothing', () => {
    expect(matchesText('*${aws:username}*', 'alice', none)).toBe(false)
    expect(matchesResource('arn:aws:s3:::bucket/${aws:username}', 'arn:aws:s3:::bucket/', none)).toBe(false)
  })

  test.each([
    ['${aws:username}', []],
    ['${*} ${?} ${$}', []],
    ['${aws:userid}', ['${aws:userid}']],
    ["${aws:username, 'x'} ${aws:PrincipalTag/team}", ["${aws:username, 'x'}", '${aws:PrincipalTag/team}']],
    ['${aws:username', ['${']],
    ['$5 {x}', []],
  ])('unknownVariables(%s) ≡ %j', (value, expected) => {
    expect(unknownVariables(value)).toEqual(expected)
  })
})

// IAM User Guide, "IAM JSON policy elements: Action": "The prefix and the action name are case insensitive."
test.each([
  ['kms:Sign', 'kms:Sign', true],
  ['KMS:sign', 'kms:Sign', true],
  ['kms:*', 'kms:Sign', true],
  ['kms:Get*', 'kms:GetPublicKey', true],
  ['kms:Get*', 'kms:DescribeKey', false],
  ['kms:S?gn', 'kms:Sign', true],
  ['*', 'kms:Sign', true],
  ['kms:Sign', 'kms:SignAll', false],
  ['s3:*', 'kms:Sign', false],
])('action %s matches %s: %s', (pattern, action, expected) => {
  expect(matchesAction(pattern, action)).toBe(expected)
})

const post = 'arn:aws:execute-api:eu-north-1:123456789012:a1b2c3d4e5/prod/POST/'

test.each([
  [post, post, true],
  [post, `${post}sign`, false],
  ['arn:aws:execute-api:*:*:a1b2c3d4e5/*/POST/*', post, true],
  ['arn:aws:execute-api:eu-north-1:123456789012:*', post, true],
  ['arn:aws:execute-api:eu-north-1:123456789012:a1b2c3d4e5/prod/GET/', post, false],
  ['arn:aws:execute-api:eu-north-1:123456789012:a1b2c3d4e5/test/POST/', post, false],
  ['arn:aws:execute-api:eu-*-1:123456789012:a1b2c3d4e5/prod/POST/', post, true],
  ['arn:aws:execute-api:eu-north-?:1234567890??:a1b2c3d4e5/prod/POST/', post, true],
  ['arn:aws:execute-api:eu-north-1:?:a1b2c3d4e5/prod/POST/', post, false],
  ['*', post, true],
  ['*', '*', true],
  [post, '*', false],
  ['arn:aws:kms:*:123456789012:*', '*', false],
])('resource %s matches %s: %s', (pattern, arn, expected) => {
  expect(matchesResource(pattern, arn, none)).toBe(expected)
})

// IAM User Guide, "IAM JSON policy elements: Resource": "If the * wildcard is the last character of a resource ARN segment,
// it can expand to match beyond the colon boundaries."
test('behavior: in a Resource, only a * at the end of a part runs on past the colon', () => {
  const topic = 'arn:aws:sns:eu-north-1:123456789012:alarms'
  expect(matchesResource('arn:aws:sns:eu-*:alarms', topic, none)).toBe(true)
  expect(matchesResource('arn:aws:sns:*1:123456789012:alarms', topic, none)).toBe(true)
  expect(matchesResource('arn:aws:sns:*2:alarms', topic, none)).toBe(false)
  expect(matchesResource('arn:aws:sns:eu?north?1?123456789012:alarms', topic, none)).toBe(false)
  expect(
    matchesResource('arn:aws:logs:*:*:*:log-stream:?', 'arn:aws:logs:r:1:group:log-stream:x', none),
  ).toBe(true)
})

// IAM User Guide, "Condition operators", "ARN condition operators": the example of the page.
test('behavior: ArnLike looks at each part by itself, StringLike does not', () => {
  const pattern = 'arn:aws:someservice:*:111122223333:finance/*'
  const value = 'arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt'
  expect(matchesText(pattern, value, none)).toBe(true)
  expect(matchesArn(pattern, value, none)).toBe(false)
})

test('behavior: ArnLike matches ARNs only, with wildcards and variables', () => {
  const user = 'arn:aws:iam::123456789012:user/alice'
  expect(matchesArn('arn:aws:iam::*:user/${aws:username}', user, alice)).toBe(true)
  expect(matchesArn('arn:aws:iam::*:user/${aws:username}', user, none)).toBe(false)
  expect(matchesArn('arn:*:iam::123456789012:*', user, none)).toBe(true)
  expect(matchesArn('arn:aws:iam::123456789012:role/*', user, none)).toBe(false)
  expect(matchesArn('arn:aws:iam::123456789012:user/alice', 'alice', none)).toBe(false)
})
