// A review against the evaluator that decides requests: whatever it allows, the review reports.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import {
  createAccount,
  decide,
  findCaller,
  functionCaller,
  loadTemplate,
  type Policy,
  parsePolicy,
} from '@coffer/sandbox/iam'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  account,
  allow,
  apiArn,
  document,
  functionArn,
  type Identity,
  keyArn,
  reviewAccount,
} from '../../test/reviewedAccount.ts'
import type { Capability } from './capabilities.ts'
import { toWho } from './review.ts'

const iam = (resource: string, id = account): string => `arn:aws:iam::${id}:${resource}`
const foreign = '999999999999'
const trust = document({ Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' })

/** A policy as it was written. */
const unparse = (policy: Policy): object => ({
  Version: '2012-10-17',
  Statement: policy.statements.map(({ sid, effect, actions, resources, principals, conditions }) => {
    const aws = principals?.list.aws ?? []
    const service = principals?.list.service ?? []
    const named = {
      ...(aws.length > 0 ? { AWS: aws } : {}),
      ...(service.length > 0 ? { Service: service } : {}),
    }
    return {
      Effect: effect,
      ...(sid === undefined ? {} : { Sid: sid }),
      [actions.except ? 'NotAction' : 'Action']: actions.list,
      ...(resources && { [resources.except ? 'NotResource' : 'Resource']: resources.list }),
      ...(principals && { [principals.except ? 'NotPrincipal' : 'Principal']: named }),
      Condition: Object.fromEntries(
        [...new Set(conditions.map(one => one.operator))].map(operator => [
          operator,
          Object.fromEntries(
            conditions.filter(one => one.operator === operator).map(one => [one.key, one.values]),
          ),
        ]),
      ),
    }
  }),
})

describe('the template that is deployed', () => {
  const path = createRequire(import.meta.url).resolve('@coffer/infra/template/treasury-signer.template.json')
  const deployment = loadTemplate(JSON.parse(readFileSync(path, 'utf8')), {
    accountId: account,
    region: 'eu-north-1',
    stackName: 'treasury-signer',
    parameters: { OperatorRoleArns: iam('role/TreasuryOperators'), CodeBucket: 'b', CodeKey: 'k' },
  })
  const [key] = deployment.keys
  const [api] = deployment.apis
  const [lambda] = deployment.functions
  if (!key || !api || !lambda) throw new Error('the template has a key, an API and a function')

  const administrator = { AdministratorAccess: allow('*') }
  const users: Readonly<Record<string, Identity>> = {
    operator: { groups: ['treasury-operators'] },
    outsider: {},
    administrator: { policies: administrator },
    keyAdministrator: { policies: { keys: allow('kms:*') } },
    auditor: {
      policies: { audit: allow(['kms:Describe*', 'kms:Get*', 'kms:List*', 'iam:Get*', 'iam:List*']) },
    },
    developer: { policies: { functions: allow('lambda:*') } },
    confined: { groups: ['treasury-operators'], boundary: iam('policy/Storage') },
  }
  const people = { TreasuryOperators: {}, Bystanders: {}, Administrators: { policies: administrator } }
  const managed = { [iam('policy/Storage')]: allow('s3:*') }
  // The names that AWS makes up are others here.
  const adopt = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value).replaceAll(key.arn, keyArn).replaceAll(api.arn, apiArn))
  const documents = (policies: readonly Policy[] = []): Readonly<Record<string, unknown>> =>
    Object.fromEntries(policies.map(policy => [policy.name, adopt(unparse(policy))]))
  const { attached } = deployment
  const { access, notUnderstood } = reviewAccount({
    users,
    roles: {
      ...people,
      ...Object.fromEntries(
        deployment.roles.map(role => [
          role.name,
          { policies: documents(attached.roles.get(role.name)), trust: unparse(role.trust) },
        ]),
      ),
    },
    groups: { 'treasury-operators': { policies: documents(attached.groups.get('treasury-operators')) } },
    managed,
    keyPolicy: adopt(unparse(key.policy)),
    apiPolicy: api.policy && adopt(unparse(api.policy)),
    functionPolicy: lambda.policy && adopt(unparse(lambda.policy)),
  })
  const who = toWho(access)

  test('everything of it is understood', () => {
    expect(notUnderstood).toEqual([])
  })

  test('who could do what', () => {
    const told = Object.entries(who).map(([capability, names]) => [
      capability,
      names.map(name => name.replace(iam(''), '')).join(' '),
    ])
    expect(Object.fromEntries(told)).toMatchInlineSnapshot(`
      {
        "changeFunction": "role/Administrators root user/administrator user/developer",
        "changeKey": "role/Administrators root user/administrator user/keyAdministrator",
        "changePolicies": "role/Administrators root user/administrator",
        "changeTrail": "role/Administrators root user/administrator",
        "invokeEndpoint": "role/Administrators role/TreasuryOperators root user/administrator user/operator",
        "invokeFunction": "apigateway.amazonaws.com role/Administrators root user/administrator user/developer",
        "sign": "role/adminSignerInvoker",
      }
    `)
    expect(access.filter(({ capability }) => capability === 'sign')).toMatchInlineSnapshot(`
      [
        {
          "action": "kms:Sign",
          "assumableBy": [
            "lambda.amazonaws.com",
          ],
          "capability": "sign",
          "conditions": [
            "only as the function adminSigner",
          ],
          "principal": "arn:aws:iam::123456789012:role/adminSignerInvoker",
          "through": [
            "key policy/InvokerSignsDigests",
          ],
        },
      ]
    `)
  })

  test('whatever the evaluator allows is reported', () => {
    const world = createAccount({
      accountId: account,
      deployment,
      users: Object.entries(users).map(([name, { boundary, ...user }]) => ({
        name,
        ...user,
        boundary: boundary && managed[boundary],
      })),
      roles: Object.entries(people).map(([name, role]) => ({ name, trust, ...role })),
    })
    const callers = [
      ...Object.keys(users).map(name => findCaller([world], iam(`user/${name}`))),
      ...Object.keys(people).map(name =>
        findCaller([world], `arn:aws:sts::${account}:assumed-role/${name}/one`),
      ),
      functionCaller(world, lambda),
    ]
    const connection = { 'aws:SecureTransport': 'true', 'aws:SourceIp': '203.0.113.7' }
    const signing = { 'kms:MessageType': 'DIGEST', 'kms:SigningAlgorithm': 'ECDSA_SHA_256' }
    const role = iam('role/adminSignerInvoker')
    const questions: readonly (readonly [Capability, string, string, (Policy | undefined)?])[] = [
      ['sign', 'kms:Sign', key.arn, key.policy],
      ['invokeEndpoint', 'execute-api:Invoke', `${api.arn}/prod/POST/`, api.policy],
      ['invokeFunction', 'lambda:InvokeFunction', functionArn, lambda.policy],
      ['changeFunction', 'lambda:UpdateFunctionCode', functionArn, lambda.policy],
      ['changeKey', 'kms:PutKeyPolicy', key.arn, key.policy],
      ['changePolicies', 'iam:PutRolePolicy', role],
      [
        'changeTrail',
        'cloudtrail:StopLogging',
        `arn:aws:cloudtrail:eu-north-1:${account}:trail/adminSigner-trail`,
      ],
    ]
    const allowed = questions.flatMap(([capability, action, resource, policy]) =>
      callers.flatMap(caller => {
        const context = capability === 'sign' ? { ...connection, ...signing } : connection
        const policies = { identity: caller.policies, boundary: caller.boundary, resource: policy }
        const { outcome } = decide({ principal: caller.principal, action, resource, context, policies })
        if (outcome !== 'allow' || !('arn' in caller.principal)) return []
        const { principal } = caller
        return [[capability, principal.kind === 'session' ? principal.roleArn : principal.arn] as const]
      }),
    )
    expect(allowed.length).toBeGreaterThan(10)
    for (const [capability, name] of allowed) expect(who[capability]).toContain(name)
  })
})

describe('any policies', () => {
  const roleArn = iam('role/signer')
  const sessionArn = `arn:aws:sts::${account}:assumed-role/signer/one`
  const statement: fc.Arbitrary<object> = fc
    .record({
      Effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
      action: fc.constantFrom(
        { Action: 'kms:Sign' },
        { Action: '*' },
        { NotAction: 'iam:*' },
        { NotAction: 'kms:*' },
      ),
      resource: fc.constantFrom({ Resource: '*' }, { Resource: keyArn }, { NotResource: keyArn }),
      Condition: fc.constantFrom<object>(
        {},
        {},
        { StringEquals: { 'kms:MessageType': 'DIGEST' } },
        { Bool: { 'aws:SecureTransport': 'false' } },
        { ArnNotEquals: { 'aws:PrincipalArn': roleArn } },
        { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
        { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
        { StringNotEquals: { 'aws:PrincipalAccount': [account] } },
        { StringEquals: { 'aws:PrincipalAccount': foreign } },
        { ArnNotEquals: { 'lambda:SourceFunctionArn': functionArn } },
        { Null: { 'aws:username': 'true' } },
        { StringLikeIfExists: { 'aws:username': 'a*' } },
        { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/x' } },
      ),
    })
    .map(({ action, resource, ...one }) => ({ ...one, ...action, ...resource }))
  const names = [
    '*',
    account,
    iam('root'),
    foreign,
    roleArn,
    sessionArn,
    iam('user/alice'),
    iam('user/alice', foreign),
  ]
  const principal: fc.Arbitrary<object> = fc.oneof(
    fc.subarray(names, { minLength: 1, maxLength: 3 }).map(AWS => ({ Principal: { AWS } })),
    fc.constant({ Principal: { Service: 'lambda.amazonaws.com' } }),
    fc
      .subarray(names.slice(1), { minLength: 1, maxLength: 4 })
      .map(AWS => ({ Effect: 'Deny', NotPrincipal: { AWS } })),
  )
  type World = {
    readonly identity: readonly object[]
    readonly boundary: readonly object[] | undefined
    readonly key: readonly object[]
  }
  const world: fc.Arbitrary<World> = fc.record({
    identity: fc.array(statement, { maxLength: 4 }),
    boundary: fc.option(fc.array(statement, { minLength: 1, maxLength: 2 }), { freq: 3, nil: undefined }),
    key: fc.array(
      fc.tuple(statement, principal).map(([one, named]) => ({ ...one, ...named })),
      { minLength: 1, maxLength: 4 },
    ),
  })

  /** Who signs, if anybody asks, and by what they are known to a review. */
  const callers = [
    {
      principal: { kind: 'user', arn: iam('user/alice'), accountId: account, name: 'alice' },
      known: [iam('user/alice')],
    },
    { principal: { kind: 'session', arn: sessionArn, roleArn, accountId: account }, known: [roleArn] },
    {
      principal: { kind: 'session', arn: sessionArn, roleArn, accountId: account, functionArn },
      known: [roleArn],
    },
    {
      principal: { kind: 'user', arn: iam('user/alice', foreign), accountId: foreign, name: 'alice' },
      known: [iam('user/alice', foreign), iam('root', foreign), '*'],
    },
    {
      principal: {
        kind: 'user',
        arn: iam('user/eve', '888888888888'),
        accountId: '888888888888',
        name: 'eve',
      },
      known: ['*'],
    },
    { principal: { kind: 'service', service: 'lambda.amazonaws.com' }, known: ['lambda.amazonaws.com', '*'] },
  ] as const

  const whoSigns = ({ identity, boundary, key }: World): readonly string[] => {
    const one = {
      policies: { p: document(...identity) },
      ...(boundary ? { boundary: iam('policy/b') } : {}),
    }
    const { access } = reviewAccount(
      {
        users: { alice: one },
        roles: { signer: one },
        managed: { [iam('policy/b')]: document(...(boundary ?? [])) },
        keyPolicy: document(...key),
      },
      ['sign'],
    )
    return toWho(access).sign
  }

  const parse = (
    statements: readonly object[] | undefined,
    kind: 'identity' | 'boundary' | 'key',
  ): Policy | undefined =>
    statements && statements.length > 0 ? parsePolicy(document(...statements), kind, kind) : undefined

  const contexts = fc.record({
    'aws:SourceIp': fc.constantFrom('203.0.113.7', '198.51.100.7'),
    'kms:ResourceAliases': fc.constantFrom<readonly string[]>(['alias/x'], ['alias/y', 'alias/z']),
    'aws:SecureTransport': fc.constant('true'),
    'kms:MessageType': fc.constant('DIGEST'),
    'kms:SigningAlgorithm': fc.constant('ECDSA_SHA_256'),
  })

  test('whoever the evaluator lets sign is reported', () => {
    let count = 0
    fc.assert(
      fc.property(world, contexts, (policies, context) => {
        const identity = parse(policies.identity, 'identity')
        const who = whoSigns(policies)
        for (const { principal, known } of callers) {
          const { outcome } = decide({
            principal,
            action: 'kms:Sign',
            resource: keyArn,
            context,
            policies: {
              identity: identity ? [identity] : [],
              boundary: parse(policies.boundary, 'boundary'),
              resource: parse(policies.key, 'key'),
            },
          })
          if (outcome !== 'allow') continue
          count += 1
          expect(known.some(name => who.includes(name))).toBe(true)
        }
      }),
      { numRuns: 800 },
    )
    expect(count).toBeGreaterThan(100)
  })

  test('adding an Allow removes nobody', () => {
    fc.assert(
      fc.property(world, statement, principal, (policies, added, named) => {
        const one = { ...added, Effect: 'Allow' }
        const before = whoSigns(policies)
        const wider = [
          whoSigns({ ...policies, identity: [...policies.identity, one] }),
          whoSigns({
            ...policies,
            key: [...policies.key, { ...one, ...('NotPrincipal' in named ? { Principal: '*' } : named) }],
          }),
          whoSigns({ ...policies, boundary: policies.boundary && [...policies.boundary, one] }),
        ]
        for (const after of wider) expect(after).toEqual(expect.arrayContaining([...before]))
      }),
      { numRuns: 300 },
    )
  })

  test('adding a Deny adds nobody', () => {
    fc.assert(
      fc.property(world, statement, principal, (policies, added, named) => {
        const before = whoSigns(policies)
        const one = { ...added, Effect: 'Deny' }
        const narrower = [
          whoSigns({ ...policies, identity: [...policies.identity, one] }),
          whoSigns({ ...policies, key: [...policies.key, { ...one, ...named }] }),
          whoSigns({ ...policies, boundary: [...(policies.boundary ?? [allowAll]), one] }),
        ]
        // An account that a policy speaks of is a name of its own, though it is part of everyone.
        const accepted = before.includes('*')
          ? [...before, iam('root', foreign), iam('user/alice', foreign), 'lambda.amazonaws.com']
          : [...before, ...(before.includes(iam('root', foreign)) ? [iam('user/alice', foreign)] : [])]
        for (const after of narrower) expect(accepted).toEqual(expect.arrayContaining([...after]))
      }),
      { numRuns: 300 },
    )
  })

  test('a Deny for everyone leaves nobody', () => {
    fc.assert(
      fc.property(world, policies => {
        const deny = { Effect: 'Deny', Principal: '*', Action: 'kms:*', Resource: '*', Condition: {} }
        expect(whoSigns({ ...policies, key: [...policies.key, deny] })).toEqual([])
      }),
      { numRuns: 100 },
    )
  })
})

const allowAll = { Effect: 'Allow', Action: '*', Resource: '*', Condition: {} } as const
