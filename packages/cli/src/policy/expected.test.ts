import { parseRequest, prepare } from '@coffer/service'
import { expect, test } from 'vitest'
import { acme, intent, usdc, wallet } from '../../test/policy.ts'
import type { Context } from '../context.ts'
import type { EndpointDecision, EndpointRequest } from '../endpoint.ts'
import { requireAllowed } from './expected.ts'
import { toStandIn } from './standIn.ts'

const payment = { amount: '25', token: 'usdc', to: "vendor:acme's", reference: 'INV 1' }
/** A context whose endpoint gives this answer, and what was asked and said. */
const contextOf = (answer: Partial<EndpointDecision>) => {
  const asked: EndpointRequest[] = []
  const notes: string[] = []
  const plain = (text: string): string => text
  const context = {
    endpoint: () =>
      Object.assign(() => Promise.reject(new Error('no signature is asked for')), {
        decide: async (request: EndpointRequest) => {
          asked.push(request)
          return { effects: [], rules: [], issues: [], policyVersion: '0123456789abcdef', ...answer }
        },
      }),
    terminal: {
      style: { bold: plain, dim: plain, red: plain, green: plain, cyan: plain },
      note: (text: string) => notes.push(text),
      progress: (_: string, work: () => Promise<unknown>) => work(),
    },
  } as unknown as Context
  return { context, asked, notes }
}

test('default: what is asked is this transfer and nothing else, at no cost', async () => {
  const { context, asked } = contextOf({ decision: 'allow' })
  await requireAllowed(context, payment, intent)
  const prepared = prepare(parseRequest(JSON.stringify(asked[0])))
  expect(prepared).toMatchObject({ kind: 'userOperation', chainId: 84532, account: wallet, scheme: 'eip191' })
  expect(prepared.effects).toEqual([
    { kind: 'transfer', asset: usdc, from: wallet, to: acme, amount: 25_000_000n },
    { kind: 'fee', payer: wallet, maximum: 0n },
  ])
  expect(asked[0]).toMatchObject({ reference: 'INV 1', signerAddress: acme })
  expect(toStandIn(intent)).toEqual(asked[0])
})

test('default: an expected allowance is told, effect by effect, with the policy', async () => {
  const effects = [{ description: 'transfer 25 USDC', outcome: 'permitted', rules: ['payouts', 'more'] }]
  const { context, notes } = contextOf({ decision: 'allow', effects })
  await requireAllowed(context, payment, intent)
  expect(notes.join('\n')).toMatch(
    /expected decision: allow, by policy 0123456789ab\n +transfer 25 USDC\n +permitted by payouts and more/,
  )
})

test('error: a denial ends it with every reason, and with the command that explains it', async () => {
  const { context } = contextOf({ decision: 'deny', issues: ['first reason', 'second reason'] })
  await expect(requireAllowed(context, payment, intent)).rejects.toMatchObject({
    code: 'DENIED',
    exitCode: 3,
    message: expect.stringMatching(/nothing was created\n {2}- first reason\n {2}- second reason$/),
    hints: [
      `rule by rule: coffer policy explain --transfer '25 usdc' --to 'vendor:acme'\\''s' --reference 'INV 1'`,
    ],
  })
})
