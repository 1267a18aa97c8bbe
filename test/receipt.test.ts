// The receipt is believed only where the chain itself says the same.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkRpc, readReceipt } from '../packages/cli/src/receipt.ts'
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
    entryPoint: chain.entryPoint,
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
  ['an event of another contract', { entryPoint: `0x${'11'.repeat(20)}` as const }, 'RECEIPT_MISMATCH'],
  ['no chain', { rpcUrl: 'http://127.0.0.1:9', timeoutMs: 100 }, 'RECEIPT_UNAVAILABLE'],
])('error: %s', async (_, changed, code) => {
  await expect(readReceipt({ ...told, ...changed })).rejects.toMatchObject({ code })
})

test('error: a wrong or silent RPC is found before anything is paid', async () => {
  await expect(checkRpc(told.rpcUrl, treasury.sandbox.chain.chainId)).resolves.toBeUndefined()
  await expect(checkRpc(told.rpcUrl, 1)).rejects.toMatchObject({ code: 'RPC_WRONG_CHAIN', exitCode: 2 })
  const paid = (await treasury.payments()).length
  const args = ['transfer', '1', 'usdc', '--to', 'vendor:acme', '--reference', 'rpc', '--yes', '--json']
  const result = await treasury.run(args, { COFFER_RPC_URL: 'http://127.0.0.1:9/secret-of-the-provider' })
  expect(result.status).toBe(6)
  expect(result.stdout).toContain('RPC_UNREACHABLE')
  expect(result.stdout).not.toContain('secret-of-the-provider')
  expect(await treasury.payments()).toHaveLength(paid)
})
