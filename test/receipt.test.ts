// The receipt is believed only where the chain itself says the same.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readReceipt } from '../packages/cli/src/receipt.ts'
import { startTreasury, type Treasury } from './support/treasury.ts'

let treasury: Treasury
let told: Parameters<typeof readReceipt>[0]

beforeAll(async () => {
  treasury = await startTreasury()
  const { stdout } = await treasury.run([
    ...['transfer', '3', 'usdc', '--to', 'vendor:acme', '--reference', 'r', '--yes', '--json'],
  ])
  const { transactionHash, userOperationHash } = JSON.parse(stdout)
  const { chain } = treasury.sandbox
  told = {
    rpcUrl: chain.rpcUrl,
    chainId: chain.chainId,
    transactionHash,
    userOperationHash,
    token: chain.usdc.address,
    from: treasury.wallet,
    to: treasury.recipient,
    amount: 3_000_000n,
  }
})

afterAll(() => treasury?.sandbox.stop())

test('a receipt with the user operation and the transfer is told', async () => {
  expect(await readReceipt(told)).toMatchObject({ transactionHash: told.transactionHash })
})

test.each([
  ['another amount', { amount: 3_000_001n }, 'RECEIPT_MISMATCH'],
  ['another recipient', { to: `0x${'11'.repeat(20)}` as const }, 'RECEIPT_MISMATCH'],
  ['another token', { token: `0x${'11'.repeat(20)}` as const }, 'RECEIPT_MISMATCH'],
  ['another user operation', { userOperationHash: `0x${'11'.repeat(32)}` as const }, 'RECEIPT_MISMATCH'],
  ['another chain', { chainId: 1 }, 'RECEIPT_CHAIN_MISMATCH'],
  ['no chain', { rpcUrl: 'http://127.0.0.1:9' }, 'RECEIPT_UNAVAILABLE'],
])('error: %s', async (_, changed, code) => {
  await expect(readReceipt({ ...told, ...changed })).rejects.toMatchObject({ code })
})
