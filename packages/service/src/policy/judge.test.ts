import fc from 'fast-check'
import { type Address, getAddress, type Hex } from 'viem'
import { describe, expect, test } from 'vitest'
import {
  ACCOUNT,
  ALICE,
  anyAddress,
  anyAmount,
  BATCHES,
  execute,
  hexOf,
  PRINCIPAL,
  payload,
  TOKEN,
  token,
  transferCall,
} from '../../test/fixtures.ts'
import {
  FACTORY,
  FACTS,
  inquiryOf,
  OPEN_FACTS,
  PERMIT_ALL,
  permitAll,
  permits,
  policyOf,
  STARTER_RULES,
  starter,
} from '../../test/policy.ts'
import { authorize } from '../authorize.ts'
import type { Effect } from '../effects/effect.ts'
import { policyToJson, preparsePolicySet, preparseSchema, statefulIsAuthorized } from './cedar.ts'
import type { Inquiry } from './inquiry.ts'
import { judge } from './judge.ts'
import type { Policy } from './policy.ts'
import { toQuestion } from './question.ts'
import { createReads } from './reads.ts'
import { type Action, schema } from './schema.ts'

const withEffects = (effects: readonly Effect[], changes: Partial<Inquiry> = {}): Inquiry => {
  const inquiry = inquiryOf()
  return { ...inquiry, prepared: { ...inquiry.prepared, effects }, ...changes }
}
const transferOf = (amount: bigint, to: Address = ALICE): Effect => ({
  kind: 'transfer',
  asset: TOKEN,
  from: ACCOUNT,
  to,
  amount,
})
const outcomesOf = (inquiry: Inquiry, policy: Policy): readonly string[] =>
  judge(inquiry, policy).map(({ outcome }) => outcome)
const isAllowed = (inquiry: Inquiry, policy: Policy): boolean =>
  authorize(inquiry, policy).outcome === 'allow'

/** Any effect, about the parties of the fixtures often enough. */
const anyParty = fc.oneof(fc.constantFrom(ACCOUNT, ALICE, TOKEN, getAddress(FACTORY)), anyAddress)
const anyHash = hexOf({ minLength: 32, maxLength: 32 })
const anySum = fc.oneof(fc.bigInt({ min: 0n, max: 2n * 10n ** 9n }), anyAmount)
const anyEffect: fc.Arbitrary<Effect> = fc.oneof(
  fc.record({
    kind: fc.constant('transfer' as const),
    asset: fc.oneof(fc.constant('native' as const), anyParty),
    from: anyParty,
    to: anyParty,
    amount: anySum,
  }),
  fc.record({
    kind: fc.constant('nftTransfer' as const),
    collection: anyParty,
    from: anyParty,
    to: anyParty,
    tokenId: anySum,
    amount: anySum,
  }),
  fc.record({
    kind: fc.constant('approval' as const),
    asset: anyParty,
    owner: anyParty,
    spender: anyParty,
    amount: anySum,
  }),
  fc.record({
    kind: fc.constant('approvalForAll' as const),
    collection: anyParty,
    owner: anyParty,
    operator: anyParty,
    approved: fc.boolean(),
  }),
  fc.record({ kind: fc.constantFrom('wrap' as const, 'unwrap' as const), asset: anyParty, amount: anySum }),
  fc.record({
    kind: fc.constant('call' as const),
    to: anyParty,
    selector: hexOf({ minLength: 4, maxLength: 4 }),
    value: anySum,
  }),
  fc.record({ kind: fc.constant('delegatecall' as const), to: anyParty }),
  fc.record({ kind: fc.constant('delegation' as const), to: anyParty, chainId: fc.nat() }),
  fc.record({ kind: fc.constant('deployment' as const), account: anyParty, factory: anyParty }),
  fc.record({ kind: fc.constant('administration' as const), to: anyParty, action: fc.string() }),
  fc.record({ kind: fc.constant('fee' as const), payer: anyParty, maximum: anySum }),
  fc.record({
    kind: fc.constant('message' as const),
    text: fc.option(fc.string(), { nil: undefined }),
    hash: anyHash,
  }),
  fc.record({
    kind: fc.constant('typedData' as const),
    verifyingContract: fc.option(anyParty, { nil: undefined }),
    domainName: fc.option(fc.string(), { nil: undefined }),
    primaryType: fc.string(),
  }),
  fc.constant<Effect>({ kind: 'rawScheme' }),
  fc.record({
    kind: fc.constant('opaque' as const),
    of: fc.constantFrom('hash' as const, 'callData' as const),
    hash: anyHash,
  }),
)

const anyInquiry: fc.Arbitrary<Inquiry> = fc
  .record({
    effects: fc.array(anyEffect, { minLength: 1, maxLength: 4 }),
    arn: fc.constantFrom<string>(PRINCIPAL.arn, 'arn:aws:iam::123456789012:user/mallory'),
    sourceIp: fc.constantFrom('192.0.2.1', '2001:db8::1', undefined),
    reference: fc.option(fc.string(), { nil: undefined }),
    time: fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
    account: fc.constantFrom(ACCOUNT, ALICE),
    chainId: fc.constantFrom(84532, 84532, 84532, 1, undefined),
  })
  .map(({ effects, arn, sourceIp, reference, time, account, chainId }) => {
    const inquiry = withEffects(effects)
    return {
      principal: { arn, sourceIp },
      prepared: { ...inquiry.prepared, account, chainId },
      reference,
      time,
    }
  })

/** Rules of many shapes, of which a policy is put together. */
const RULES: readonly string[] = [
  ...Object.values(permits),
  'permit (principal in Role::"operators", action == Action::"transfer", resource == Wallet::"treasury") when { context.recipient in Group::"payees" && context.amount.lessThanOrEqual(decimal("1000.0")) };',
  'permit (principal, action in [Action::"payFee", Action::"deploy"], resource) unless { context.weekday == "Sunday" };',
  'permit (principal, action == Action::"approve", resource) when { context.amount.lessThan(decimal("5.5")) };',
  'forbid (principal, action, resource) when { context.effects > 2 };',
  'forbid (principal, action, resource) unless { principal in Role::"operators" };',
  'forbid (principal, action == Action::"transfer", resource) when { context has reference && context.reference like "x*" };',
  'forbid (principal, action == Action::"transfer", resource) unless { context.recipient.known };',
  'forbid (principal, action, resource) when { context.time.toTime() < duration("6h") };',
].map((rule, index) => rule.replace(/^(@id\("\w+"\) )?/, `@id("rule${index}") `))

/** Rules that read what the others do not, some of it of entities. */
const READERS: readonly string[] = [
  'forbid (principal, action == Action::"transfer", resource) when { context.token.symbol == "EURC" || principal.arn like "*mallory" };',
  'forbid (principal, action == Action::"payFee", resource) when { resource has factory && resource.factory.known };',
  'forbid (principal, action == Action::"call", resource) when { context has sourceIp && context.sourceIp.isLoopback() };',
  'forbid (principal, action == Action::"unwrap", resource) when { context.from == resource.address };',
]

/** Some of the rules, in some order. */
const anyRules = fc.shuffledSubarray([...RULES], { minLength: 1, maxLength: RULES.length })
/** A policy of just these rules; without the checks of `loadPolicy`, which take most of its time. */
const toPolicy = (rules: readonly string[]): Policy => {
  const staticPolicies = Object.fromEntries(rules.map((rule, index) => [`r${index}`, rule]))
  expect(preparsePolicySet('generated', { staticPolicies })).toEqual({ type: 'success' })
  const parsed = rules.map(rule => {
    const answer = policyToJson(rule)
    if (answer.type === 'failure') throw new Error(rule)
    const { json } = answer
    const { action } = json
    const entities = 'entities' in action ? action.entities : 'entity' in action ? [action.entity] : undefined
    const actions = entities?.map(entity => ('type' in entity ? entity.id : '') as Action)
    return { id: '', effect: json.effect, actions, text: rule, json, offset: 0 }
  })
  return {
    ...permitAll,
    directory: starter.directory,
    policySetId: 'generated',
    reads: createReads(parsed),
  }
}

test('taking a permit away never turns a denial into an allowance; a forbid more never does', () => {
  fc.assert(
    fc.property(anyRules, fc.nat(), anyInquiry, (rules, pick, inquiry) => {
      if (isAllowed(inquiry, toPolicy(rules))) return
      const chosen = rules[pick % rules.length] ?? ''
      const others = rules.filter(rule => rule !== chosen)
      if (chosen.includes(' permit ')) expect(isAllowed(inquiry, toPolicy(others))).toBe(false)
      for (const forbid of RULES.filter(rule => rule.includes(' forbid ') && !rules.includes(rule)))
        expect(isAllowed(inquiry, toPolicy([...rules, forbid]))).toBe(false)
    }),
    { numRuns: 60 },
  )
})

test('the order of the rules never matters', () => {
  fc.assert(
    fc.property(anyRules, anyInquiry, (rules, inquiry) => {
      const outcomes = outcomesOf(inquiry, toPolicy(rules))
      expect(outcomesOf(inquiry, toPolicy(rules.toReversed()))).toEqual(outcomes)
    }),
    { numRuns: 60 },
  )
})

test('a request is allowed if, and only if, each of its effects is permitted', () => {
  fc.assert(
    fc.property(anyRules, anyInquiry, (rules, inquiry) => {
      const policy = toPolicy(rules)
      const decision = authorize(inquiry, policy)
      const outcomes = outcomesOf(inquiry, policy)
      expect(decision.outcome === 'allow').toBe(outcomes.every(outcome => outcome === 'permitted'))
      if (decision.outcome === 'deny') expect(decision.reasons.length).toBeGreaterThan(0)
    }),
    { numRuns: 100 },
  )
})

test('what is left out of a question does not change its answer', () => {
  const whole = { reads: () => undefined }
  fc.assert(
    fc.property(anyRules, anyInquiry, (rules, inquiry) => {
      const policy = toPolicy([...rules, ...READERS])
      expect(judge(inquiry, policy)).toEqual(judge(inquiry, { ...policy, ...whole }))
    }),
    { numRuns: 100 },
  )
})

test('what was asked before is answered as it would be anew', () => {
  fc.assert(
    fc.property(anyInquiry, fc.array(anyInquiry, { maxLength: 3 }), (inquiry, others) => {
      const policy = policyOf(STARTER_RULES)
      const first = judge(inquiry, policy)
      for (const other of others) judge(other, policy)
      expect(judge(inquiry, policy)).toEqual(first)
      expect(judge(inquiry, { ...policy })).toEqual(first)
    }),
    { numRuns: 30 },
  )
})

test('one more effect that is not permitted denies the whole, wherever it is put', () => {
  fc.assert(
    fc.property(fc.array(anyEffect, { maxLength: 3 }), anyEffect, fc.nat(3), (effects, bad, position) => {
      const policy = permitAll
      fc.pre(outcomesOf(withEffects([bad]), policy)[0] !== 'permitted')
      expect(isAllowed(withEffects(effects.toSpliced(position, 0, bad)), policy)).toBe(false)
    }),
    { numRuns: 100 },
  )
})

test.each(Object.entries(BATCHES))(
  '%s: a batch padded with a call that is not permitted is denied',
  (_name, encode) => {
    const generous = policyOf(STARTER_RULES.replace('context.effects > 1', 'context.effects > 100'))
    const callDataOf = (calls: readonly (typeof transferCall)[]): Hex => encode(calls)
    const ask = (callData: Hex) => inquiryOf({ signerAddress: ALICE, payload: payload({ callData }) })
    expect(isAllowed(ask(callDataOf([transferCall, transferCall])), generous)).toBe(true)
    fc.assert(
      fc.property(anyAddress, fc.nat(2), (to, position) => {
        const extra = { ...transferCall, data: token('transfer', [to, 1n]) }
        const calls = [transferCall, transferCall].toSpliced(position, 0, extra)
        expect(isAllowed(ask(callDataOf(calls)), generous)).toBe(false)
      }),
      { numRuns: 50 },
    )
  },
)

test('every question is one that the schema knows', () => {
  expect(preparseSchema('schema', schema)).toEqual({ type: 'success' })
  fc.assert(
    fc.property(anyInquiry, inquiry => {
      for (const effect of inquiry.prepared.effects) {
        const question = toQuestion(effect, inquiry, permitAll.directory)
        if (typeof question === 'string') continue
        const { principal, action, resource, context, entities } = question
        const answer = statefulIsAuthorized({
          principal,
          action,
          resource,
          context: { ...context },
          entities: [...entities],
          preparsedSchemaName: 'schema',
          validateRequest: true,
          preparsedPolicySetId: permitAll.policySetId,
        })
        expect(answer).toMatchObject({ type: 'success', response: { diagnostics: { errors: [] } } })
      }
    }),
    { numRuns: 200 },
  )
})

describe('behavior: amounts', () => {
  test('the limit itself is permitted, one base unit more is not', () => {
    expect(outcomesOf(withEffects([transferOf(1_000_000_000n)]), starter)).toEqual(['permitted'])
    expect(outcomesOf(withEffects([transferOf(1_000_000_001n)]), starter)).toEqual(['notPermitted'])
  })

  test('any amount over a limit is refused, any other is not', () => {
    fc.assert(
      fc.property(anySum, amount => {
        const [outcome] = outcomesOf(withEffects([transferOf(amount)]), starter)
        expect(outcome).toBe(amount <= 1_000_000_000n ? 'permitted' : 'notPermitted')
      }),
    )
  })

  test('an allowance without a limit is another action than one with a limit', () => {
    const approvalOf = (amount: bigint): Effect => ({
      kind: 'approval',
      asset: TOKEN,
      owner: ACCOUNT,
      spender: ALICE,
      amount,
    })
    const policy = policyOf(permits['approve'] ?? '', OPEN_FACTS)
    expect(outcomesOf(withEffects([approvalOf(5n)]), policy)).toEqual(['permitted'])
    expect(outcomesOf(withEffects([approvalOf(2n ** 256n - 1n)]), policy)).toEqual(['notPermitted'])
    expect(outcomesOf(withEffects([approvalOf(2n ** 160n - 1n)]), policy)).toEqual(['notPermitted'])
  })
})

describe('behavior: what the facts do not say', () => {
  const native: Effect = { ...transferOf(1n), asset: 'native' } as Effect

  test('a token that is not in the facts, native value among them, is judged by no rule', () => {
    expect(
      outcomesOf(withEffects([{ ...transferOf(1n), asset: ALICE } as Effect, native]), permitAll),
    ).toEqual(['TOKEN_UNKNOWN', 'TOKEN_UNKNOWN'])
    const eth = { symbol: 'ETH', decimals: 18, chainId: 84532, address: 'native' }
    const policy = policyOf(permits['transfer'] ?? '', { ...OPEN_FACTS, tokens: { ...FACTS.tokens, eth } })
    expect(outcomesOf(withEffects([native]), policy)).toEqual(['permitted'])
  })

  test('a wallet on a chain on which it is not known is judged by no rule', () => {
    const inquiry = inquiryOf()
    for (const prepared of [
      { ...inquiry.prepared, chainId: 8453 },
      { ...inquiry.prepared, chainId: undefined },
      { ...inquiry.prepared, account: FACTORY as Address },
    ])
      expect(authorize({ ...inquiry, prepared }, permitAll)).toMatchObject({
        outcome: 'deny',
        reasons: [{ code: 'WALLET_UNKNOWN' }],
      })
  })

  test('deposit and withdraw of what is no token are calls', () => {
    const effects: readonly Effect[] = [
      { kind: 'wrap', asset: ALICE, amount: 1n },
      { kind: 'unwrap', asset: ALICE, amount: 1n },
    ]
    expect(
      outcomesOf(withEffects(effects), policyOf(permits['call'] ?? '', { wallets: FACTS.wallets })),
    ).toEqual(['permitted', 'permitted'])
  })

  test('an address with a name on one chain only is unknown on another', () => {
    const rules =
      '@id("named") permit (principal, action == Action::"call", resource) when { context.contract == Address::"router" };'
    const policy = policyOf(rules, {
      wallets: { treasury: { address: ACCOUNT, chainIds: [1, 84532] } },
      addressBook: { router: { address: ALICE, chainIds: [1] } },
    })
    const call: Effect = { kind: 'call', to: ALICE, selector: '0x12345678', value: 0n }
    const on = (chainId: number) => ({
      ...withEffects([call]),
      prepared: { ...withEffects([call]).prepared, chainId },
    })
    expect([outcomesOf(on(1), policy), outcomesOf(on(84532), policy)]).toEqual([
      ['permitted'],
      ['notPermitted'],
    ])
  })
})

test('error: a rule that cannot be evaluated denies, even where it only would have forbidden', () => {
  const rules = `${permits['call']}\n@id("overflow") forbid (principal, action == Action::"call", resource) when { context.effects * 9223372036854775807 < 5 };`
  const policy = policyOf(rules, { wallets: FACTS.wallets })
  const call: Effect = { kind: 'call', to: ALICE, selector: '0x12345678', value: 0n }
  expect(outcomesOf(withEffects([call]), policy)).toEqual(['permitted'])
  expect(outcomesOf(withEffects([call, call]), policy)).toEqual(['error', 'error'])
  expect(authorize(withEffects([call, call]), policy)).toMatchObject({
    reasons: [
      { code: 'RULE_FAILED', message: expect.stringContaining('by overflow') },
      { code: 'RULE_FAILED' },
    ],
  })
})

test('behavior: where the source address is none, from where is not known', () => {
  const inquiry = { ...inquiryOf(), principal: { ...PRINCIPAL, sourceIp: 'test-invoke-source-ip' } }
  expect(isAllowed(inquiry, permitAll)).toBe(true)
  const office =
    '@id("office") forbid (principal, action, resource) unless { context has sourceIp && context.sourceIp.isInRange(ip("192.0.2.0/24")) };'
  expect(isAllowed(inquiry, policyOf(`${PERMIT_ALL}\n${office}`, OPEN_FACTS))).toBe(false)
})

describe('the key’s own account', () => {
  const transfer: Effect = transferOf(1n)
  const asSigner = (changes: Partial<Inquiry['prepared']>): Inquiry => {
    const inquiry = withEffects([transfer])
    const { signerAddress } = inquiry.prepared
    return { ...inquiry, prepared: { ...inquiry.prepared, account: signerAddress, ...changes } }
  }

  test('behavior: it may act on the chains of the facts, and on no other', () => {
    expect(isAllowed(asSigner({}), permitAll)).toBe(true)
    expect(outcomesOf(asSigner({ chainId: 8453 }), permitAll)).toEqual(['WALLET_UNKNOWN'])
    const { signer: _, ...without } = OPEN_FACTS
    expect(outcomesOf(asSigner({}), policyOf(PERMIT_ALL, without))).toEqual(['WALLET_UNKNOWN'])
  })

  test('behavior: what has no chain is asked about, whatever the facts', () => {
    const { signer: _, ...without } = OPEN_FACTS
    const hash: Effect = { kind: 'opaque', of: 'hash', hash: '0x' }
    const inquiry = asSigner({ chainId: undefined, effects: [hash] })
    expect(isAllowed(inquiry, policyOf(PERMIT_ALL, without))).toBe(true)
  })

  test('behavior: where it is a wallet of the facts, it is that one and nothing else', () => {
    const wallets = { ...FACTS.wallets, vault: { address: ALICE, chainIds: [1] } }
    const forbid = '@id("f") forbid (principal, action, resource == Wallet::"vault");'
    const policy = policyOf(`${PERMIT_ALL}\n${forbid}`, { ...OPEN_FACTS, wallets })
    expect(outcomesOf(asSigner({}), policy)).toEqual(['WALLET_UNKNOWN'])
    expect(outcomesOf(asSigner({ chainId: undefined }), policy)).toEqual(['WALLET_UNKNOWN'])
    const call: Effect = { kind: 'call', to: ACCOUNT, selector: '0x12345678', value: 0n }
    expect(outcomesOf(asSigner({ chainId: 1, effects: [call] }), policy)).toEqual(['forbidden'])
  })
})

test('behavior: typed data that a wallet verifies is administration of that wallet, on whatever chain', () => {
  const effect: Effect = {
    kind: 'typedData',
    verifyingContract: ACCOUNT,
    domainName: 'x',
    primaryType: 'Enable',
  }
  const inquiry = withEffects([effect])
  const onlyTypedData = policyOf(permits['signTypedData'] ?? '', { wallets: FACTS.wallets })
  const onlyAdminister = policyOf(permits['administer'] ?? '', { wallets: FACTS.wallets })
  for (const chainId of [84532, 1, undefined]) {
    const prepared = { ...inquiry.prepared, account: inquiry.prepared.signerAddress, chainId }
    expect(outcomesOf({ ...inquiry, prepared }, onlyTypedData)).toEqual(['notPermitted'])
    expect(outcomesOf({ ...inquiry, prepared }, onlyAdminister)).toEqual(['permitted'])
    expect(authorize({ ...inquiry, prepared }, onlyTypedData)).toMatchObject({
      reasons: [{ code: 'ADMINISTRATION_REFUSED' }],
    })
  }
})

describe('behavior: what rules can speak about', () => {
  const decide = (condition: string, changes: Partial<Inquiry> = {}, body?: object): boolean => {
    const rules = `${permits['payFee']}\n@id("t") permit (principal, action == Action::"transfer", resource) when { ${condition} };`
    const policy = policyOf(rules, OPEN_FACTS)
    return isAllowed(inquiryOf(body, changes), policy)
  }
  const at = (time: string): Partial<Inquiry> => ({ time: new Date(time) })
  const from = (sourceIp: string | undefined): Partial<Inquiry> => ({
    principal: { arn: PRINCIPAL.arn, sourceIp },
  })

  test('time of day and weekday, in UTC', () => {
    const hours = 'context.time.toTime() >= duration("9h") && context.time.toTime() < duration("17h30m")'
    expect(decide(hours, at('2026-01-05T09:00:00Z'))).toBe(true)
    expect(decide(hours, at('2026-01-05T08:59:59.999Z'))).toBe(false)
    expect(decide(hours, at('2026-01-05T17:30:00Z'))).toBe(false)
    const days = '["Monday", "Friday"].contains(context.weekday)'
    expect(decide(days, at('2026-01-05T23:59:59Z'))).toBe(true)
    expect(decide(days, at('2026-01-06T00:00:00Z'))).toBe(false)
    expect(decide('context.time < datetime("2026-02-01")', at('2026-01-31T23:59:59Z'))).toBe(true)
    expect(decide('context.time < datetime("2026-02-01")', at('2026-02-01T00:00:00Z'))).toBe(false)
  })

  test('source address', () => {
    const office = 'context has sourceIp && context.sourceIp.isInRange(ip("203.0.113.0/24"))'
    expect([
      decide(office, from('203.0.113.9')),
      decide(office, from('203.0.114.9')),
      decide(office, from(undefined)),
    ]).toEqual([true, false, false])
  })

  test('reference', () => {
    const invoice = 'context has reference && context.reference like "INV-*"'
    expect([
      decide(invoice, { reference: 'INV-7' }),
      decide(invoice, { reference: 'inv-7' }),
      decide(invoice),
    ]).toEqual([true, false, false])
  })

  test('kind, scheme, chain, number of effects, symbol, who it comes from', () => {
    for (const [condition, opposite] of [
      ['context.kind == "userOperation"', 'context.kind == "transaction"'],
      ['context.scheme == "eip191"', 'context.scheme == "raw"'],
      ['context.chainId == 84532', 'context.chainId == 1'],
      ['context.effects == 1', 'context.effects == 2'],
      ['context.token.symbol == "USDC"', 'context.token.symbol == "EURC"'],
      ['context.from == resource.address', 'context.from == context.recipient'],
      ['context.recipient.known', '!context.recipient.known'],
      [`principal.arn == "${PRINCIPAL.arn}"`, 'principal.arn == "x"'],
      [
        `principal == Principal::"${PRINCIPAL.arn}"`,
        'principal == Principal::"arn:aws:iam::111122223333:user/x"',
      ],
    ] as const)
      expect([condition, decide(condition), decide(opposite)]).toEqual([condition, true, false])
  })

  test('the first use of a wallet by its own factory, and by no other', () => {
    const deploying = (factory: string): Inquiry =>
      inquiryOf({
        signerAddress: ALICE,
        payload: payload({ factory, factoryData: '0x', callData: execute(transferCall) }),
      })
    expect(authorize(deploying(FACTORY), starter)).toMatchObject({
      outcome: 'allow',
      rules: ['first-use', 'payouts', 'fees'],
    })
    expect(authorize(deploying(ALICE), starter)).toMatchObject({
      outcome: 'deny',
      reasons: [{ code: 'DEPLOYMENT_REFUSED' }],
    })
  })
})
