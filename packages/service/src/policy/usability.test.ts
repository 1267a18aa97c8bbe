// Which facts are of use is judged by what rules leave open; each rule here leaves open, or confines, one thing.
import { describe, expect, test } from 'vitest'
import { type Facts, parseFacts } from './facts.ts'
import { parseRules } from './rules.ts'
import { findUnusable } from './usability.ts'

const address = (digit: string): string => `0x${digit.repeat(40)}`
const parsed = parseFacts(
  JSON.stringify({
    roles: { ops: ['arn:aws:iam::111122223333:user/x'] },
    wallets: {
      main: { address: address('1'), chainIds: [1] },
      cold: { address: address('6'), chainIds: [1] },
    },
    signer: { chainIds: [1] },
    tokens: {
      usdc: { symbol: 'USDC', decimals: 6, chainId: 1, address: address('2') },
      eurc: { symbol: 'EURC', decimals: 6, chainId: 1, address: address('7') },
    },
    addressBook: {
      alice: { address: address('3'), groups: ['payees', 'staff'] },
      bob: { address: address('4'), groups: ['staff'] },
      carol: { address: address('5') },
    },
  }),
)
if (!('facts' in parsed)) throw new Error('the facts are good')
const facts: Facts = parsed.facts

/** The pointers of what is of no use. */
const unusable = (...rules: readonly string[]): readonly string[] => {
  const { rules: read } = parseRules(rules.map((rule, i) => `@id("r${i}") ${rule}`).join('\n'), facts)
  expect(read).toHaveLength(rules.length)
  return findUnusable(facts, read).map(({ pointer }) => pointer)
}
const permit = (action: string, condition = 'true', scope = 'principal', resource = 'resource') =>
  `permit (${scope}, action == Action::"${action}", ${resource}) when { ${condition} };`

const GROUPS = ['/addressBook/alice/groups/0', '/addressBook/alice/groups/1']
const BOOK = ['/addressBook/alice', '/addressBook/bob', '/addressBook/carol', ...GROUPS]

test('default: without rules nothing is of use, and each group is told once', () => {
  expect(unusable()).toEqual([
    '/roles/ops',
    '/wallets/main',
    '/wallets/cold',
    '/signer',
    '/tokens/usdc',
    '/tokens/eurc',
    ...BOOK,
  ])
  // What only is forbidden is of no use either, unless it is named.
  expect(unusable('forbid (principal, action, resource);')).toEqual(unusable())
})

test('behavior: the message says what there is no rule for', () => {
  expect(findUnusable(facts, []).map(({ message }) => message)).toEqual([
    'no rule names this role',
    'no rule permits anything of this wallet',
    'no rule permits anything of this wallet',
    "no rule permits anything of the key's own account",
    'no rule permits anything with this token',
    'no rule permits anything with this token',
    ...['alice', 'bob', 'carol'].map(() => 'no rule names this entry, nor a group that it is in'),
    'no rule names the group payees',
    'no rule names the group staff',
  ])
})

test('behavior: what is named is of use, and no more than that', () => {
  const without = (...names: readonly string[]) => unusable().filter(pointer => !names.includes(pointer))
  expect(unusable('forbid (principal in Role::"ops", action, resource);')).toEqual(without('/roles/ops'))
  expect(unusable('forbid (principal, action, resource == Wallet::"main");')).toEqual(
    without('/wallets/main'),
  )
  expect(unusable('forbid (principal, action, resource == Wallet::"signer");')).toEqual(without('/signer'))
  const transfer = (condition: string) =>
    `forbid (principal, action == Action::"transfer", resource) when { ${condition} };`
  expect(unusable(transfer('context.token == Token::"usdc"'))).toEqual(without('/tokens/usdc'))
  expect(unusable(transfer('context.recipient == Address::"bob"'))).toEqual(without('/addressBook/bob'))
  expect(unusable(transfer('context.recipient in Group::"payees"'))).toEqual(
    without('/addressBook/alice', GROUPS[0] ?? ''),
  )
  expect(unusable(transfer('context.recipient in Group::"staff"'))).toEqual(
    without('/addressBook/alice', '/addressBook/bob', GROUPS[1] ?? ''),
  )
})

test('behavior: where the facts do not let the key’s own account act, nothing is said of it', () => {
  const { signer: _, ...others } = facts
  expect(findUnusable(others, []).map(({ pointer }) => pointer)).not.toContain('/signer')
})

test('behavior: a permit that leaves the wallet open can use every wallet', () => {
  const open = unusable(permit('signHash'))
  expect(open).not.toContain('/wallets/main')
  expect(open).not.toContain('/signer')
  const confined = unusable(permit('signHash', 'true', 'principal', 'resource == Wallet::"main"'))
  expect(confined).not.toContain('/wallets/main')
  expect(confined).toEqual(expect.arrayContaining(['/wallets/cold', '/signer']))
})

describe('behavior: a permit that leaves the token open can use every token', () => {
  test('error: one that does not can use no other', () => {
    const confined = unusable(permit('transfer', 'context.token == Token::"usdc"'))
    expect(confined).toContain('/tokens/eurc')
    expect(confined).not.toContain('/tokens/usdc')
  })
  test('one of its actions is enough', () => {
    expect(
      unusable('permit (principal, action in [Action::"call", Action::"transfer"], resource);'),
    ).not.toContain('/tokens/usdc')
  })
  test.each(['transfer', 'approve', 'wrap', 'unwrap'])('%s', action => {
    expect(unusable(permit(action))).not.toContain('/tokens/usdc')
  })
  test.each(['call', 'approveUnlimited', 'payFee', 'signHash'])(
    'error: %s does not speak of tokens',
    action => {
      expect(unusable(permit(action))).toContain('/tokens/usdc')
    },
  )
})

describe('behavior: a permit that leaves open to whom or through what can use every entry', () => {
  const alice = 'Address::"alice"'
  test.each([
    ['transfer', ['recipient']],
    ['transferNft', ['recipient', 'collection']],
    ['approve', ['spender']],
    ['approveUnlimited', ['spender', 'contract']],
    ['call', ['contract']],
    ['delegatecall', ['contract']],
    ['deploy', ['factory']],
    ['administer', ['contract']],
    ['delegate', ['delegate']],
  ] as const)('%s: any of %j', (action, attributes) => {
    const confine = (names: readonly string[]) =>
      names.map(name => `context.${name} == ${alice}`).join(' && ')
    expect(unusable(permit(action))).not.toContain('/addressBook/bob')
    for (const open of attributes) {
      const others = attributes.filter(name => name !== open)
      expect(unusable(permit(action, confine(others) || 'true'))).not.toContain('/addressBook/bob')
    }
    const confined = unusable(permit(action, confine(attributes)))
    expect(confined).toContain('/addressBook/bob')
    expect(confined).not.toContain('/addressBook/alice')
  })

  test.each(['wrap', 'unwrap', 'payFee', 'signHash', 'signRaw', 'signMessage', 'signTypedData'])(
    'error: %s does not',
    action => {
      expect(unusable(permit(action))).toEqual(expect.arrayContaining(BOOK))
    },
  )

  test('and groups have to be named nevertheless', () => {
    expect(unusable(permit('transfer'))).toEqual(['/roles/ops', ...GROUPS])
  })
})

test('behavior: to read whether somebody is known is to use every entry, in whatever rule', () => {
  for (const rule of [
    'forbid (principal, action == Action::"payFee", resource) when { !context.payer.known };',
    permit('payFee', 'context.payer.known || context.effects > 1'),
  ])
    expect(unusable(rule)).not.toContain('/addressBook/carol')
  expect(unusable(permit('payFee', 'context.effects > 1'))).toContain('/addressBook/carol')
})
