// biome-ignore-all lint/suspicious/noTemplateCurlyInString: IAM writes its policy variables so
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PolicyKind } from './elements.ts'
import { parsePolicy } from './policy.ts'
import { PolicyError } from './policyError.ts'

const allow = { Effect: 'Allow', Action: 'kms:Sign', Resource: '*' }
const document = (...statements: readonly unknown[]): object => ({
  Version: '2012-10-17',
  Statement: statements,
})
const iam = (resource: string): string => `arn:aws:iam::123456789012:${resource}`

const faultsOf = (policy: unknown, kind: PolicyKind = 'identity'): readonly string[] => {
  try {
    parsePolicy(policy, 'p', kind)
    return []
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    return error.faults.map(({ code, path }) => `${code} ${path}`)
  }
}

test('behavior: a policy is read into plain data', () => {
  const statement = {
    Sid: 'Key administrators',
    Effect: 'Deny',
    NotPrincipal: { AWS: ['123456789012', 'arn:aws:iam::123456789012:role/path/admin'] },
    NotAction: ['kms:Describe*', 'kms:List*'],
    NotResource: 'arn:aws:kms:*:123456789012:key/*',
    Condition: { Bool: { 'aws:SecureTransport': false }, NumericLessThan: { 'aws:EpochTime': [5, '6'] } },
  }
  const document = { Version: '2012-10-17', Id: 'x', Statement: statement }
  expect(parsePolicy(document, 'p', 'key')).toEqual({
    document,
    name: 'p',
    kind: 'key',
    statements: [
      {
        index: 0,
        sid: 'Key administrators',
        effect: 'Deny',
        principals: {
          except: true,
          list: { aws: ['123456789012', 'arn:aws:iam::123456789012:role/path/admin'], service: [] },
        },
        actions: { except: true, list: ['kms:Describe*', 'kms:List*'] },
        resources: { except: true, list: ['arn:aws:kms:*:123456789012:key/*'] },
        conditions: [
          { operator: 'Bool', ifExists: false, key: 'aws:SecureTransport', values: ['false'] },
          { operator: 'NumericLessThan', ifExists: false, key: 'aws:EpochTime', values: ['5', '6'] },
        ],
      },
    ],
  })
})

test('behavior: "*" and {"AWS": "*"} are the same principal', () => {
  const read = (principal: unknown): unknown =>
    parsePolicy(document({ ...allow, Principal: principal }), 'p', 'resource').statements[0].principals
  expect(read('*')).toEqual(read({ AWS: '*' }))
})

describe('faults', () => {
  const valid = document({ ...allow, Principal: '*' })

  test.each<[string, unknown, PolicyKind, string]>([
    ['a text', 'x', 'key', 'VALUE_INVALID $'],
    ['null', null, 'key', 'VALUE_INVALID $'],
    ['no Version', { Statement: [allow] }, 'identity', 'VERSION_UNSUPPORTED $.Version'],
    ['an older Version', { ...valid, Version: '2008-10-17' }, 'key', 'VERSION_UNSUPPORTED $.Version'],
    ['no Statement', { Version: '2012-10-17' }, 'key', 'ELEMENT_MISSING $.Statement'],
    ['an empty Statement', document(), 'key', 'ELEMENT_MISSING $.Statement'],
    ['a Statement of text', document('x'), 'key', 'VALUE_INVALID $.Statement[0]'],
    ['an unknown element', { ...valid, Comment: 'x' }, 'key', 'ELEMENT_UNKNOWN $.Comment'],
    ['an Id that is no text', { ...valid, Id: 1 }, 'key', 'VALUE_INVALID $.Id'],
    ['an Id on an identity', { ...document(allow), Id: 'x' }, 'identity', 'ELEMENT_NOT_ALLOWED $.Id'],
    [
      'one Sid twice',
      document({ ...allow, Sid: 'a' }, { ...allow, Sid: 'a' }),
      'identity',
      'SID_DUPLICATE $.Statement[1].Sid',
    ],
  ])('error: %s', (_, policy, kind, fault) => {
    expect(faultsOf(policy, kind)).toEqual([fault])
  })

  const account = '123456789012'

  // Each changes a statement that allows kms:Sign on everything; undefined takes an element out.
  test.each<[string, PolicyKind, Readonly<Record<string, unknown>>, string]>([
    ['an unknown element', 'identity', { effect: 'Deny' }, 'ELEMENT_UNKNOWN effect'],
    ['no Effect', 'identity', { Effect: undefined }, 'ELEMENT_MISSING Effect'],
    ['a lower-case Effect', 'identity', { Effect: 'allow' }, 'VALUE_INVALID Effect'],
    ['a Sid with a space on an identity', 'identity', { Sid: 'a b' }, 'VALUE_INVALID Sid'],
    ['no Action', 'identity', { Action: undefined }, 'ELEMENT_MISSING Action'],
    ['an empty Action', 'identity', { Action: [] }, 'VALUE_INVALID Action'],
    ['an Action without service', 'identity', { Action: 'Sign' }, 'VALUE_INVALID Action'],
    ['a wildcard in the service', 'identity', { Action: 'k*:Sign' }, 'VALUE_INVALID Action'],
    ['a variable in an Action', 'identity', { Action: 'kms:${aws:username}' }, 'VALUE_INVALID Action'],
    ['Action and NotAction', 'identity', { NotAction: 'kms:Sign' }, 'ELEMENT_NOT_ALLOWED NotAction'],
    ['no Resource', 'identity', { Resource: undefined }, 'ELEMENT_MISSING Resource'],
    ['no Resource for a key', 'key', { Principal: '*', Resource: undefined }, 'ELEMENT_MISSING Resource'],
    ['a Resource that is no ARN', 'identity', { Resource: 'key/1' }, 'VALUE_INVALID Resource'],
    ['an ARN cut short', 'identity', { Resource: 'arn:aws:kms:*' }, 'VALUE_INVALID Resource'],
    ['a wildcard service', 'identity', { Resource: 'arn:aws:*:r:1:x' }, 'VALUE_INVALID Resource'],
    [
      'a variable too early',
      'identity',
      { Resource: 'arn:aws:s3:${aws:username}::x' },
      'VALUE_INVALID Resource',
    ],
    [
      'an unknown variable',
      'identity',
      { Resource: 'arn:aws:s3:::${aws:userid}' },
      'VARIABLE_UNKNOWN Resource',
    ],
    ['Resource and NotResource', 'identity', { NotResource: '*' }, 'ELEMENT_NOT_ALLOWED NotResource'],
    ['a Resource in a trust policy', 'trust', { Principal: '*' }, 'ELEMENT_NOT_ALLOWED Resource'],
    ['a Principal on an identity', 'identity', { Principal: '*' }, 'ELEMENT_NOT_ALLOWED Principal'],
    ['a Principal on a boundary', 'boundary', { Principal: '*' }, 'ELEMENT_NOT_ALLOWED Principal'],
    ['no Principal on a resource', 'resource', {}, 'ELEMENT_MISSING Principal'],
    ['an empty Principal', 'key', { Principal: {} }, 'VALUE_INVALID Principal'],
    ['a Principal of text', 'key', { Principal: account }, 'VALUE_INVALID Principal'],
    [
      'a federated user',
      'key',
      { Principal: { Federated: 'x' } },
      'PRINCIPAL_UNSUPPORTED Principal.Federated',
    ],
    ['a unique id', 'key', { Principal: { AWS: 'AROAEXAMPLE' } }, 'PRINCIPAL_UNSUPPORTED Principal.AWS'],
    ['a group', 'key', { Principal: { AWS: iam('group/x') } }, 'PRINCIPAL_UNSUPPORTED Principal.AWS'],
    [
      'a part as wildcard',
      'key',
      { Principal: { AWS: iam('role/*') } },
      'PRINCIPAL_UNSUPPORTED Principal.AWS',
    ],
    ['any service', 'key', { Principal: { Service: '*' } }, 'PRINCIPAL_UNSUPPORTED Principal.Service'],
    [
      'Allow with NotPrincipal',
      'key',
      { NotPrincipal: { AWS: account } },
      'ELEMENT_NOT_ALLOWED NotPrincipal',
    ],
    ['NotPrincipal everyone', 'key', { Effect: 'Deny', NotPrincipal: '*' }, 'VALUE_INVALID NotPrincipal'],
    [
      'NotPrincipal in a trust policy',
      'trust',
      { Effect: 'Deny', Resource: undefined, NotPrincipal: { AWS: account } },
      'ELEMENT_NOT_ALLOWED NotPrincipal',
    ],
    ['a Condition of text', 'identity', { Condition: 'x' }, 'VALUE_INVALID Condition'],
    ['an operator without keys', 'identity', { Condition: { Bool: {} } }, 'VALUE_INVALID Condition.Bool'],
    [
      'a key without values',
      'identity',
      { Condition: { Bool: { 'aws:SecureTransport': [] } } },
      'VALUE_INVALID Condition.Bool.aws:SecureTransport',
    ],
    [
      'a value of null',
      'identity',
      { Condition: { Bool: { 'aws:SecureTransport': null } } },
      'VALUE_INVALID Condition.Bool.aws:SecureTransport',
    ],
  ])('error: %s', (_, kind, change, fault) => {
    expect(faultsOf(document({ ...allow, ...change }), kind)).toEqual([
      fault.replace(' ', ' $.Statement[0].'),
    ])
  })

  test('error: every fault at once, and what to do', () => {
    const statement = {
      Effect: 'Permit',
      Action: 'Sign',
      Resource: 'key',
      Condition: { Like: { 'aws:x': '1' } },
    }
    expect(() =>
      parsePolicy({ Version: '2012-10-17', Statement: statement }, 'kms.policy', 'identity'),
    ).toThrowErrorMatchingInlineSnapshot(`
      [PolicyError: kms.policy cannot be evaluated:
        - $.Statement[0].Effect: must be Allow or Deny (VALUE_INVALID)
        - $.Statement[0].Action: "Sign" must be * or a service, a colon and an action (VALUE_INVALID)
        - $.Statement[0].Resource: "key" must be * or an ARN (VALUE_INVALID)
        - $.Statement[0].Condition.Like.aws:x: aws:x is not a condition key that can be supplied here (KEY_UNKNOWN)
        - $.Statement[0].Condition.Like.aws:x: Like is not a condition operator known here (OPERATOR_UNKNOWN)]
    `)
  })
})

test('whatever is unknown in a valid policy makes it an error', () => {
  const valid = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: '123456789012' },
        Action: 'kms:Sign',
        Resource: 'arn:aws:kms:*:*:key/*',
        Condition: { StringEquals: { 'kms:MessageType': 'DIGEST' } },
      },
    ],
  }
  // The domain: names AWS might add one day, in each place where a policy holds a name.
  const name = fc.stringMatching(/^[A-Z][a-z]{3,9}X$/)
  const place = fc.constantFrom('element', 'statement', 'principal', 'operator', 'key', 'variable')
  fc.assert(
    fc.property(name, place, (unknown, where) => {
      const policy: Record<string, unknown> = structuredClone(valid)
      const [statement] = structuredClone(valid.Statement)
      const changes: Record<string, object> = {
        statement: { [unknown]: 'x' },
        principal: { Principal: { [unknown]: 'x' } },
        operator: { Condition: { [unknown]: { 'kms:MessageType': 'DIGEST' } } },
        key: { Condition: { StringEquals: { [`kms:${unknown}`]: 'DIGEST' } } },
        variable: { Resource: `arn:aws:kms:*:*:key/\${aws:${unknown}}` },
      }
      if (where === 'element') policy[unknown] = 'x'
      else policy['Statement'] = [{ ...statement, ...changes[where] }]
      expect(() => parsePolicy(policy, 'p', 'key')).toThrow(PolicyError)
    }),
  )
  expect(faultsOf(valid, 'key')).toEqual([])
})

test('no document that is not a policy is read as one, and nothing but a PolicyError is thrown', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom<PolicyKind>('identity', 'key', 'trust'), (value, kind) => {
      for (const candidate of [value, document(value), document({ ...allow, Condition: value })]) {
        try {
          parsePolicy(candidate, 'p', kind)
          const isEmptyCondition =
            typeof value === 'object' && value !== null && Object.keys(value).length === 0
          expect(kind === 'identity' && isEmptyCondition).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(PolicyError)
        }
      }
    }),
  )
})
