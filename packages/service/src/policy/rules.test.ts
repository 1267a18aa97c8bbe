import { describe, expect, test } from 'vitest'
import {
  FACTS,
  inquiryOf,
  OPEN_FACTS,
  PERMIT_ALL,
  STARTER_RULES,
  sourceOf,
  starter,
} from '../../test/policy.ts'
import { authorize } from '../authorize.ts'
import { describeFault, PolicyError } from './fault.ts'
import { loadPolicy } from './policy.ts'

const faultsOf = (rules: string, facts: object = FACTS): readonly string[] => {
  try {
    loadPolicy(sourceOf(rules, facts))
    return []
  } catch (error) {
    if (error instanceof PolicyError) return error.faults.map(describeFault)
    throw error
  }
}
const changed = (before: string, after: string): string => {
  expect(STARTER_RULES).toContain(before)
  return STARTER_RULES.replace(before, after)
}
const lineOf = (text: string, rules = STARTER_RULES): number =>
  rules.slice(0, rules.indexOf(text)).split('\n').length

test('default: the rules of the starter, in their order', () => {
  expect(starter.rules.map(({ id, effect, actions }) => [id, effect, actions])).toEqual([
    ['payouts', 'permit', ['transfer']],
    ['fees', 'permit', ['payFee']],
    ['first-use', 'permit', ['deploy']],
    ['one-at-a-time', 'forbid', undefined],
  ])
})

test('behavior: rules keep their order and their places, however many there are', () => {
  const rules = Array.from(
    { length: 25 },
    (_, i) => `@id("r${i}") permit(principal, action == Action::"call", resource);`,
  )
  const { rules: parsed } = loadPolicy(sourceOf(rules.join('\n'), { wallets: FACTS.wallets }))
  expect(parsed.map(rule => rule.id)).toEqual(rules.map((_, i) => `r${i}`))
  expect(parsed.map(rule => rule.text)).toEqual(rules)
})

describe('error: what is wrong with rules is told with its place', () => {
  test('a syntax error', () => {
    expect(faultsOf(changed('when { context.maximum', 'wen { context.maximum'))).toEqual([
      `treasury.cedar:${lineOf('when { context.maximum')}:1: invalid policy condition: wen (condition must be either \`when\` or \`unless\`)`,
    ])
  })

  test('after text that is not ASCII too', () => {
    const rules = `// Überweisungen 😀\n${changed('context.maximum.', 'context.maximun.')}`
    expect(faultsOf(rules)).toEqual([
      expect.stringMatching(
        `^treasury\\.cedar:${lineOf('when { context.maximum') + 1}:8: attribute .maximun. `,
      ),
    ])
  })

  test.each([
    ['context.maximum.', 'context.maximun.', /attribute `maximun` in context .* not found/],
    ['context.amount.lessThanOrEqual(decimal("1000.0"))', 'context.amount < 1000', /unexpected type/],
    ['Role::"operators"', 'Role::"operator"', /treasury\.json has no role "operator" \(it has operators\)/],
    ['Group::"payees"', 'Group::"payes"', /has no group of the address book "payes" \(it has payees\)/],
    ['Token::"usdc"', 'Token::"usdt"', /has no token "usdt"/],
    ['Wallet::"treasury"', 'Wallet::"main"', /has no wallet "main" \(it has signer, treasury\)/],
    [
      'context.recipient in Group::"payees"',
      'context.recipient == Address::"bob"',
      /has no address book entry "bob"/,
    ],
    [
      'principal in Role::"operators"',
      'principal == Principal::"olga"',
      /Principal::"olga" is not the ARN of one user or session/,
    ],
    [
      'action == Action::"payFee"',
      'action',
      /a permit must name its actions \(action == Action::"transfer": what is dangerous has to be opened by name\)/,
    ],
    ['action == Action::"payFee"', 'action == Action::"pay"', /unrecognized action `Action::"pay"`/],
    ['@id("fees")', '', /the rule has no name/],
    ['@id("fees")', '@id("")', /the rule has no name/],
    ['@id("fees")', '@id("my fees")', /"my fees" cannot be the name of a rule/],
    ['@id("fees")', '@id("payouts")', /more than one rule has the name payouts/],
    [
      '@id("fees")',
      '@id("fees") @limits("x")',
      /@limits means nothing here \(known are @id, @description, @limit and @approvals\)/,
    ],
    ['decimal("1000.0")', 'decimal("922337203685477.5807")', /cannot be a limit \(name a smaller one\)/],
    ['decimal("1000.0")', 'decimal("00922337203685477.5807")', /cannot be a limit/],
    [
      'principal in Role::"operators"',
      'principal == Principal::"arn:aws:iam::111122223333:role/Payouts"',
      /not the ARN of one user or session \(a role, or several/,
    ],
    [
      'principal in Role::"operators"',
      'principal == constructor::"x"',
      /unrecognized entity type `constructor`/,
    ],
    ['decimal("1000.0")', 'decimal("1000.00001")', /failed to parse as a decimal/],
    ['principal in Role::"operators"', 'principal == ?principal', /templates are not supported/],
    ['context.effects > 1', 'context.effects > 1 && false', /impossible/],
  ])('%s -> %s', (before, after, expected) => {
    const faults = faultsOf(changed(before, after))
    expect(faults.join('\n')).toMatch(expected)
    for (const fault of faults) expect(fault).toMatch(/^treasury\.(cedar|json):\d+:\d+: /)
  })

  test('a permit without actions is one fault, not one for each action', () => {
    expect(faultsOf(changed('action == Action::"payFee"', 'action'))).toHaveLength(1)
  })

  test('all of them at once, in both files', () => {
    const rules = changed('Token::"usdc"', 'Token::"usdt"').replace('@id("fees")', '')
    expect(faultsOf(rules)).toHaveLength(2)
    expect(faultsOf('permit', { roles: 1 })).toEqual([
      expect.stringContaining('treasury.json:2:3: /roles'),
      expect.stringContaining('treasury.cedar:1:7: '),
    ])
  })
})

test('error: a rule that is nested too deep is refused, however deep', () => {
  for (const count of [42, 60, 150, 400, 3000, 30_000]) {
    const alternatives = Array.from({ length: count }, () => 'context.recipient == Address::"alice"').join(
      ' || ',
    )
    const faults = faultsOf(changed('context.recipient in Group::"payees"', `(${alternatives})`), {
      ...FACTS,
      addressBook: { alice: { address: FACTS.addressBook.alice.address } },
    })
    expect(faults).toEqual([
      expect.stringMatching(
        /^treasury\.cedar:\d+:\d+: the rule is nested too deep \(instead of many conditions/,
      ),
    ])
  }
})

test('behavior: what is as deep as it may be is permitted, and explained', () => {
  const alternatives = Array.from({ length: 41 }, () => 'context.recipient == Address::"alice"').join(' || ')
  const rules = `@id("r") permit (principal, action == Action::"transfer", resource) when { ${alternatives} };`
  const policy = loadPolicy(sourceOf(rules, OPEN_FACTS))
  const inquiry = inquiryOf()
  const [transfer] = inquiry.prepared.effects
  if (transfer?.kind !== 'transfer') throw new Error('a transfer comes first')
  const ask = (to: typeof transfer.to) =>
    authorize({ ...inquiry, prepared: { ...inquiry.prepared, effects: [{ ...transfer, to }] } }, policy)
  expect(ask(transfer.to).outcome).toBe('allow')
  expect(ask(transfer.asset as typeof transfer.to)).toMatchObject({
    reasons: [{ code: 'NOT_PERMITTED', message: expect.stringContaining('r wants') }],
  })
})

describe('obligations are refused, because nothing enforces them yet', () => {
  const withAnnotation = (annotation: string): readonly string[] =>
    faultsOf(changed('@id("payouts")', `@id("payouts") ${annotation}`))

  test.each(['@limit("50000 USDC per 24h")', '@limit("0.5 USDC per 7d")'])('error: %s', annotation => {
    expect(withAnnotation(annotation)).toEqual([
      expect.stringContaining(
        '@limit is not enforced yet (without it, the rule would permit more than it says)',
      ),
    ])
  })

  test('error: @approvals', () => {
    expect(withAnnotation('@approvals("2 of operators")')).toEqual([
      expect.stringContaining('@approvals is not enforced yet'),
    ])
  })

  test.each([
    ['@limit("50000 USDC")', /is not understood \(write it like @limit\("50000 USDC per 24h"\)/],
    ['@limit("1e3 USDC per 24h")', /is not understood/],
    ['@limit("5 EURC per 24h")', /has no token symbol "EURC" \(it has USDC\)/],
    [
      '@approvals("two of operators")',
      /is not understood \(write it like @approvals\("2 of treasury-approvers"\)/,
    ],
    ['@approvals("2 of approvers")', /has no role "approvers" \(it has operators\)/],
  ])('error: %s is wrong in itself', (annotation, expected) => {
    expect(withAnnotation(annotation).join('\n')).toMatch(expected)
  })

  test('error: a forbid can have none', () => {
    expect(
      faultsOf(changed('@id("one-at-a-time")', '@id("one-at-a-time") @approvals("2 of operators")')),
    ).toEqual([expect.stringContaining('@approvals belongs to a permit (take it away)')])
  })
})

describe('a fact that no rule can use is refused', () => {
  const stranger = { address: `0x${'5'.repeat(40)}` }
  test.each([
    [
      'a role',
      { roles: { ...FACTS.roles, auditors: ['arn:aws:iam::111122223333:user/a'] } },
      /\/roles\/auditors .* no rule names this role/,
    ],
    [
      'a wallet',
      { wallets: { ...FACTS.wallets, cold: { ...stranger, chainIds: [1] } } },
      /\/wallets\/cold .* no rule permits/,
    ],
    [
      'a token',
      { tokens: { ...FACTS.tokens, eurc: { symbol: 'EURC', decimals: 6, chainId: 1, ...stranger } } },
      /\/tokens\/eurc /,
    ],
    [
      'an entry',
      { addressBook: { ...FACTS.addressBook, bob: stranger } },
      /\/addressBook\/bob .* nor a group that it is in/,
    ],
    [
      'a group',
      { addressBook: { alice: { ...FACTS.addressBook.alice, groups: ['payees', 'friends'] } } },
      /\/addressBook\/alice\/groups\/1 .* the group friends/,
    ],
  ])('error: %s', (_name, change, expected) => {
    const faults = faultsOf(STARTER_RULES, { ...FACTS, ...change })
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(expected)
    expect(faults[0]).toMatch(/^treasury\.json:\d+:\d+: /)
  })

  test('behavior: a rule that asks whether an address is known can use every entry', () => {
    const rules = `${STARTER_RULES}\n@id("known-payer") forbid (principal, action == Action::"payFee", resource) unless { context.payer.known };`
    expect(faultsOf(rules, { ...FACTS, addressBook: { ...FACTS.addressBook, paymaster: stranger } })).toEqual(
      [],
    )
  })

  test('error: chains of the key’s own account, of which nothing is permitted', () => {
    expect(faultsOf(STARTER_RULES, { ...FACTS, signer: { chainIds: [1] } })).toEqual([
      expect.stringMatching(/\/signer can be used by no rule: no rule permits anything of the key/),
    ])
  })

  test('error: of very many the first fifty are told, and how many more there are', () => {
    const entries = Array.from({ length: 2000 }, (_, i) => [
      `e${i}`,
      { address: `0x7${String(i).padStart(39, '0')}` },
    ])
    const faults = faultsOf(STARTER_RULES, {
      ...FACTS,
      addressBook: { ...FACTS.addressBook, ...Object.fromEntries(entries) },
    })
    expect(faults).toHaveLength(51)
    expect(faults.at(-1)).toMatch(/and 1950 more faults$/)
  })

  test('behavior: rules that leave something open can use whatever there is', () => {
    expect(faultsOf(PERMIT_ALL, OPEN_FACTS)).toEqual([])
  })

  test('behavior: a token that a rule only excludes may be of use', () => {
    const rules = changed('context.token == Token::"usdc" &&', '').replace(
      '@id("fees")',
      '@id("no-dai") forbid(principal, action == Action::"transfer", resource) when { context.token == Token::"dai" };\n@id("fees")',
    )
    const dai = { symbol: 'DAI', decimals: 18, chainId: 1, ...stranger }
    expect(faultsOf(rules, { ...FACTS, tokens: { ...FACTS.tokens, dai } })).toEqual([])
  })
})

test('behavior: the actions of a rule are known however it names them', () => {
  const actions = (scope: string, effect = 'permit') =>
    loadPolicy(
      sourceOf(
        `@id("r") ${effect} (principal, ${scope}, resource);`,
        effect === 'permit' ? { wallets: FACTS.wallets } : {},
      ),
    ).rules[0]?.actions
  expect(actions('action == Action::"call"')).toEqual(['call'])
  expect(actions('action in Action::"call"')).toEqual(['call'])
  expect(actions('action in [Action::"call", Action::"payFee"]')).toEqual(['call', 'payFee'])
  expect(actions('action in [Action::"call", Action::"payFee"]', 'forbid')).toEqual(['call', 'payFee'])
  expect(actions('action', 'forbid')).toBeUndefined()
})

test('behavior: a forbid about several actions sees what it reads, whatever the other rules read', () => {
  const rules =
    '@id("p") permit (principal, action in [Action::"transfer", Action::"payFee"], resource);\n' +
    '@id("f") forbid (principal, action in [Action::"transfer", Action::"call"], resource) when { context has reference && context.reference like "x*" };'
  const policy = loadPolicy(sourceOf(rules, OPEN_FACTS))
  expect(authorize(inquiryOf(), policy).outcome).toBe('allow')
  expect(authorize({ ...inquiryOf(), reference: 'x1' }, policy)).toMatchObject({
    outcome: 'deny',
    reasons: [{ code: 'FORBIDDEN' }],
  })
})

test('error: of two rules that are the same to the letter each is told where it stands', () => {
  const rule = '@id("r") permit (principal, action == Action::"signHash", resource);'
  expect(faultsOf(`${rule}\n\n${rule}`, { wallets: FACTS.wallets })).toEqual([
    expect.stringMatching(/^treasury\.cedar:1:1: more than one rule has the name r \(/),
    expect.stringMatching(/^treasury\.cedar:3:1: more than one rule has the name r \(/),
  ])
})

test('behavior: a fault of a late rule is told in Cedar’s words, without its number', () => {
  const rule = (i: number, condition: string) =>
    `@id("r${i}") permit (principal, action == Action::"call", resource) when { ${condition} };`
  const rules = Array.from({ length: 12 }, (_, i) =>
    rule(i, i === 11 ? 'context.valu == decimal("1.0")' : 'true'),
  )
  expect(faultsOf(rules.join('\n'), { wallets: FACTS.wallets })).toEqual([
    expect.stringMatching(/^treasury\.cedar:12:\d+: attribute `valu` /),
  ])
})

test('error: what is wrong whatever the facts are is told beside their faults', () => {
  const template = changed('principal in Role::"operators"', 'principal == ?principal')
  const deep = changed('context.effects > 1', Array(100).fill('context.effects > 1').join(' || '))
  for (const [rules, expected] of [
    [template, /templates are not supported/],
    [deep, /the rule is nested too deep \(instead of many conditions/],
  ] as const)
    expect(faultsOf(rules, { roles: 1 })).toEqual([
      expect.stringContaining('/roles must be'),
      expect.stringMatching(expected),
    ])
})

describe('behavior: what may be the name of a rule', () => {
  const named = (name: string) => faultsOf(changed('@id("fees")', `@id(${JSON.stringify(name)})`))
  test.each(['a', 'Fees-2.b_C9', `f${'0'.repeat(63)}`])('%s', name => expect(named(name)).toEqual([]))
  test.each(['1a', '-a', 'a b', 'a:b', 'Gebühren', ' a', 'a\n', `f${'0'.repeat(64)}`])(
    'error: not %j',
    name =>
      expect(named(name)).toEqual([
        expect.stringMatching(/cannot be the name of a rule \(begin the rule with @id/),
      ]),
  )
})

test('behavior: a rule can have a description, which nothing is made of', () => {
  expect(faultsOf(changed('@id("fees")', '@id("fees") @description("the gas")'))).toEqual([])
})

test('behavior: one mistake is told once, however many actions it is made about', () => {
  const rules =
    '@id("r") permit (principal, action in [Action::"wrap", Action::"unwrap", Action::"call"], resource) when { context.amaunt == decimal("1.0") };'
  expect(faultsOf(rules, { wallets: FACTS.wallets })).toEqual([
    expect.stringMatching(
      /^treasury\.cedar:1:\d+: attribute `amaunt` in context for Action::"\w+" not found/,
    ),
  ])
  const two = rules.replace('decimal("1.0")', 'decimal("1.0") && context.selektor == "0x"')
  expect(
    faultsOf(two, { wallets: FACTS.wallets })
      .map(fault => /`\w+`/.exec(fault)?.[0])
      .toSorted(),
  ).toEqual(['`amaunt`', '`selektor`'])
})

test('error: of what there are many, ten are named', () => {
  const rules = '@id("r") permit (principal in Role::"x", action == Action::"signHash", resource);'
  const roles = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => [`r${i}`, [`arn:aws:iam::111122223333:user/u${i}`]]),
    )
  const hint = (count: number) => faultsOf(rules, { wallets: FACTS.wallets, roles: roles(count) })[0]
  expect(hint(0)).toMatch(/has no role "x" \(it has none at all\)$/)
  expect(hint(10)).toMatch(/\(it has r0, r1, r2, r3, r4, r5, r6, r7, r8, r9\)$/)
  expect(hint(11)).toMatch(/\(it has r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, \.\.\.\)$/)
})

test('behavior: a fault in the facts does not hide one in the syntax, and hides the rest', () => {
  const facts = { ...FACTS, roles: 1 }
  expect(faultsOf(STARTER_RULES, facts)).toEqual([expect.stringContaining('/roles must be')])
  expect(faultsOf(changed('@id("fees")', ''), facts)).toEqual([expect.stringContaining('/roles must be')])
})

test('error: a policy that cannot be used is of that code, and says each fault in a line', () => {
  const load = () =>
    loadPolicy(sourceOf(changed('@id("fees")', '').replace('Token::"usdc"', 'Token::"usdt"')))
  expect(load).toThrow(PolicyError)
  try {
    load()
  } catch (error) {
    expect(error).toMatchObject({ name: 'PolicyError', code: 'POLICY_INVALID' })
    expect(String(error)).toMatch(
      /^PolicyError: treasury\.cedar:\d+:\d+: treasury\.json has no token "usdt" \(it has usdc\)\ntreasury\.cedar:\d+:\d+: the rule has no name \(.*\)$/,
    )
  }
})

test('error: exactly fifty faults are told without a word of more', () => {
  const entries = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => [`e${i}`, { address: `0x7${String(i).padStart(39, '0')}` }]),
    )
  const told = (count: number) =>
    faultsOf(STARTER_RULES, { ...FACTS, addressBook: { ...FACTS.addressBook, ...entries(count) } })
  expect(told(50)).toHaveLength(50)
  expect(told(50).at(-1)).toMatch(/\/addressBook\/e49 /)
  expect(told(51).at(-1)).toMatch(/^treasury\.json:\d+:\d+: and 1 more faults$/)
})

test('behavior: nothing can move from one text to the other without another version', () => {
  const load = (rules: string, facts: string) => loadPolicy({ rules, facts }).version
  expect(load('// a\n', ' {}')).not.toBe(load('// a\n ', '{}'))
})

test('behavior: the version changes with any change of either text, and only then', () => {
  const source = sourceOf(STARTER_RULES)
  const versions = [
    source,
    { ...source, rules: `${source.rules}\n` },
    { ...source, facts: `${source.facts}\n` },
    { rules: source.rules.replace('1000.0', '1001.0'), facts: source.facts },
  ].map(each => loadPolicy(each).version)
  expect(new Set(versions).size).toBe(4)
  expect(loadPolicy(source).version).toBe(versions[0])
  expect(versions[0]).toMatch(/^[0-9a-f]{64}$/)
})

test('default: without rules and facts there is a policy, which permits nothing', () => {
  expect(loadPolicy({ rules: '// nothing\n', facts: '{}' }).rules).toEqual([])
})
