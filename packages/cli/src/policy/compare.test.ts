import { createService } from '@coffer/service'
import { loadPolicy, type Policy } from '@coffer/service/policy'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changedStarter, intent, operator, type Replacement, starter } from '../../test/policy.ts'
import { type Change, compareDecisions } from './compare.ts'
import { generateInquiries, maximumGenerated } from './generate.ts'
import { readRecorded } from './recorded.ts'
import { readEffect } from './recordedEffect.ts'
import { toStandIn } from './standIn.ts'

const changed = (...changes: readonly Replacement[]): Policy => loadPolicy(changedStarter(...changes))
const diff = (before: Policy, after: Policy): readonly Change[] =>
  compareDecisions(
    before,
    after,
    generateInquiries([before, after]).inquiries.map(inquiry => ({ inquiry })),
  )
const kinds = (changes: readonly Change[]): readonly string[] =>
  changes.map(({ now, action, principal }) => `${now}: ${action} by ${principal.split('/').at(-1)}`)

describe('generated requests', () => {
  test('default: a policy and itself decide alike, and so do texts that mean the same', () => {
    expect(diff(starter, starter)).toEqual([])
    expect(diff(starter, changed(['// Payouts', '// Payments']))).toEqual([])
  })

  test.each([
    [
      'no limit',
      [['context.amount.lessThanOrEqual(decimal("1000.0"))', 'context.chainId == 84532']],
      ['allowed: transfer by operator'],
    ],
    ['a narrower limit', [['1000.0', '999.9999']], ['denied: transfer by operator']],
    [
      'another payee group',
      [
        ['in Group::"payees"', 'in Group::"vendors"'],
        ['"groups": ["payees"]', '"groups": ["vendors"]'],
      ],
      [],
    ],
    [
      'little to anybody',
      [
        [
          'context.recipient in Group::"payees" &&',
          '(context.recipient in Group::"payees" || context.amount.lessThanOrEqual(decimal("1.0"))) &&',
        ],
      ],
      ['allowed: transfer by operator'],
    ],
    [
      'batches',
      [['context.effects > 1', 'context.effects > 2']],
      ['allowed: transfer and transfer by operator'],
    ],
    [
      'another role holder',
      [['user/operator"', 'user/stranger"']],
      [
        ...['allowed: deploy by stranger', 'allowed: payFee by stranger', 'allowed: transfer by stranger'],
        ...['denied: deploy by operator', 'denied: payFee by operator', 'denied: transfer by operator'],
      ],
    ],
    [
      'another factory',
      [['0x3333333333333333333333333333333333333333', '0x3333333333333333333333333333333333333334']],
      ['allowed: deploy by operator', 'denied: deploy by operator'],
    ],
    [
      'weekdays only',
      [
        [
          'context.amount.lessThanOrEqual(decimal("1000.0"))',
          'context.amount.lessThanOrEqual(decimal("1000.0")) && context.weekday != "Sunday"',
        ],
      ],
      ['denied: transfer by operator'],
    ],
  ] satisfies readonly [string, readonly Replacement[], readonly string[]][])(
    'behavior: %s',
    (_, changes, expected) => {
      expect(kinds(diff(starter, changed(...changes))).toSorted()).toEqual(expected)
    },
  )

  test('every dangerous action that is opened is found', () => {
    const opened = [
      'approveUnlimited',
      'delegatecall',
      'administer',
      'delegate',
      'signHash',
      'signRaw',
      'signMessage',
      'signTypedData',
    ]
    const rules = opened.map(
      action =>
        `@id("${action}") permit (principal in Role::"operators", action == Action::"${action}", resource);`,
    )
    const after = changed(['// One payout a request', `${rules.join('\n')}\n// One payout a request`])
    expect([...new Set(diff(starter, after).map(({ action }) => action))].toSorted()).toEqual(
      opened.toSorted(),
    )
  })

  test('any change of a limit is found, in its direction, with an example', () => {
    const limit = fc
      .integer({ min: 1, max: 10_000_000_0000 })
      .map(n => `${Math.floor(n / 10_000)}.${String(n % 10_000).padStart(4, '0')}`)
    fc.assert(
      fc.property(limit, limit, (one, other) => {
        const [before, after] = [changed(['1000.0', one]), changed(['1000.0', other])]
        const changes = diff(before, after)
        if (Number(one) === Number(other)) expect(changes).toEqual([])
        else
          expect(kinds(changes)).toEqual([
            `${Number(one) < Number(other) ? 'allowed' : 'denied'}: transfer by operator`,
          ])
        for (const { examples } of changes)
          for (const { before: was, after: now } of examples) expect(was.outcome).not.toBe(now.outcome)
      }),
      { numRuns: 10 },
    )
  })

  test('behavior: they are the same each time, and bounded however much there is', () => {
    expect(generateInquiries([starter, starter])).toEqual(generateInquiries([starter, starter]))
    const roles = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [`r${i}`, [`arn:aws:iam::111122223333:user/u${i}`]]),
    )
    const rules = Object.keys(roles).map(
      role => `@id("${role}") permit (principal in Role::"${role}", action == Action::"call", resource);`,
    )
    const large = changed(
      [
        '"operators": ["arn:aws:iam::111122223333:user/operator"]',
        `"operators": ["${operator}"], ${JSON.stringify(roles).slice(1, -1)}`,
      ],
      ['// One payout a request', `${rules.join('\n')}\n// One payout a request`],
    )
    const { inquiries, isCut } = generateInquiries([starter, large])
    expect([inquiries.length, isCut]).toEqual([maximumGenerated, true])
    expect(new Set(inquiries.map(({ principal }) => principal.arn)).size).toBeGreaterThan(200)
  })
})

describe('recorded requests', () => {
  const signerAddress = '0x5151515151515151515151515151515151515151'
  const record = async (...amounts: readonly string[]): Promise<string> => {
    const lines: string[] = []
    const service = createService({
      signer: async () => ({
        address: signerAddress,
        publicKey: '0x',
        keyId: 'arn',
        signHash: () => Promise.reject(new Error('none')),
      }),
      policy: () => starter,
      log: line => lines.push(line),
      now: () => new Date('2026-02-03T04:05:06Z'),
    })
    for (const amount of amounts) {
      const request = toStandIn({ ...intent, amount, reference: 'INV-1', signerAddress })
      await service({
        body: JSON.stringify({ ...request, dryRun: true }),
        principal: { arn: operator, sourceIp: '192.0.2.1' },
        requestId: `request-${amount}`,
      })
    }
    await service({ body: '{}', principal: { arn: operator }, requestId: 'malformed' })
    return lines.map(line => `2026-02-03T04:05:06 ${line}`).join('\n')
  }

  test('default: what was asked is read back, and lines of anything else are passed over', async () => {
    const { recorded, passedOver } = readRecorded(`START RequestId\n\n${await record('250')}`)
    expect(passedOver).toBe(2)
    expect(recorded).toHaveLength(1)
    expect(recorded[0]).toMatchObject({
      requestId: 'request-250',
      inquiry: {
        principal: { arn: operator, sourceIp: '192.0.2.1' },
        reference: 'INV-1',
        time: new Date('2026-02-03T04:05:06Z'),
        prepared: { kind: 'userOperation', scheme: 'eip191', chainId: 84532, signerAddress },
      },
    })
    expect(recorded[0]?.inquiry.prepared.effects).toMatchObject([
      { kind: 'transfer', amount: 250_000_000n },
      { kind: 'fee', maximum: 0n },
    ])
  })

  test('behavior: only those that change are named', async () => {
    const { recorded } = readRecorded(await record('250', '700', '900', '2000'))
    const changes = compareDecisions(starter, changed(['1000.0', '800.0']), recorded)
    expect(changes).toMatchObject([{ now: 'denied', count: 1, examples: [{ requestId: 'request-900' }] }])
  })

  test.each([
    ['an effect of another release', [{ kind: 'fee', maximum: '1' }]],
    ['an effect that nobody knows', [{ kind: 'toString' }]],
    ['an amount that is none', [{ kind: 'fee', payer: signerAddress, maximum: '1.5' }]],
    ['no effects', []],
    ['one effect too many', [{ kind: 'rawScheme' }, 'x']],
  ])('error: a line with %s is passed over', (_, effects) => {
    const line = {
      ...{ principal: operator, account: signerAddress, signerAddress, kind: 'hash', scheme: 'raw', effects },
      time: '2026-02-03T04:05:06Z',
    }
    expect(readRecorded(JSON.stringify(line))).toEqual({ recorded: [], passedOver: 1 })
    const whole = { ...line, effects: [{ kind: 'rawScheme' }] }
    expect(readRecorded(JSON.stringify(whole)).recorded).toHaveLength(1)
  })

  test('every effect that can be generated comes back out of the log as it was', () => {
    const effects = generateInquiries([starter]).inquiries.flatMap(({ prepared }) => prepared.effects)
    expect(new Set(effects.map(({ kind }) => kind)).size).toBeGreaterThan(12)
    for (const effect of effects) {
      const logged: unknown = JSON.parse(
        JSON.stringify(effect, (_, value) => (typeof value === 'bigint' ? value.toString() : value)),
      )
      expect(readEffect(logged)).toEqual(effect)
    }
  })
})
