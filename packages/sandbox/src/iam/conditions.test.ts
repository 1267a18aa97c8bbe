// biome-ignore-all lint/suspicious/noTemplateCurlyInString: IAM writes its policy variables so
import { describe, expect, test } from 'vitest'
import { createContext, type RequestContext } from './conditionKeys.ts'
import { conditionHolds, parseCondition } from './conditions.ts'
import type { PolicyFault } from './policyError.ts'
import type { Principal } from './principal.ts'

const alice: Principal = {
  kind: 'user',
  arn: 'arn:aws:iam::123456789012:user/alice',
  accountId: '123456789012',
  name: 'alice',
}

const evaluate = (
  operator: string,
  key: string,
  values: readonly string[],
  given: RequestContext = {},
  principal: Principal = alice,
): boolean => {
  const faults: PolicyFault[] = []
  const condition = parseCondition(operator, key, values, '$', faults)
  expect(faults).toEqual([])
  const context = createContext(principal, given)
  const variables = new Map([...context].map(([name, [value = '']]) => [name, value]))
  return conditionHolds(condition, context, variables)
}

const faultsOf = (operator: string, key: string, values: readonly string[]): readonly string[] => {
  const faults: PolicyFault[] = []
  parseCondition(operator, key, values, '$', faults)
  return faults.map(({ code }) => code)
}

describe('operators', () => {
  test.each([
    ['StringEquals', 'kms:MessageType', ['DIGEST'], 'DIGEST', true],
    ['StringEquals', 'kms:MessageType', ['DIGEST'], 'digest', false],
    ['StringEquals', 'kms:MessageType', ['DIG*'], 'DIGEST', false],
    ['StringNotEquals', 'kms:MessageType', ['DIGEST'], 'RAW', true],
    ['StringNotEquals', 'kms:MessageType', ['DIGEST'], 'DIGEST', false],
    ['StringEqualsIgnoreCase', 'kms:MessageType', ['digest'], 'DIGEST', true],
    ['StringNotEqualsIgnoreCase', 'kms:MessageType', ['digest'], 'DIGEST', false],
    ['StringLike', 'kms:RequestAlias', ['alias/treasury-*'], 'alias/treasury-admin', true],
    ['StringLike', 'kms:RequestAlias', ['ALIAS/*'], 'alias/treasury-admin', false],
    ['StringNotLike', 'kms:RequestAlias', ['alias/treasury-*'], 'alias/other', true],
    ['StringEquals', 'kms:RequestAlias', ['alias/${aws:username}'], 'alias/alice', true],
    ['StringEquals', 'kms:RequestAlias', ['alias/${*}'], 'alias/*', true],
    ['ArnEquals', 'aws:SourceArn', ['arn:aws:sns:*:123456789012:x'], 'arn:aws:sns:r:123456789012:x', true],
    ['ArnLike', 'aws:SourceArn', ['arn:aws:sns:*:123456789012:x'], 'arn:aws:sns:r:210987654321:x', false],
    ['ArnNotEquals', 'aws:SourceArn', ['arn:aws:sns:r:1:x'], 'arn:aws:sns:r:1:x', false],
    ['ArnNotLike', 'aws:SourceArn', ['arn:aws:sns:r:1:x'], 'arn:aws:sns:r:1:y', true],
    ['Bool', 'aws:SecureTransport', ['false'], 'false', true],
    ['Bool', 'aws:SecureTransport', ['False'], 'true', false],
    ['IpAddress', 'aws:SourceIp', ['203.0.113.0/24'], '203.0.113.9', true],
    ['IpAddress', 'aws:SourceIp', ['203.0.113.0/24'], '203.0.114.9', false],
    ['IpAddress', 'aws:SourceIp', ['203.0.113.7'], '203.0.113.7', true],
    ['IpAddress', 'aws:SourceIp', ['203.0.113.7'], '203.0.113.8', false],
    ['IpAddress', 'aws:SourceIp', ['2001:DB8:1234:5678::/64'], '2001:db8:1234:5678::1', true],
    ['IpAddress', 'aws:SourceIp', ['2001:DB8:1234:5678::/64'], '203.0.113.9', false],
    ['NotIpAddress', 'aws:SourceIp', ['203.0.113.0/24', '10.0.0.0/8'], '10.1.2.3', false],
    ['NotIpAddress', 'aws:SourceIp', ['203.0.113.0/24', '10.0.0.0/8'], '192.0.2.1', true],
    ['NumericLessThan', 'kms:ScheduleKeyDeletionPendingWindowInDays', ['30'], '7', true],
    ['NumericLessThan', 'kms:ScheduleKeyDeletionPendingWindowInDays', ['30'], '30', false],
    ['NumericLessThanEquals', 'kms:ScheduleKeyDeletionPendingWindowInDays', ['30'], '30', true],
    ['NumericGreaterThan', 'kms:ScheduleKeyDeletionPendingWindowInDays', ['9'], '10', true],
    ['NumericGreaterThanEquals', 'kms:ScheduleKeyDeletionPendingWindowInDays', ['9.5'], '9', false],
    ['NumericEquals', 'kms:ScheduleKeyDeletionPendingWindowInDays', ['7', '30'], '30.0', true],
    ['NumericNotEquals', 'kms:ScheduleKeyDeletionPendingWindowInDays', ['7', '30'], '30', false],
    ['NumericEquals', 'aws:EpochTime', ['1577836800'], '1577836800', true],
    ['DateGreaterThan', 'aws:CurrentTime', ['2020-01-01T00:00:01Z'], '2020-01-01T00:00:02.000Z', true],
    ['DateLessThan', 'aws:CurrentTime', ['2020-01-01'], '2019-12-31T23:59:59Z', true],
    ['DateLessThanEquals', 'aws:CurrentTime', ['2020-01-01T01:00:00+01:00'], '2020-01-01T00:00:00Z', true],
    ['DateGreaterThanEquals', 'aws:CurrentTime', ['1577836800'], '2020-01-01T00:00:00Z', true],
    ['DateEquals', 'aws:CurrentTime', ['2020'], '2020-01-01T00:00:00Z', true],
    ['DateNotEquals', 'aws:CurrentTime', ['2020-01-01T00:00:00Z'], '2020-01-01T00:00:00Z', false],
  ])('%s %s %j over %s: %s', (operator, key, values, value, expected) => {
    expect(evaluate(operator, key, values, { [key]: value })).toBe(expected)
  })

  test('behavior: a value of the request that cannot be read matches nothing', () => {
    expect(evaluate('NumericLessThan', 'aws:EpochTime', ['5'], { 'aws:EpochTime': 'soon' })).toBe(false)
    expect(evaluate('DateLessThan', 'aws:CurrentTime', ['2020'], { 'aws:CurrentTime': 'soon' })).toBe(false)
    expect(evaluate('IpAddress', 'aws:SourceIp', ['0.0.0.0/0'], { 'aws:SourceIp': 'here' })).toBe(false)
    expect(evaluate('NotIpAddress', 'aws:SourceIp', ['0.0.0.0/0'], { 'aws:SourceIp': 'here' })).toBe(true)
  })
})

// IAM User Guide, "Conditions with multiple context keys or values": values of one key are joined by OR; those of a negated
// operator by NOR.
test('several values: any of them, or with a negated operator none of them', () => {
  const over = (operator: string, value: string): boolean =>
    evaluate(operator, 'kms:MessageType', ['RAW', 'DIGEST'], { 'kms:MessageType': value })
  expect(over('StringEquals', 'RAW')).toBe(true)
  expect(over('StringEquals', 'EXTERNAL_MU')).toBe(false)
  expect(over('StringNotEquals', 'RAW')).toBe(false)
  expect(over('StringNotEquals', 'EXTERNAL_MU')).toBe(true)
})

// IAM User Guide, "Condition operators": "If the key that you specify in a policy condition is not present in the request
// context, the values do not match and the condition is false. If the policy condition requires that the key is not matched,
// such as StringNotLike or ArnNotLike, and the right key is not present, the condition is true."
describe('an absent key', () => {
  test.each([
    ['StringEquals', 'kms:MessageType', 'DIGEST', false],
    ['StringLike', 'kms:MessageType', '*', false],
    ['StringNotEquals', 'kms:MessageType', 'DIGEST', true],
    ['StringNotLike', 'kms:MessageType', '*', true],
    ['ArnEquals', 'aws:SourceArn', 'arn:aws:sns:r:1:x', false],
    ['ArnNotEquals', 'aws:SourceArn', 'arn:aws:sns:r:1:x', true],
    ['Bool', 'aws:SecureTransport', 'false', false],
    ['IpAddress', 'aws:SourceIp', '0.0.0.0/0', false],
    ['NotIpAddress', 'aws:SourceIp', '0.0.0.0/0', true],
    ['NumericLessThan', 'aws:EpochTime', '5', false],
    ['NumericNotEquals', 'aws:EpochTime', '5', true],
    ['DateGreaterThan', 'aws:CurrentTime', '2020', false],
    // "If the key is not present, evaluate the condition element as true."
    ['StringEqualsIfExists', 'kms:MessageType', 'DIGEST', true],
    ['StringNotEqualsIfExists', 'kms:MessageType', 'DIGEST', true],
    ['BoolIfExists', 'aws:SecureTransport', 'true', true],
    ['IpAddressIfExists', 'aws:SourceIp', '10.0.0.0/8', true],
    ['Null', 'kms:MessageType', 'true', true],
    ['Null', 'kms:MessageType', 'false', false],
    // IAM User Guide, "Single-valued vs. multivalued context keys": ForAllValues "also returns true if there are no context keys
    // in the request"; for ForAnyValue, "if the key does not exist, the condition returns false", IfExists or not.
    ['ForAllValues:StringEquals', 'kms:ResourceAliases', 'team', true],
    ['ForAllValues:StringNotEquals', 'kms:ResourceAliases', 'team', true],
    ['ForAnyValue:StringEquals', 'kms:ResourceAliases', 'team', false],
    ['ForAnyValue:StringNotEquals', 'kms:ResourceAliases', 'team', false],
    ['ForAnyValue:StringEqualsIfExists', 'kms:ResourceAliases', 'team', false],
  ])('%s %s: %s', (operator, key, value, expected) => {
    expect(evaluate(operator, key, [value])).toBe(expected)
  })

  test('behavior: IfExists still tests a key that is there', () => {
    const given = { 'kms:MessageType': 'RAW' }
    expect(evaluate('StringEqualsIfExists', 'kms:MessageType', ['DIGEST'], given)).toBe(false)
    expect(evaluate('Null', 'kms:MessageType', ['false'], given)).toBe(true)
    expect(evaluate('Null', 'kms:MessageType', ['true'], given)).toBe(false)
  })

  test('behavior: undefined and an empty list are absent', () => {
    expect(evaluate('Null', 'kms:MessageType', ['true'], { 'kms:MessageType': undefined })).toBe(true)
    expect(evaluate('Null', 'kms:ResourceAliases', ['true'], { 'kms:ResourceAliases': [] })).toBe(true)
  })
})

// IAM User Guide, "Single-valued vs. multivalued context keys": the table of the page.
describe('set operators', () => {
  test.each([
    ['ForAllValues:StringEquals', ['environment'], true],
    ['ForAllValues:StringEquals', ['environment', 'cost-center'], true],
    ['ForAllValues:StringEquals', ['environment', 'dept'], false],
    ['ForAnyValue:StringEquals', ['environment', 'dept'], true],
    ['ForAnyValue:StringEquals', ['dept'], false],
    ['ForAnyValue:StringNotEquals', ['environment', 'dept'], true],
    ['ForAllValues:StringNotEquals', ['environment', 'dept'], false],
    ['ForAllValues:StringNotEquals', ['dept'], true],
  ])('%s over %j: %s', (operator, present, expected) => {
    const values = ['environment', 'cost-center']
    expect(evaluate(operator, 'kms:ResourceAliases', values, { 'kms:ResourceAliases': present })).toBe(
      expected,
    )
  })
})

describe('who asks', () => {
  const session: Principal = {
    kind: 'session',
    arn: 'arn:aws:sts::123456789012:assumed-role/signer/adminSigner',
    roleArn: 'arn:aws:iam::123456789012:role/service/signer',
    accountId: '123456789012',
    functionArn: 'arn:aws:lambda:eu-north-1:123456789012:function:adminSigner',
  }

  // IAM User Guide, "AWS global condition context keys", aws:PrincipalArn: "For IAM roles, the request context returns the ARN
  // of the role, not the ARN of the user that assumed the role."
  test('aws:PrincipalArn of a session is the ARN of its role, path included', () => {
    const over = (arn: string): boolean => evaluate('ArnEquals', 'aws:PrincipalArn', [arn], {}, session)
    expect(over('arn:aws:iam::123456789012:role/service/signer')).toBe(true)
    expect(over('arn:aws:iam::123456789012:role/signer')).toBe(false)
    expect(over('arn:aws:sts::123456789012:assumed-role/signer/adminSigner')).toBe(false)
  })

  test.each<[string, string, Principal, boolean]>([
    ['aws:username', 'alice', alice, true],
    ['aws:PrincipalType', 'User', alice, true],
    ['aws:PrincipalType', 'AssumedRole', session, true],
    ['aws:PrincipalType', 'Anonymous', { kind: 'anonymous' }, true],
    ['aws:PrincipalAccount', '123456789012', session, true],
    ['aws:PrincipalAccount', '123456789012', { kind: 'anonymous' }, false],
    ['aws:PrincipalArn', alice.arn, { kind: 'service', service: 'lambda.amazonaws.com' }, false],
    ['lambda:SourceFunctionArn', session.functionArn ?? '', session, true],
  ])('StringEquals %s %s for %j: %s', (key, value, principal, expected) => {
    expect(evaluate('StringEquals', key, [value], {}, principal)).toBe(expected)
  })

  test('behavior: aws:username and aws:PrincipalArn are absent where AWS has none', () => {
    expect(evaluate('Null', 'aws:username', ['true'], {}, session)).toBe(true)
    expect(evaluate('Null', 'aws:PrincipalArn', ['true'], {}, { kind: 'anonymous' })).toBe(true)
    expect(evaluate('Null', 'lambda:SourceFunctionArn', ['true'])).toBe(true)
  })

  // IAM User Guide, "Variables and tags": "Inverted condition operators like StringNotEquals or StringNotLike do match against a
  // null value".
  test('behavior: a variable without a value equals nothing, and differs from everything', () => {
    const given = { 'kms:RequestAlias': 'alias/alice' }
    expect(evaluate('StringEquals', 'kms:RequestAlias', ['alias/${aws:username}'], given, session)).toBe(
      false,
    )
    expect(evaluate('StringNotEquals', 'kms:RequestAlias', ['alias/${aws:username}'], given, session)).toBe(
      true,
    )
  })

  test.each([
    'aws:PrincipalArn',
    'aws:username',
    'aws:PrincipalOrgID',
    'kms:MesageType',
    'lambda:SourceFunctionArn',
  ])('error: the context of a request cannot give %s', key => {
    expect(() => createContext(alice, { [key]: 'x' })).toThrow(
      expect.objectContaining({
        code: 'POLICY_INVALID',
        faults: [expect.objectContaining({ code: 'KEY_UNKNOWN', path: `context.${key}` })],
      }),
    )
  })

  test('error: a single-valued key with several values', () => {
    expect(() => createContext(alice, { 'kms:MessageType': ['RAW', 'DIGEST'] })).toThrow(/give one text/)
  })
})

test.each([
  ['StringMatches', 'kms:MessageType', ['x'], ['OPERATOR_UNKNOWN']],
  ['stringequals', 'kms:MessageType', ['x'], ['OPERATOR_UNKNOWN']],
  ['BinaryEquals', 'kms:MessageType', ['eA=='], ['OPERATOR_UNKNOWN']],
  ['ForEveryValue:StringEquals', 'kms:ResourceAliases', ['x'], ['OPERATOR_UNKNOWN']],
  ['NullIfExists', 'kms:MessageType', ['true'], ['OPERATOR_UNKNOWN']],
  ['ForAnyValue:Null', 'kms:ResourceAliases', ['true'], ['OPERATOR_UNKNOWN']],
  ['Null', 'kms:MessageType', ['yes'], ['VALUE_INVALID']],
  ['StringEquals', 'aws:PrincipalOrgID', ['o-1'], ['KEY_UNKNOWN']],
  ['StringEquals', 'aws:PrincipalTag/team', ['x'], ['KEY_UNKNOWN']],
  ['StringEquals', 'aws:SecureTransport', ['false'], ['OPERATOR_MISMATCH']],
  ['Bool', 'kms:MessageType', ['true'], ['OPERATOR_MISMATCH']],
  ['ArnEquals', 'kms:MessageType', ['arn:aws:kms:r:1:x'], ['OPERATOR_MISMATCH']],
  ['StringEquals', 'kms:ResourceAliases', ['team'], ['OPERATOR_MISMATCH']],
  ['ForAnyValue:StringEquals', 'kms:MessageType', ['RAW'], ['OPERATOR_MISMATCH']],
  ['StringEquals', 'kms:RequestAlias', ['${aws:userid}'], ['VARIABLE_UNKNOWN']],
  ['Bool', 'aws:SecureTransport', ['${aws:username}'], ['VARIABLE_UNKNOWN']],
  ['Bool', 'aws:SecureTransport', ['yes'], ['VALUE_INVALID']],
  ['ArnEquals', 'aws:SourceArn', ['*'], ['VALUE_INVALID']],
  ['ArnEquals', 'aws:SourceArn', ['arn:aws:sns:r:${aws:username}:x'], ['VALUE_INVALID']],
  ['IpAddress', 'aws:SourceIp', ['203.0.113.0/33'], ['VALUE_INVALID']],
  ['IpAddress', 'aws:SourceIp', ['203.0.113.0/24/1'], ['VALUE_INVALID']],
  ['IpAddress', 'aws:SourceIp', ['203.0.113.*'], ['VALUE_INVALID']],
  ['NumericEquals', 'aws:EpochTime', ['1e3'], ['VALUE_INVALID']],
  ['DateEquals', 'aws:CurrentTime', ['yesterday'], ['VALUE_INVALID']],
  ['DateEquals', 'aws:CurrentTime', ['2020-02-30x'], ['VALUE_INVALID']],
  ['StringEqual', 'aws:None', ['x'], ['KEY_UNKNOWN', 'OPERATOR_UNKNOWN']],
])('error: %s %s %j is %j', (operator, key, values, codes) => {
  expect(faultsOf(operator, key, values)).toEqual(codes)
})
