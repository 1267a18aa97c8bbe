// A sandbox with a treasury that is ready to pay: key, wallet with 100 USDC and one recipient, all made by `coffer` itself, and a
// policy that lets administrator and operator pay that recipient up to 1000 USDC at a time.
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Sandbox, type SandboxOptions, startSandbox } from '@coffer/sandbox'
import type { PolicySource } from '@coffer/service/policy'
import { erc20Abi } from 'viem'
import { createPolicy } from './policy.ts'
import { coffer, type Result } from './run.ts'

export type Treasury = {
  readonly sandbox: Sandbox
  readonly directory: string
  readonly env: Readonly<Record<string, string>>
  readonly wallet: `0x${string}`
  readonly recipient: `0x${string}`
  readonly signerAddress: `0x${string}`
  /** The policy that is deployed. */
  readonly policy: PolicySource
  /** Each line the signing service logged. */
  readonly log: readonly string[]
  readonly run: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Result>
  /** Base units that the wallet has sent to the recipient, one entry a transfer on chain. */
  readonly payments: () => Promise<readonly bigint[]>
}

export const person = [
  ...['--email', 'ap@acme.example', '--first-name', 'Ada', '--last-name', 'Acme'],
  ...['--date-of-birth', '1990-01-15', '--country', 'US'],
]

/** Starts it. The caller stops `sandbox`. */
export async function startTreasury(options: SandboxOptions = {}): Promise<Treasury> {
  const log: string[] = []
  const sandbox = await startSandbox({ ...options, onLog: line => log.push(line) })
  const directory = await mkdtemp(join(tmpdir(), 'coffer-test-'))
  const env = sandbox.environment
  const { KeyArn: keyArn = '' } = sandbox.outputs()
  const run: Treasury['run'] = (args, more = {}) => coffer(args, { cwd: directory, env: { ...env, ...more } })
  for (const args of [
    ['key', 'use', keyArn],
    ['wallet', 'create'],
    ['wallet', 'fund', '100', 'usdc'],
    ['recipient', 'register', 'vendor:acme', ...person],
  ]) {
    const { status, stderr } = await run(args)
    if (status !== 0) throw new Error(`coffer ${args.join(' ')}: ${stderr}`)
  }
  const config = JSON.parse(await readFile(join(directory, 'coffer.json'), 'utf8'))
  const recipient = config.recipients['vendor:acme']
  const { administrator, operator } = sandbox.identities
  const policy = createPolicy({
    wallet: config.wallet,
    factory: sandbox.chain.factory,
    token: sandbox.chain.usdc,
    chainId: sandbox.chain.chainId,
    recipients: config.recipients,
    operatorArns: [administrator.arn, operator.arn],
    maximum: '1000.0',
  })
  await sandbox.putPolicy(policy)
  return {
    sandbox,
    directory,
    env,
    policy,
    log,
    run,
    recipient,
    wallet: config.wallet,
    signerAddress: config.signerAddress,
    payments: async () => {
      const events = await sandbox.chain.client.getContractEvents({
        address: sandbox.chain.usdc.address,
        abi: erc20Abi,
        eventName: 'Transfer',
        args: { from: config.wallet, to: recipient },
        fromBlock: 0n,
      })
      return events.map(({ args }) => args.value ?? 0n)
    },
  }
}
