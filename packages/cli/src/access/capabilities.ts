// What of a treasury signer is worth asking about.
import type { Statement } from './statement.ts'

/** In the order in which they are told. */
export const capabilities = [
  'sign',
  'invokeEndpoint',
  'invokeFunction',
  'changeFunction',
  'changeKey',
  'changePolicies',
  'changeTrail',
] as const

export type Capability = (typeof capabilities)[number]

/** What is under review, and the policies of it that name principals. */
export type Signer = {
  readonly partition: string
  /** 12 digits. */
  readonly account: string
  readonly region: string
  /** With the key's grants among its policy. */
  readonly key: { readonly arn: string; readonly policy: readonly Statement[] }
  readonly api: { readonly id: string; readonly stage: string; readonly policy: readonly Statement[] }
  /** With the policies of its versions and aliases. */
  readonly function: { readonly arn: string; readonly policy: readonly Statement[] }
  /** The role the function runs as. */
  readonly roleArn: string
  readonly groupArn: string
  /** Customer managed policies that the role or the group has. */
  readonly managedPolicyArns: readonly string[]
  /** Undefined where the stack has no trail of its own. */
  readonly trailArn?: string | undefined
  readonly stackArn: string
  /** The role with which CloudFormation changes the stack: whoever may change the stack acts with it. */
  readonly stackRoleArn?: string | undefined
}
