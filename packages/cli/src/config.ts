// The configuration: one JSON file (coffer.json) and environment variables, which win. AWS credentials and region
// are found the standard AWS way and are not part of it; Crossmint's API key comes from the environment only.
import { mkdir, readFile, realpath, rename, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type Address, checksumAddress, isAddress } from '@coffer/signer'
import { exitCodes } from './exitCodes.ts'
import { CliError } from './failure.ts'

/** What coffer.json may say. Every field is optional; a command that needs one says so. */
export type Settings = {
  /** AWS Region, e.g. `eu-north-1`. AWS_REGION wins over it; without either, the key ARN's or the profile's is used. */
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
  /** The most the wallet itself may pay for gas, in the chain's native token, e.g. `0.001`; `0` unless set: sponsored. */
  readonly maximumFee?: string | undefined
  /** JSON-RPC URL of the chain: receipts are then read from the chain itself. */
  readonly rpcUrl?: string | undefined
  /** Tokens beyond the known ones, by token locator (`base:eurc`). */
  readonly tokens?: Readonly<Record<string, TokenSetting>> | undefined
  /** Directory of the signer's policy, relative to the file; `policy` beside it unless set, if there is one. */
  readonly policy?: string | undefined
  /** Address book: name to Crossmint wallet address. */
  readonly recipients?: Readonly<Record<string, Address>> | undefined
}

export type TokenSetting = {
  readonly address: Address
  readonly decimals: number
  /** Needed only for a chain that Coffer does not know. */
  readonly chainId?: number | undefined
}

export type Config = Settings & {
  readonly file: string
  /**
   * Where transfers in progress are recorded: COFFER_STATE_DIRECTORY, or `.coffer` beside the file. Undefined where there
   * is neither: a place that changes with the current directory would forget what is under way.
   */
  readonly stateDirectory?: string | undefined
  readonly crossmintApiKey?: string | undefined
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Environment variables and the setting each of them overrides; where two do, the later one wins. */
export const environmentVariables: Readonly<Record<string, keyof Settings>> = {
  AWS_DEFAULT_REGION: 'region',
  AWS_REGION: 'region',
  COFFER_KEY_ID: 'keyId',
  COFFER_SIGNER_ADDRESS: 'signerAddress',
  COFFER_ENDPOINT: 'endpoint',
  COFFER_CHAIN: 'chain',
  COFFER_WALLET: 'wallet',
  COFFER_MAXIMUM_FEE: 'maximumFee',
  COFFER_RPC_URL: 'rpcUrl',
  CROSSMINT_BASE_URL: 'crossmintBaseUrl',
}

/**
 * Reads the configuration.
 *
 * @param options.file Path given with --config, which must exist; otherwise COFFER_CONFIG, otherwise coffer.json in
 *   `directory`, which may be missing.
 * @throws {CliError} CONFIG_NOT_FOUND, CONFIG_UNREADABLE, or CONFIG_INVALID with every fault.
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
  if (fromFile === undefined && options.file !== undefined)
    throw new CliError('CONFIG_NOT_FOUND', `--config ${options.file}: there is no such file`, {
      hints: [`to start a new one: echo '{}' > ${options.file}`],
    })
  const faults: string[] = []
  const settings = fromFile === undefined ? {} : checkSettings(fromFile, '', faults)
  const fromEnvironment: Settings = Object.assign(
    {},
    ...Object.entries(environmentVariables).map(([variable, name]) => {
      const value = nonEmpty(environment[variable])
      return value === undefined
        ? {}
        : checkSettings({ [name]: value }, `${variable} (environment): `, faults)
    }),
  )
  if (faults.length > 0)
    throw new CliError(
      'CONFIG_INVALID',
      [`the configuration has faults (${file}):`, ...faults].join('\n  - '),
    )
  const merged = { ...settings, ...fromEnvironment }
  const beside = fromFile === undefined ? undefined : join(dirname(file), '.coffer')
  return {
    ...merged,
    region: merged.region ?? /^arn:[^:]+:kms:([^:]+):/.exec(merged.keyId ?? '')?.[1],
    file,
    stateDirectory: nonEmpty(environment['COFFER_STATE_DIRECTORY']) ?? beside,
    crossmintApiKey: nonEmpty(environment['CROSSMINT_API_KEY']),
  }
}

/**
 * Checks values that are to become settings, before anything is done with them.
 *
 * @throws {CliError} CONFIG_INVALID with every fault.
 */
export function requireValid(settings: Settings): void {
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
  const faults: string[] = []
  checkSettings(given, '', faults)
  if (faults.length > 0) throw new CliError('CONFIG_INVALID', faults.join('\n'))
}

/**
 * Adds settings to the configuration file, which is made when missing.
 *
 * @returns Whether they were written: all of them, or none where the file says something else about one of them.
 * @throws {CliError} CONFIG_NOT_WRITTEN, with the settings, so that they are not lost.
 */
export async function saveSettings(config: Config, added: Settings): Promise<boolean> {
  return writeSettings(config, added, before =>
    Object.entries(added).some(([name, value]) => Object.hasOwn(before, name) && before[name] !== value)
      ? undefined
      : { ...before, ...added },
  )
}

/** Adds a name to the address book of the configuration file. @throws {CliError} CONFIG_NOT_WRITTEN */
export async function saveRecipient(config: Config, name: string, address: Address): Promise<void> {
  const added = { recipients: { [name]: address } }
  await writeSettings(config, added, before => ({
    ...before,
    recipients: { ...(before['recipients'] as object | undefined), ...added.recipients },
  }))
}

async function writeSettings(
  config: Config,
  added: Settings,
  change: (before: Record<string, unknown>) => object | undefined,
): Promise<boolean> {
  try {
    const after = change(((await readSettings(config.file)) ?? {}) as Record<string, unknown>)
    if (after === undefined) return false
    await mkdir(dirname(config.file), { recursive: true })
    // Through a symbolic link, if it is one.
    const file = await realpath(config.file).catch(() => config.file)
    const temporary = `${file}.${process.pid}.tmp`
    await writeFile(temporary, `${JSON.stringify(after, undefined, 2)}\n`)
    await rename(temporary, file)
    return true
  } catch (cause) {
    const text = `done, but ${config.file} could not be written: ${(cause as Error).message}\nadd to it: ${JSON.stringify(added)}`
    throw new CliError('CONFIG_NOT_WRITTEN', text, { exitCode: exitCodes.unexpected, cause })
  }
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
    if (name === '$schema') continue
    const check = Object.hasOwn(checks, name) ? checks[name as keyof Settings] : undefined
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
    const { protocol, hostname, username, password } = new URL(value)
    const local = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
    const safe = protocol === 'https:' || (protocol === 'http:' && local)
    if (safe && username === '' && password === '') return { value }
  }
  return { fault: 'expected an https:// URL (http:// only on this machine), without a password' }
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

const whole = (from: number, to: number, value: unknown): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to

const token: Check = value => {
  const { address: at, decimals, chainId, ...rest } = (value ?? {}) as Record<string, unknown>
  const checked = address(at)
  const faults = [
    ...(checked.fault === undefined ? [] : [`address: ${checked.fault}`]),
    ...(whole(0, 36, decimals) ? [] : ['decimals: expected a whole number, 0 to 36']),
    ...(chainId === undefined || whole(1, Number.MAX_SAFE_INTEGER, chainId)
      ? []
      : ['chainId: expected a number']),
    ...Object.keys(rest).map(name => `${name}: unknown; a token has address, decimals and chainId`),
  ]
  if (faults.length > 0) return { fault: faults.join(', ') }
  return { value: { address: checked.value, decimals, ...(chainId === undefined ? {} : { chainId }) } }
}

const checks: Readonly<Record<keyof Settings, Check>> = {
  region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS Region such as eu-north-1'),
  keyId: text(/^[\w:/-]{1,2048}$/, 'a key id, a key ARN or an alias (alias/...)'),
  signerAddress: address,
  endpoint: url,
  chain: text(/^[a-z0-9-]{2,40}$/, "Crossmint's name of a chain, such as base-sepolia"),
  wallet: address,
  crossmintBaseUrl: url,
  maximumFee: text(/^\d{1,18}(\.\d{1,18})?$/, 'an amount of the native token such as 0.001'),
  rpcUrl: url,
  policy: text(/^[^\0]{1,4096}$/, 'the path of a directory'),
  tokens: table(token, 'an object from token locator to { address, decimals }'),
  recipients: table(address, 'an object from name to address'),
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value
}
