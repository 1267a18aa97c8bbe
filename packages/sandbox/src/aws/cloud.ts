// The sandbox's AWS as it stands: who there is, what is deployed, what is stored. The services read it and change it.
import { type Account, type Caller, findCaller, functionCaller } from '../iam/account.ts'
import { authorizeAction } from '../iam/authorize.ts'
import type { Policy } from '../iam/policy.ts'
import type { Connection } from '../iam/requestContext.ts'
import type { Deployment, LambdaFunction, Watch } from '../iam/template/deployment.ts'
import type { LambdaFunction as RunningFunction } from '../lambda/function.ts'
import type { StackRecord } from './cloudformation/record.ts'
import { createIdentities, type Identities, type Identity } from './identity.ts'
import type { Store } from './kms/store.ts'
import { createTroubleQueue, type TroubleQueue } from './kms/trouble/queue.ts'
import { createHomeAccount, createStrangersAccount } from './people.ts'
import { type Random, systemRandom } from './random.ts'

export type Cloud = {
  readonly region: string
  /** Epoch milliseconds: signatures, dates and key deletion go by it. */
  readonly now: () => number
  readonly random: Random
  readonly identities: Identities
  /** Credentials by access key id: those of the users, and of the sessions that come to be. */
  readonly credentials: Map<string, Identity>
  /** The account in which things are deployed. A change replaces it. */
  account: Account
  /** The other company's account. */
  readonly foreign: Account
  readonly kms: Store
  /** What is to go wrong in KMS. */
  readonly kmsTrouble: TroubleQueue
  /** By name; those that are deployed. */
  readonly stacks: Map<string, Stack>
  /** What CloudFormation remembers of stacks, the deleted ones too, by id. */
  readonly stackRecords: Map<string, StackRecord>
  /** Trails, alarms, rules, topics and subscriptions by ARN. A change replaces the entry. */
  readonly watches: Map<string, Watch>
  /** What each API enforces, by its id: API Gateway applies a changed policy only with a new deployment of the stage. */
  readonly enforced: Map<string, Enforced>
  /** The code of each function, by the function's ARN. */
  readonly code: Map<string, FunctionCode>
  /** Zip files of functions that whoever knows the token may fetch without a signature, for a while: epoch milliseconds. */
  readonly downloads: Map<string, { readonly zip: Uint8Array; readonly until: number }>
  /** Objects by bucket, then key. */
  readonly buckets: Map<string, Map<string, Uint8Array>>
  /** Where the services and the REST API are reached, `http://127.0.0.1:PORT`; empty until they listen. */
  readonly urls: { aws: string; api: string }
  /** Receives each line that a function writes. */
  readonly onLog: (line: string) => void
}

/** What an API enforces, and since when: epoch milliseconds. */
export type Enforced = {
  readonly deploymentId: string
  readonly policy: Policy | undefined
  readonly since: number
}

/** A stack of CloudFormation. */
export type Stack = {
  readonly name: string
  /** `arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/UUID` */
  readonly id: string
  /** As it was sent. */
  readonly templateBody: string
  readonly parameters: Readonly<Record<string, string>>
  readonly deployment: Deployment
}

/** A function's code, ready to be invoked. */
export type FunctionCode = {
  readonly zip: Uint8Array
  readonly running: RunningCode
}

export type RunningCode = Pick<RunningFunction, 'invoke' | 'stop'>

/**
 * Makes the accounts, with nothing deployed in them.
 *
 * @param options.region The region of everything.
 * @param options.now The clock, epoch milliseconds.
 * @param options.random Source of keys, ids and secrets; the operating system's unless given.
 * @param options.onLog Receives each line that a function writes.
 * @returns The cloud. It holds secrets: never log it.
 */
export const createCloud = (
  options: {
    readonly region?: string | undefined
    readonly now?: (() => number) | undefined
    readonly random?: Random | undefined
    readonly onLog?: ((line: string) => void) | undefined
  } = {},
): Cloud => {
  const { region = 'eu-north-1', now = Date.now, random = systemRandom, onLog = () => undefined } = options
  const identities = createIdentities(random)
  const account = createHomeAccount(region)
  const { accountId } = account
  return {
    region,
    now,
    random,
    identities,
    credentials: new Map(Object.values(identities).map(identity => [identity.accessKeyId, identity])),
    account,
    foreign: createStrangersAccount(),
    kms: { accountId, region, keys: new Map(), aliases: new Map(), now, random },
    kmsTrouble: createTroubleQueue(),
    stacks: new Map(),
    stackRecords: new Map(),
    watches: new Map(),
    enforced: new Map(),
    code: new Map(),
    downloads: new Map(),
    buckets: new Map([[`cdk-hnb659fds-assets-${accountId}-${region}`, new Map()]]),
    urls: { aws: '', api: '' },
    onLog,
  }
}

/**
 * Finds who signs, with the policies that are theirs at this moment.
 *
 * @param cloud The cloud.
 * @param identity Whose signature it is.
 * @returns The caller.
 * @throws {ACCOUNT_INVALID} the user or role is no more.
 */
export const callerOf = ({ account, foreign }: Cloud, identity: Identity): Caller => {
  const lambda = account.functions.find(one => one.arn === identity.functionArn)
  return lambda ? functionCaller(account, lambda) : findCaller([account, foreign], identity.arn)
}

/**
 * Tells how a request came. Loopback stands for TLS: nothing outside the machine can read it. Where the account has a VPC
 * endpoint for the service, whoever is on the machine is taken to be in that VPC.
 *
 * @param cloud The cloud.
 * @param service For example `execute-api` or `kms`.
 * @param sourceIp The address it came from.
 * @returns The connection.
 */
export const connectionOf = ({ account, now }: Cloud, service: string, sourceIp: string): Connection => {
  const endpoint = account.endpoints.find(one => one.service === service)
  return { isSecure: true, sourceIp, time: now(), endpoint }
}

/**
 * Decides an action on which no policy of a resource has a say here.
 *
 * @param cloud The cloud.
 * @param request.identity Who asks.
 * @param request.action For example `lambda:GetFunction`.
 * @param request.resource The ARN of the resource, or `*`.
 * @param request.sourceIp The address the request came from.
 * @returns AWS's text where it is denied; undefined where it is allowed.
 */
export const denialOf = (
  cloud: Cloud,
  request: {
    readonly identity: Identity
    readonly action: string
    readonly resource: string
    readonly sourceIp: string
  },
): string | undefined =>
  authorizeAction(cloud.account, {
    caller: callerOf(cloud, request.identity),
    connection: { isSecure: true, sourceIp: request.sourceIp, time: cloud.now() },
    action: request.action,
    resource: request.resource,
  }).denial

/** The function of an ARN or a name. */
export const findFunction = ({ account }: Cloud, name: string): LambdaFunction | undefined =>
  account.functions.find(one => one.arn === name || one.name === name)
