// Amazon Resource Names in the stack's own partition, Region and account.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
import { Aws } from 'aws-cdk-lib'

/**
 * The ARN of something in the stack's account and Region, from its name: no reference, so no circle of dependencies.
 *
 * @param service The service's namespace, for example `lambda`.
 * @param resource The rest, for example `function:adminSigner`.
 * @returns The ARN.
 */
export const arn = (service: string, resource: string): string =>
  `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`

/** The account as a principal: it stands for the account's IAM policies, and includes its root user. */
export const accountRoot: string = `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:root`
