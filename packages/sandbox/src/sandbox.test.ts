import { expect, test, vi } from 'vitest'
import { startChain } from './chain/chain.ts'
import { createSandboxApiKey } from './crossmint/apiKey.ts'
import { startSandbox } from './sandbox.ts'

vi.mock(import('./chain/chain.ts'), { spy: true })

test("Crossmint's API behaves as the options say; the log tells when the chain has gone", async () => {
  const { apiKey } = createSandboxApiKey()
  const lines: string[] = []
  const rateLimit = { readsPerMinute: 1, writesPerMinute: 1 }
  const sandbox = await startSandbox({
    crossmint: { apiKey, rateLimit },
    onLog: line => {
      lines.push(line)
    },
  })
  expect(sandbox.environment).toMatchObject({ CROSSMINT_API_KEY: apiKey })
  const url = `${sandbox.crossmint.url}/api/2025-06-09/wallets/evm:alias:x`
  const read = async () => (await fetch(url, { headers: { 'x-api-key': apiKey } })).status
  expect([await read(), await read()]).toEqual([404, 429])

  expect(lines).toEqual([])
  vi.mocked(startChain).mock.lastCall?.[0]?.onLost?.()
  expect(lines.map(line => JSON.parse(line))).toMatchObject([{ code: 'CHAIN_LOST' }])
  await sandbox.stop()
  expect(lines).toHaveLength(1)
})

test('error: what cannot be started takes along what was', async () => {
  await expect(startSandbox({ crossmint: { apiKey: 'sk_production_x' } })).rejects.toMatchObject({
    code: 'INVALID_API_KEY',
  })
  const chain = await vi.mocked(startChain).mock.results.at(-1)?.value
  await expect(fetch(chain.rpcUrl)).rejects.toThrow('fetch failed')
})
