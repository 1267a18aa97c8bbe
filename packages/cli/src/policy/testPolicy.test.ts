import { join } from 'node:path'
import { createService } from '@coffer/service'
import { loadPolicy } from '@coffer/service/policy'
import { describe, expect, test } from 'vitest'
import {
  changedStarter,
  policyDirectory,
  type Replacement,
  starterCases,
  starterSource,
  writePolicy,
} from '../../test/policy.ts'
import { parseCases } from './cases.ts'
import { decide } from './decide.ts'
import { testPolicy } from './testPolicy.ts'

test('default: the starter decides its cases as it should, and they exercise every rule', () => {
  const { results, unexercised } = testPolicy(join(policyDirectory, 'starter'))
  expect(results.filter(({ passed }) => !passed).map(({ name }) => name)).toEqual([])
  expect(new Set(results.map(({ expected }) => expected.outcome))).toEqual(new Set(['allow', 'deny']))
  expect(unexercised).toEqual([])
})

describe('what a change of the starter does to its cases', () => {
  const failing = (...changes: readonly Replacement[]): readonly string[] => {
    const directory = writePolicy(changedStarter(...changes), { 'cases.yaml': starterCases })
    return testPolicy(directory)
      .results.filter(({ passed }) => !passed)
      .map(({ name }) => name)
  }
  test.each([
    ['a higher limit', ['1000.0', '1000.0001'], ['a payout that is too large, by one base unit']],
    ['a lower limit', ['1000.0', '999.9999'], ['the largest payout']],
    ['dearer gas', ['0.01', '0.02'], ['gas that costs too much']],
    ['batches', ['context.effects > 1', 'context.effects > 2'], ['two payouts in one request']],
    [
      'another operator',
      ['user/operator', 'user/stranger'],
      [
        ...['a payout to the address book', 'the largest payout', 'a payout that somebody else asks for'],
        'the first payout, which also creates the wallet',
      ],
    ],
  ] as const)('behavior: %s fails what it must', (_, change, expected) => {
    expect(failing(change)).toEqual(expected)
  })
})

test('behavior: other rules than those expected are a failure, in whatever order the right ones are named', () => {
  const run = (rules: string): readonly boolean[] =>
    testPolicy(
      writePolicy(starterSource, {
        'cases.yaml': starterCases.replace('rules: [payouts, fees]', `rules: ${rules}`),
      }),
      'to the address book',
    ).results.map(({ passed }) => passed)
  expect([run('[fees, payouts]'), run('[payouts]'), run('[payouts, fees, first-use]')]).toEqual([
    [true],
    [false],
    [false],
  ])
})

test('behavior: of several reasons each must be among those against the request', () => {
  const run = (reason: string): boolean | undefined => {
    const text = starterCases.replace('reason: UNLIMITED_ALLOWANCE_REFUSED', `reason: ${reason}`)
    return testPolicy(writePolicy(starterSource, { 'cases.yaml': text }), 'an allowance').results[0]?.passed
  }
  expect([run('[UNLIMITED_ALLOWANCE_REFUSED]'), run('[UNLIMITED_ALLOWANCE_REFUSED, FORBIDDEN]')]).toEqual([
    true,
    false,
  ])
})

test('behavior: without cases there are no results, and no rule was exercised', () => {
  const { file, results, unexercised } = testPolicy(writePolicy(starterSource))
  expect([file, results, unexercised.length]).toEqual([undefined, [], 4])
})

test('error: faults of the cases come with the path of the file', () => {
  const directory = writePolicy(starterSource, { 'cases.yaml': 'cases: [{ name: a }]' })
  expect(() => testPolicy(directory)).toThrow(`${directory}/cases.yaml:1:9: a case must say "principal"`)
})

describe('the service gives the same outcome and the same codes', () => {
  const policy = loadPolicy(starterSource)
  const requests: Readonly<Record<string, object>> = {
    'a bare hash': { message: `0x${'ab'.repeat(32)}` },
    'a bare hash as it is': { message: `0x${'ab'.repeat(32)}`, scheme: 'raw' },
    ...Object.fromEntries(
      [
        [
          'a payout',
          '0x1111111111111111111111111111111111111111',
          '0xb61d27f6000000000000000000000000036cbd53842c5426634e7929541ec2318f3dcf7e00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000060000000000000000000000000000000000000000000000000000000000000004 4a9059cbb000000000000000000000000444444444444444444444444444444444444444400000000000000000000000000000000000000000000000000000000000f424000000000000000000000000000000000000000000000000000000000'.replace(
            ' ',
            '',
          ),
        ],
        ['of another wallet', '0x9999999999999999999999999999999999999999', '0x'],
        ['call data that is not understood', '0x1111111111111111111111111111111111111111', '0xb61d27f6'],
      ].map(([name = '', sender, callData]) => [name, { payload: userOperation(sender, callData) }]),
    ),
  }

  test.each(Object.entries(requests))('for %s', async (_, request) => {
    const signerAddress = '0x5151515151515151515151515151515151515151'
    const body = { ...request, signerAddress }
    const service = createService({
      signer: async () => ({
        address: signerAddress,
        publicKey: '0x',
        keyId: 'arn',
        signHash: () => Promise.reject(new Error('signs nothing')),
      }),
      policy: () => policy,
      log: () => undefined,
      now: () => new Date('2026-01-05T12:00:00Z'),
    })
    const arn = 'arn:aws:iam::111122223333:user/operator'
    const answer = await service({
      body: JSON.stringify({ ...body, dryRun: true }),
      principal: { arn },
      requestId: 'r',
    })
    const { decision, rules, issues, effects } = JSON.parse(answer.body)
    const [only] = parseCases(
      JSON.stringify({ cases: [{ name: 'a', principal: arn, expect: 'deny', request: body }] }),
      {
        ...{ directory: '/none', file: 'cases.json', policy },
      },
    )
    if (only === undefined) throw new Error('no case')
    const decided = decide(only.inquiry, policy)
    expect({ decision: decided.outcome, rules: decided.rules, codes: decided.codes }).toEqual({
      decision,
      rules,
      codes: [...new Set(issues.map(({ code }: { code: string }) => code))],
    })
    expect(decided.effects.map(({ description, outcome }) => [description, outcome])).toEqual(
      effects.map(({ description, outcome }: { description: string; outcome: string }) => [
        description,
        outcome,
      ]),
    )
  })
})

function userOperation(sender: string | undefined, callData: string | undefined): object {
  const zero = '0x0'
  return {
    kind: 'userOperation',
    chainId: 84532,
    entryPoint: '0x0000000071727De22E5E9d8BAf0edAc6f37da032',
    userOperation: {
      ...{ sender, nonce: zero, callData, callGasLimit: zero, verificationGasLimit: zero },
      ...{ preVerificationGas: zero, maxFeePerGas: zero, maxPriorityFeePerGas: zero },
    },
  }
}
