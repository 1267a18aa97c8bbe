import { describe, expect, test } from 'vitest'
import { type Decision, decide, type Policies } from './decide.ts'
import type { PolicyKind } from './elements.ts'
import { type Policy, parsePolicy } from './policy.ts'
import type { Principal } from './principal.ts'

const [own, other] = ['111122223333', '444455556666']
const [key, api] = [
  `arn:aws:kms:eu-north-1:${own}:key/1`,
  `arn:aws:execute-api:eu-north-1:${own}:api/prod/POST/`,
]
const roleArn = `arn:aws:iam::${own}:role/signer`

const user = (accountId: string, name = 'alice'): Principal => ({
  kind: 'user',
  arn: `arn:aws:iam::${accountId}:user/${name}`,
  accountId,
  name,
})
const session: Principal = {
  kind: 'session',
  arn: `arn:aws:sts::${own}:assumed-role/signer/one`,
  roleArn,
  accountId: own,
}
const service: Principal = { kind: 'service', service: 'lambda.amazonaws.com' }

const policy = (kind: PolicyKind, ...statements: readonly object[]): Policy => {
  const all = kind === 'trust' ? { Action: '*' } : { Action: '*', Resource: '*' }
  const document = { Version: '2012-10-17', Statement: statements.map(one => ({ ...all, ...one })) }
  return parsePolicy(document, kind, kind)
}
const allow = { Effect: 'Allow' }
const deny = { Effect: 'Deny' }
const to = (...names: readonly string[]): object => ({ Principal: { AWS: names } })
const root = (accountId: string): string => `arn:aws:iam::${accountId}:root`

const ask = (
  principal: Principal,
  policies: Partial<Policies>,
  action = 'execute-api:Invoke',
  resource = api,
): Decision => decide({ principal, action, resource, context: {}, policies: { identity: [], ...policies } })

const told = (decision: Decision): string =>
  decision.outcome === 'implicitDeny' ? `implicitDeny ${decision.missing}` : decision.outcome

// API Gateway Developer Guide, "How API Gateway resource policies affect authorization workflow", "Policy evaluation outcome
// tables". Each row: the caller's IAM policy, the resource policy, and what comes of them.
describe.each<readonly [string, Principal, readonly (readonly [string, string, string])[]]>([
  [
    'Table A: account A calls an API owned by account A',
    user(own),
    [
      ['Allow', 'Allow', 'allow'],
      ['Allow', 'neither', 'allow'],
      ['Allow', 'Deny', 'explicitDeny'],
      ['neither', 'Allow', 'allow'],
      ['neither', 'neither', 'implicitDeny'],
      ['neither', 'Deny', 'explicitDeny'],
      ['Deny', 'Allow', 'explicitDeny'],
      ['Deny', 'neither', 'explicitDeny'],
      ['Deny', 'Deny', 'explicitDeny'],
    ],
  ],
  [
    'Table B: account B calls an API owned by account A',
    user(other),
    [
      ['Allow', 'Allow', 'allow'],
      ['Allow', 'neither', 'implicitDeny'],
      ['Allow', 'Deny', 'explicitDeny'],
      ['neither', 'Allow', 'implicitDeny'],
      ['neither', 'neither', 'implicitDeny'],
      ['neither', 'Deny', 'explicitDeny'],
      ['Deny', 'Allow', 'explicitDeny'],
      ['Deny', 'neither', 'explicitDeny'],
      ['Deny', 'Deny', 'explicitDeny'],
    ],
  ],
])('%s', (_, caller, rows) => {
  test.each(rows)('%s and %s: %s', (identity, resource, outcome) => {
    const elsewhere = { Action: 's3:GetObject' }
    const statement = (effect: string): object =>
      effect === 'neither' ? { ...allow, ...elsewhere } : { Effect: effect }
    const decision = ask(caller, {
      identity: [policy('identity', statement(identity))],
      resource: policy('resource', { ...statement(resource), Principal: '*' }),
    })
    expect(decision.outcome).toBe(outcome)
  })
})

describe('the principal of a resource policy', () => {
  const allowing = policy('identity', allow)
  const boundary = policy('boundary', { ...allow, Action: 's3:*' })

  test.each<[string, Principal, readonly string[], Partial<Policies>, string]>([
    // IAM User Guide, "AWS JSON policy elements: Principal": an account principal "delegates authority to the account";
    // "the account ARN and the shortened account ID behave the same way".
    ['the own account, no policy of its own', user(own), [root(own)], {}, 'implicitDeny identity'],
    ['the own account, allowed by its policy', user(own), [root(own)], { identity: [allowing] }, 'allow'],
    ['another account, allowed by its policy', user(other), [root(other)], { identity: [allowing] }, 'allow'],
    ['another account by its id', user(other), [other], { identity: [allowing] }, 'allow'],
    ['another account, no policy of its own', user(other), [root(other)], {}, 'implicitDeny identity'],
    ['a third account', user(other), ['777788889999'], { identity: [allowing] }, 'implicitDeny resource'],
    // "For IAM users and role principals within your account, no other permissions are required. For principals in other
    // accounts, they must also have identity-based permissions."
    ['everyone, own account', user(own), ['*'], {}, 'allow'],
    ['everyone, another account', user(other), ['*'], {}, 'implicitDeny identity'],
    ['everyone, unsigned', { kind: 'anonymous' }, ['*'], {}, 'allow'],
    ['an account, unsigned', { kind: 'anonymous' }, [root(own)], {}, 'implicitDeny resource'],
    ['a user by name', user(own), [`arn:aws:iam::${own}:user/alice`], {}, 'allow'],
    [
      'a user by a name in another case',
      user(own),
      [`arn:aws:iam::${own}:user/Alice`],
      {},
      'implicitDeny identity',
    ],
    ['the role of a session', session, [roleArn], {}, 'allow'],
    ['the session itself', session, [session.arn], {}, 'allow'],
    ['another role', session, [`arn:aws:iam::${own}:role/other`], {}, 'implicitDeny identity'],
    ['the account of a service', service, [root(own)], {}, 'implicitDeny resource'],
    // IAM User Guide, "Policy evaluation logic", "Resource-based policies and implicit denies in other policy types": a role's ARN is
    // limited by a permissions boundary; the ARN of a user or a session is not.
    [
      'a user by name, beyond the boundary',
      user(own),
      [`arn:aws:iam::${own}:user/alice`],
      { boundary },
      'allow',
    ],
    ['a session by name, beyond the boundary', session, [session.arn], { boundary }, 'allow'],
    ['a role, beyond the boundary', session, [roleArn], { boundary }, 'implicitDeny boundary'],
    [
      'an account, beyond the boundary',
      user(own),
      [root(own)],
      { identity: [allowing], boundary },
      'implicitDeny boundary',
    ],
    [
      'another account, beyond the boundary',
      user(other),
      ['*'],
      { identity: [allowing], boundary },
      'implicitDeny boundary',
    ],
  ])('%s', (_, principal, names, policies, expected) => {
    expect(
      told(ask(principal, { ...policies, resource: policy('resource', { ...allow, ...to(...names) }) })),
    ).toBe(expected)
  })

  test('behavior: a Deny for an account holds for everybody in it', () => {
    const resource = policy('resource', { ...allow, Principal: '*' }, { ...deny, ...to(own) })
    expect(told(ask(user(own), { resource }))).toBe('explicitDeny')
    expect(told(ask(session, { resource }))).toBe('explicitDeny')
    expect(told(ask(user(other), { resource, identity: [allowing] }))).toBe('allow')
  })

  test('behavior: a service is named as a service', () => {
    const resource = policy('resource', { ...allow, Principal: { Service: 'lambda.amazonaws.com' } })
    expect(told(ask(service, { resource }))).toBe('allow')
    expect(told(ask({ kind: 'service', service: 'ec2.amazonaws.com' }, { resource }))).toBe(
      'implicitDeny resource',
    )
    expect(told(ask(user(own), { resource }))).toBe('implicitDeny identity')
  })
})

// IAM User Guide, "AWS JSON policy elements: NotPrincipal": "you must also specify the account ARN of the not-denied principal";
// for a session its role and its account as well.
describe('NotPrincipal', () => {
  const denied = (
    principal: Principal,
    names: readonly string[],
    policies: Partial<Policies> = {},
  ): boolean => {
    const resource = policy(
      'resource',
      { ...allow, Principal: '*' },
      { ...deny, NotPrincipal: { AWS: names } },
    )
    return told(ask(principal, { ...policies, resource })) === 'explicitDeny'
  }

  test.each([
    ['a user and their account', user(own), [`arn:aws:iam::${own}:user/alice`, root(own)], false],
    ['a user and the id of their account', user(own), [`arn:aws:iam::${own}:user/alice`, own], false],
    ['a user alone', user(own), [`arn:aws:iam::${own}:user/alice`], true],
    ['an account alone', user(own), [root(own)], true],
    ['another user', user(own, 'bob'), [`arn:aws:iam::${own}:user/alice`, root(own)], true],
    ['session, role and account', session, [session.arn, roleArn, root(own)], false],
    ['role and account of a session', session, [roleArn, root(own)], true],
    ['everybody but an unsigned caller', { kind: 'anonymous' } as const, [root(own)], true],
  ])('%s', (_, principal, names, expected) => {
    expect(denied(principal, names)).toBe(expected)
  })

  test('behavior: a service is left out by its name', () => {
    const resource = policy(
      'resource',
      { ...allow, Principal: '*' },
      { ...deny, NotPrincipal: { Service: 'lambda.amazonaws.com' } },
    )
    expect(told(ask(service, { resource }))).toBe('allow')
    expect(told(ask({ kind: 'service', service: 'ec2.amazonaws.com' }, { resource }))).toBe('explicitDeny')
    expect(told(ask(user(own), { resource }))).toBe('explicitDeny')
  })

  test('behavior: whoever has a permissions boundary is denied, listed or not', () => {
    const boundary = policy('boundary', allow)
    expect(denied(user(own), [`arn:aws:iam::${own}:user/alice`, root(own)], { boundary })).toBe(true)
  })
})

// KMS Developer Guide, "Key policies in AWS KMS": "Unless the key policy explicitly allows it, you cannot use IAM policies to allow
// access to a KMS key. [...] You can use an IAM policy to deny a permission to a KMS key without permission from a key policy."
describe('key policies', () => {
  const signs = policy('identity', { ...allow, Action: 'kms:*' })
  const sign = (
    principal: Principal,
    resource: Policy | undefined,
    identity: readonly Policy[] = [],
  ): string => told(ask(principal, { identity, resource }, 'kms:Sign', key))
  const toAccount = policy('key', { ...allow, ...to(root(own)), Action: 'kms:*' })

  test.each<[string, Principal, Policy, readonly Policy[], string]>([
    [
      'a key policy for somebody else',
      user(own),
      policy('key', { ...allow, ...to(roleArn) }),
      [signs],
      'implicitDeny key',
    ],
    ['a key policy for the account', user(own), toAccount, [signs], 'allow'],
    // "Example 1: User is denied access to a KMS key in their AWS account": default key policy, no IAM policy.
    ['a key policy for the account, no IAM policy', user(own), toAccount, [], 'implicitDeny identity'],
    [
      'a key policy for other actions of the account',
      user(own),
      policy('key', { ...allow, ...to(own), Action: 'kms:Get*' }),
      [signs],
      'implicitDeny key',
    ],
    [
      'a key policy for the role, no IAM policy',
      session,
      policy('key', { ...allow, ...to(roleArn) }),
      [],
      'allow',
    ],
    ['everyone, own account', user(own), policy('key', { ...allow, Principal: '*' }), [], 'allow'],
    // "Users in other AWS accounts just need corresponding IAM permissions in their own accounts to use the KMS key."
    [
      'everyone, another account',
      user(other),
      policy('key', { ...allow, Principal: '*' }),
      [],
      'implicitDeny identity',
    ],
    [
      'everyone, another account allows',
      user(other),
      policy('key', { ...allow, Principal: '*' }),
      [signs],
      'allow',
    ],
    // "Example 2: User assumes role with permission to use a KMS key in a different AWS account".
    [
      'another account, whose policy allows',
      user(other),
      policy('key', { ...allow, ...to(root(other)) }),
      [signs],
      'allow',
    ],
    ['another account, not in the key policy', user(other), toAccount, [signs], 'implicitDeny key'],
    [
      'an IAM policy that denies',
      user(own),
      toAccount,
      [signs, policy('identity', { ...deny, Action: 'kms:Sign' })],
      'explicitDeny',
    ],
    ['a service', service, toAccount, [], 'implicitDeny key'],
  ])('%s', (_, principal, resource, identity, expected) => {
    expect(sign(principal, resource, identity)).toBe(expected)
  })

  test('behavior: an operation on no key is for IAM policies alone', () => {
    expect(told(ask(user(own), { identity: [signs] }, 'kms:ListKeys', '*'))).toBe('allow')
    expect(told(ask(user(own), {}, 'kms:ListKeys', '*'))).toBe('implicitDeny identity')
  })
})

// IAM User Guide, "Policy evaluation logic": "IAM role trust policies and KMS key policies are exceptions to this logic, because they
// must explicitly allow access for principals."
describe('trust policies', () => {
  const assumes = policy('identity', { ...allow, Action: 'sts:AssumeRole' })
  const assume = (principal: Principal, statement: object, identity: readonly Policy[] = []): string =>
    told(
      ask(
        principal,
        { identity, resource: policy('trust', { ...allow, ...statement }) },
        'sts:AssumeRole',
        roleArn,
      ),
    )
  const trustsLambda = { Principal: { Service: 'lambda.amazonaws.com' } }

  test('behavior: a role trusts whom its policy names, and nobody by IAM policies alone', () => {
    expect(assume(service, trustsLambda)).toBe('allow')
    expect(assume({ kind: 'service', service: 'ec2.amazonaws.com' }, trustsLambda)).toBe('implicitDeny trust')
    expect(assume(user(own), trustsLambda, [assumes])).toBe('implicitDeny trust')
    expect(assume(user(own), to(`arn:aws:iam::${own}:user/alice`))).toBe('allow')
    expect(assume(user(own), to(root(own)))).toBe('implicitDeny identity')
    expect(assume(user(own), to(root(own)), [assumes])).toBe('allow')
    expect(assume(user(other), to(`arn:aws:iam::${other}:user/alice`))).toBe('implicitDeny identity')
    expect(assume(user(other), to(root(other)), [assumes])).toBe('allow')
  })
})

describe('endpoint policies', () => {
  const own_ = [policy('identity', allow)]

  test('behavior: an endpoint lets through what its policy allows, and gives nothing itself', () => {
    const open = policy('endpoint', { ...allow, Principal: '*' })
    const shut = policy('endpoint', { ...allow, Principal: '*', Action: 's3:*' })
    expect(told(ask(user(own), { identity: own_, endpoint: open }))).toBe('allow')
    expect(told(ask(user(own), { endpoint: open }))).toBe('implicitDeny identity')
    expect(told(ask(user(own), { identity: own_, endpoint: shut }))).toBe('implicitDeny endpoint')
    const denying = policy('endpoint', { ...allow, Principal: '*' }, { ...deny, ...to(own) })
    expect(told(ask(user(own), { identity: own_, endpoint: denying }))).toBe('explicitDeny')
  })
})

// IAM User Guide, "IAM JSON policy elements: NotAction" and "NotResource": everything except what is listed.
describe('NotAction and NotResource', () => {
  const sign = (statement: object): string =>
    told(
      ask(user(own), { identity: [policy('identity', allow, { ...deny, ...statement })] }, 'kms:Sign', key),
    )

  test.each([
    ['another action', { Action: undefined, NotAction: 'kms:Get*' }, 'explicitDeny'],
    ['this action', { Action: undefined, NotAction: ['kms:Get*', 'kms:Sign'] }, 'allow'],
    ['another resource', { Resource: undefined, NotResource: `${key}0` }, 'explicitDeny'],
    ['this resource', { Resource: undefined, NotResource: [`${key}0`, key] }, 'allow'],
  ])('a Deny that leaves out %s', (_, statement, expected) => {
    expect(sign(statement)).toBe(expected)
  })
})

// IAM User Guide, "Variables and tags", "Policy variables with no value": the resource "will not match any resource".
test('behavior: a resource whose variable has no value is no resource, in NotResource as well', () => {
  const home = `${key}\${aws:username}`
  const sign = (statement: object): string =>
    told(
      ask(
        session,
        { identity: [policy('identity', statement)], resource: policy('key', toOwn) },
        'kms:Sign',
        key,
      ),
    )
  const toOwn = { ...allow, ...to(own) }
  expect(sign({ ...allow, Resource: home })).toBe('implicitDeny identity')
  expect(sign({ ...allow, Resource: undefined, NotResource: home })).toBe('allow')
})

test('behavior: of several statements that allow, the one that names the principal most closely counts', () => {
  const resource = policy('resource', { ...allow, ...to(own) }, { ...allow, Principal: '*' })
  expect(ask(user(own), { resource })).toEqual({
    outcome: 'allow',
    by: [{ policy: 'resource', kind: 'resource', statement: 1 }],
  })
})

test('behavior: a decision names the statements it rests on', () => {
  const identity = [policy('identity', { ...allow, Action: 's3:*' }, { ...allow, Sid: 'Invoke' })]
  const resource = policy('resource', { ...allow, ...to(root(other)) }, { ...deny, ...to('777788889999') })
  expect(ask(user(other), { identity, resource })).toEqual({
    outcome: 'allow',
    by: [
      { policy: 'resource', kind: 'resource', statement: 0 },
      { policy: 'identity', kind: 'identity', statement: 'Invoke' },
    ],
  })
  expect(ask(user('777788889999'), { identity, resource })).toEqual({
    outcome: 'explicitDeny',
    by: [{ policy: 'resource', kind: 'resource', statement: 1 }],
  })
})

// IAM User Guide, "Example identity-based and resource-based policy evaluation": Carlos and his buckets.
test('behavior: the example of the IAM User Guide', () => {
  const carlos: Principal = user('123456789012', 'carlossalazar')
  const identity = parsePolicy(
    {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'AllowS3ListRead',
          Effect: 'Allow',
          Action: ['s3:GetBucketLocation'],
          Resource: 'arn:aws:s3:::*',
        },
        {
          Sid: 'AllowS3Self',
          Effect: 'Allow',
          Action: 's3:*',
          Resource: ['arn:aws:s3:::carlossalazar/*', 'arn:aws:s3:::carlossalazar'],
        },
        { Sid: 'DenyS3Logs', Effect: 'Deny', Action: 's3:*', Resource: 'arn:aws:s3:::*log*' },
      ],
    },
    'carlos',
    'identity',
  )
  const put = (resource: string): string =>
    told(
      decide({
        principal: carlos,
        action: 's3:PutObject',
        resource,
        resourceAccount: '123456789012',
        context: {},
        policies: { identity: [identity] },
      }),
    )
  expect(put('arn:aws:s3:::carlossalazar/x')).toBe('allow')
  expect(put('arn:aws:s3:::carlossalazar-logs/x')).toBe('explicitDeny')
  expect(put('arn:aws:s3:::reports/x')).toBe('implicitDeny identity')
})
