import { getAddress } from 'viem'
import { describe, expect, test } from 'vitest'
import { ACCOUNT, ALICE, PRINCIPAL, TOKEN } from '../../test/fixtures.ts'
import { FACTS, inquiryOf, OPEN_FACTS, permits, policyOf, STARTER_RULES, starter } from '../../test/policy.ts'
import { authorize } from '../authorize.ts'
import type { Effect } from '../effects/effect.ts'
import { openDangers } from './dangers.ts'
import { explain } from './explain.ts'
import type { Inquiry } from './inquiry.ts'
import type { Policy } from './policy.ts'
import { toQuestion } from './question.ts'

const inquiryFor = (effect: Effect, changes: Partial<Inquiry> = {}): Inquiry => {
  const inquiry = inquiryOf()
  return { ...inquiry, ...changes, prepared: { ...inquiry.prepared, effects: [effect] } }
}
const explained = (effect: Effect, policy: Policy, changes: Partial<Inquiry> = {}) => {
  const question = toQuestion(effect, inquiryFor(effect, changes), policy.directory)
  if (typeof question === 'string') throw new Error(question)
  return explain(question, policy)
}
const transfer: Effect = { kind: 'transfer', asset: TOKEN, from: ACCOUNT, to: ALICE, amount: 1_000_000_001n }
const stranger = getAddress(`0x00000000${'1'.repeat(28)}11ce`)

test('default: the rule that comes nearest, the demand that is not met, and what is the case', () => {
  expect(explained(transfer, starter)).toEqual([
    {
      rule: 'payouts',
      effect: 'permit',
      applies: false,
      unmet: [
        {
          demand: 'context.amount.lessThanOrEqual(decimal("1000.0"))',
          facts: ['context.amount is 1000.0001'],
        },
      ],
    },
    {
      rule: 'one-at-a-time',
      effect: 'forbid',
      applies: false,
      unmet: [{ demand: 'context.effects > 1', facts: ['context.effects is 1'] }],
    },
  ])
})

test('behavior: who asks and to whom are shown with their roles and groups', () => {
  const principal = { arn: 'arn:aws:iam::123456789012:user/mallory' }
  const [payouts] = explained({ ...transfer, to: stranger, amount: 1n }, starter, { principal })
  expect(payouts?.unmet).toEqual([
    {
      demand: 'principal in Role::"operators"',
      facts: ['principal is arn:aws:iam::123456789012:user/mallory, in no role'],
    },
    {
      demand: 'context.recipient in Group::"payees"',
      facts: [`context.recipient is ${stranger.toLowerCase()}, in no group`],
    },
  ])
})

test('behavior: a rule that applies has nothing unmet, and comes first', () => {
  const rules = `${STARTER_RULES}\n${permits['transfer']}`
  const [first] = explained({ ...transfer, amount: 1n }, policyOf(rules), {
    principal: { arn: 'arn:aws:iam::1:user/x' },
  })
  expect(first).toEqual({ rule: 'transfer', effect: 'permit', applies: true, unmet: [] })
})

test('behavior: what is absent is said to be absent, and unless is told as not', () => {
  const rules =
    '@id("r") permit (principal, action == Action::"transfer", resource) when { context has reference && context.reference like "INV-*" } unless { context.weekday == "Monday" || context.chainId == 1 };'
  const [rule] = explained(transfer, policyOf(rules, OPEN_FACTS))
  expect(rule?.unmet).toEqual([
    { demand: 'context has reference', facts: ['context.reference is absent'] },
    { demand: 'context.reference like "INV-*"', facts: ['context.reference is absent'] },
    { demand: 'not (context.weekday == "Monday")', facts: ['context.weekday is "Monday"'] },
  ])
})

describe('behavior: what is the case instead of', () => {
  const vault = `0x${'8'.repeat(40)}`
  const facts = {
    ...FACTS,
    roles: {
      operators: [PRINCIPAL.arn],
      auditors: [PRINCIPAL.arn],
      nobody: ['arn:aws:iam::111122223333:user/n'],
    },
    wallets: { ...FACTS.wallets, vault: { address: vault, chainIds: [1] } },
    addressBook: { alice: { address: ALICE, groups: ['payees', 'staff'] } },
  }
  // Uses every fact, so that the rule in question need not.
  const all = `@id("all") forbid (principal in Role::"operators", action == Action::"call", resource == Wallet::"vault") when { principal in Role::"auditors" && principal in Role::"nobody" && context.contract in Group::"staff" && context.contract in Group::"payees" && resource == Wallet::"treasury" };`
  const unmetOf = (rule: string) => {
    const policy = policyOf(`${all}\n${permits['approve']}\n@id("r") ${rule}`, facts)
    return explained(transfer, policy).find(({ rule }) => rule === 'r')?.unmet
  }
  const permit = (scope: string, condition: string): string =>
    `permit (${scope}, action == Action::"transfer", resource) when { ${condition} };`
  const principal = `principal is ${PRINCIPAL.arn}, in operators and auditors`

  test('another wallet', () => {
    const demand = 'resource == Wallet::"vault"'
    const told = [{ demand, facts: ['resource is treasury'] }]
    expect(unmetOf(`permit (principal, action == Action::"transfer", ${demand});`)).toEqual(told)
    expect(unmetOf(permit('principal', demand))).toEqual(told)
  })

  test('another principal, with the roles that it has', () => {
    const demand = 'principal in Role::"nobody"'
    const told = [{ demand, facts: [principal] }]
    expect(unmetOf(permit(demand, 'true'))).toEqual(told)
    expect(unmetOf(permit('principal', demand))).toEqual(told)
    expect(unmetOf(permit('principal', 'principal.arn like "x*"'))).toEqual([
      { demand: 'principal.arn like "x*"', facts: [principal] },
    ])
  })

  test('somebody else, with the groups that they are in', () => {
    expect(unmetOf(permit('principal', 'context.recipient == context.from'))).toEqual([
      {
        demand: 'context.recipient == context.from',
        facts: [
          'context.recipient is alice, in payees and staff',
          `context.from is ${ACCOUNT.toLowerCase()}, in no group`,
        ],
      },
    ])
  })

  test('a token of the name that somebody has', () => {
    const policy = policyOf(
      '@id("r") permit (principal, action == Action::"transfer", resource) when { context.recipient in Group::"payees" && context.token.symbol == "EURC" };',
      { ...FACTS, roles: {}, tokens: { alice: FACTS.tokens.usdc } },
    )
    expect(explained(transfer, policy)[0]?.unmet).toEqual([
      { demand: 'context.token.symbol == "EURC"', facts: ['context.token is alice'] },
    ])
  })

  test('the context as a whole, of which nothing is told', () => {
    expect(unmetOf(permit('principal', '{a: context} != {a: context}'))).toEqual([
      { demand: '{a: context} != {a: context}', facts: [] },
    ])
    expect(unmetOf(permit('principal', 'context != context'))).toEqual([
      { demand: 'context != context', facts: [] },
    ])
  })

  test('an attribute of an attribute, or of the wallet', () => {
    expect(unmetOf(permit('principal', 'context.token.symbol == "EURC"'))).toEqual([
      { demand: 'context.token.symbol == "EURC"', facts: ['context.token is usdc'] },
    ])
    expect(unmetOf(permit('principal', 'context.recipient == resource.address'))).toEqual([
      {
        demand: 'context.recipient == resource.address',
        facts: ['context.recipient is alice, in payees and staff', 'resource is treasury'],
      },
    ])
    expect(unmetOf(permit('principal', 'context.recipient.known && !context.recipient.known'))).toEqual([
      {
        demand: '!context.recipient.known',
        facts: ['context.recipient is alice, in payees and staff'],
      },
    ])
  })
})

test('behavior: what applies comes first, then permits before forbids, each by how little is missing', () => {
  const rule = (id: string, effect: string, condition: string) =>
    `@id("${id}") ${effect} (principal, action == Action::"transfer", resource) when { ${condition} };`
  const rules = [
    rule('f2', 'forbid', 'context.effects > 5 && context.chainId == 1'),
    rule('f1', 'forbid', 'context.effects > 5'),
    rule('p2', 'permit', 'context.effects > 5 && context.chainId == 1'),
    rule('p1', 'permit', 'context.effects > 5'),
    rule('f0', 'forbid', 'context.effects == 1'),
  ]
  expect(explained(transfer, policyOf(rules.join('\n'), OPEN_FACTS)).map(({ rule }) => rule)).toEqual([
    'f0',
    'p1',
    'p2',
    'f1',
    'f2',
  ])
})

test('behavior: the explanation of one policy is not that of another', () => {
  const stricter = policyOf(STARTER_RULES.replace('1000.0', '999.0'))
  // Between what the one permits and the other.
  const between: Effect = { ...transfer, amount: 999_500_000n }
  const first = explained(between, starter)
  const other = explained(between, stricter)
  expect([first[0]?.applies, other[0]?.applies]).toEqual([true, false])
  expect(explained(between, starter)).toEqual(first)
  expect(explained(between, stricter)).toEqual(other)
})

test('error: of a question that cannot be read no demand is met', () => {
  const changes = { principal: { ...PRINCIPAL, sourceIp: 'fe80::1%eth0' } }
  const policy = policyOf(
    permits['transfer']?.replace(';', ' when { context.effects == 1 };') ?? '',
    OPEN_FACTS,
  )
  expect(explained(transfer, policy)).toMatchObject([{ applies: true }])
  expect(explained(transfer, policy, changes)).toMatchObject([
    { applies: false, unmet: [{ demand: 'context.effects == 1', facts: ['context.effects is 1'] }] },
  ])
})

test('behavior: the reason of a denial says the effect, the nearest rule and what it wants', () => {
  const decision = authorize(inquiryFor(transfer), starter)
  expect(decision).toMatchObject({
    reasons: [
      {
        code: 'NOT_PERMITTED',
        path: '/payload/userOperation/callData',
        message: `transfer 1000.000001 USDC from treasury (${ACCOUNT}) to alice (${ALICE}): no rule permits it; payouts wants context.amount.lessThanOrEqual(decimal("1000.0")), but context.amount is 1000.0001`,
      },
    ],
  })
})

test('behavior: an address that begins and ends like one of the address book is named as such', () => {
  const decision = authorize(inquiryFor({ ...transfer, to: stranger }), starter)
  if (decision.outcome === 'allow') throw new Error('must be denied')
  expect(decision.reasons[0].message).toContain(`${stranger} looks like alice (${ALICE}) and is not it`)
})

test('behavior: a forbid is named', () => {
  const two = inquiryFor(transfer)
  const decision = authorize(
    { ...two, prepared: { ...two.prepared, effects: [transfer, transfer] } },
    starter,
  )
  expect(decision).toMatchObject({
    reasons: [
      { code: 'FORBIDDEN', message: expect.stringContaining('forbidden by one-at-a-time') },
      { code: 'FORBIDDEN' },
    ],
  })
})

test('behavior: an unknown wallet is told with those that are known', () => {
  const inquiry = inquiryFor(transfer)
  const decision = authorize({ ...inquiry, prepared: { ...inquiry.prepared, chainId: 1 } }, starter)
  expect(decision).toMatchObject({
    reasons: [
      {
        message: `is for the account ${ACCOUNT} on chain 1, which the policy does not know; it knows treasury (${ACCOUNT} on 84532)`,
      },
    ],
  })
})

test('default: the dangerous actions that are open, and to whom', () => {
  expect(openDangers(starter)).toEqual([
    {
      action: 'deploy',
      rule: 'first-use',
      principals: ['Role::"operators"'],
      wallets: ['treasury'],
      isConditional: true,
    },
  ])
  const forbid = '@id("f") forbid (principal, action == Action::"delegate", resource);'
  const open = policyOf(`${forbid}\n${permits['signHash']}\n${permits['delegatecall']}`, {
    wallets: FACTS.wallets,
  })
  expect(openDangers(open)).toEqual([
    { action: 'signHash', rule: 'signHash', principals: undefined, wallets: undefined, isConditional: false },
    {
      action: 'delegatecall',
      rule: 'delegatecall',
      principals: undefined,
      wallets: undefined,
      isConditional: false,
    },
  ])
})

test('behavior: foreign text is quoted in ASCII and cut short', () => {
  const rules =
    '@id("r") permit (principal, action == Action::"signTypedData", resource) when { context has domainName && context.domainName == "Vote" };'
  const effect: Effect = {
    kind: 'typedData',
    verifyingContract: TOKEN,
    domainName: `Vo\u202ete${'x'.repeat(500)}`,
    primaryType: 'Vote',
  }
  const decision = authorize(inquiryFor(effect), policyOf(rules, { wallets: FACTS.wallets }))
  if (decision.outcome === 'allow') throw new Error('must be denied')
  const [{ message }] = decision.reasons
  expect(message).toContain('context.domainName is "Vo\\u202ete')
  expect(message).toMatch(/^[ -~]*$/)
  expect(message.length).toBeLessThan(1000)
})

test('behavior: an unknown wallet is told with ten of those that are known', () => {
  const wallets = Object.fromEntries(
    Array.from({ length: 500 }, (_, i) => [
      `w${i}`,
      { address: `0x7${String(i).padStart(39, '0')}`, chainIds: [1] },
    ]),
  )
  const decision = authorize(inquiryFor(transfer), policyOf(permits['call'] ?? '', { wallets }))
  if (decision.outcome === 'allow') throw new Error('must be denied')
  expect(decision.reasons[0].message).toMatch(/w9 \(0x\w+ on 1\); 490 more$/)
})
