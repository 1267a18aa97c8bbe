// The question about each kind of effect, in full: what rules are asked is what they can decide by.
import { type Address, getAddress } from 'viem'
import { describe, expect, test } from 'vitest'
import { ACCOUNT, ALICE, PRINCIPAL, TOKEN } from '../../test/fixtures.ts'
import type { Effect } from '../effects/effect.ts'
import type { Prepared } from '../prepare.ts'
import { createDirectory } from './directory.ts'
import { type Facts, parseFacts } from './facts.ts'
import type { Inquiry } from './inquiry.ts'
import { type Question, toQuestion, type Value } from './question.ts'

const FACTORY: Address = '0x3333333333333333333333333333333333333333'
const STRANGER: Address = getAddress('0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed')
const SIGNER_ADDRESS: Address = '0x7777777777777777777777777777777777777777'

const factsOf = (facts: object): Facts => {
  const parsed = parseFacts(JSON.stringify(facts))
  if (!('facts' in parsed)) throw new Error(JSON.stringify(parsed.faults))
  return parsed.facts
}
const directory = createDirectory(
  factsOf({
    roles: { operators: [PRINCIPAL.arn], auditors: ['arn:aws:iam::123456789012:user/a*'] },
    wallets: { treasury: { address: ACCOUNT, chainIds: [84532], factory: FACTORY } },
    signer: { chainIds: [84532] },
    tokens: {
      usdc: { symbol: 'USDC', decimals: 6, chainId: 84532, address: TOKEN },
      eth: { symbol: 'ETH', decimals: 18, chainId: 84532, address: 'native' },
    },
    addressBook: {
      alice: { address: ALICE, groups: ['payees', 'staff'] },
      bob: { address: STRANGER, chainIds: [1] },
    },
  }),
)

/** A request of the treasury for these effects. */
const inquiryOf = (
  effects: readonly Effect[],
  prepared: Partial<Prepared> = {},
  changes: Partial<Inquiry> = {},
): Inquiry => ({
  principal: PRINCIPAL,
  prepared: {
    kind: 'userOperation',
    scheme: 'eip191',
    chainId: 84532,
    account: ACCOUNT,
    signerAddress: SIGNER_ADDRESS,
    hash: '0x',
    digest: '0x',
    effects,
    origin: '/payload',
    ...prepared,
  },
  time: new Date('2026-01-05T12:00:00Z'),
  ...changes,
})
const ask = (effect: Effect, prepared?: Partial<Prepared>, changes?: Partial<Inquiry>) =>
  toQuestion(effect, inquiryOf([effect], prepared, changes), directory)
const asked = (...args: Parameters<typeof ask>): Question => {
  const question = ask(...args)
  if (typeof question === 'string') throw new Error(question)
  return question
}

const decimal = (arg: string): Value => ({ __extn: { fn: 'decimal', arg } })
const entity = (type: string, id: string): Value => ({ __entity: { type, id } })
const alice = entity('Address', 'alice')
const account = entity('Address', ACCOUNT.toLowerCase())
const stranger = entity('Address', STRANGER.toLowerCase())
const factory = entity('Address', FACTORY)
const token = entity('Address', TOKEN.toLowerCase())

/** What the request says, whatever the effect. */
const common = {
  chainId: 84532,
  kind: 'userOperation',
  scheme: 'eip191',
  effects: 1,
  time: { __extn: { fn: 'datetime', arg: '2026-01-05T12:00:00.000Z' } },
  weekday: 'Monday',
  sourceIp: { __extn: { fn: 'ip', arg: PRINCIPAL.sourceIp } },
}

test('default: the question about a transfer, with only the entities that it is about', () => {
  expect(ask({ kind: 'transfer', asset: TOKEN, from: ACCOUNT, to: ALICE, amount: 1_500_000n })).toEqual({
    principal: { type: 'Principal', id: PRINCIPAL.arn },
    action: { type: 'Action', id: 'transfer' },
    resource: { type: 'Wallet', id: 'treasury' },
    context: {
      ...common,
      token: entity('Token', 'usdc'),
      amount: decimal('1.5000'),
      recipient: alice,
      from: account,
    },
    entities: [
      {
        uid: { type: 'Principal', id: PRINCIPAL.arn },
        attrs: { arn: PRINCIPAL.arn },
        parents: [{ type: 'Role', id: 'operators' }],
      },
      { uid: { type: 'Wallet', id: 'treasury' }, attrs: { address: account, factory }, parents: [] },
      {
        uid: { type: 'Address', id: 'alice' },
        attrs: { known: true },
        parents: [
          { type: 'Group', id: 'payees' },
          { type: 'Group', id: 'staff' },
        ],
      },
      { uid: { type: 'Address', id: ACCOUNT.toLowerCase() }, attrs: { known: false }, parents: [] },
      { uid: { type: 'Token', id: 'usdc' }, attrs: { symbol: 'USDC' }, parents: [] },
      { uid: { type: 'Address', id: FACTORY }, attrs: { known: false }, parents: [] },
    ],
  })
})

describe('behavior: the action of each effect, and all that its rules are told', () => {
  const parties = { spender: alice, owner: account }
  const cases: Readonly<Record<string, readonly [Effect, string, Readonly<Record<string, Value>>]>> = {
    'native value': [
      { kind: 'transfer', asset: 'native', from: STRANGER, to: FACTORY, amount: 1n },
      'transfer',
      { token: entity('Token', 'eth'), amount: decimal('0.0001'), recipient: factory, from: stranger },
    ],
    'an NFT': [
      { kind: 'nftTransfer', collection: TOKEN, from: ACCOUNT, to: ALICE, tokenId: 2n ** 200n, amount: 3n },
      'transferNft',
      {
        collection: token,
        tokenId: String(2n ** 200n),
        amount: decimal('3.0000'),
        recipient: alice,
        from: account,
      },
    ],
    'an allowance': [
      { kind: 'approval', asset: TOKEN, owner: ACCOUNT, spender: ALICE, amount: 5_000_001n },
      'approve',
      { token: entity('Token', 'usdc'), amount: decimal('5.0001'), ...parties },
    ],
    'an allowance without a limit': [
      { kind: 'approval', asset: TOKEN, owner: ACCOUNT, spender: ALICE, amount: 2n ** 256n - 1n },
      'approveUnlimited',
      { contract: token, ...parties },
    ],
    'an allowance that is too large for a rule to name, by the decimals of its token': [
      { kind: 'approval', asset: TOKEN, owner: ACCOUNT, spender: ALICE, amount: (2n ** 63n - 1n) * 100n },
      'approveUnlimited',
      { contract: token, ...parties },
    ],
    'an allowance without a limit of a token that nobody knows': [
      { kind: 'approval', asset: STRANGER, owner: ACCOUNT, spender: ALICE, amount: 2n ** 96n - 1n },
      'approveUnlimited',
      { contract: stranger, ...parties },
    ],
    'an operator of a collection': [
      { kind: 'approvalForAll', collection: TOKEN, owner: ACCOUNT, operator: ALICE, approved: true },
      'approveUnlimited',
      { contract: token, ...parties },
    ],
    'an operator no longer': [
      { kind: 'approvalForAll', collection: TOKEN, owner: ACCOUNT, operator: ALICE, approved: false },
      'call',
      { contract: token, selector: '0xa22cb465', value: decimal('0.0000') },
    ],
    wrapping: [
      { kind: 'wrap', asset: TOKEN, amount: 7_000_000n },
      'wrap',
      { token: entity('Token', 'usdc'), amount: decimal('7.0000') },
    ],
    unwrapping: [
      { kind: 'unwrap', asset: TOKEN, amount: 7_000_000n },
      'unwrap',
      { token: entity('Token', 'usdc'), amount: decimal('7.0000') },
    ],
    'a deposit into what is no token': [
      { kind: 'wrap', asset: STRANGER, amount: 2n * 10n ** 18n },
      'call',
      { contract: stranger, selector: '0xd0e30db0', value: decimal('2.0000') },
    ],
    'a withdrawal from what is no token': [
      { kind: 'unwrap', asset: STRANGER, amount: 2n * 10n ** 18n },
      'call',
      { contract: stranger, selector: '0x2e1a7d4d', value: decimal('0.0000') },
    ],
    'a call': [
      { kind: 'call', to: STRANGER, selector: '0x12345678', value: 3n * 10n ** 18n },
      'call',
      { contract: stranger, selector: '0x12345678', value: decimal('3.0000') },
    ],
    'a fee': [
      { kind: 'fee', payer: ALICE, maximum: 10n ** 16n },
      'payFee',
      { maximum: decimal('0.0100'), payer: alice, effects: 0 },
    ],
    'foreign code': [{ kind: 'delegatecall', to: STRANGER }, 'delegatecall', { contract: stranger }],
    'a new contract': [
      { kind: 'deployment', account: ACCOUNT, factory: FACTORY },
      'deploy',
      { factory, deployed: account, effects: 0 },
    ],
    administration: [
      { kind: 'administration', to: STRANGER, action: 'addOwner(address)' },
      'administer',
      { contract: stranger, function: 'addOwner(address)' },
    ],
    'a delegation on one chain': [
      { kind: 'delegation', to: STRANGER, chainId: 84532 },
      'delegate',
      { delegate: stranger, everyChain: false },
    ],
    'a delegation on every chain': [
      { kind: 'delegation', to: STRANGER, chainId: 0 },
      'delegate',
      { delegate: stranger, everyChain: true },
    ],
    'a message that is text': [
      { kind: 'message', text: 'hello', hash: '0x' },
      'signMessage',
      { text: 'hello' },
    ],
    'a message that is none': [{ kind: 'message', text: undefined, hash: '0x' }, 'signMessage', {}],
    'typed data': [
      { kind: 'typedData', verifyingContract: STRANGER, domainName: 'Vote', primaryType: 'Ballot' },
      'signTypedData',
      { verifyingContract: stranger, domainName: 'Vote', primaryType: 'Ballot' },
    ],
    'typed data for no contract': [
      { kind: 'typedData', verifyingContract: undefined, domainName: undefined, primaryType: 'Ballot' },
      'signTypedData',
      { primaryType: 'Ballot' },
    ],
    'typed data that a wallet verifies': [
      { kind: 'typedData', verifyingContract: ACCOUNT, domainName: 'Vote', primaryType: 'Ballot' },
      'administer',
      { contract: account, function: 'typed data Ballot' },
    ],
    'a bare hash': [{ kind: 'opaque', of: 'hash', hash: '0x' }, 'signHash', {}],
  }
  test.each(Object.entries(cases))('%s', (_name, [effect, action, context]) => {
    const question = asked(effect)
    expect(question.action).toEqual({ type: 'Action', id: action })
    expect(question.context).toStrictEqual({ ...common, ...context })
    // Whatever the context names is described, so that no rule takes it for somebody unknown.
    for (const value of Object.values(question.context))
      if (typeof value === 'object' && '__entity' in value)
        expect(question.entities.map(({ uid }) => uid)).toContainEqual(value.__entity)
  })

  test('a hash without its prefix, which is not counted', () => {
    const question = asked({ kind: 'rawScheme' }, { scheme: 'raw' })
    expect(question.action.id).toBe('signRaw')
    expect(question.context).toEqual({ ...common, scheme: 'raw', effects: 0 })
  })
})

test('error: what the facts do not say, or nobody understands, is no question', () => {
  const unknown = { asset: STRANGER, amount: 1n }
  const effects: readonly Effect[] = [
    { kind: 'transfer', ...unknown, from: ACCOUNT, to: ALICE },
    { kind: 'approval', ...unknown, owner: ACCOUNT, spender: ALICE },
    { kind: 'opaque', of: 'callData', hash: '0x' },
  ]
  expect(effects.map(effect => ask(effect))).toEqual([
    'TOKEN_UNKNOWN',
    'TOKEN_UNKNOWN',
    'CALL_DATA_NOT_UNDERSTOOD',
  ])
  // The same on a chain where the wallet is none, and where the token is none.
  const usdc: Effect = { kind: 'transfer', asset: TOKEN, from: ACCOUNT, to: ALICE, amount: 1n }
  expect(ask(usdc, { chainId: 1 })).toBe('WALLET_UNKNOWN')
  expect(ask(usdc, { chainId: undefined })).toBe('WALLET_UNKNOWN')
  expect(ask(usdc, { account: STRANGER })).toBe('WALLET_UNKNOWN')
})

describe('behavior: whose authority is used', () => {
  const hash: Effect = { kind: 'opaque', of: 'hash', hash: '0x' }

  test("the key's own account is the signer, which has no factory", () => {
    for (const chainId of [84532, 0, undefined]) {
      const { resource, entities } = asked(hash, { account: SIGNER_ADDRESS, chainId })
      expect(resource).toEqual({ type: 'Wallet', id: 'signer' })
      expect(entities).toContainEqual({
        uid: resource,
        attrs: { address: entity('Address', SIGNER_ADDRESS) },
        parents: [],
      })
    }
    expect(ask(hash, { account: SIGNER_ADDRESS, chainId: 1 })).toBe('WALLET_UNKNOWN')
    expect(ask(hash, { account: STRANGER, signerAddress: STRANGER, chainId: 1 })).toBe('WALLET_UNKNOWN')
  })

  test('what a wallet verifies is about that wallet, whoever signs it and wherever', () => {
    const effect: Effect = {
      kind: 'typedData',
      verifyingContract: ACCOUNT,
      domainName: undefined,
      primaryType: 'Enable',
    }
    for (const chainId of [84532, 1, undefined]) {
      const { resource, entities } = asked(effect, { account: SIGNER_ADDRESS, chainId })
      expect(resource).toEqual({ type: 'Wallet', id: 'treasury' })
      expect(entities[1]).toEqual({ uid: resource, attrs: { address: account, factory }, parents: [] })
    }
  })

  test('what has no chain is said to be of chain 0, and a name of one chain is none there', () => {
    const delegation: Effect = { kind: 'delegation', to: STRANGER, chainId: 0 }
    const question = asked(delegation, { account: SIGNER_ADDRESS, chainId: undefined })
    expect(question.context).toMatchObject({ chainId: 0, delegate: stranger })
  })
})

describe('behavior: what the request says', () => {
  const fee: Effect = { kind: 'fee', payer: ALICE, maximum: 1n }
  const call: Effect = { kind: 'call', to: ALICE, selector: '0x', value: 0n }

  test('every day of the week has its name, in UTC', () => {
    const days = [4, 5, 6, 7, 8, 9, 10].map(
      day => asked(call, {}, { time: new Date(Date.UTC(2026, 0, day, 23, 59)) }).context['weekday'],
    )
    expect(days).toEqual(['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'])
  })

  test('how many effects there are, without those that come along', () => {
    const effects: readonly Effect[] = [
      call,
      fee,
      { kind: 'deployment', account: ACCOUNT, factory: FACTORY },
      { kind: 'rawScheme' },
      call,
    ]
    for (const effect of effects)
      expect(toQuestion(effect, inquiryOf(effects), directory)).toMatchObject({ context: { effects: 2 } })
  })

  test('from where, if that is an address', () => {
    const from = (sourceIp?: string) => asked(call, {}, { principal: { arn: 'x', sourceIp } }).context
    expect(from('2001:db8::1')).toMatchObject({ sourceIp: { __extn: { fn: 'ip', arg: '2001:db8::1' } } })
    for (const none of [undefined, '', 'test-invoke-source-ip', '203.0.113.7/24'])
      expect(from(none)).not.toHaveProperty('sourceIp')
  })

  test("the caller's own words, if there are any", () => {
    expect(asked(call, {}, { reference: '' }).context).toMatchObject({ reference: '' })
    expect(asked(call).context).not.toHaveProperty('reference')
  })

  test('the kind and the scheme', () => {
    expect(asked(call, { kind: 'transaction', scheme: 'raw' }).context).toMatchObject({
      kind: 'transaction',
      scheme: 'raw',
    })
  })

  test('in which roles who asks is', () => {
    const rolesOf = (arn: string) => asked(call, {}, { principal: { arn } }).entities[0]
    const anna = 'arn:aws:iam::123456789012:user/anna'
    expect(rolesOf(anna)).toEqual({
      uid: { type: 'Principal', id: anna },
      attrs: { arn: anna },
      parents: [{ type: 'Role', id: 'auditors' }],
    })
    expect(rolesOf('arn:aws:iam::123456789012:user/mallory')).toMatchObject({ parents: [] })
  })
})
