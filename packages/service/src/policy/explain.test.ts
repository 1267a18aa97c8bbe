import { getAddress } from 'viem'
import { expect, test } from 'vitest'
import { ACCOUNT, ALICE, TOKEN } from '../../test/fixtures.ts'
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
  const open = policyOf(`${permits['signHash']}\n${permits['delegatecall']}`, { wallets: FACTS.wallets })
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
