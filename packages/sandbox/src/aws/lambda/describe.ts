// The function as Lambda tells of it, with a place from which its code can be fetched.
// https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
import { createHash } from 'node:crypto'
import type { LambdaFunction } from '../../iam/template/deployment.ts'
import { AwsError } from '../awsError.ts'
import type { Cloud } from '../cloud.ts'
import { wholeNumber } from '../queryService.ts'
import { type Output, type ServiceOperation, serviceOperation } from '../serviceOperation.ts'
import { optional, text } from '../shape.ts'
import { codeLocation } from './codeLocation.ts'
import { findTarget, functionArn, targetShape } from './target.ts'

/** The configuration of a function. */
export const describeFunction = (cloud: Cloud, lambda: LambdaFunction): Readonly<Record<string, unknown>> => {
  const zip = cloud.code.get(lambda.arn)?.zip ?? new Uint8Array()
  const configuration = {
    FunctionName: lambda.name,
    FunctionArn: lambda.arn,
    Runtime: lambda.runtime,
    Role: lambda.roleArn,
    Handler: lambda.handler,
    CodeSize: zip.length,
    CodeSha256: createHash('sha256').update(zip).digest('base64'),
    Timeout: lambda.timeout,
    MemorySize: lambda.memorySize,
    Version: '$LATEST',
    ...(Object.keys(lambda.environment).length === 0
      ? {}
      : { Environment: { Variables: lambda.environment } }),
    Architectures: [lambda.architecture ?? 'x86_64'],
    PackageType: 'Zip',
    State: 'Active',
    LastUpdateStatus: 'Successful',
  }
  return { ...configuration, RevisionId: revisionId(configuration) }
}

/**
 * Makes the id of a state of a function: the same state has the same one.
 *
 * @param state What makes up the state; JSON.
 * @returns A UUID.
 */
export const revisionId = (state: unknown): string => {
  const digits = createHash('sha256').update(JSON.stringify(state)).digest('hex')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
}

export const getFunction: ServiceOperation = serviceOperation(
  'lambda:GetFunction',
  targetShape,
  functionArn,
  (target, { cloud }) => {
    const lambda = findTarget(target, cloud)
    const { reservedConcurrency: reserved } = lambda
    return {
      Configuration: describeFunction(cloud, lambda),
      Code: { RepositoryType: 'S3', Location: codeLocation(cloud, lambda.arn) },
      ...(reserved === undefined ? {} : { Concurrency: { ReservedConcurrentExecutions: reserved } }),
    }
  },
)

export const getFunctionConfiguration: ServiceOperation = serviceOperation(
  'lambda:GetFunctionConfiguration',
  targetShape,
  functionArn,
  (target, { cloud }) => describeFunction(cloud, findTarget(target, cloud)),
)

/** No versions are published here, and there are no aliases and URLs of functions: such a list is short. */
const listing = (
  action: string,
  list: (lambda: LambdaFunction, cloud: Cloud) => NonNullable<Output>,
): ServiceOperation =>
  serviceOperation(
    `lambda:${action}`,
    {
      FunctionName: targetShape.FunctionName,
      FunctionVersion: optional(text({ min: 1 })),
      MaxItems: optional(wholeNumber({ min: 1, max: 10_000 })),
    },
    ({ FunctionName }, cloud) => functionArn({ FunctionName, Qualifier: undefined }, cloud),
    ({ FunctionName }, { cloud }) => list(findTarget({ FunctionName, Qualifier: undefined }, cloud), cloud),
  )

export const listVersions: ServiceOperation = listing('ListVersionsByFunction', (lambda, cloud) => ({
  Versions: [describeFunction(cloud, lambda)],
}))

export const listAliases: ServiceOperation = listing('ListAliases', () => ({ Aliases: [] }))

export const listFunctionUrlConfigs: ServiceOperation = listing('ListFunctionUrlConfigs', () => ({
  FunctionUrlConfigs: [],
}))

export const getFunctionUrlConfig: ServiceOperation = serviceOperation(
  'lambda:GetFunctionUrlConfig',
  targetShape,
  functionArn,
  (target, { cloud }) => {
    findTarget(target, cloud)
    throw new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.')
  },
)
