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
  readonly stages: readonly string[]
  readonly methods: readonly Method[]
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
}

export type VpcEndpoint = {
  readonly id: string
  /** For example `kms` or `execute-api`. */
  readonly service: string
  /** Undefined where the endpoint lets everything through. */
  readonly policy?: Policy | undefined
}
