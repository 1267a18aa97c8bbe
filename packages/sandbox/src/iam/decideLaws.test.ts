// What holds for decisions whatever the policies say.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Decision, decide } from './decide.ts'
import type { PolicyKind } from './elements.ts'
import { type Policy, parsePolicy } from './policy.ts'
import type { Principal } from './principal.ts'

const [own, other] = ['111122223333', '444455556666']
const key = `arn:aws:kms:eu-north-1:${own}:key/1`
const roleArn = `arn:aws:iam::${own}:role/signer`
const sessionArn = `arn:aws:sts::${own}:assumed-role/signer/one`

const alice = (accountId: string): Principal => ({
  kind: 'user',
  arn: `arn:aws:iam::${accountId}:user/alice`,
  accountId,
  name: 'alice',
})

// The domain: small policies over two users, a session, a service and one action, dense enough that every outcome occurs.
const principals = fc.constantFrom<Principal>(
  alice(own),
  alice(other),
  { kind: 'session', arn: sessionArn, roleArn, accountId: own },
  { kind: 'service', service: 'lambda.amazonaws.com' },
  { kind: 'anonymous' },
)
const contexts = fc.constantFrom<Readonly<Record<string, string>>>(
  {},
  { 'kms:MessageType': 'DIGEST' },
  { 'kms:MessageType': 'RAW', 'aws:SecureTransport': 'false' },
)

type Statement = { readonly Effect: 'Allow' | 'Deny' }

const statement: fc.Arbitrary<Statement> = fc
  .record({
    Effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
    Action: fc.constantFrom('kms:Sign', 'kms:*', 'kms:GetPublicKey', '*'),
    resource: fc.constantFrom({ Resource: '*' }, { Resource: key }, { NotResource: key }),
    condition: fc.constantFrom(
      {},
      { StringEquals: { 'kms:MessageType': 'DIGEST' } },
      { StringNotEquals: { 'kms:MessageType': 'DIGEST' } },
      { Bool: { 'aws:SecureTransport': 'false' } },
      { ArnNotEquals: { 'aws:PrincipalArn': roleArn } },
    ),
  })
  .map(({ resource, condition, ...one }) => ({ ...one, ...resource, Condition: condition }))

const names = ['*', own, other, roleArn, sessionArn, `arn:aws:iam::${own}:user/alice`]
const named = fc.oneof(
  fc.subarray(names, { minLength: 1, maxLength: 2 }).map(AWS => ({ Principal: { AWS } })),
  fc.constant({ Principal: { Service: 'lambda.amazonaws.com' } }),
)
const resourceStatement = fc.tuple(statement, named).map(([one, principal]) => ({ ...one, ...principal }))

type Statements = {
  readonly identity: readonly Statement[]
  readonly boundary: readonly Statement[]
  readonly resource: readonly Statement[]
  readonly kind: PolicyKind
}

const policies: fc.Arbitrary<Statements> = fc.record({
  identity: fc.array(statement, { maxLength: 4 }),
  boundary: fc.oneof(fc.constant([]), fc.constant([]), fc.array(statement, { maxLength: 2 })),
  resource: fc.array(resourceStatement, { maxLength: 4 }),
  kind: fc.constantFrom<PolicyKind>('resource', 'key'),
})

const outcome = (
  all: Statements,
  principal: Principal,
  context: Readonly<Record<string, string>>,
): Decision['outcome'] => {
  // A policy has a statement at least; without one there is no policy.
  const parse = (kind: PolicyKind, statements: readonly Statement[]): Policy | undefined =>
    statements.length === 0
      ? undefined
      : parsePolicy({ Version: '2012-10-17', Statement: statements }, kind, kind)
  const identity = parse('identity', all.identity)
  return decide({
    principal,
    action: 'kms:Sign',
    resource: key,
    context,
    policies: {
      identity: identity ? [identity] : [],
      boundary: parse('boundary', all.boundary),
      resource: parse(all.kind, all.resource),
    },
  }).outcome
}

test('adding a Deny never turns a denial into an allow', () => {
  fc.assert(
    fc.property(policies, principals, contexts, resourceStatement, (all, principal, context, one) => {
      const before = outcome(all, principal, context)
      const { Principal: _attached, ...unattached } = { ...one, Effect: 'Deny' } as const
      const added = [
        { ...all, identity: [...all.identity, unattached] },
        { ...all, resource: [...all.resource, { ...one, Effect: 'Deny' } as const] },
      ]
      for (const after of added.map(more => outcome(more, principal, context))) {
        if (before !== 'allow') expect(after).not.toBe('allow')
        if (before === 'explicitDeny') expect(after).toBe('explicitDeny')
      }
    }),
    { numRuns: 400 },
  )
})

test('removing an Allow never turns a denial into an allow', () => {
  const without = (statements: readonly Statement[]): readonly (readonly Statement[])[] =>
    statements.flatMap((one, index) => (one.Effect === 'Allow' ? [statements.toSpliced(index, 1)] : []))
  fc.assert(
    fc.property(policies, principals, contexts, (all, principal, context) => {
      fc.pre(outcome(all, principal, context) !== 'allow')
      const removed = [
        ...without(all.identity).map(identity => ({ ...all, identity })),
        ...without(all.resource).map(resource => ({ ...all, resource })),
        ...without(all.boundary).map(boundary => ({ ...all, boundary })),
      ]
      for (const left of removed) {
        // A key always has a policy, and without its last statement a boundary would be none.
        if (left.kind === 'key' && left.resource.length === 0) continue
        if (left.boundary.length < all.boundary.length && left.boundary.length === 0) continue
        expect(outcome(left, principal, context)).not.toBe('allow')
      }
    }),
    { numRuns: 400 },
  )
})

test('the order of statements does not matter', () => {
  const shuffled = (list: readonly Statement[]): fc.Arbitrary<Statement[]> =>
    fc.shuffledSubarray([...list], { minLength: list.length })
  const pair = policies.chain(all =>
    fc
      .record({ identity: shuffled(all.identity), resource: shuffled(all.resource) })
      .map(order => [all, { ...all, ...order }] as const),
  )
  fc.assert(
    fc.property(pair, principals, contexts, ([all, reordered], principal, context) => {
      expect(outcome(reordered, principal, context)).toBe(outcome(all, principal, context))
    }),
  )
})

test('every outcome occurs in the domain of these laws', () => {
  const samples = fc.sample(fc.tuple(policies, principals, contexts), { numRuns: 400, seed: 1 })
  const outcomes = samples.map(([all, principal, context]) => outcome(all, principal, context))
  for (const expected of ['allow', 'explicitDeny', 'implicitDeny'])
    expect(outcomes.filter(found => found === expected).length).toBeGreaterThan(20)
})
