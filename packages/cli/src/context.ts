// What a command works with: the configuration, the terminal, and clients made from them on first use.
import { KMSClient } from '@aws-sdk/client-kms'
import { defaultProvider } from '@aws-sdk/credential-provider-node'
import type { CrossmintClient } from '@coffer/crossmint'
import type { Config, Settings } from './config.ts'
import { type Credentials, createSigningEndpoint, type SigningEndpoint } from './endpoint.ts'
import { type ExitCode, exitCodes } from './exitCodes.ts'
import { CliError } from './failure.ts'
import type { Terminal } from './terminal.ts'

/** AWS as found the standard way, unless given (the demo gives the sandbox's). */
export type AwsAccess = {
  readonly region?: string | undefined
  readonly endpoint?: string | undefined
  readonly credentials?: Credentials | undefined
}

/** What every client of the AWS SDK is made with. */
export type AwsClientConfig = {
  readonly region?: string
  readonly endpoint?: string
  readonly credentials?: Credentials
  readonly requestHandler: {
    readonly connectionTimeout: number
    readonly requestTimeout: number
    readonly throwOnRequestTimeout: boolean
  }
}

/** For IAM, which in a large account takes its time. */
export const patient: { readonly requestHandler: AwsClientConfig['requestHandler'] } = {
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
}

export type Context = {
  readonly config: Config
  readonly terminal: Terminal
  readonly aws: AwsClientConfig
  readonly kms: () => KMSClient
  readonly crossmint: () => Promise<CrossmintClient>
  readonly endpoint: () => SigningEndpoint
  readonly readStandardInput: () => Promise<Uint8Array>
}

/**
 * What a command returns: `data` for --json, `text` for people. A command that found what it looked for, but nothing good,
 * gives an exit code with it.
 */
export type Outcome = {
  readonly data: Readonly<Record<string, unknown>>
  readonly text: string
  readonly exitCode?: ExitCode | undefined
}

/**
 * Creates the context of one run.
 *
 * @param options.aws Region, endpoint and credentials that replace what the AWS SDK would find by itself.
 */
export function createContext(options: {
  config: Config
  terminal: Terminal
  aws?: AwsAccess | undefined
  readStandardInput: () => Promise<Uint8Array>
}): Context {
  const { config, terminal } = options
  const { endpoint, credentials } = options.aws ?? {}
  const region = options.aws?.region ?? config.region
  const aws: AwsClientConfig = {
    // Nobody should wait for a silent endpoint.
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  }
  const kms = once(() => new KMSClient(aws))
  return {
    config,
    terminal,
    aws,
    readStandardInput: options.readStandardInput,
    kms,
    crossmint: once(async () => {
      if (config.crossmintApiKey === undefined)
        throw new CliError(
          'CROSSMINT_API_KEY_MISSING',
          'the environment variable CROSSMINT_API_KEY is not set',
          {
            exitCode: exitCodes.unauthorized,
            hints: [
              'export CROSSMINT_API_KEY=sk_staging_... (a server-side key of the Crossmint console)',
              'or run `coffer sandbox` and read its env file',
            ],
          },
        )
      // Loaded where it is needed: it is half of what a command takes to start.
      const { createCrossmintClient } = await import('@coffer/crossmint')
      return createCrossmintClient({ apiKey: config.crossmintApiKey, baseUrl: config.crossmintBaseUrl })
    }),
    endpoint: once(() =>
      createSigningEndpoint({
        url: required(config, 'endpoint'),
        // The SDK's own search: environment, then profile.
        region: kms().config.region,
        credentials: credentials ?? defaultProvider(),
      }),
    ),
  }
}

/**
 * A setting that this command cannot do without.
 *
 * @throws {CliError} SETTING_MISSING, naming the file, the variable and the command that fills it in.
 */
export function required<name extends keyof typeof howToSet>(
  config: Config,
  name: name,
): NonNullable<Settings[name]> {
  const value = config[name]
  if (value === undefined)
    throw new CliError('SETTING_MISSING', `"${name}" is not set in ${config.file}`, { hints: howToSet[name] })
  return value as NonNullable<Settings[name]>
}

const howToSet = {
  keyId: ['coffer key create', 'or export COFFER_KEY_ID=arn:aws:kms:...'],
  signerAddress: ['coffer key create', 'or export COFFER_SIGNER_ADDRESS=0x...'],
  endpoint: ['export COFFER_ENDPOINT=https://<api id>.execute-api.<region>.amazonaws.com/prod'],
  chain: ['export COFFER_CHAIN=base-sepolia'],
  wallet: ['coffer wallet create', 'or export COFFER_WALLET=0x...'],
} as const

function once<T>(create: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: create() }
    return made.value
  }
}
