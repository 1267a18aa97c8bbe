// The process of the sandbox: starts it, says where everything is, and does what can only be done in its process.
import { startSandbox } from '@coffer/sandbox'

// Nobody waits for a block: what is approved goes to the chain at once.
const sandbox = await startSandbox({ crossmint: { settleDelay: 0 } })
const { region, identities, environment, chain, crossmint } = sandbox
process.on('message', async ({ policy, mint }) => {
  if (policy !== undefined) await sandbox.putPolicy(policy)
  if (mint !== undefined) await chain.mint(chain.usdc, mint, 1_000_000_000_000n)
  process.send('done')
})
process.on('disconnect', async () => {
  await sandbox.stop()
  process.exit()
})
process.send({
  region,
  identities,
  environment,
  outputs: sandbox.outputs(),
  factory: chain.factory,
  usdc: chain.usdc,
  rpcUrl: chain.rpcUrl,
  crossmint: { url: crossmint.url, apiKey: crossmint.apiKey },
})
