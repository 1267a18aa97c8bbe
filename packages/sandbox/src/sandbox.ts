// The whole outside world on loopback: KMS and STS, the signing endpoint behind API Gateway, Crossmint's API and
// an EVM chain. One function starts it; what it returns is what a program needs to talk to it.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { type Gateway, startGateway } from './aws/gateway.ts'
import { createIdentities, type Identities } from './aws/identity.ts'
import { type Kms, startKms } from './aws/kms.ts'
import { type Chain, startChain } from './chain/chain.ts'
import { type Crossmint, startCrossmint } from './crossmint/server.ts'
import { startFunction } from './lambda/function.ts'

export type SandboxOptions = {
  /** Ports on 127.0.0.1; each is chosen free where it is left out. */
  readonly ports?: {
    readonly aws?: number | undefined
    readonly api?: number | undefined
    readonly crossmint?: number | undefined
    readonly chain?: number | undefined
  }
  readonly region?: string | undefined
  /** The function's environment: KMS_KEY_ID, COFFER_SIGNER_ADDRESS and COFFER_BLIND_SIGNING, as in production. */
  readonly functionEnvironment?: Readonly<Record<string, string>> | undefined
  readonly crossmint?:
    | {
        /** A staging server key to accept besides the sandbox's own, for example a developer's `sk_staging_...`. */
        readonly apiKey?: string | undefined
        /** So many reading and writing requests a minute; off by default, 360 and 120 at the real API. */
        readonly rateLimit?: { readonly readsPerMinute: number; readonly writesPerMinute: number } | undefined
        /** Milliseconds from an approval to the broadcast; 200 by default. */
        readonly settleDelay?: number | undefined
      }
    | undefined
  /**
   * Receives each log line of the signing function, CloudWatch's place; and one line, with the code CHAIN_LOST, if
   * the chain ends before the sandbox does.
   */
  readonly onLog?: ((line: string) => void) | undefined
}

export type Sandbox = {
  readonly region: string
  readonly identities: Identities
  readonly kms: Kms
  readonly gateway: Gateway
  readonly crossmint: Crossmint
  readonly chain: Chain
  /** What a shell needs to reach the sandbox instead of AWS, Crossmint and the chain. */
  readonly environment: Readonly<Record<string, string>>
  readonly stop: () => Promise<void>
}

/** The alias the signing function looks for unless told otherwise: the one `coffer key create` gives. */
const defaultKey = 'alias/treasury-admin-signer'

/** In the form of the signing function's own lines. */
const chainLost = JSON.stringify({
  code: 'CHAIN_LOST',
  message: 'The chain (anvil) has ended: Crossmint and the RPC URL no longer work. Start the sandbox again.',
})

/**
 * Starts the sandbox. Every part listens on 127.0.0.1 only; state lives in memory and ends with it.
 *
 * The signing function is the built Lambda bundle in a process of its own, on Node 24 where npm has it for this machine. It
 * resolves its key at the first request; so a key may be created after the sandbox has started.
 *
 * @param options Ports, AWS Region, the function's environment, and how Crossmint's API behaves.
 * @returns The running sandbox. `stop` ends every part of it.
 * @throws {ANVIL_NOT_FOUND | ANVIL_EXITED} the chain cannot be started.
 * @throws {EADDRINUSE} a given port is taken; the chain's own port is ANVIL_EXITED then, with what anvil said.
 * @throws {BUNDLE_MISSING} the Lambda bundle was not built.
 * @throws {INVALID_API_KEY} the API key has not the form of a Crossmint staging server key.
 */
export const startSandbox = async (options: SandboxOptions = {}): Promise<Sandbox> => {
  const { ports = {}, region = 'eu-north-1', onLog = () => undefined } = options
  const stops: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end()
  }
  const keep = <T extends { readonly stop: () => Promise<void> }>(part: T): T => {
    stops.push(part.stop)
    return part
  }
  try {
    const identities = createIdentities()
    const account = { region, accountId: identities.lambda.accountId, identities }
    const kms = keep(await startKms({ port: ports.aws, ...account }))
    const signing = keep(
      await startFunction({
        bundle: findBundle(),
        handler: 'adminSigner.handler',
        functionArn: `arn:aws:lambda:${region}:${account.accountId}:function:adminSigner`,
        environment: { KMS_KEY_ID: defaultKey, ...options.functionEnvironment },
        credentials: identities.lambda,
        endpointUrl: kms.url,
        timeoutMs: 25_000,
        onLog,
      }),
    )
    const handler = signing.invoke
    const gateway = keep(await startGateway({ port: ports.api, ...account, stage: 'prod', handler }))
    const chain = keep(await startChain({ port: ports.chain, onLost: () => onLog(chainLost) }))
    const crossmint = keep(await startCrossmint({ ...options.crossmint, port: ports.crossmint, chain }))
    return {
      region,
      identities,
      kms,
      gateway,
      crossmint,
      chain,
      environment: shellEnvironment({ region, identities, kms, gateway, crossmint, chain }),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The directory of the signing function's code: the very bundle that is deployed. */
const findBundle = (): string => {
  const file = createRequire(import.meta.url).resolve('@coffer/service/bundle')
  if (!existsSync(file)) throw new BundleMissingError(file)
  return dirname(file)
}

const shellEnvironment = (
  sandbox: Omit<Sandbox, 'environment' | 'stop'>,
): Readonly<Record<string, string>> => ({
  AWS_ENDPOINT_URL: sandbox.kms.url,
  AWS_REGION: sandbox.region,
  // Version 1 of the AWS CLI and boto3 read this one.
  AWS_DEFAULT_REGION: sandbox.region,
  AWS_ACCESS_KEY_ID: sandbox.identities.administrator.accessKeyId,
  AWS_SECRET_ACCESS_KEY: sandbox.identities.administrator.secretAccessKey,
  COFFER_ENDPOINT: sandbox.gateway.invokeUrl,
  COFFER_CHAIN: 'base-sepolia',
  COFFER_RPC_URL: sandbox.chain.rpcUrl,
  CROSSMINT_API_KEY: sandbox.crossmint.apiKey,
  CROSSMINT_BASE_URL: sandbox.crossmint.url,
})

/** The Lambda bundle is made by a build step that was not run. */
export class BundleMissingError extends Error {
  override readonly name = 'BundleMissingError'
  readonly code = 'BUNDLE_MISSING'
  readonly file: string

  constructor(file: string) {
    super(
      `the signing function is not built yet (${file}); run \`npm run build\` in the root of the repository`,
    )
    this.file = file
  }
}
