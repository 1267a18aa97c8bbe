// `coffer sandbox`: KMS, the signing endpoint, Crossmint and a chain on this machine until Ctrl-C.
import { mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { type Sandbox, type SandboxOptions, startSandbox } from '@coffer/sandbox'
import { environmentVariables } from '../config.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import { Interruption } from '../interruption.ts'
import { columns, type Terminal } from '../terminal.ts'

/**
 * Runs the sandbox and writes a file of environment variables for other shells.
 *
 * Its state lives in memory, so its configuration and journal start empty each time; a `coffer.json` of real
 * treasuries is never touched.
 *
 * @param options.directory Where `.coffer/sandbox/` is made.
 * @param options.untilStopped Resolves when the sandbox is to end: every part of it is stopped, requests that are under way fail,
 *   and its files are removed.
 * @throws {CliError} SANDBOX_RUNNING if one is running in the directory; and what `startSandbox` throws.
 * @throws {Interruption} it was to end before it had started. Nothing is left of it either.
 */
export async function runSandbox(options: SandboxRun): Promise<void> {
  const home = join(options.directory, '.coffer', 'sandbox')
  await claim(home)
  try {
    await serve(options, home)
  } finally {
    await rm(home, { recursive: true, force: true })
    // Transfers may be on record beside it; an empty directory is nobody's.
    await rmdir(join(options.directory, '.coffer')).catch(() => undefined)
  }
}

export type SandboxRun = {
  readonly terminal: Terminal
  readonly directory: string
  readonly ports: NonNullable<SandboxOptions['ports']>
  /** Whether the signing stack is deployed already, or is there to be deployed. */
  readonly deployed: boolean
  readonly writeResult: (data: object) => void
  readonly untilStopped: Promise<NodeJS.Signals>
}

async function serve(options: SandboxRun, home: string): Promise<void> {
  const { terminal, untilStopped } = options
  let stopped: NodeJS.Signals | undefined
  void untilStopped.then(signal => {
    stopped = signal
  })
  const sandbox = await terminal.progress('starting AWS, Crossmint and a chain on this machine', () =>
    startSandbox({
      ports: options.ports,
      stack: options.deployed ? undefined : 'none',
      onLog: line => terminal.note(terminal.style.dim(line)),
    }),
  )
  try {
    if (stopped !== undefined) throw new Interruption(stopped, 'interrupted before the sandbox had started')
    const environment = { ...(await writeProfiles(sandbox, home)), COFFER_CONFIG: join(home, 'coffer.json') }
    const file = join(home, 'env')
    await writeFile(file, toShell(environment), { mode: 0o600 })
    options.writeResult({ environment, file })
    terminal.note(describe(sandbox, terminal, relative(options.directory, file), options.deployed))
    await untilStopped
    terminal.note(terminal.style.dim('stopping; once more ends it at once'))
  } finally {
    await sandbox.stop()
  }
}

/**
 * Writes the credentials of everybody in the sandbox as AWS profiles, so that `AWS_PROFILE=operator` is enough to be the
 * operator. Credentials in the environment would win over a profile in some tools, and so are not there.
 */
async function writeProfiles(
  { environment, identities, region }: Sandbox,
  home: string,
): Promise<Readonly<Record<string, string>>> {
  const credentials = join(home, 'aws-credentials')
  const config = join(home, 'aws-config')
  const users = Object.values(identities)
  await writeFile(
    credentials,
    users
      .map(
        ({ name, accessKeyId, secretAccessKey }) =>
          `[${name}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
      )
      .join('\n'),
    { mode: 0o600 },
  )
  await writeFile(config, users.map(({ name }) => `[profile ${name}]\nregion = ${region}\n`).join('\n'))
  const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, ...rest } = environment
  return {
    ...rest,
    AWS_SHARED_CREDENTIALS_FILE: credentials,
    AWS_CONFIG_FILE: config,
    AWS_PROFILE: identities.administrator.name,
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

function describe(sandbox: Sandbox, terminal: Terminal, file: string, deployed: boolean): string {
  const { style } = terminal
  const deploying = ['  npx coffer deploy', '  npx coffer operator add operator']
  return [
    '',
    columns(
      [
        ['AWS', `${sandbox.aws.url}  (account 123456789012, ${sandbox.region})`],
        ['API Gateway', sandbox.gateway.url],
        ['Crossmint', sandbox.crossmint.url],
        ['chain', `${sandbox.chain.rpcUrl}  (base-sepolia, chain id ${sandbox.chain.chainId})`],
      ],
      style,
    ),
    '',
    'In another terminal:',
    '',
    `  ${style.bold(`source ${file}`)}`,
    ...(deployed ? [`  npx coffer key use ${sandbox.outputs()['KeyArn']}`] : deploying),
    '  npx coffer wallet create',
    '  npx coffer wallet fund 100 usdc',
    '  npx coffer recipient register vendor:acme --email ap@acme.example \\',
    '      --first-name Ada --last-name Acme --date-of-birth 1990-01-15 --country US',
    `  npx coffer policy init --operator ${sandbox.identities.operator.arn} \\`,
    `      --factory ${sandbox.chain.factory}`,
    '  npx coffer deploy',
    '  AWS_PROFILE=operator npx coffer transfer 25 usdc --to vendor:acme --reference INV-1001',
    '',
    `You are the administrator there. Others: ${style.bold('AWS_PROFILE=')}operator, auditor, outsider, or stranger (of another account).`,
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
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'AWS_ENDPOINT_URL_KMS',
    'AWS_ENDPOINT_URL_STS',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
  ],
  ...['AWS_ROLE_ARN', 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', 'COFFER_STATE_DIRECTORY'],
  ...Object.keys(environmentVariables),
]
