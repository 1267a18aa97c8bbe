// The configuration: one JSON file (coffer.json) and environment variables, which win. AWS credentials and region
// are found the standard AWS way and are not part of it; Crossmint's API key comes from the environment only.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type Address, checksumAddress, isAddress } from '@coffer/signer'
import { CliError } from './failure.ts'

/** What coffer.json may say. Every field is optional; a command that needs one says so. */
export type Settings = {
  /** AWS Region, e.g. `eu-north-1`; otherwise AWS_REGION or the profile's. */
  readonly region?: string | undefined
  /** Key id, key ARN, or alias (`alias/...`). */
  readonly keyId?: string | undefined
  /** The Ethereum address of that key: signatures by any other are refused. */
  readonly signerAddress?: Address | undefined
  /** Invoke URL of the signing endpoint, e.g. `https://<api id>.execute-api.<region>.amazonaws.com/prod`. */
  readonly endpoint?: string | undefined
  /** Crossmint's name of the chain, e.g. `base-sepolia`. */
  readonly chain?: string | undefined
  /** Address of the treasury wallet. */
  readonly wallet?: Address | undefined
  /** Base URL of Crossmint's API; the API key's environment decides where it is left out. */
  readonly crossmintBaseUrl?: string | undefined
  /** JSON-RPC URL of the chain: receipts are then read from the chain itself. */
  readonly rpcUrl?: string | undefined
  /** Tokens beyond the known ones, by token locator (`base:eurc`). */
  readonly tokens?:
    | Readonly<Record<string, { readonly address: Address; readonly decimals: number }>>
    | undefined
  /** Address book: name to Crossmint wallet address. */
  readonly recipients?: Readonly<Record<string, Address>> | undefined
}

export type Config = Settings & {
  readonly file: string
  /** Where transfers in progress are recorded, beside the file. */
  readonly stateDirectory: string
  readonly crossmintApiKey?: string | undefined
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Environment variables and the setting each of them overrides. */
export const environmentVariables: Readonly<Record<string, keyof Settings>> = {
  COFFER_KEY_ID: 'keyId',
  COFFER_SIGNER_ADDRESS: 'signerAddress',
  COFFER_ENDPOINT: 'endpoint',
  COFFER_CHAIN: 'chain',
  COFFER_WALLET: 'wallet',
  COFFER_RPC_URL: 'rpcUrl',
  CROSSMINT_BASE_URL: 'crossmintBaseUrl',
}

/**
 * Reads the configuration.
 *
 * @param options.file Path given with --config; otherwise COFFER_CONFIG, otherwise coffer.json in `directory`.
 * @throws {CliError} CONFIG_NOT_FOUND when a file was named and does not exist; CONFIG_INVALID with every fault.
 */
export async function loadConfig(options: {
  file?: string | undefined
  directory: string
  environment: Environment
}): Promise<Config> {
  const { environment } = options
  const named = options.file ?? nonEmpty(environment['COFFER_CONFIG'])
  const file = resolve(options.directory, named ?? 'coffer.json')
  const fromFile = await readSettings(file)
  const faults: string[] = []
  const settings = fromFile === undefined ? {} : checkSettings(fromFile, '', faults)
  const fromEnvironment: Record<string, unknown> = {}
  for (const [variable, name] of Object.entries(environmentVariables)) {
    const value = nonEmpty(environment[variable])
    if (value !== undefined)
      Object.assign(fromEnvironment, checkSettings({ [name]: value }, `${variable} (environment): `, faults))
  }
  if (faults.length > 0)
    throw new CliError(
      'CONFIG_INVALID',
      [`the configuration has faults (${file}):`, ...faults].join('\n  - '),
    )
  return {
    ...settings,
    ...fromEnvironment,
    file,
    stateDirectory: join(dirname(file), '.coffer'),
    crossmintApiKey: nonEmpty(environment['CROSSMINT_API_KEY']),
  }
}

/**
 * Adds settings to the configuration file, which is made when missing. What it says already stays.
 *
 * @returns The names of the settings that were written; those already present with another value are left alone.
 */
export async function saveSettings(config: Config, added: Settings): Promise<readonly (keyof Settings)[]> {
  const before = ((await readSettings(config.file)) ?? {}) as Record<string, unknown>
  const after: Record<string, unknown> = { ...before }
  const written: (keyof Settings)[] = []
  for (const [name, value] of Object.entries(added) as [keyof Settings, unknown][]) {
    if (value === undefined) continue
    if (name === 'recipients') after[name] = { ...(before[name] as object | undefined), ...(value as object) }
    else if (before[name] === undefined) after[name] = value
    else continue
    written.push(name)
  }
  if (written.length === 0) return written
  await mkdir(dirname(config.file), { recursive: true })
  const temporary = `${config.file}.${process.pid}.tmp`
  await writeFile(temporary, `${JSON.stringify(after, undefined, 2)}\n`)
  await rename(temporary, config.file)
  return written
}

async function readSettings(file: string): Promise<object | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new CliError('CONFIG_UNREADABLE', `${file} cannot be read: ${(error as Error).message}`)
  }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch (error) {
    throw new CliError('CONFIG_INVALID', `${file} is not JSON: ${(error as Error).message}`)
  }
  throw new CliError('CONFIG_INVALID', `${file} must hold a JSON object`)
}

function checkSettings(value: object, prefix: string, faults: string[]): Settings {
  const settings: Record<string, unknown> = {}
  for (const [name, raw] of Object.entries(value)) {
    const check = checks[name as keyof Settings]
    if (name === '$schema') continue
    if (check === undefined) {
      const reason = /api.?key/i.test(name)
        ? "Crossmint's API key is read from the environment variable CROSSMINT_API_KEY only; remove it from the file and rotate it"
        : `unknown setting; known are ${Object.keys(checks).join(', ')}`
      faults.push(`${prefix}${name}: ${reason}`)
      continue
    }
    const result = check(raw)
    if (result.fault === undefined) settings[name] = result.value
    else faults.push(`${prefix}${name}: ${result.fault}`)
  }
  return settings
}

type Check = (value: unknown) => { readonly value?: unknown; readonly fault?: string }

const text =
  (pattern: RegExp, expected: string): Check =>
  value =>
    typeof value === 'string' && pattern.test(value) ? { value } : { fault: `expected ${expected}` }

const address: Check = value =>
  typeof value === 'string' && isAddress(value)
    ? { value: checksumAddress(value) }
    : {
        fault:
          'expected an address: 0x and 40 hexadecimal digits, in lower case or with a valid EIP-55 checksum',
      }

const url: Check = value => {
  if (typeof value === 'string' && URL.canParse(value)) {
    const { protocol, hostname } = new URL(value)
    const local = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
    if (protocol === 'https:' || (protocol === 'http:' && local)) return { value }
  }
  return { fault: 'expected an https:// URL (http:// only on this machine)' }
}

const table =
  (entry: Check, expected: string): Check =>
  value => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return { fault: `expected ${expected}` }
    const checked = Object.entries(value).map(([name, item]) => [name, entry(item)] as const)
    const wrong = checked.filter(([, result]) => result.fault !== undefined)
    if (wrong.length > 0)
      return { fault: wrong.map(([name, result]) => `${name}: ${result.fault}`).join('; ') }
    return { value: Object.fromEntries(checked.map(([name, result]) => [name, result.value])) }
  }

const token: Check = value => {
  const { address: at, decimals } = (value ?? {}) as { address?: unknown; decimals?: unknown }
  const checked = address(at)
  if (checked.fault !== undefined) return { fault: `address: ${checked.fault}` }
  const sound = typeof decimals === 'number' && Number.isInteger(decimals) && decimals >= 0 && decimals <= 36
  return sound
    ? { value: { address: checked.value, decimals } }
    : { fault: 'decimals: expected a whole number, 0 to 36' }
}

const checks: Readonly<Record<keyof Settings, Check>> = {
  region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS Region such as eu-north-1'),
  keyId: text(/^[\w:/-]{1,2048}$/, 'a key id, a key ARN or an alias (alias/...)'),
  signerAddress: address,
  endpoint: url,
  chain: text(/^[a-z0-9-]{2,40}$/, "Crossmint's name of a chain, such as base-sepolia"),
  wallet: address,
  crossmintBaseUrl: url,
  rpcUrl: url,
  tokens: table(token, 'an object from token locator to { address, decimals }'),
  recipients: table(address, 'an object from name to address'),
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value
}
