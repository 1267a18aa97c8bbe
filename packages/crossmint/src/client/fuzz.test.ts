// Answers that are nearly right: every call of the client gives what its type promises or throws a CrossmintError, and a
// transaction that was read can be compared. COFFER_FUZZ_RUNS multiplies the number of runs: docs/testing.md.
import fc from 'fast-check'
import { isAddress, isHex } from 'viem'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { mutated } from '../../test/mutate.ts'
import { clientOver, fakeClock, intent, key, preparePayment } from '../../test/payment.ts'
import { TransferMismatchError, verifyTransfer } from '../verify/verifyTransfer.ts'
import { resolveIntent, toExpectedTransfer } from '../workflow/intent.ts'
import { transfer } from '../workflow/transfer.ts'
import type { CrossmintClient } from './client.ts'
import { CrossmintError } from './error.ts'
import type { Transaction } from './transaction.ts'

const runs = Number(process.env['COFFER_FUZZ_RUNS'] ?? 1)
vi.setConfig({ testTimeout: 60_000 * Math.max(1, runs) })
const locator = `external-wallet:${key.address}`
const wallet = intent.walletAddress
const adminSigner = { type: 'external-wallet', address: key.address } as const

type Call = (client: CrossmintClient, id: string) => Promise<unknown>

/** Calls that answer with a transaction. */
const transactionCalls: Readonly<Record<string, Call>> = {
  createTransfer: client =>
    client.createTransfer({
      wallet,
      token: 'base-sepolia:usdc',
      recipient: intent.recipient,
      amount: '1.5',
      idempotencyKey: 'x'.repeat(16),
    }),
  getTransaction: (client, id) => client.getTransaction(wallet, id),
  approveTransaction: (client, id) =>
    client.approveTransaction(wallet, id, { signer: locator, signature: `0x${'00'.repeat(65)}` }),
  removeSigner: client => client.removeSigner(wallet, locator, 'base-sepolia'),
}

const signer = { type: 'external-wallet', address: key.address, locator }
const walletAnswer = {
  chainType: 'evm',
  type: 'smart',
  address: wallet,
  config: { adminSigner: signer, delegatedSigners: [signer] },
  owner: 'COMPANY',
  alias: 'treasury',
  createdAt: '2026-11-22T09:00:00.000Z',
}
const signerAnswer = {
  ...signer,
  expiresAt: 1763800000000,
  chains: { 'base-sepolia': { status: 'awaiting-approval', id: 'tx-1' } },
}
const balance = { amount: '1.5', rawAmount: '1500000' }
const balanceAnswer = {
  symbol: 'usdc',
  name: 'USD Coin',
  decimals: 6,
  ...balance,
  chains: { 'base-sepolia': { ...balance, locator: 'base-sepolia:usdc', contractAddress: wallet } },
}

/** The other calls, each with an answer that is right. */
const otherCalls: Readonly<Record<string, readonly [Call, unknown]>> = {
  getWallet: [client => client.getWallet(wallet), walletAnswer],
  createWallet: [
    client => client.createWallet({ owner: 'COMPANY', adminSigner, idempotencyKey: 'x' }),
    walletAnswer,
  ],
  getBalances: [client => client.getBalances(wallet, { tokens: ['usdc'] }), [balanceAnswer, balanceAnswer]],
  fundWallet: [
    client => client.fundWallet(wallet, { amount: '1', token: 'usdxm', chain: 'base-sepolia' }),
    [{}],
  ],
  getSigner: [client => client.getSigner(wallet, locator), signerAnswer],
  addSigner: [client => client.addSigner(wallet, { signer: locator, chain: 'base-sepolia' }), signerAnswer],
  putUser: [
    client =>
      client.putUser('email:ada@lovelace.example', {
        userDetails: {
          firstName: 'Ada',
          lastName: 'Lovelace',
          dateOfBirth: '1990-01-15',
          countryOfResidence: 'GB',
        },
      }),
    {},
  ],
}

let transactions: readonly { readonly id: string }[] = []
let activity: unknown

beforeAll(async () => {
  const payment = preparePayment({ stuck: true })
  await transfer(payment.options)
  transactions = payment.fake.bodies.filter(isTransaction)
  activity = payment.fake.bodies.find(body => 'data' in body)
})

function isTransaction(body: unknown): body is { readonly id: string } {
  return typeof body === 'object' && body !== null && 'id' in body
}

/** What the client makes of an answer; undefined for a CrossmintError, and nothing else may be thrown. */
async function read(call: Call, status: number, text: string, id = 'id'): Promise<unknown> {
  const client = clientOver(fakeClock(), async () => new Response(text, { status }))
  try {
    return { value: await call(client, id) }
  } catch (error) {
    expect(error).toBeInstanceOf(CrossmintError)
    const { message } = error as CrossmintError
    expect(message.length).toBeLessThan(2000)
    expect(message).not.toMatch(/[\p{Cc}\p{Cs}]/u)
    return undefined
  }
}

describe.each(Object.entries(transactionCalls))('%s', (_, call) => {
  test('a mutated answer is a transaction that can be compared, or a CrossmintError', async () => {
    await fc.assert(
      fc.asyncProperty(mutated(transactions), async text => {
        const answer = await read(call, 200, text, transactions[0]?.id)
        if (answer !== undefined) expectTransaction((answer as { readonly value: Transaction }).value)
      }),
      { numRuns: 100 * runs },
    )
  })
})

test.each(Object.entries(otherCalls))(
  '%s: a mutated answer is read, or is a CrossmintError',
  async (_, [call, answer]) => {
    expect(await read(call, 200, JSON.stringify(answer))).toBeDefined()
    await fc.assert(
      fc.asyncProperty(mutated([answer]), async text => {
        await read(call, 200, text)
      }),
      { numRuns: 100 * runs },
    )
  },
)

test('a mutated list of transactions, or of activities, is read, or is a CrossmintError', async () => {
  const filter = { chain: 'base-sepolia', tokens: ['usdc'], status: 'successful' } as const
  const lists: readonly (readonly [Call, unknown])[] = [
    [client => client.listTransactions(wallet), { transactions }],
    [client => client.listActivity(wallet, filter), activity],
  ]
  for (const [call, answer] of lists) {
    expect(await read(call, 200, JSON.stringify(answer))).toBeDefined()
    await fc.assert(
      fc.asyncProperty(mutated([answer]), async text => {
        await read(call, 200, text)
      }),
      { numRuns: 100 * runs },
    )
  }
})

test('a mutated refusal, of any status, is a CrossmintError', async () => {
  const refusals = [
    { error: true, message: 'User KYC is in progress, retry in a few seconds', code: 'x' },
    { error: { reason: 'recipient_personal_data_missing', message: 'no' }, message: 'x' },
    { error: { reason: 'execution_reverted', message: 'no', revert: { reason: 'paused' } } },
  ]
  const statuses = fc.oneof(fc.integer({ min: 300, max: 599 }), fc.constantFrom(400, 401, 403, 409, 422, 429))
  const calls = fc.constantFrom(...Object.values(transactionCalls))
  await fc.assert(
    fc.asyncProperty(mutated(refusals), statuses, calls, async (text, status, call) => {
      fc.pre(status !== 304)
      expect(await read(call, status, text)).toBeUndefined()
    }),
    { numRuns: 300 * runs },
  )
})

/** What the type promises and the workflow relies on. */
function expectTransaction(transaction: Transaction): void {
  const { onChain, approvals, createdAt, status } = transaction
  expect(['awaiting-approval', 'pending', 'success', 'failed']).toContain(status)
  expect(isAddress(onChain.userOperation.sender)).toBe(true)
  expect(isHex(onChain.userOperation.callData)).toBe(true)
  expect(onChain.userOperation.nonce).toBeTypeOf('bigint')
  expect(onChain.userOperationHash).toMatch(/^0x[0-9a-f]{64}$/)
  expect(Array.isArray(approvals.pending) && Array.isArray(approvals.submitted)).toBe(true)
  expect(new Date(createdAt).toISOString()).toBe(createdAt)
  try {
    verifyTransfer(transaction, toExpectedTransfer(resolveIntent(intent)))
  } catch (error) {
    expect(error).toBeInstanceOf(TransferMismatchError)
  }
}
