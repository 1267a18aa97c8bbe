import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { policyIn } from '@coffer/infra/code'
import { unzipSync } from 'fflate'
import { expect, test, vi } from 'vitest'
import { startChain } from './chain/chain.ts'
import { createSandboxApiKey } from './crossmint/apiKey.ts'
import { type Sandbox, startSandbox } from './sandbox.ts'

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

/** Policy and environment of the function, as Lambda tells them. */
const readFunction = async (sandbox: Sandbox) => {
  const { accessKeyId, secretAccessKey } = sandbox.identities.administrator
  const client = new LambdaClient({
    endpoint: sandbox.aws.url,
    region: sandbox.region,
    credentials: { accessKeyId, secretAccessKey },
  })
  const { Code, Configuration } = await client.send(new GetFunctionCommand({ FunctionName: 'otherSigner' }))
  const zip = await (await fetch(Code?.Location ?? '')).arrayBuffer()
  return { policy: policyIn(unzipSync(new Uint8Array(zip))), environment: Configuration?.Environment }
}

test('a policy is deployed with the stack, or later, when nothing else changes', async () => {
  const address = `0x${'ab'.repeat(20)}`
  const parameters = { FunctionName: 'otherSigner', SignerAddress: address }
  const policy = { rules: '// The first one.\n', facts: '{}' }
  const sandbox = await startSandbox({ stack: { parameters, policy } })
  const before = { outputs: sandbox.outputs(), ...(await readFunction(sandbox)) }
  expect(before).toMatchObject({ policy, environment: { Variables: { COFFER_SIGNER_ADDRESS: address } } })
  const next = { rules: '// The second one.\n', facts: '{}' }
  await sandbox.putPolicy(next)
  expect({ outputs: sandbox.outputs(), ...(await readFunction(sandbox)) }).toEqual({
    ...before,
    policy: next,
  })
  await sandbox.stop()
})

test('error: without a stack there is no policy to put', async () => {
  const sandbox = await startSandbox({ stack: 'none' })
  await expect(sandbox.putPolicy({ rules: '', facts: '{}' })).rejects.toThrow('There is no stack')
  expect(sandbox.outputs()).toEqual({})
  await sandbox.stop()
})

test('error: what cannot be started takes along what was', async () => {
  await expect(startSandbox({ crossmint: { apiKey: 'sk_production_x' } })).rejects.toMatchObject({
    code: 'INVALID_API_KEY',
  })
  const chain = await vi.mocked(startChain).mock.results.at(-1)?.value
  await expect(fetch(chain.rpcUrl)).rejects.toThrow('fetch failed')
})
