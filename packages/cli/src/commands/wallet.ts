// `coffer wallet`: the treasury wallet whose signer is the KMS key.
import { type Config, requireValid, saveSettings } from '../config.ts'
import { type Context, type Outcome, required } from '../context.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import { columns } from '../terminal.ts'

type Address = `0x${string}`

/**
 * Creates a treasury wallet (owner COMPANY) whose admin signer is the KMS key, and saves its address.
 *
 * Repeating is safe: Crossmint answers with the wallet that the alias already has. A wallet with another signer is
 * refused.
 *
 * @param options.alias Alias within the Crossmint project.
 * @param options.signer Address of the signer; the configured one where it is left out.
 */
export async function createWallet(
  context: Context,
  options: { alias: string; chain?: string | undefined; signer?: string | undefined },
): Promise<Outcome> {
  const { config, terminal } = context
  const signer = (options.signer ?? required(config, 'signerAddress')) as Address
  const chain = options.chain ?? required(config, 'chain')
  requireValid({ signerAddress: signer, chain })
  const client = await context.crossmint()
  const wallet = await terminal.progress(`creating the treasury wallet "${options.alias}"`, () =>
    client.createWallet({
      owner: 'COMPANY',
      alias: options.alias,
      adminSigner: { type: 'external-wallet', address: signer },
      idempotencyKey: `coffer-wallet-${options.alias}-${signer.toLowerCase()}`,
    }),
  )
  const actual = wallet.config.adminSigner
  if (actual.address?.toLowerCase() !== signer.toLowerCase())
    throw new CliError(
      'WALLET_SIGNER_DIFFERS',
      `the wallet "${options.alias}" exists already (${wallet.address}) and its signer is ${actual.locator}, not ${signer}`,
      { exitCode: exitCodes.refused, hints: ['coffer wallet create --alias another-name'] },
    )
  const saved = await saveSettings(config, { wallet: wallet.address, chain })
  return {
    data: {
      address: wallet.address,
      alias: wallet.alias,
      owner: wallet.owner,
      signer: actual.locator,
      chain,
      saved,
    },
    text: [
      columns(
        [
          ['wallet', terminal.style.bold(wallet.address)],
          ['alias', wallet.alias],
          ['signer', actual.locator],
          ['chain', chain],
        ],
        terminal.style,
      ),
      saved
        ? `saved in ${config.file}`
        : `not saved: ${config.file} names another wallet or chain. Use --config for another treasury`,
    ].join('\n'),
  }
}

/** Shows a wallet, its signer and its balances. */
export async function showWallet(
  context: Context,
  options: { locator: string | undefined; token: string },
): Promise<Outcome> {
  const { config, terminal } = context
  const client = await context.crossmint()
  const chain = required(config, 'chain')
  const wallet = await client.getWallet(options.locator ?? required(config, 'wallet'))
  const balances = await client.getBalances(wallet.address, {
    tokens: ['eth', options.token],
    chains: [chain],
  })
  const signer = wallet.config.adminSigner.locator
  return {
    data: {
      address: wallet.address,
      alias: wallet.alias,
      owner: wallet.owner,
      signer,
      chain,
      signerIsConfigured: isConfiguredSigner(config, wallet.config.adminSigner.address),
      balances: balances.map(({ symbol, amount, rawAmount, decimals }) => ({
        symbol,
        amount,
        rawAmount,
        decimals,
      })),
    },
    text: columns(
      [
        ['wallet', terminal.style.bold(wallet.address)],
        ['alias', wallet.alias],
        ['owner', wallet.owner],
        [
          'signer',
          signer +
            (wallet.owner === 'COMPANY' ? signerRemark(config, wallet.config.adminSigner.address) : ''),
        ],
        ['chain', chain],
        ...balances.map(({ symbol, amount }): [string, string] => [symbol ?? '?', amount]),
      ],
      terminal.style,
    ),
  }
}

/** Puts test tokens into the configured wallet: staging and sandbox only. */
export async function fundWallet(
  context: Context,
  options: { amount: string; token: string },
): Promise<Outcome> {
  const { amount, token } = options
  if (token !== 'usdxm' && token !== 'usdc')
    throw new CliError('TOKEN_INVALID', `${token}: expected usdxm, or usdc on the sandbox`)
  const wallet = required(context.config, 'wallet')
  const chain = required(context.config, 'chain')
  const client = await context.crossmint()
  await context.terminal.progress(`funding the wallet with ${amount} ${token}`, () =>
    client.fundWallet(wallet, { amount, token, chain }),
  )
  return {
    data: { wallet, amount, token, chain },
    text: `${wallet} got ${amount} ${token} on ${chain}`,
  }
}

function isConfiguredSigner(config: Config, address: string | undefined): boolean | undefined {
  return config.signerAddress === undefined
    ? undefined
    : config.signerAddress.toLowerCase() === address?.toLowerCase()
}

function signerRemark(config: Config, address: string | undefined): string {
  const own = isConfiguredSigner(config, address)
  return own === undefined ? '' : own ? ' (the configured key)' : ' (NOT the configured key)'
}
