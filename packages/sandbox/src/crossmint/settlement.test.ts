import { HttpRequestError } from 'viem'
import { expect, test, vi } from 'vitest'
import type { Chain } from '../chain/chain.ts'
import type { Transaction } from './project.ts'
import { createSettlement } from './settlement.ts'
import { createTrouble } from './trouble.ts'

const settling = (handleOps: () => Promise<unknown>, delay: number) => {
  const chain = { handleOps } as unknown as Chain
  const transaction = { status: 'pending' } as Transaction
  const settlement = createSettlement(chain, createTrouble(delay).state, () => 7)
  settlement.settle(transaction)
  return { settlement, transaction }
}

test('a chain that is gone ends the transaction as failed, reason unknown', async () => {
  const { transaction } = settling(() => Promise.reject(new Error('connection refused')), 0)
  await vi.waitFor(() =>
    expect(transaction).toMatchObject({
      status: 'failed',
      completedAt: 7,
      error: { reason: 'unknown', message: expect.stringContaining('connection refused') },
    }),
  )
})

test('the error of a transaction does not repeat the request to the chain', async () => {
  const url = 'http://127.0.0.1:1/secret'
  const { transaction } = settling(
    () => Promise.reject(new HttpRequestError({ url, body: { a: 'secret' } })),
    0,
  )
  await vi.waitFor(() => expect(transaction.error?.message).toContain('its chain does not answer'))
  expect(transaction.error?.message).not.toContain('secret')
})

test('stop() abandons what has not been sent', async () => {
  const handleOps = vi.fn()
  const { settlement, transaction } = settling(handleOps, 60_000)
  await settlement.stop()
  expect(transaction.status).toBe('pending')
  expect(handleOps).not.toHaveBeenCalled()
})

test('stop() waits for what is under way', async () => {
  let mined = (_: unknown): void => undefined
  const handleOps = vi.fn(() => new Promise(resolve => (mined = resolve)))
  const { settlement, transaction } = settling(handleOps, 0)
  await vi.waitFor(() => expect(handleOps).toHaveBeenCalled())
  const stopped = settlement.stop()
  mined({ status: 'success', transactionHash: '0x01' })
  await stopped
  expect(transaction).toMatchObject({ status: 'success', txId: '0x01' })
})

test('behavior: any number may wait at the same time, without a warning', async () => {
  const warnings: Error[] = []
  const onWarning = (warning: Error): void => void warnings.push(warning)
  process.on('warning', onWarning)
  const { settlement } = settling(vi.fn(), 60_000)
  for (let i = 0; i < 20; i++) settlement.settle({ status: 'pending' } as Transaction)
  await new Promise(resolve => setImmediate(resolve))
  await settlement.stop()
  process.off('warning', onWarning)
  expect(warnings).toEqual([])
})
