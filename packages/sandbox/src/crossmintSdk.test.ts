// The unmodified @crossmint/wallets-sdk 1.1.0 against the sandbox, with the preload that lets it accept the
// sandbox's key.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { CrossmintWallets, createCrossmint } from '@crossmint/wallets-sdk'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startWorld, type World } from '../test/crossmint.ts'
import { faultsOf, testConformity } from '../test/openapi.ts'

let world: World
const { fetch } = globalThis
const requests: string[] = []

beforeAll(async () => {
  world = await startWorld()
  // Every answer the SDK gets is held against the OpenAPI document; what it would send to Crossmint's
  // telemetry is dropped.
  globalThis.fetch = async (input, init) => {
    const { method, url } = new Request(input, init)
    if (!url.startsWith(world.crossmint.url)) {
      if (new URL(url).hostname !== '127.0.0.1') return Response.json({})
      return fetch(input, init)
    }
    const response = await fetch(input, init)
    const { pathname } = new URL(url)
    requests.push(`${method} ${pathname}`)
    expect(faultsOf(method, pathname, response.status, await response.clone().json())).toEqual([])
    return response
  }
  // The SDK logs each step.
  for (const method of ['log', 'info', 'warn', 'error'] as const)
    vi.spyOn(console, method).mockImplementation(() => undefined)
})
afterAll(async () => {
  globalThis.fetch = fetch
  vi.restoreAllMocks()
  await world.stop()
})

testConformity()

const account = privateKeyToAccount(generatePrivateKey())
const recovery = {
  type: 'external-wallet' as const,
  address: account.address,
  onSign: (message: string) => account.signMessage({ message: { raw: message as `0x${string}` } }),
}
const regulated = { transactionType: 'regulated-transfer', prepareOnly: false } as const
const sdk = () =>
  CrossmintWallets.from(
    createCrossmint({ apiKey: world.crossmint.apiKey, overrideBaseUrl: world.crossmint.url }),
  )

test('the SDK on disk is the one that was published', () => {
  const require = createRequire(import.meta.url)
  const entry = require.resolve('@crossmint/wallets-sdk')
  const { version } = JSON.parse(readFileSync(new URL('../package.json', `file://${entry}`), 'utf8'))
  expect(version).toBe('1.1.0')
})

test('without the preload the SDK refuses the key of the sandbox; with it, it takes it, and still no other', async () => {
  expect(sdk).toThrow('Failed to validate signature')
  await import('./crossmintSdk.ts')
  expect(sdk).not.toThrow()
  const forged = `${world.crossmint.apiKey.slice(0, -2)}11`
  expect(() => createCrossmint({ apiKey: forged })).toThrow()
})

test('a treasury wallet: created, found by locator, funded, and a regulated transfer sent from it', async () => {
  const created = await sdk().createWallet({
    chain: 'base-sepolia',
    owner: 'COMPANY',
    alias: 'sdk',
    recovery,
  })
  await world.chain.mint(world.chain.usdc, created.address as `0x${string}`, 5_000_000n)
  const recipient = await world.recipient('sdk@example.com')

  const wallet = await sdk().getWallet('evm:smart:alias:sdk', { chain: 'base-sepolia' })
  expect(wallet.address).toBe(created.address)
  await wallet.useSigner(recovery)
  expect((await wallet.balances()).usdc).toMatchObject({ amount: '5', decimals: 6 })
  const sent = await wallet.send(recipient, 'usdc', '1.5', regulated)

  const receipt = await world.chain.client.getTransactionReceipt({ hash: sent.hash as `0x${string}` })
  expect(receipt.status).toBe('success')
  expect(await world.chain.balanceOf(world.chain.usdc, recipient)).toBe(1_500_000n)
  expect(requests.at(-1)).toMatch(/^GET .*\/transactions\//)

  const stranger = privateKeyToAccount(generatePrivateKey()).address
  await expect(wallet.send(stranger, 'usdc', '1', regulated)).rejects.toThrow(
    "Regulated transfers can't be sent to this wallet",
  )
  await expect(wallet.send(recipient, 'usdc', '1000')).rejects.toThrow('transfer amount exceeds balance')
})

test('an operational signer is added and removed, with the approval of the admin signer', async () => {
  const wallet = await sdk().createWallet({
    chain: 'base-sepolia',
    owner: 'COMPANY',
    alias: 'team',
    recovery,
  })
  const { address } = privateKeyToAccount(generatePrivateKey())
  const operator = { type: 'external-wallet', address } as const
  await wallet.addSigner(operator)
  expect((await wallet.signers()).map(signer => signer.locator)).toEqual([`external-wallet:${address}`])
  await wallet.removeSigner(operator)
  expect(await wallet.signers()).toEqual([])
})

test('staging funds, transfers and transactions as the SDK lists them', async () => {
  const wallet = await sdk().createWallet({
    chain: 'base-sepolia',
    owner: 'COMPANY',
    alias: 'faucet',
    recovery,
  })
  await wallet.stagingFund(10)
  expect((await wallet.balances(['usdxm'])).tokens).toMatchObject([{ symbol: 'usdxm', amount: '10' }])
  expect(await wallet.transfers({ tokens: 'usdxm', status: 'successful' })).toMatchObject({
    data: [{ type: 'wallets.transfer.in', token: { amount: '10' } }],
  })
  expect(await wallet.transactions()).toEqual({ transactions: [] })
  expect(await wallet.nfts({ perPage: 10, page: 1 })).toEqual([])
})
