// `coffer demo`: the whole main job on the sandbox, told as the terminal session that it is. Each line after a `$` is a
// command of this program, run by the code that runs it for everybody; only URLs and credentials are the sandbox's.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSandbox } from '@coffer/sandbox'
import type { Context, Outcome } from '../context.ts'
import {
  announce,
  type Show,
  type Stage,
  type Step,
  showRefusal,
  stageContext,
  type Work,
} from '../demo/stage.ts'
import { createSigningEndpoint } from '../endpoint.ts'
import type { Payment } from '../payment.ts'
import type { Terminal } from '../terminal.ts'
import { deploy } from './deploy.ts'
import { addOperator, removeOperator } from './operator.ts'
import { checkPolicy } from './policyCheck.ts'
import { explainPolicy } from './policyExplain.ts'
import { initPolicy } from './policyInit.ts'
import { runPolicyTest } from './policyTest.ts'
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
const payment = { amount: '25', token: 'usdc', to: recipient.name, reference, yes: true }

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

async function play(stage: Stage): Promise<Outcome> {
  const { terminal } = stage
  const { administrator, operator } = stage.sandbox.identities
  const steps: Step[] = []
  const show: Show = async (identity, why, command, work) => {
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
    deployStack(stage),
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
  await writePolicy(stage, show)
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
    'the policy is asked; then create, compare, sign, check, approve, wait',
    transferCommand(payment),
    context => runTransfer(context, payment),
  )
  await showBalances('after')
  terminal.note(`\n${terminal.style.dim('# what the signing service logged')}\n${stage.decisions.join('\n')}`)

  await refusePayments(stage, show, steps)
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
  const next = { amount: '5', token: 'usdc', to: recipient.name, reference: 'INV-1004', yes: true }
  steps.push(
    await showRefusal(
      stage,
      'the same person, the same credentials, the next invoice',
      transferCommand(next),
      context => runTransfer(context, next),
    ),
  )
  return {
    data: { steps },
    text: `\n${terminal.style.green('done')}: 25 USDC moved, signed by a key that nobody has seen; five requests were refused.`,
  }
}

/** The rules by which the signer decides; without them it refuses everything. */
async function writePolicy(stage: Stage, show: Show): Promise<void> {
  const { administrator, operator } = stage.sandbox.identities
  const { factory } = stage.sandbox.chain
  await show(
    administrator,
    'without a policy the signer refuses everything; this one lets the operator pay those in the address book',
    `policy init --operator ${operator.arn} --factory ${factory}`,
    context => initPolicy(context, { operator: operator.arn, factory, payees: [] }),
  )
  await show(administrator, 'is it valid, and what does it leave open?', 'policy check', async context =>
    checkPolicy(context, {}),
  )
  await show(administrator, 'does it decide as it should?', 'policy test', async context =>
    runPolicyTest(context, {}),
  )
  await show(administrator, 'the signer decides by it from now on', 'deploy --yes', deployStack(stage))
}

/** What the policy does not permit ends before anything exists at Crossmint. */
async function refusePayments(stage: Stage, show: Show, steps: Step[]): Promise<void> {
  const { operator } = stage.sandbox.identities
  const tooMuch = { amount: '2500', token: 'usdc', to: recipient.name, reference: 'INV-1002', yes: true }
  const nobody = `0x${'5e'.repeat(20)}`
  steps.push(
    await showRefusal(stage, 'more than the policy permits', transferCommand(tooMuch), context =>
      runTransfer(context, tooMuch),
    ),
  )
  await show(
    operator,
    'why? rule by rule',
    `policy explain --transfer '2500 usdc' --to ${recipient.name}`,
    context => explainPolicy(context, { transfer: '2500 usdc', to: recipient.name }),
  )
  const toNobody = { ...tooMuch, amount: '25', to: nobody, reference: 'INV-1003' }
  steps.push(
    await showRefusal(
      stage,
      'to somebody who is not in the address book',
      transferCommand(toNobody),
      context => runTransfer(context, toNobody),
    ),
  )
}

function transferCommand({ amount, token, to, reference }: Payment): string {
  return `transfer ${amount} ${token} --to ${to} --reference ${reference} --yes`
}

function deployStack({ environment }: Stage): Work {
  return context => deploy(context, { stackName, parameters: [], isPrivate: false, yes: true, environment })
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
