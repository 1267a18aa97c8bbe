import { type Address, getAddress } from 'viem'
import { describe, expect, test } from 'vitest'
import { ACCOUNT, ALICE, PRINCIPAL, TOKEN } from '../../test/fixtures.ts'
import { FACTS, inquiryOf, OPEN_FACTS, permits, policyOf } from '../../test/policy.ts'
import { authorize } from '../authorize.ts'
import type { Effect } from '../effects/effect.ts'
import type { Prepared } from '../prepare.ts'
import type { Policy } from './policy.ts'
import type { Reason } from './reason.ts'
import type { Action } from './schema.ts'

const STRANGER: Address = getAddress('0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed')
const reasons = (
  effects: readonly Effect[],
  policy: Policy,
  prepared: Partial<Prepared> = {},
  sourceIp: string = PRINCIPAL.sourceIp,
): readonly Reason[] => {
  const inquiry = inquiryOf()
  const decision = authorize(
    {
      ...inquiry,
      principal: { ...PRINCIPAL, sourceIp },
      prepared: { ...inquiry.prepared, effects, ...prepared },
    },
    policy,
  )
  return decision.outcome === 'deny' ? decision.reasons : []
}
const callTo = (to: Address): Effect => ({ kind: 'call', to, selector: '0x12345678', value: 0n })
/** Facts of which each effect below can be judged. Not every policy may have them, since not every one can use them. */
const { facts, directory } = policyOf(permits['transfer'] ?? '', OPEN_FACTS)
const withFacts = (rules: string): Policy => ({
  ...policyOf(rules, rules === '' ? {} : { wallets: FACTS.wallets }),
  facts,
  directory,
})

describe('behavior: what is permitted by nothing has the code of its action', () => {
  const effects: Readonly<Record<Action, readonly [Effect, string]>> = {
    transfer: [{ kind: 'transfer', asset: TOKEN, from: ACCOUNT, to: ALICE, amount: 1n }, 'NOT_PERMITTED'],
    transferNft: [
      { kind: 'nftTransfer', collection: TOKEN, from: ACCOUNT, to: ALICE, tokenId: 1n, amount: 1n },
      'NOT_PERMITTED',
    ],
    approve: [
      { kind: 'approval', asset: TOKEN, owner: ACCOUNT, spender: ALICE, amount: 1n },
      'NOT_PERMITTED',
    ],
    wrap: [{ kind: 'wrap', asset: TOKEN, amount: 1n }, 'NOT_PERMITTED'],
    unwrap: [{ kind: 'unwrap', asset: TOKEN, amount: 1n }, 'NOT_PERMITTED'],
    call: [callTo(ALICE), 'NOT_PERMITTED'],
    payFee: [{ kind: 'fee', payer: ACCOUNT, maximum: 1n }, 'NOT_PERMITTED'],
    approveUnlimited: [
      { kind: 'approvalForAll', collection: TOKEN, owner: ACCOUNT, operator: ALICE, approved: true },
      'UNLIMITED_ALLOWANCE_REFUSED',
    ],
    delegatecall: [{ kind: 'delegatecall', to: ALICE }, 'DELEGATECALL_REFUSED'],
    deploy: [{ kind: 'deployment', account: ACCOUNT, factory: ALICE }, 'DEPLOYMENT_REFUSED'],
    administer: [{ kind: 'administration', to: ACCOUNT, action: 'x' }, 'ADMINISTRATION_REFUSED'],
    delegate: [{ kind: 'delegation', to: ALICE, chainId: 1 }, 'DELEGATION_REFUSED'],
    signHash: [{ kind: 'opaque', of: 'hash', hash: '0x' }, 'BLIND_SIGNING_REFUSED'],
    signRaw: [{ kind: 'rawScheme' }, 'RAW_SCHEME_REFUSED'],
    signMessage: [{ kind: 'message', text: 'x', hash: '0x' }, 'MESSAGE_REFUSED'],
    signTypedData: [
      { kind: 'typedData', verifyingContract: undefined, domainName: undefined, primaryType: 'X' },
      'TYPED_DATA_REFUSED',
    ],
  }
  const nothing = withFacts('')
  test.each(Object.entries(effects))('%s, and only its own permit permits it', (action, [effect, code]) => {
    expect(reasons([effect], nothing)).toEqual([
      {
        path: '/payload/userOperation/callData',
        code,
        message: expect.stringMatching(/: no rule permits it$/),
      },
    ])
    const { [action]: own = '', ...others } = permits
    expect(reasons([effect], withFacts(own))).toEqual([])
    expect(reasons([effect], withFacts(Object.values(others).join('\n')))).toMatchObject([{ code }])
  })
})

test('error: each code that is no rule’s is told with what is the matter', () => {
  const rules = `${permits['call']}\n${permits['wrap']}\n@id("f1") forbid (principal, action == Action::"wrap", resource);\n@id("f2") forbid (principal, action in [Action::"wrap", Action::"unwrap"], resource);`
  const policy = policyOf(rules, { ...OPEN_FACTS })
  expect(
    reasons(
      [
        { kind: 'wrap', asset: TOKEN, amount: 1n },
        callTo(ALICE),
        { kind: 'transfer', asset: STRANGER, from: ACCOUNT, to: ALICE, amount: 1n },
        { kind: 'opaque', of: 'callData', hash: '0x' },
      ],
      policy,
    ).map(({ code, message }) => [code, message.slice(message.lastIndexOf(': ') + 2)]),
  ).toEqual([
    ['FORBIDDEN', 'forbidden by f1 and f2'],
    ['TOKEN_UNKNOWN', 'the policy knows no such token on this chain'],
    ['CALL_DATA_NOT_UNDERSTOOD', 'no rule can permit what is not understood'],
  ])
  expect(reasons([], policy)).toEqual([
    {
      path: '/payload/userOperation/callData',
      code: 'NO_EFFECT',
      message: 'has no effect that could be judged',
    },
  ])
})

test('error: a question that Cedar cannot read is refused, whatever would permit it', () => {
  const office =
    '@id("office") forbid (principal, action, resource) when { context has sourceIp && context.sourceIp.isLoopback() };'
  const policy = policyOf(`${permits['call']}\n${office}`, { wallets: FACTS.wallets })
  expect(reasons([callTo(ALICE)], policy)).toEqual([])
  // An address to Node, but none to Cedar.
  expect(reasons([callTo(ALICE)], policy, {}, 'fe80::1%eth0')).toMatchObject([
    { code: 'RULE_FAILED', message: expect.stringMatching(/: could not be judged$/) },
  ])
})

test('error: rules that fail are named, each of them', () => {
  const failing = (id: string) =>
    `@id("${id}") forbid (principal, action == Action::"call", resource) when { context.effects * 9223372036854775807 < 5 };`
  const policy = policyOf(`${permits['call']}\n${failing('b')}\n${failing('a')}`, { wallets: FACTS.wallets })
  const [first] = reasons([callTo(ALICE), callTo(ALICE)], policy)
  expect(first?.message).toMatch(/: could not be judged by a and b$/)
})

describe('behavior: the rules that come nearest', () => {
  const to = (id: string, name: string) =>
    `@id("${id}") permit (principal, action == Action::"call", resource) when { context.contract == Address::"${name}" };`
  const book = { wallets: FACTS.wallets, addressBook: { alice: { address: ALICE } } }
  const is = `context.contract is ${STRANGER.toLowerCase()}, in no group`
  const wants = (id: string) => `${id} wants context.contract == Address::"alice", but ${is}`

  test('three at most, of those that lack the least', () => {
    const more = `@id("z") permit (principal, action == Action::"call", resource) when { context.contract == Address::"alice" && context.chainId == 1 };`
    const rules = [more, ...['a', 'b', 'c', 'd'].map(id => to(id, 'alice'))].join('\n')
    expect(reasons([callTo(STRANGER)], policyOf(rules, book))[0]?.message).toBe(
      `call ${STRANGER}, function 0x12345678: no rule permits it; ${['a', 'b', 'c'].map(wants).join('; ')}`,
    )
    expect(reasons([callTo(STRANGER)], policyOf(more, book))[0]?.message).toBe(
      `call ${STRANGER}, function 0x12345678: no rule permits it; ${wants('z')}, and context.chainId == 1, but context.chainId is 84532`,
    )
  })

  test('are told for the first eight effects', () => {
    const policy = policyOf(to('a', 'alice'), book)
    const messages = reasons(Array(10).fill(callTo(STRANGER)), policy).map(({ message }) => message)
    expect(messages.map(message => message.endsWith(wants('a')))).toEqual([
      ...Array(8).fill(true),
      ...Array(2).fill(false),
    ])
    expect(messages.at(-1)).toMatch(/: no rule permits it$/)
  })

  test('also where the name of an entry looks like an address', () => {
    const name = `v0x${'1'.repeat(40)}`
    const policy = policyOf(to('a', name), {
      wallets: FACTS.wallets,
      addressBook: { [name]: { address: ALICE } },
    })
    const forbid = policyOf(
      `${permits['payFee']}\n@id("f") forbid (principal, action == Action::"call", resource) when { context.contract == Address::"${name}" };`,
      { wallets: FACTS.wallets, addressBook: { [name]: { address: ALICE } } },
    )
    const [reason] = reasons([{ kind: 'delegatecall', to: ALICE }], forbid)
    expect(reason?.message).toBe(
      `delegatecall: run the code of ${name} (${ALICE}) as the wallet: no rule permits it`,
    )
    expect(reasons([callTo(ALICE), callTo(STRANGER)], policy)).toMatchObject([{ code: 'NOT_PERMITTED' }])
  })

  test('after the address that looks like one of the address book', () => {
    const alike = getAddress(`${ALICE.slice(0, 6)}${'1'.repeat(32)}${ALICE.slice(-4)}`.toLowerCase())
    expect(reasons([callTo(alike)], policyOf(to('a', 'alice'), book))[0]?.message).toContain(
      `: no rule permits it; ${alike} looks like alice (${ALICE}) and is not it; a wants`,
    )
  })
})

describe('error: an account that is no wallet is told with those that are', () => {
  const message = (facts: object, prepared: Partial<Prepared> = {}) => {
    const rules = 'wallets' in facts || 'signer' in facts ? (permits['call'] ?? '') : ''
    const told = reasons([callTo(ALICE), callTo(ALICE)], policyOf(rules, facts), prepared)
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject({ code: 'WALLET_UNKNOWN', path: '/payload/userOperation/callData' })
    return told[0]?.message.replace(`is for the account ${ACCOUNT} `, '')
  }
  const wallets = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => [
        `w${i}`,
        { address: `0x${String(i).padStart(40, '2')}`, chainIds: [1, 5] },
      ]),
    )

  test('none, or only the own account of the key', () => {
    expect(message({})).toBe('on chain 84532, which the policy does not know; it knows no wallet')
    expect(message({ signer: { chainIds: [1, 10] } })).toBe(
      "on chain 84532, which the policy does not know; it knows the key's own account on 1, 10",
    )
  })

  test('once, whatever else is judged', () => {
    const own: Effect = {
      kind: 'typedData',
      verifyingContract: ACCOUNT,
      domainName: undefined,
      primaryType: 'X',
    }
    const told = reasons([own, callTo(ALICE)], policyOf(permits['call'] ?? '', { wallets: FACTS.wallets }), {
      account: STRANGER,
    })
    expect(told.map(({ code }) => code)).toEqual(['WALLET_UNKNOWN'])
  })

  test('up to ten', () => {
    expect(message({ wallets: wallets(10) })).toMatch(/; w9 \(0x2{39}9 on 1, 5\)$/)
    expect(message({ wallets: wallets(11), signer: { chainIds: [1] } })).toMatch(
      /; w9 \(0x2{39}9 on 1, 5\); 1 more; the key's own account on 1$/,
    )
  })

  test('what has no chain, or is for every chain', () => {
    for (const chainId of [0, undefined])
      expect(message({ wallets: wallets(1) }, { chainId })).toMatch(/^on every chain, which/)
  })
})
