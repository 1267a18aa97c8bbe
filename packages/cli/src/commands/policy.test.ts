// The commands around a policy: what they print, what scripts get, and how they end.
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashUserOperation, type UserOperation } from '@coffer/crossmint'
import { describe, expect, test } from 'vitest'
import {
  acme,
  changedStarter,
  intent,
  operator,
  starterCases,
  starterSource,
  wallet,
  writePolicy,
} from '../../test/policy.ts'
import { type Config, loadConfig } from '../config.ts'
import { type Context, createContext } from '../context.ts'
import { toStandIn } from '../policy/standIn.ts'
import { createTerminal } from '../terminal.ts'
import { checkPolicy, showSchema } from './policyCheck.ts'
import { diffPolicies } from './policyDiff.ts'
import { explainPolicy } from './policyExplain.ts'
import { initPolicy } from './policyInit.ts'
import { runPolicyTest } from './policyTest.ts'

const cases = { 'cases.yaml': starterCases }
const starter = writePolicy(starterSource, cases)

const contextOf = async (settings: Partial<Config> = {}, input = ''): Promise<Context> => {
  const directory = mkdtempSync(join(tmpdir(), 'coffer-policy-command-'))
  writeFileSync(join(directory, 'coffer.json'), JSON.stringify(settings))
  return createContext({
    config: await loadConfig({ directory, environment: {} }),
    terminal: createTerminal(process, { json: true, color: false }),
    readStandardInput: async () => new TextEncoder().encode(input),
  })
}

const addition = (rule: string): [string, string] => [
  '// One payout a request',
  `${rule}\n// One payout a request`,
]

describe('policy init', () => {
  const known = { wallet, recipients: { 'vendor:acme': acme, 'not a name': wallet } } as const
  const factory = '0x3333333333333333333333333333333333333333'

  test('default: writes what is known beside the configuration, and it passes check and test', async () => {
    const context = await contextOf(known)
    const { data, text } = await initPolicy(context, {
      operator,
      factory,
      payees: ['b=0x5555555555555555555555555555555555555556'],
    })
    const directory = String(data['directory'])
    expect(directory).toBe(join(context.config.file, '../policy'))
    expect(readdirSync(directory).toSorted()).toEqual([
      'cases.yaml',
      'coffer.cedarschema',
      'treasury.cedar',
      'treasury.json',
      'treasury.schema.json',
    ])
    expect(JSON.parse(readFileSync(join(directory, 'treasury.json'), 'utf8'))).toMatchObject({
      roles: { operators: [operator] },
      wallets: { treasury: { address: wallet, chainIds: [84532], factory } },
      addressBook: { b: { groups: ['payees'] }, 'vendor:acme': { address: acme } },
    })
    expect(text).toContain('left out: not a name:')
    expect(checkPolicy(context, {}).data).toMatchObject({ cases: 11 })
    expect(runPolicyTest(context, {})).toMatchObject({ data: { passed: 11, failed: 0 }, exitCode: 0 })
  })

  test('behavior: says what is still an example', async () => {
    expect((await initPolicy(await contextOf(), { payees: [] })).text).toContain(
      'to be replaced in treasury.json: the operator, the wallet, the payee',
    )
  })

  test('error: overwrites nothing', async () => {
    const context = await contextOf()
    const directory = writePolicy({ rules: 'mine', facts: 'mine' })
    await expect(initPolicy(context, { directory, payees: [] })).rejects.toMatchObject({
      code: 'POLICY_EXISTS',
      exitCode: 3,
    })
    expect(readdirSync(directory).toSorted()).toEqual(['treasury.cedar', 'treasury.json'])
    expect(readFileSync(join(directory, 'treasury.cedar'), 'utf8')).toBe('mine')
  })

  test.each([
    ['OPTION_INVALID', { payees: ['acme'] }],
    ['OPTION_INVALID', { payees: ['a b=0x5555555555555555555555555555555555555555'] }],
    ['OPTION_INVALID', { payees: [], factory: '0x1' }],
    ['OPTION_INVALID', { payees: [], operator: 'bob' }],
    ['OPTION_INVALID', { payees: [], operator: 'arn:aws:iam::111122223333:role/finance/*' }],
    ['OPTION_INVALID', { payees: [], token: '0x1' }],
    ['OPTION_INVALID', { payees: [], operator: 'ann' }],
    ['INVALID_INPUT', { payees: [], token: 'dai' }],
  ])('error: %s, and nothing is written', async (code, options) => {
    const context = await contextOf()
    await expect(initPolicy(context, options)).rejects.toMatchObject({ code })
    expect(readdirSync(join(context.config.file, '..'))).toEqual(['coffer.json'])
  })
})

describe('policy check', () => {
  test('default: says what there is, and which dangerous kind is open to whom', async () => {
    const { text, data } = checkPolicy(await contextOf(), { policy: starter })
    expect(text).toContain('4: 3 permits, 1 forbid')
    expect(text).toContain(
      'deploy (create contracts): first-use opens it to Role "operators", of the wallet treasury, under its conditions',
    )
    expect(data['dangers']).toHaveLength(1)
  })

  test.each([
    [
      'permit (principal, action == Action::"signHash", resource)',
      /signHash .*: x opens it to whoever may call the endpoint, of every wallet, WITHOUT CONDITIONS/,
    ],
    ['permit (principal, action == Action::"call", resource)', /warning: x permits calls of any contract/],
    [
      'permit (principal, action == Action::"call", resource) when { context.contract != Address::"vendor:acme" }',
      /warning: x permits calls of any contract/,
    ],
    [
      'permit (principal, action == Action::"call", resource) when { !(context.contract == Address::"vendor:acme") }',
      /warning: x permits calls of any contract/,
    ],
    [
      'permit (principal, action == Action::"call", resource) unless { context.contract == Address::"vendor:acme" }',
      /warning: x permits calls of any contract/,
    ],
  ])('behavior: %s is told', async (rule, expected) => {
    const policy = writePolicy(changedStarter(addition(`@id("x") ${rule};`)))
    expect(checkPolicy(await contextOf(), { policy }).text).toMatch(expected)
  })

  test('behavior: calls of a named contract are no warning, and nothing dangerous is said so', async () => {
    const rule =
      '@id("x") permit (principal, action == Action::"call", resource) when { context.selector == "0x12345678" && context.contract == Address::"vendor:acme" };'
    const named = checkPolicy(await contextOf(), { policy: writePolicy(changedStarter(addition(rule))) })
    expect(named.text).not.toContain('warning')
    const safe = changedStarter(
      ['action == Action::"deploy"', 'action == Action::"transfer"'],
      [
        'resource has factory &&\n  context.factory == resource.factory &&\n  context.deployed == resource.address',
        'context.amount.lessThanOrEqual(decimal("1.0"))',
      ],
    )
    expect(checkPolicy(await contextOf(), { policy: writePolicy(safe) }).text).toContain(
      'nothing dangerous is open',
    )
  })

  test('error: faults of rules and cases come with file, line and column', async () => {
    const wrong = writePolicy(changedStarter(['Group::"payees"', 'Group::"payee"']))
    const context = await contextOf()
    expect(() => checkPolicy(context, { policy: wrong })).toThrow(
      /treasury\.cedar:8:1: .*no group of the address book "payee"/,
    )
    const cases = writePolicy(starterSource, { 'cases.yaml': 'cases: 1' })
    expect(() => checkPolicy(context, { policy: cases })).toThrow(/cases\.yaml:1:8: cases must be a list/)
  })

  test('error: without a policy the hint is to write one', async () => {
    const context = await contextOf()
    expect(() => checkPolicy(context, {})).toThrow(
      expect.objectContaining({
        code: 'POLICY_NOT_FOUND',
        exitCode: 2,
        hints: ['coffer policy init', expect.anything()],
      }),
    )
  })
})

describe('policy test', () => {
  test('default: a failure shows what was expected, what came, and the nearest rule; exit code 3', async () => {
    const policy = writePolicy(changedStarter(['1000.0', '999.0']), cases)
    const { text, data, exitCode } = runPolicyTest(await contextOf(), { policy })
    expect(text).toMatch(
      /✗ the largest payout\n +expected +allow\n +got +deny: NOT_PERMITTED\n +- transfer 1000 USDC .*\n +no rule permits it; payouts wants context\.amount\.lessThanOrEqual\(decimal\("999\.0"\)\), but context\.amount is 1000\.0000/,
    )
    expect(text).toMatch(/11 cases of policy [0-9a-f]{12}: 1 not as it should be/)
    expect([data['passed'], data['failed'], exitCode]).toEqual([10, 1, 3])
  })

  test('behavior: rules that no case shows are a note', async () => {
    const rule = '@id("unused") forbid (principal, action, resource) when { context.chainId == 1 };'
    const policy = writePolicy(changedStarter(addition(rule)), cases)
    expect(runPolicyTest(await contextOf(), { policy })).toMatchObject({
      exitCode: 0,
      text: expect.stringContaining('no case shows what unused does'),
    })
  })

  test('behavior: --case picks by name', async () => {
    const context = await contextOf()
    expect(runPolicyTest(context, { policy: starter, only: 'bare hash' }).data).toMatchObject({
      passed: 1,
      failed: 0,
    })
    expect(() => runPolicyTest(context, { policy: starter, only: 'none such' })).toThrow(
      expect.objectContaining({ code: 'CASES_NOT_FOUND', exitCode: 5 }),
    )
  })
})

describe('policy explain', () => {
  test('default: a denied transfer, with what the rule wants and what is the case', async () => {
    const context = await contextOf({
      wallet,
      signerAddress: acme,
      chain: 'base-sepolia',
      recipients: { acme },
    })
    const { text, data } = await explainPolicy(context, {
      ...{
        policy: starter,
        transfer: '2500 usdc',
        to: 'acme',
        principal: operator,
        time: '2026-01-05T10:00:00Z',
      },
    })
    expect(data).toMatchObject({ decision: 'deny', reasons: ['NOT_PERMITTED'], roles: ['operators'] })
    expect(text).toMatch(
      /✗ transfer 2500 USDC.*\n +no rule permits it.*\n +permit payouts does not apply:\n +wants context\.amount\.lessThanOrEqual.*\n +but +context\.amount is 2500\.0000/,
    )
    expect(text).toContain('Monday 2026-01-05T10:00:00.000Z')
  })

  test('behavior: a bare hash, and a payload from standard input, are read as the service reads them', async () => {
    const message = `0x${'ab'.repeat(32)}`
    const context = await contextOf({ signerAddress: acme }, JSON.stringify({ kind: 'nothing' }))
    const blind = await explainPolicy(context, { policy: starter, message, principal: operator })
    expect(blind.data).toMatchObject({ decision: 'deny', reasons: ['BLIND_SIGNING_REFUSED'], kind: 'hash' })
    await expect(
      explainPolicy(context, { policy: starter, payload: '-', principal: operator }),
    ).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  })

  test("behavior: a transaction at Crossmint is judged by its user operation, on the configured wallet's chain", async () => {
    const context = await contextOf({ wallet, signerAddress: acme, chain: 'base-sepolia' })
    const { userOperation } = (toStandIn(intent).payload ?? {}) as {
      userOperation: Record<'callData', `0x${string}`>
    }
    const gas = { callGasLimit: 100n, verificationGasLimit: 200n, preVerificationGas: 300n }
    const asUserOperation = {
      ...{ sender: wallet, nonce: 7n, callData: userOperation.callData, ...gas },
      ...{ maxFeePerGas: 10n ** 14n, maxPriorityFeePerGas: 1n },
    } as unknown as UserOperation
    const asked: unknown[] = []
    const crossmint = async () => ({
      getTransaction: async (...args: unknown[]) => {
        asked.push(args)
        return {
          onChain: {
            userOperation: asUserOperation,
            userOperationHash: hashUserOperation(asUserOperation, 84532),
          },
        }
      },
    })
    const { data } = await explainPolicy({ ...context, crossmint } as unknown as Context, {
      ...{ policy: starter, transactionId: 'tx-1', principal: operator },
    })
    expect(asked).toEqual([[wallet, 'tx-1']])
    // 600 units of gas at 0.0001 each are 0.06, and the starter permits 0.01.
    expect(data).toMatchObject({ decision: 'deny', chainId: 84532, account: wallet })
    expect(data['effects']).toMatchObject([{ outcome: 'permitted' }, { outcome: 'notPermitted' }])
  })

  test('behavior: a case, with what the command line says in its place', async () => {
    const context = await contextOf()
    const asked = { policy: starter, case: 'largest' }
    expect((await explainPolicy(context, asked)).data).toMatchObject({
      decision: 'allow',
      rules: ['payouts', 'fees'],
    })
    const stranger = 'arn:aws:iam::999999999999:user/stranger'
    const { data, text } = await explainPolicy(context, {
      ...asked,
      principal: stranger,
      reference: 'R',
      sourceIp: '192.0.2.1',
    })
    expect(data).toMatchObject({
      decision: 'deny',
      principal: stranger,
      reference: 'R',
      sourceIp: '192.0.2.1',
    })
    expect(text).toContain(`but   principal is ${stranger}, in no role`)
  })

  test.each([
    ['REQUEST_MISSING', {}],
    ['REQUEST_MISSING', { message: '0x', case: 'largest' }],
    ['CASES_NOT_FOUND', { case: 'payout' }],
    ['OPTION_INVALID', { case: 'largest', time: 'noon' }],
    ['OPTION_INVALID', { case: 'largest', principal: 'ann' }],
    ['OPTION_INVALID', { transfer: '250usdc', to: acme, principal: operator }],
  ])('error: %s', async (code, asked) => {
    await expect(explainPolicy(await contextOf(), { policy: starter, ...asked })).rejects.toMatchObject({
      code,
    })
  })
})

describe('policy diff', () => {
  test('default: the same policy is the same', async () => {
    expect(await diffPolicies(await contextOf(), { before: starter, after: starter })).toMatchObject({
      exitCode: 0,
      data: { same: true },
    })
  })

  test('behavior: a change is told with an example of before and now; exit code 9', async () => {
    const after = writePolicy(changedStarter(['1000.0', '2000.0']))
    const { text, data, exitCode } = await diffPolicies(await contextOf(), { before: starter, after })
    expect([exitCode, data['same']]).toEqual([9, false])
    expect(text).toMatch(
      /now allowed: transfer, asked for by arn:aws:iam::111122223333:user\/operator \(\d+ requests\)\n +e\.g\. transfer 1000\.000001 USDC .*\n +was +deny: NOT_PERMITTED\n +now +allow, by payouts/,
    )
  })

  test('behavior: requests of a log are compared apart', async () => {
    const line = JSON.stringify({
      ...{
        time: '2026-01-05T10:00:00Z',
        requestId: 'r-7',
        principal: operator,
        kind: 'userOperation',
        scheme: 'eip191',
      },
      ...{ chainId: 84532, account: wallet, signerAddress: acme },
      effects: [
        {
          kind: 'transfer',
          asset: '0x036CbD53842c5426634e7929541eC2318f3dCF7e',
          from: wallet,
          to: acme,
          amount: '900000000',
        },
      ],
    })
    const after = writePolicy(changedStarter(['1000.0', '800.0']))
    const { text } = await diffPolicies(await contextOf({}, `${line}\nnoise`), {
      before: starter,
      after,
      log: '-',
    })
    expect(text).toMatch(/recorded requests: 1 compared; 1 other lines passed over\n +now denied: transfer/)
    expect(text).toContain('(request r-7)')
    await expect(
      diffPolicies(await contextOf(), { before: starter, after, log: '/none' }),
    ).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
  })
})

test('policy schema prints what rules can speak about', () => {
  expect(showSchema().text).toMatch(/^\/\/ What Coffer.*entity Role;/s)
})
