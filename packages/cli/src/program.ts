// The command line: names, arguments and options. Commands themselves are in commands/; nothing here decides.
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { showAddress } from './commands/address.ts'
import { adoptKey, createKey, defaultAlias, listKeys, setKeyState, showKey } from './commands/key.ts'
import { registerRecipient } from './commands/recipient.ts'
import type { SandboxRun } from './commands/sandbox.ts'
import { createWallet, fundWallet, showWallet } from './commands/wallet.ts'
import type { Context, Outcome } from './context.ts'
import { exitCodes } from './exitCodes.ts'
import { CliError, type Failure } from './failure.ts'
import { addConformanceCommand } from './program/conformance.ts'
import { addPolicyCommands } from './program/policy.ts'
import { addStackCommands } from './program/stack.ts'

export type Runner = {
  /** Runs a command that needs a configuration and prints its outcome. */
  readonly run: (command: (context: Context) => Promise<Outcome>) => Promise<void>
  readonly sandbox: (options: Pick<SandboxRun, 'ports' | 'deployed'>) => Promise<void>
  readonly demo: () => Promise<void>
  /** The environment of programs that commands start. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Receives usage errors in words. */
  readonly writeError: (text: string) => void
}

/**
 * Builds the command line.
 *
 * @param version Printed by --version.
 * @param runner What each command is handed to once its words are understood.
 */
export function createProgram(version: string, runner: Runner): Command {
  // Subcommands inherit what is set here, as long as it is set before they are added.
  const program = new Command('coffer')
    .description('Move stablecoins from a Crossmint treasury wallet with a key that never leaves AWS KMS.')
    .version(version)
    .option('--config <file>', 'configuration file (default: coffer.json here, or COFFER_CONFIG)')
    .option('--json', 'print one JSON document on stdout, nothing else')
    .configureOutput({ writeErr: runner.writeError, outputError: (text, write) => write(`coffer: ${text}`) })
    .showHelpAfterError('coffer: hint: add --help to see what a command takes')
    .exitOverride()
    .helpCommand(false)
    .addHelpText('after', helpText)
  addTryingCommands(program, runner)
  addStackCommands(program, runner)
  addPolicyCommands(program, runner)
  addKeyCommands(program, runner)
  addWalletCommands(program, runner)
  addTransferCommands(program, runner)
  addConformanceCommand(program, runner)
  return program
}

/** How the run ends when commander ended it: 0 after --help and --version, 2 for words it did not understand. */
export function usageOf(error: unknown): Failure | undefined {
  if (!(error instanceof CommanderError)) return undefined
  const exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  const message =
    error.code === 'commander.help' ? 'a command is missing' : error.message.replace(/^error: /, '')
  return { code: 'USAGE', message, hints: ['coffer --help'], exitCode }
}

function addTryingCommands(program: Command, runner: Runner): void {
  program
    .command('demo')
    .description('a regulated transfer on the sandbox, every step shown: nothing to configure')
    .action(() => runner.demo())
  program
    .command('sandbox')
    .description('run AWS, Crossmint and a chain on this machine, to deploy into and to pay with')
    .option('--aws-port <port>', 'port of KMS, IAM, CloudFormation and the other services of AWS', parsePort)
    .option('--api-port <port>', 'port of API Gateway', parsePort)
    .option('--crossmint-port <port>', "port of Crossmint's API", parsePort)
    .option('--chain-port <port>', 'port of the chain', parsePort)
    .option('--deployed', 'start with the signing stack deployed and the operator in its group')
    .action(options =>
      runner.sandbox({
        ports: {
          aws: options.awsPort,
          api: options.apiPort,
          crossmint: options.crossmintPort,
          chain: options.chainPort,
        },
        deployed: options.deployed === true,
      }),
    )
}

function addKeyCommands(program: Command, runner: Runner): void {
  const key = program.command('key').description('the KMS key behind the treasury')
  key
    .command('create')
    .description('create a secp256k1 key in KMS with an alias')
    .option('--alias <name>', 'alias of the key', defaultAlias)
    .option('--description <text>', 'description of the key', 'Signer of a Crossmint treasury wallet')
    .option('--multi-region', 'let the key be replicated to other Regions (cannot be changed later)')
    .action(options =>
      runner.run(context => createKey(context, { ...options, multiRegion: options.multiRegion === true })),
    )
  key
    .command('show')
    .description('show spec, usage, state, aliases and address')
    .argument('[key]', 'key id, key ARN or alias/... (default: the configured key)')
    .action(keyId => runner.run(context => showKey(context, keyId)))
  key
    .command('list')
    .description('list the keys that can sign for Ethereum')
    .action(() => runner.run(listKeys))
  key
    .command('use')
    .description('write an existing key into the configuration')
    .argument('<key>', 'key id, key ARN or alias/...')
    .action(keyId => runner.run(context => adoptKey(context, keyId)))
  for (const state of ['enabled', 'disabled'] as const)
    key
      .command(state === 'enabled' ? 'enable' : 'disable')
      .description(state === 'enabled' ? 'switch a key on' : 'switch a key off: every signature stops')
      .argument('[key]', 'key id, key ARN or alias/... (default: the configured key)')
      .option('--yes', 'do not ask')
      .action((keyId, options) =>
        runner.run(context => setKeyState(context, { keyId, state, yes: options.yes === true })),
      )
  program
    .command('address')
    .description('print the Ethereum address of a public key')
    .argument(
      '[source]',
      'PEM or DER file, - for standard input, key id, key ARN or alias/... (default: the configured key)',
    )
    .action(source => runner.run(context => showAddress(context, source)))
}

function addWalletCommands(program: Command, runner: Runner): void {
  const wallet = program.command('wallet').description('the treasury wallet')
  wallet
    .command('create')
    .description('create a treasury wallet whose signer is the KMS key')
    .option('--alias <alias>', 'alias of the wallet', 'treasury')
    .option('--chain <chain>', "Crossmint's name of the chain (default: the configured one)")
    .option('--signer <address>', 'address of the signer (default: the configured one)')
    .action(options => runner.run(context => createWallet(context, options)))
  wallet
    .command('show')
    .description('show a wallet, its signer and its balances')
    .argument('[wallet]', 'address or wallet locator (default: the configured wallet)')
    .option('--token <symbol>', 'token to show beside the native one', 'usdc')
    .action((locator, options) =>
      runner.run(context => showWallet(context, { locator, token: options.token })),
    )
  wallet
    .command('fund')
    .description('staging and sandbox only: put test tokens into the wallet')
    .argument('<amount>', 'token units, 1 to 100')
    .argument('[token]', 'usdxm on staging; usdxm or usdc on the sandbox', 'usdxm')
    .action((amount, token) => runner.run(context => fundWallet(context, { amount, token })))
  program
    .command('recipient')
    .description('who may be paid')
    .command('register')
    .description('register a recipient with Crossmint, create the wallet, and save both in the address book')
    .argument('<name>', 'name in the address book, e.g. vendor:acme')
    .option('--email <email>', 'required: email address that identifies the recipient')
    .option('--first-name <name>', 'required: personal data that regulated transfers require')
    .option('--last-name <name>', 'required: the same')
    .option('--date-of-birth <date>', 'required: YYYY-MM-DD')
    .option('--country <code>', 'required: country of residence, two letters (ISO 3166-1)')
    .hook('preAction', (_, action) =>
      need(action, 'email', 'firstName', 'lastName', 'dateOfBirth', 'country'),
    )
    .action((name, options) => runner.run(context => registerRecipient(context, { name, ...options })))
}

function addTransferCommands(program: Command, runner: Runner): void {
  const payment = (command: Command): Command =>
    command
      .argument('<amount>', 'token units, e.g. 250 or 0.01')
      .argument('<token>', 'token symbol, e.g. usdc')
      .option('--to <recipient>', 'required: name in the address book, or address')
      .option('--reference <text>', 'required: name of this payment; one reference is never paid twice')
      .hook('preAction', (_, action) => need(action, 'to', 'reference'))
  const transfer = program
    .command('transfer')
    .description('move money: `coffer transfer 250 usdc --to vendor:acme --reference INV-1`')
  // The default, so that `coffer transfer 250 usdc ...` needs no word more.
  payment(transfer.command('send', { isDefault: true }))
    .description('all steps, asking before the money moves; safe to repeat with the same reference')
    .option('--yes', 'do not ask before the money moves')
    .action((amount, token, options) =>
      runner.run(async context =>
        (await transfers()).runTransfer(context, { amount, token, ...options, yes: options.yes === true }),
      ),
    )
  payment(transfer.command('create'))
    .description('step 1: create the transfer and compare what came back; moves no money')
    .action((amount, token, options) =>
      runner.run(async context => (await transfers()).createTransfer(context, { amount, token, ...options })),
    )
  transfer
    .command('sign')
    .description('step 2: get the signature from the signing endpoint')
    .argument('<reference>', 'reference of the payment')
    .action(text => runner.run(async context => (await transfers()).signTransfer(context, text)))
  transfer
    .command('approve')
    .description('step 3: submit the signature; the money moves')
    .argument('<reference>', 'reference of the payment')
    .option('--signature <hex>', 'signature made by `coffer transfer sign` (default: have it signed now)')
    .option('--yes', 'do not ask before the money moves')
    .action((text, options) =>
      runner.run(async context =>
        (await transfers()).approveTransfer(context, text, { ...options, yes: options.yes === true }),
      ),
    )
  transfer
    .command('status')
    .description('where a transfer stands')
    .argument('<reference>', 'reference of the payment')
    .option('--wait', 'wait until it has succeeded or failed')
    .action((text, options) =>
      runner.run(async context =>
        (await transfers()).showTransfer(context, text, { wait: options.wait === true }),
      ),
    )
  program
    .command('sign')
    .description('call the signing endpoint once (what the guide does with awscurl)')
    .option('--message <hash>', 'the 32-byte hash, 0x hex or base64')
    .option('--payload <file>', 'JSON of what is signed; - for standard input')
    .option('--signer-address <address>', 'address of the key (default: the configured one)')
    .addOption(
      new Option('--scheme <scheme>', 'how the message becomes the digest').choices(['eip191', 'raw']),
    )
    .option('--reference <text>', 'goes into the log of the signing service')
    .action(({ payload, ...options }) =>
      runner.run(async context =>
        (await import('./commands/sign.ts')).sign(context, { payloadFile: payload, ...options }),
      ),
    )
}

// Loaded where it is needed: it brings the ABI decoding, half of what a command takes to start.
const transfers = () => import('./commands/transfer.ts')

// commander reports the first missing option only; here they are all named at once.
function need(command: Command, ...names: string[]): void {
  const options = command.opts<Record<string, unknown>>()
  const missing = names
    .filter(name => options[name] === undefined)
    .map(name => `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`)
  if (missing.length === 0) return
  throw new CliError('USAGE', `missing: ${missing.join(', ')}`, {
    hints: ['add --help to see what the command takes'],
  })
}

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port
  throw new InvalidArgumentError('expected a port, 1 to 65535')
}

const helpText = `
Configuration: coffer.json in this directory (or --config, or COFFER_CONFIG); these variables win over it:
  COFFER_KEY_ID  COFFER_SIGNER_ADDRESS  COFFER_ENDPOINT  COFFER_CHAIN  COFFER_WALLET  COFFER_RPC_URL
  COFFER_MAXIMUM_FEE  AWS_REGION  CROSSMINT_BASE_URL, and from the environment only CROSSMINT_API_KEY,
  COFFER_CONFIG, COFFER_STATE_DIRECTORY
AWS credentials and Region are found as the AWS CLI finds them (AWS_PROFILE, AWS_REGION, ...).

Exit codes: 0 done · 1 unexpected · 2 wrong input or configuration · 3 refused · 4 not authorised ·
  5 not found · 6 unavailable, repeat the same command · 7 failed on chain, or a deployment did · 8 an answer
  cannot be trusted · 9 different: policies decide differently

First steps: coffer demo · then coffer sandbox, coffer deploy, coffer policy init · docs/cli.md`
