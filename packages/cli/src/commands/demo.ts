// `coffer demo`: the whole main job on the sandbox, told as the terminal session that it is. Each line after a `$` is a
// command of this program, run by the code that runs it for everybody; only URLs and credentials are the sandbox's.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Identity, type Sandbox, startSandbox } from '@coffer/sandbox'
import { loadConfig } from '../config.ts'
import { type Context, createContext, type Outcome } from '../context.ts'
import { createSigningEndpoint } from '../endpoint.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError, toFailure } from '../failure.ts'
import type { Terminal } from '../terminal.ts'
import { deploy } from './deploy.ts'
import { addOperator, removeOperator } from './operator.ts'
import { registerRecipient } from './recipient.ts'
import { sign } from './sign.ts'
import { runTransfer } from './transfer.ts'
import { createWallet, fundWallet, showWallet } from './wallet.ts'

const stackName = 'treasury-signer'
const reference = 'INV-1001'
const recipient = {
  name: 'vendor:acme',
  email: 'payments@acme.example',
  firstName: 'Ada',
  lastName: 'Acme',
  dateOfBirth: '1990-01-15',
  country: 'US',
}

/**
 * Runs the demonstration in a temporary directory and removes it again.
 *
 * @param environment Of the CDK CLI, which deploys.
 * @returns Every step with its values.
 * @throws What any step throws; and DEMO_NOT_REFUSED if something that must be refused was not.
 */
export async function runDemo(
  terminal: Terminal,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Outcome> {
  const directory = await mkdtemp(join(tmpdir(), 'coffer-demo-'))
  const decisions: string[] = []
  const sandbox = await terminal.progress('starting AWS, Crossmint and a chain on this machine', () =>
    startSandbox({ stack: 'none', onLog: line => decisions.push(line) }),
  )
  try {
    return await play({ terminal, sandbox, directory, decisions, environment })
  } finally {
    await sandbox.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

type Stage = {
  readonly terminal: Terminal
  readonly sandbox: Sandbox
  readonly directory: string
  /** What the signing service logged. */
  readonly decisions: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
}

async function play(stage: Stage): Promise<Outcome> {
  const { terminal } = stage
  const { administrator, operator } = stage.sandbox.identities
  const steps: Step[] = []
  const show = async (
    identity: Identity,
    why: string,
    command: string,
    work: Work,
  ): Promise<Outcome['data']> => {
    announce(stage, why, command)
    const outcome = await work(await stageContext(stage, identity))
    terminal.note(outcome.text)
    steps.push({ command, result: outcome.data })
    return outcome.data
  }

  await show(
    administrator,
    'the signing stack, in an AWS account of its own; a key is born in KMS, and its private half never leaves it',
    'deploy --yes',
    context =>
      deploy(context, {
        stackName,
        parameters: [],
        isPrivate: false,
        yes: true,
        environment: stage.environment,
      }),
  )
  await show(administrator, 'who may ask for signatures', 'operator add operator', context =>
    addOperator(context, { stackName, name: 'operator' }),
  )
  await show(operator, "its address becomes the signer of the company's wallet", 'wallet create', context =>
    createWallet(context, { alias: 'treasury' }),
  )
  await show(operator, 'test money', 'wallet fund 100 usdc', context =>
    fundWallet(context, { amount: '100', token: 'usdc' }),
  )
  const { address } = await show(
    operator,
    'a regulated transfer goes to a registered recipient only',
    `recipient register ${recipient.name} --email ${recipient.email} --first-name ${recipient.firstName} ...`,
    context => registerRecipient(context, recipient),
  )
  const showBalances = async (when: string): Promise<void> => {
    await show(operator, `the treasury ${when}`, 'wallet show', context =>
      showWallet(context, { locator: undefined, token: 'usdc' }),
    )
    await show(operator, `the recipient ${when}`, `wallet show ${address}`, context =>
      showWallet(context, { locator: String(address), token: 'usdc' }),
    )
  }
  await showBalances('before')
  await show(
    operator,
    'create, compare, sign, check, approve, wait',
    `transfer 25 usdc --to ${recipient.name} --reference ${reference} --yes`,
    context =>
      runTransfer(context, { amount: '25', token: 'usdc', to: recipient.name, reference, yes: true }),
  )
  await showBalances('after')
  terminal.note(`\n${terminal.style.dim('# what the signing service logged')}\n${stage.decisions.join('\n')}`)

  const message = `0x${'ab'.repeat(32)}`
  const signing = `sign --message ${message}`
  steps.push(
    await showRefusal(stage, 'a bare hash: nobody can say what it would permit', signing, context =>
      sign(context, { message }),
    ),
    await showRefusal(
      stage,
      'the same call, with one digit of its SigV4 signature changed',
      signing,
      context => sign(tamperedWith(context, stage), { message }),
    ),
  )
  await show(administrator, 'the operator leaves the company', 'operator remove operator', context =>
    removeOperator(context, { stackName, name: 'operator' }),
  )
  const next = { amount: '5', token: 'usdc', to: recipient.name, reference: 'INV-1002', yes: true }
  steps.push(
    await showRefusal(
      stage,
      'the same person, the same credentials, the next invoice',
      `transfer ${next.amount} ${next.token} --to ${next.to} --reference ${next.reference} --yes`,
      context => runTransfer(context, next),
    ),
  )
  return {
    data: { steps },
    text: `\n${terminal.style.green('done')}: 25 USDC moved, signed by a key that nobody has seen; three requests were refused.`,
  }
}

type Work = (context: Context) => Promise<Outcome>

type Step = { readonly command: string; readonly result: unknown }

function announce({ terminal: { note, style } }: Stage, why: string, command: string): void {
  note(`\n${style.dim(`# ${why}`)}\n${style.bold(`$ coffer ${command}`)}`)
}

async function showRefusal(stage: Stage, why: string, command: string, work: Work): Promise<Step> {
  announce(stage, why, command)
  const { note, style } = stage.terminal
  const failure = await work(await stageContext(stage, stage.sandbox.identities.operator)).then(
    () => undefined,
    error => toFailure(error),
  )
  if (failure === undefined)
    throw new CliError('DEMO_NOT_REFUSED', `${command} must be refused and was not`, {
      exitCode: exitCodes.untrusted,
    })
  note(
    `${style.red('refused')}: ${failure.message} ${style.dim(`(${failure.code}, exit code ${failure.exitCode})`)}`,
  )
  for (const hint of failure.hints) note(`hint: ${hint}`)
  return { command, result: { refused: failure } }
}

// As any command gets it: the configuration file is read anew each time, because the command before may have written it.
async function stageContext(
  { terminal, sandbox, directory }: Stage,
  { accessKeyId, secretAccessKey }: Identity,
): Promise<Context> {
  return createContext({
    config: await loadConfig({ directory, environment: sandbox.environment }),
    terminal,
    aws: {
      region: sandbox.region,
      endpoint: sandbox.aws.url,
      credentials: async () => ({ accessKeyId, secretAccessKey }),
    },
    readStandardInput: async () => new Uint8Array(),
  })
}

function tamperedWith(context: Context, { sandbox }: Stage): Context {
  const { accessKeyId, secretAccessKey } = sandbox.identities.operator
  const endpoint = createSigningEndpoint({
    url: sandbox.outputs()['InvokeUrl'] ?? '',
    region: async () => sandbox.region,
    credentials: async () => ({ accessKeyId, secretAccessKey }),
    fetch: (url, init) => {
      const headers = new Headers(init?.headers)
      headers.set('authorization', changeLastDigit(headers.get('authorization') ?? ''))
      return fetch(url, { ...init, headers })
    },
  })
  return { ...context, endpoint: () => endpoint }
}

function changeLastDigit(text: string): string {
  return text.slice(0, -1) + (text.endsWith('0') ? '1' : '0')
}
