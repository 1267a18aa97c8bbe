// `coffer sandbox`: KMS, the signing endpoint, Crossmint and a chain on this machine until Ctrl-C.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { type Sandbox, type SandboxOptions, startSandbox } from '@coffer/sandbox'
import { environmentVariables } from '../config.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import { columns, type Terminal } from '../terminal.ts'

/**
 * Runs the sandbox and writes a file of environment variables for other shells.
 *
 * Its state lives in memory, so its configuration and journal start empty each time; a `coffer.json` of real
 * treasuries is never touched.
 *
 * @param options.directory Where `.coffer/sandbox/` is made.
 * @param options.untilStopped Resolves when the sandbox is to end.
 * @throws {CliError} SANDBOX_RUNNING if one is running in the directory; and what `startSandbox` throws.
 */
export async function runSandbox(options: SandboxRun): Promise<void> {
  const home = join(options.directory, '.coffer', 'sandbox')
  await claim(home)
  try {
    await serve(options, home)
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

export type SandboxRun = {
  readonly terminal: Terminal
  readonly directory: string
  readonly ports: NonNullable<SandboxOptions['ports']>
  /** Key of the signing service: key id, key ARN or alias. It need not exist yet. */
  readonly keyId: string
  readonly allowBlindSigning: boolean
  readonly writeResult: (data: object) => void
  readonly untilStopped: Promise<unknown>
}

async function serve(options: SandboxRun, home: string): Promise<void> {
  const { terminal } = options
  const sandbox = await terminal.progress(
    'starting KMS, API Gateway, Crossmint and a chain on this machine',
    () =>
      startSandbox({
        ports: options.ports,
        functionEnvironment: {
          KMS_KEY_ID: options.keyId,
          ...(options.allowBlindSigning ? { COFFER_BLIND_SIGNING: 'allow' } : {}),
        },
        onLog: line => terminal.note(terminal.style.dim(line)),
      }),
  )
  try {
    const environment = { ...sandbox.environment, COFFER_CONFIG: join(home, 'coffer.json') }
    const file = join(home, 'env')
    await writeFile(file, toShell(environment), { mode: 0o600 })
    options.writeResult({ environment, file })
    terminal.note(describe(sandbox, terminal, relative(options.directory, file)))
    await options.untilStopped
  } finally {
    await sandbox.stop()
  }
}

// One sandbox a directory: a second one would take the first one's files away. What a killed one left is cleared.
async function claim(home: string): Promise<void> {
  const pid = Number(await readFile(join(home, 'pid'), 'utf8').catch(() => Number.NaN))
  if (Number.isInteger(pid) && isAlive(pid))
    throw new CliError('SANDBOX_RUNNING', `a sandbox is running in this directory already (process ${pid})`, {
      exitCode: exitCodes.refused,
      hints: ['source .coffer/sandbox/env', 'or run it in another directory'],
    })
  await rm(home, { recursive: true, force: true })
  await mkdir(home, { recursive: true })
  await writeFile(join(home, 'pid'), String(process.pid))
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function describe(sandbox: Sandbox, terminal: Terminal, file: string): string {
  const { style } = terminal
  return [
    '',
    columns(
      [
        ['KMS, STS', sandbox.kms.url],
        ['signing endpoint', sandbox.gateway.invokeUrl],
        ['Crossmint', sandbox.crossmint.url],
        ['chain', `${sandbox.chain.rpcUrl}  (base-sepolia, chain id ${sandbox.chain.chainId})`],
      ],
      style,
    ),
    '',
    'In another terminal:',
    '',
    `  ${style.bold(`source ${file}`)}`,
    '  npx coffer key create',
    '  npx coffer wallet create',
    '  npx coffer wallet fund 100 usdc',
    '  npx coffer recipient register vendor:acme --email ap@acme.example \\',
    '      --first-name Ada --last-name Acme --date-of-birth 1990-01-15 --country US',
    '  npx coffer transfer 25 usdc --to vendor:acme --reference INV-1001',
    '',
    `Each decision of the signing service appears here as one line of JSON. ${style.dim('Ctrl-C ends the sandbox.')}`,
    '',
  ].join('\n')
}

function toShell(environment: Readonly<Record<string, string>>): string {
  const quote = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`
  const lines = Object.entries(environment).map(([name, value]) => `export ${name}=${quote(value)}`)
  return [
    '# Points AWS tools, viem, Foundry and coffer at the sandbox: source this file.',
    '# What would lead elsewhere, or to a real treasury, is taken away first.',
    `unset ${foreign.join(' ')}`,
    ...lines,
    '',
  ].join('\n')
}

const foreign = [
  ...[
    'AWS_PROFILE',
    'AWS_SESSION_TOKEN',
    'AWS_ENDPOINT_URL_KMS',
    'AWS_ENDPOINT_URL_STS',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
  ],
  ...['AWS_ROLE_ARN', 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', 'COFFER_STATE_DIRECTORY'],
  ...Object.keys(environmentVariables),
]
