// `coffer policy init`: a policy to start from, with what is known of the treasury filled in.
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { resolveToken } from '@coffer/crossmint'
import { isPrincipalPattern, loadPolicy, policyFiles } from '@coffer/service/policy'
import { type Address, getAddress, isAddress } from 'viem'
import type { Config } from '../config.ts'
import type { Context, Outcome } from '../context.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import { shortVersion } from '../localPolicy.ts'
import { shellWord } from '../payment.ts'
import { parseCases } from '../policy/cases.ts'
import { shownPath } from '../policy/chosen.ts'
import { withFaults } from '../policy/faults.ts'
import { exampleOperator, fillStarter, type Known, type KnownToken } from '../policy/starter.ts'
import { columns, type Style } from '../terminal.ts'

/**
 * Writes the starter policy.
 *
 * @param options.directory Where; by default the configured directory, or `policy` beside the configuration file.
 * @param options.operator ARN of who may pay.
 * @param options.payees NAME=ADDRESS each, beside the recipients of the configuration.
 * @param options.token Symbol of the token to pay with; `usdc` by default.
 * @param options.factory Address of the factory of the wallet.
 * @throws {CliError} POLICY_EXISTS, OPTION_INVALID, POLICY_INVALID; INVALID_INPUT for a chain or token that is not known.
 */
export async function initPolicy(
  { config, terminal }: Pick<Context, 'config' | 'terminal'>,
  options: {
    directory?: string | undefined
    operator?: string | undefined
    payees: readonly string[]
    token?: string | undefined
    factory?: string | undefined
  },
): Promise<Outcome> {
  const directory = options.directory === undefined ? usualDirectory(config) : resolve(options.directory)
  const { payees, leftOut } = choosePayees(config, options.payees)
  const known: Known = {
    operator: readOperator(options.operator),
    wallet: config.wallet,
    factory: readFactory(options.factory),
    token: findToken(config, options.token ?? 'usdc'),
    payees,
  }
  const files = fillStarter(known)
  const policy = withFaults(directory, () => {
    const loaded = loadPolicy({
      rules: files[policyFiles.rules] ?? '',
      facts: files[policyFiles.facts] ?? '',
    })
    parseCases(files['cases.yaml'] ?? '', { directory, file: 'cases.yaml', policy: loaded })
    return loaded
  })
  const existing = Object.keys(files).filter(name => existsSync(join(directory, name)))
  if (existing.length > 0)
    throw new CliError(
      'POLICY_EXISTS',
      `${shownPath(directory)} has ${existing.join(', ')} already; nothing was written`,
      {
        exitCode: exitCodes.refused,
        hints: ['name another directory: coffer policy init DIR'],
      },
    )
  await mkdir(directory, { recursive: true })
  for (const [name, text] of Object.entries(files))
    await writeFile(join(directory, name), text, { flag: 'wx' })
  return {
    data: { directory, files: Object.keys(files), version: policy.version, leftOut },
    text: [
      `written in ${terminal.style.bold(shownPath(directory))}: ${Object.keys(files).join(', ')}`,
      columns(describeKnown(known, terminal.style), terminal.style),
      ...notes(known, leftOut),
      `policy ${shortVersion(policy.version)}; read it, change it, then: ${nextSteps(directory, config)}`,
    ].join('\n'),
  }
}

function usualDirectory({ file, policy }: Config): string {
  return resolve(dirname(file), policy ?? 'policy')
}

/** Elsewhere than in the usual place it has to be named. */
function nextSteps(directory: string, config: Config): string {
  const named = directory === usualDirectory(config) ? '' : ` --policy ${shellWord(shownPath(directory))}`
  return ['coffer policy check', 'coffer policy test', 'coffer deploy'].map(step => step + named).join(' · ')
}

/** By the name that rules will use for it. */
function findToken({ chain = 'base-sepolia', tokens }: Config, symbol: string): KnownToken {
  if (!/^[A-Za-z][A-Za-z0-9.-]{0,15}$/.test(symbol))
    throw new CliError('OPTION_INVALID', `--token ${symbol}: not the symbol of a token, such as usdc`)
  const { address, decimals, chainId } = resolveToken({ chain, token: symbol, tokens })
  return { name: symbol.toLowerCase(), symbol: symbol.toUpperCase(), decimals, chainId, address }
}

function readOperator(text: string | undefined): string | undefined {
  if (text === undefined || isPrincipalPattern(text)) return text
  throw new CliError(
    'OPTION_INVALID',
    `--operator ${text}: expected the ARN of a user, a role or a session`,
    {
      hints: ['aws sts get-caller-identity'],
    },
  )
}

function readFactory(text: string | undefined): Address | undefined {
  if (text === undefined || isAddress(text)) return text === undefined ? undefined : getAddress(text)
  throw new CliError('OPTION_INVALID', `--factory ${text}: not an address`)
}

/** Each address under its first name. */
function choosePayees(
  { recipients = {} }: Config,
  given: readonly string[],
): { readonly payees: Known['payees']; readonly leftOut: readonly string[] } {
  const payees = new Map<string, Address>()
  const leftOut: string[] = []
  for (const [name, address] of [...given.map(parsePayee), ...Object.entries(recipients)])
    if (!isName(name)) leftOut.push(`${name}: names have letters, digits and : . _ @ -`)
    else if ([...payees.values()].includes(getAddress(address)))
      leftOut.push(`${name}: has an address that is there already`)
    else if (!payees.has(name)) payees.set(name, getAddress(address))
  return { payees: Object.fromEntries(payees), leftOut }
}

function parsePayee(text: string): [string, Address] {
  const [, name = '', address = ''] = /^([^=]*)=(.*)$/.exec(text) ?? []
  if (isName(name) && isAddress(address)) return [name, address]
  throw new CliError('OPTION_INVALID', `--payee ${text}: expected NAME=ADDRESS, such as vendor:acme=0x...`)
}

function isName(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_:.@-]{0,63}$/.test(text)
}

function describeKnown(
  { operator, wallet, factory, token, payees }: Known,
  style: Style,
): [string, string][] {
  const example = style.red('an example')
  const names = Object.keys(payees)
  return [
    ['operator', operator ?? `${exampleOperator} (${example})`],
    ['wallet', wallet === undefined ? example : `${wallet} on chain ${token.chainId}`],
    ['factory', factory ?? (wallet === undefined ? example : style.red('not known'))],
    ['token', `${token.symbol} (${token.address})`],
    ['payees', names.length === 0 ? example : names.join(', ')],
  ]
}

function notes({ operator, wallet, factory, payees }: Known, leftOut: readonly string[]): readonly string[] {
  const examples = [
    ...(operator === undefined ? ['the operator'] : []),
    ...(wallet === undefined ? ['the wallet'] : []),
    ...(Object.keys(payees).length === 0 ? ['the payee'] : []),
  ]
  return [
    ...leftOut.map(line => `left out: ${line}`),
    ...(examples.length === 0 ? [] : [`to be replaced in treasury.json: ${examples.join(', ')}`]),
    ...(wallet !== undefined && factory === undefined
      ? [
          'without the factory, the first payout is refused if it creates the wallet on the chain; coffer policy explain TRANSACTION_ID shows it',
        ]
      : []),
  ]
}
