// startChain, when anvil starts and does not do what it should.
import { expect, test, vi } from 'vitest'
import { startAnvil } from './anvil.ts'
import { startChain } from './chain.ts'

vi.mock(import('./anvil.ts'), async importActual => ({
  ...(await importActual()),
  startAnvil: vi.fn<typeof startAnvil>(),
}))

test('error: a chain that cannot be furnished leaves no anvil behind', async () => {
  const stop = vi.fn(async () => undefined)
  // Nothing listens at port 1 of this machine.
  vi.mocked(startAnvil).mockResolvedValue({ rpcUrl: 'http://127.0.0.1:1', stop })
  await expect(startChain()).rejects.toThrow('HTTP request failed')
  expect(stop).toHaveBeenCalledOnce()
})
