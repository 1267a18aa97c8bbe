// The whole outside world on loopback: AWS with the signing stack deployed in it, Crossmint's API and an EVM chain. One function
// starts it; what it returns is what a program needs to talk to it.
import type { PolicySource } from '@coffer/service/policy'
import { type Cloud, createCloud } from './aws/cloud.ts'
import { stopCode } from './aws/deploy/code.ts'
import { deployReleased, releasedStackName } from './aws/deployReleased.ts'
import { startAws } from './aws/endpoint.ts'
import { startGateway } from './aws/gateway.ts'
import type { Identities } from './aws/identity.ts'
import type { KmsTrouble } from './aws/kms/trouble/queue.ts'
import { type Chain, startChain } from './chain/chain.ts'
import { type Crossmint, startCrossmint } from './crossmint/server.ts'
import { addToGroup } from './iam/account.ts'
import type { Listener } from './server.ts'

export type SandboxOptions = {
  /** Ports on 127.0.0.1; each is chosen free where it is left out. */
  readonly ports?: {
    readonly aws?: number | undefined
    readonly api?: number | undefined
    readonly crossmint?: number | undefined
    readonly chain?: number | undefined
  }
  readonly region?: string | undefined
  /**
   * What is deployed at the start: the released template as the stack `treasury-signer`, with these values of its parameters,
   * this policy, by default one that denies everything, and the operator in the group `treasury-operators`; or nothing, so that
   * it can be deployed. Default: the former, with its defaults.
   */
  readonly stack?: ReleasedStack | 'none' | undefined
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

/** What can be chosen of the released template. */
export type ReleasedStack = {
  /** Values by name; the others have their defaults. */
  readonly parameters?: Readonly<Record<string, string>> | undefined
  /** By which the signing function decides. */
  readonly policy?: PolicySource | undefined
}

export type Sandbox = {
  readonly region: string
  readonly identities: Identities
  /** KMS, IAM, CloudFormation and the other services: the value for AWS_ENDPOINT_URL. */
  readonly aws: Listener
  /** Makes KMS go wrong, on demand. */
  readonly kmsTrouble: KmsTrouble
  /** API Gateway, for what is deployed. */
  readonly gateway: Listener
  /** What the deployed stack says of itself (`KeyArn`, `InvokeUrl`, ...); empty where nothing is deployed. */
  readonly outputs: () => Readonly<Record<string, string>>
  /**
   * Deploys the released template with another policy, as the administrator; parameters keep their values. For a policy that
   * names what is known only after the start, such as the wallet's address. Requests that are under way fail.
   *
   * @throws {Error} there is no stack `treasury-signer`.
   */
  readonly putPolicy: (policy: PolicySource) => Promise<void>
  readonly crossmint: Crossmint
  readonly chain: Chain
  /** What a shell needs to reach the sandbox instead of AWS, Crossmint and the chain; as the administrator. */
  readonly environment: Readonly<Record<string, string>>
  readonly stop: () => Promise<void>
}

/** In the form of the signing function's own lines. */
const chainLost = JSON.stringify({
  code: 'CHAIN_LOST',
  message: 'The chain (anvil) has ended: Crossmint and the RPC URL no longer work. Start the sandbox again.',
})

/**
 * Starts the sandbox. Every part listens on 127.0.0.1 only; state lives in memory and ends with it.
 *
 * The signing function is the built Lambda bundle in a process of its own, on Node 24 where npm has it for this machine. Who may
 * do what is decided by the policies that are deployed.
 *
 * @param options Ports, AWS Region, what is deployed, and how Crossmint's API behaves.
 * @returns The running sandbox. `stop` ends every part of it.
 * @throws {ANVIL_NOT_FOUND | ANVIL_EXITED} the chain cannot be started.
 * @throws {EADDRINUSE} a given port is taken; the chain's own port is ANVIL_EXITED then, with what anvil said.
 * @throws {BUNDLE_MISSING} the Lambda bundle was not built.
 * @throws {TEMPLATE_INVALID | STACK_FAILED} the parameters do not fit the template.
 * @throws {INVALID_API_KEY} the API key has not the form of a Crossmint staging server key.
 */
export const startSandbox = async (options: SandboxOptions = {}): Promise<Sandbox> => {
  const { ports = {}, region, stack = {}, onLog = () => undefined } = options
  const stops: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end()
  }
  const keep = <T extends { readonly stop: () => Promise<void> }>(part: T): T => {
    stops.push(part.stop)
    return part
  }
  try {
    const cloud = createCloud({ region, onLog })
    const aws = keep(await startAws({ port: ports.aws, cloud }))
    keep({ stop: () => stopAllCode(cloud) })
    const gateway = keep(await startGateway({ port: ports.api, cloud }))
    if (stack !== 'none') {
      await deployReleased(cloud, stack)
      const group = outputsOf(cloud)['OperatorGroup'] ?? ''
      cloud.account = addToGroup(cloud.account, cloud.identities.operator.name, group)
    }
    const chain = keep(await startChain({ port: ports.chain, onLost: () => onLog(chainLost) }))
    const crossmint = keep(await startCrossmint({ ...options.crossmint, port: ports.crossmint, chain }))
    return {
      region: cloud.region,
      identities: cloud.identities,
      aws,
      kmsTrouble: cloud.kmsTrouble,
      gateway,
      outputs: () => outputsOf(cloud),
      putPolicy: async policy => {
        const deployed = cloud.stacks.get(releasedStackName)
        if (!deployed)
          throw new Error(`There is no stack ${releasedStackName}; deploy the policy with the stack.`)
        await deployReleased(cloud, { parameters: deployed.parameters, policy })
      },
      crossmint,
      chain,
      environment: shellEnvironment(cloud, outputsOf(cloud)['InvokeUrl'], crossmint, chain),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

const stopAllCode = async (cloud: Cloud): Promise<void> => {
  for (const { deployment } of cloud.stacks.values()) await stopCode(cloud, deployment)
}

const outputsOf = (cloud: Cloud): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...cloud.stacks.values()].flatMap(({ deployment }) =>
      deployment.outputs.map(({ name, value }) => [name, value] as const),
    ),
  )

const shellEnvironment = (
  { urls, region, identities }: Cloud,
  invokeUrl: string | undefined,
  crossmint: Crossmint,
  chain: Chain,
): Readonly<Record<string, string>> => ({
  AWS_ENDPOINT_URL: urls.aws,
  AWS_REGION: region,
  // Version 1 of the AWS CLI and boto3 read this one.
  AWS_DEFAULT_REGION: region,
  AWS_ACCESS_KEY_ID: identities.administrator.accessKeyId,
  AWS_SECRET_ACCESS_KEY: identities.administrator.secretAccessKey,
  ...(invokeUrl === undefined ? {} : { COFFER_ENDPOINT: invokeUrl }),
  COFFER_CHAIN: 'base-sepolia',
  COFFER_RPC_URL: chain.rpcUrl,
  CROSSMINT_API_KEY: crossmint.apiKey,
  CROSSMINT_BASE_URL: crossmint.url,
})
