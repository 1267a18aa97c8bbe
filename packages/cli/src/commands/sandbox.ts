// `coffer sandbox`: KMS, the signing endpoint, Crossmint and a chain on this machine until Ctrl-C.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { type Sandbox, startSandbox } from '@coffer/sandbox'
import type { Terminal } from '../terminal.ts'
import { columns } from '../terminal.ts'

/**
 * Runs the sandbox and writes a file of environment variables for other shells.
 *
 * Its state lives in memory, so its configuration and journal start empty each time; a `coffer.json` of real
 * treasuries is never touched.
 *
 * @param options.directory Where `.coffer/sandbox/` is made.
 * @param options.untilStopped Resolves when the sandbox is to end.
 */
export async function runSandbox(options: {
  terminal: Terminal
  directory: string
  ports: {
    aws?: number | undefined
    api?: number | undefined
    crossmint?: number | undefined
    chain?: number | undefined
  }
  allowBlindSigning: boolean
  writeResult: (data: object) => void
  untilStopped: Promise<unknown>
}): Promise<void> {
  const { terminal } = options
  const home = join(options.directory, '.coffer', 'sandbox')
  await rm(home, { recursive: true, force: true })
  const sandbox = await terminal.progress(
    'starting KMS, API Gateway, Crossmint and a chain on this machine',
    () =>
      startSandbox({
        ports: options.ports,
        functionEnvironment: options.allowBlindSigning ? { COFFER_BLIND_SIGNING: 'allow' } : {},
        onLog: line => terminal.note(terminal.style.dim(line)),
      }),
  )
  try {
    const environment = { ...sandbox.environment, COFFER_CONFIG: join(home, 'coffer.json') }
    const file = join(home, 'env')
    await mkdir(home, { recursive: true })
    await writeFile(file, toShell(environment), { mode: 0o600 })
    options.writeResult({ environment, file })
    terminal.note(describe(sandbox, terminal, relative(process.cwd(), file)))
    await options.untilStopped
  } finally {
    await sandbox.stop()
    await rm(home, { recursive: true, force: true })
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
  return `# Points AWS tools, viem, Foundry and coffer at the sandbox: source this file.\n${lines.join('\n')}\n`
}
