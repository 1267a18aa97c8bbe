// Which function a request is about, and changing it.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
import type { LambdaFunction } from '../../iam/template/deployment.ts'
import { AwsError } from '../awsError.ts'
import type { Cloud } from '../cloud.ts'
import { type Member, optional, required, text } from '../shape.ts'

/** The members of a request that name a function. */
export type Target = { readonly FunctionName: string; readonly Qualifier: string | undefined }

export const targetShape: { readonly [K in keyof Target]: Member<Target[K]> } = {
  FunctionName: required(text({ min: 1, max: 256, pattern: /[\w$:.-]+/ })),
  Qualifier: optional(text({ min: 1, max: 128, pattern: /[\w$-]+/ })),
}

/**
 * Finds the ARN that a request means. A function is named by its name, its ARN, or the part of the ARN from the account on;
 * `$LATEST` is the function itself.
 *
 * @returns The ARN, with the version or alias where another one is meant. Whether there is such a function is not looked at.
 */
export const functionArn = ({ FunctionName: name, Qualifier: qualifier }: Target, cloud: Cloud): string => {
  const [, account = cloud.account.accountId, rest] = /^(?:(\d{12}):function:)?(.*)$/.exec(name) ?? []
  const arn = name.startsWith('arn:') ? name : `arn:aws:lambda:${cloud.region}:${account}:function:${rest}`
  return (qualifier === undefined ? arn : `${arn}:${qualifier}`).replace(/:\$LATEST$/, '')
}

/**
 * Finds the function.
 *
 * @throws {AWS_ERROR} ResourceNotFoundException. There are no versions and aliases.
 */
export const findTarget = (target: Target, cloud: Cloud): LambdaFunction => {
  const arn = functionArn(target, cloud)
  const found = cloud.account.functions.find(one => one.arn === arn)
  if (found) return found
  throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`)
}

/**
 * Puts a changed function in the place of the one before.
 *
 * @param cloud The cloud.
 * @param changed The function. It has the ARN it had.
 */
export const putFunction = (cloud: Cloud, changed: LambdaFunction): void => {
  const functions = cloud.account.functions.map(one => (one.arn === changed.arn ? changed : one))
  cloud.account = { ...cloud.account, functions }
}
