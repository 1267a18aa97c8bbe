// What a template deploys, as plain data: everything that has to do with who may do what.
import type { Policy } from '../policy.ts'
import type { Place } from './identity.ts'

export type Deployment = Place & {
  readonly roles: readonly Role[]
  readonly users: readonly User[]
  readonly groups: readonly Group[]
  /** Identity-based policies by whom they are attached to; also to those the template does not create. */
  readonly attached: Attached
  readonly keys: readonly KmsKey[]
  readonly apis: readonly RestApi[]
  readonly functions: readonly LambdaFunction[]
  readonly endpoints: readonly VpcEndpoint[]
  /** What watches over the rest, and has no say in permissions. */
  readonly watches: readonly Watch[]
  /** Physical ids (what Ref returns) by logical id, and the types, of everything that is created. */
  readonly resources: readonly DeployedResource[]
  readonly outputs: readonly Output[]
}

/** A trail, an alarm, an event rule, a topic or a subscription. */
export type Watch = {
  readonly type: (typeof watchTypes)[number]
  readonly name: string
  readonly arn: string
  /** As CloudFormation knows them, every reference resolved. */
  readonly properties: Readonly<Record<string, unknown>>
}

export const watchTypes = [
  'AWS::CloudTrail::Trail',
  'AWS::CloudWatch::Alarm',
  'AWS::Events::Rule',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
] as const

export type DeployedResource = {
  readonly logicalId: string
  readonly type: string
  readonly physicalId: string
  /** Stays when the stack is deleted. */
  readonly retained: boolean
}

export type Output = {
  readonly name: string
  readonly value: string
  readonly description?: string | undefined
}

export type Attached = {
  readonly roles: ReadonlyMap<string, readonly Policy[]>
  readonly users: ReadonlyMap<string, readonly Policy[]>
  readonly groups: ReadonlyMap<string, readonly Policy[]>
}

export type Role = {
  readonly name: string
  readonly arn: string
  /** Who may assume it. */
  readonly trust: Policy
  readonly boundary?: Policy | undefined
}

export type User = {
  readonly name: string
  readonly arn: string
  /** Names of groups. */
  readonly groups: readonly string[]
  readonly boundary?: Policy | undefined
}

export type Group = { readonly name: string; readonly arn: string }

export type KmsKey = {
  readonly keyId: string
  readonly arn: string
  readonly policy: Policy
  /** The policy as KMS would return it: JSON with every reference resolved. */
  readonly policyDocument: string
  readonly keySpec: string
  readonly keyUsage: string
  readonly multiRegion: boolean
  readonly enabled: boolean
  /** `alias/...` */
  readonly aliases: readonly string[]
}

export type RestApi = {
  readonly id: string
  readonly name: string
  /** `arn:aws:execute-api:REGION:ACCOUNT:ID` */
  readonly arn: string
  readonly isPrivate: boolean
  readonly policy?: Policy | undefined
  readonly stages: readonly Stage[]
  readonly methods: readonly Method[]
}

export type Stage = {
  readonly name: string
  /** Another deployment makes the stage enforce the API's policy as it is then. */
  readonly deploymentId: string
}

export type Method = {
  /** `POST`, or `ANY`. */
  readonly httpMethod: string
  /** `/`, or the path of a resource. */
  readonly path: string
  readonly authorization: 'AWS_IAM' | 'NONE'
  /** ARN of the function behind it; undefined where there is none. */
  readonly functionArn?: string | undefined
}

export type LambdaFunction = {
  readonly name: string
  readonly arn: string
  readonly roleArn: string
  /** What the AWS::Lambda::Permission resources add up to; undefined where there is none. */
  readonly policy?: Policy | undefined
  readonly environment: Readonly<Record<string, string>>
  /** Where its zip file is. */
  readonly code: { readonly bucket: string; readonly key: string }
  /** File and export: `adminSigner.handler`. */
  readonly handler: string
  /** Seconds that an invocation may take. */
  readonly timeout: number
  /** Megabytes. */
  readonly memorySize: number
  readonly runtime: string
  /** `arm64` or `x86_64`. */
  readonly architecture?: string | undefined
  /** How many invocations may run at a time, none where 0; undefined where nothing is reserved. */
  readonly reservedConcurrency?: number | undefined
}

export type VpcEndpoint = {
  readonly id: string
  /** For example `kms` or `execute-api`. */
  readonly service: string
  readonly vpcId: string
  /** Undefined where the endpoint lets everything through. */
  readonly policy?: Policy | undefined
}
