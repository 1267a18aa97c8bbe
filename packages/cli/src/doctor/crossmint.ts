// Checks of the treasury wallet at Crossmint: that it is there, that its signer is the key, and that its chain is known.
// https://docs.crossmint.com/api-reference/wallets/get-wallet-by-locator
import type { CrossmintClient } from '@coffer/crossmint'
import { toFailure } from '../failure.ts'
import { type Check, checksOf, type Finding, failed, need, ok, shared, skipped } from './check.ts'
import type { Scene } from './scene.ts'

type Wallet = Awaited<ReturnType<CrossmintClient['getWallet']>>

const check = checksOf('crossmint')

/**
 * Checks the wallet.
 *
 * @param address Reads the address of the key.
 */
export function checkCrossmint(
  { context }: Scene,
  address: () => Promise<string>,
): readonly Promise<Check>[] {
  const { config } = context
  const client = shared(async () => {
    need(config.crossmintApiKey, 'CROSSMINT_API_KEY is not set')
    return context.crossmint()
  })
  const wallet = shared(async () => {
    const crossmint = await client()
    return crossmint.getWallet(need(config.wallet, 'no wallet is configured'))
  })
  return [
    check('crossmint-key', async () => {
      if (config.crossmintApiKey === undefined)
        return skipped('CROSSMINT_API_KEY is not set', 'export CROSSMINT_API_KEY=sk_staging_...')
      return judgeKey(await client(), wallet)
    }),
    check('wallet', async () => {
      await client()
      if (config.wallet === undefined) return skipped('no wallet is configured', 'coffer wallet create')
      const { address: found, owner } = await wallet()
      return ok(`${found}${owner === undefined ? '' : `, owner ${owner}`}`)
    }),
    check('wallet-signer', async () => judgeSigner((await wallet()).config, await address())),
    check('wallet-chain', async () => {
      const { address: at } = await wallet()
      const chain = need(config.chain, 'no chain is configured')
      await (await client()).getBalances(at, { tokens: ['usdc'], chains: [chain] })
      return ok(chain)
    }),
  ]
}

/** Crossmint has no call that only tells whether a key is accepted. */
async function judgeKey(client: CrossmintClient, wallet: () => Promise<Wallet>): Promise<Finding> {
  try {
    await wallet()
  } catch (error) {
    const { code, message } = toFailure(error)
    if (/^CROSSMINT_(UNAUTHORIZED|FORBIDDEN)$/.test(code))
      return failed(message, 'export CROSSMINT_API_KEY=... of this project, with the scopes of wallets')
    // Whatever else is wrong is said of the wallet.
    if (code !== 'CROSSMINT_NOT_FOUND') throw error
  }
  return ok(`accepted, ${client.environment}`)
}

/**
 * Judges who signs for a wallet.
 *
 * @param wallet As Crossmint tells it.
 * @param address Of the key.
 */
export function judgeSigner(wallet: Wallet['config'], address: string): Finding {
  const { adminSigner, delegatedSigners = [] } = wallet
  if (adminSigner.address?.toLowerCase() !== address.toLowerCase())
    return failed(
      `the wallet's signer is ${adminSigner.locator}, but the key's address is ${address}`,
      'coffer wallet create --alias another-name, or configure the key of this wallet',
    )
  const others = delegatedSigners.map(({ locator }) => locator)
  return ok(others.length === 0 ? address : `${address}; may sign too: ${others.join(', ')}`)
}
