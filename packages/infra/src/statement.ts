// IAM policies as plain data, so that a reader and a test see exactly what is deployed.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
import type { IResolvable } from 'aws-cdk-lib'

/** One statement. Every one has a Sid: it is the name under which tests, denials and reviews speak of it. */
export type Statement = {
  readonly Sid: string
  readonly Effect: 'Allow' | 'Deny'
  /** Who; only in policies of resources. */
  readonly Principal?: { readonly AWS: string | readonly string[] } | { readonly Service: string } | undefined
  readonly Action: string | readonly string[]
  /** On what; absent only in trust policies, where it is the role itself. */
  readonly Resource?: string | readonly string[] | undefined
  /** Operator, then context key, then value. */
  readonly Condition?:
    | Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
    | undefined
}

/** Everyone, of any account. Only for denials, and where a condition narrows it. */
export const everyone = { AWS: '*' } as const

/** A policy document. A statement under a condition of CloudFormation is an `IResolvable`. */
export type PolicyDocument = {
  readonly Version: '2012-10-17'
  readonly Statement: readonly (Statement | IResolvable)[]
}

/**
 * A policy document of statements.
 *
 * @param statements In the order in which they are to stand; undefined ones are left out.
 * @returns The document, version 2012-10-17.
 */
export const policyDocument = (
  ...statements: readonly (Statement | IResolvable | undefined)[]
): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements.filter(statement => statement !== undefined),
})
