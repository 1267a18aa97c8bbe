// Crossmint's own, unmodified SDK against the sandbox: examples/crossmint-sdk.mjs, as its first lines say to run it.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root, run } from './support/run.ts'
import { startTreasury, type Treasury } from './support/treasury.ts'

let treasury: Treasury

beforeAll(async () => {
  treasury = await startTreasury()
})

afterAll(() => treasury?.sandbox.stop())

test('createWallet, getWallet by locator, and a regulated transfer whose onSign goes through the endpoint', async () => {
  const manifest = await readFile(join(root, 'node_modules/@crossmint/wallets-sdk/package.json'), 'utf8')
  expect(JSON.parse(manifest).version).toBe('1.1.0')
  const { status, stdout, stderr } = await run(
    process.execPath,
    [
      ...['--import', join(root, 'test/fixtures/loopback-only.mjs')],
      ...['--import', '@coffer/sandbox/crossmint-sdk', 'examples/crossmint-sdk.mjs'],
    ],
    {
      env: { ...treasury.env, COFFER_SIGNER_ADDRESS: treasury.signerAddress, RECIPIENT: treasury.recipient },
    },
  )
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
  const sent = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  expect(sent).toMatchObject({ wallet: treasury.wallet })
  const receipt = await treasury.sandbox.chain.client.getTransactionReceipt({ hash: sent.hash })
  expect(receipt.status).toBe('success')
  expect(await treasury.payments()).toEqual([2_500_000n])
  expect(JSON.parse(treasury.log[0] ?? '')).toMatchObject({
    outcome: 'signed',
    rules: ['first-use', 'payouts', 'fees'],
  })
})
