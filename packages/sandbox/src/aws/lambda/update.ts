// Changing a function: its code, and its configuration, with which the code starts anew.
// https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html
import { unzipSync } from 'fflate'
import { isObject } from '../../iam/elements.ts'
import type { LambdaFunction } from '../../iam/template/deployment.ts'
import { ReservedEnvironmentVariableError } from '../../lambda/environmentVariables.ts'
import { AwsError } from '../awsError.ts'
import type { Cloud } from '../cloud.ts'
import { replaceCode } from '../deploy/code.ts'
import { type ServiceOperation, serviceOperation } from '../serviceOperation.ts'
import { blob, integer, optional, type Reader, structure, text } from '../shape.ts'
import { describeFunction } from './describe.ts'
import { findTarget, functionArn, putFunction, targetShape } from './target.ts'

export const updateFunctionCode: ServiceOperation = serviceOperation(
  'lambda:UpdateFunctionCode',
  {
    ...targetShape,
    ZipFile: optional(blob({ min: 1, max: 50 * 1024 * 1024 })),
    S3Bucket: optional(text({ min: 3, max: 63 })),
    S3Key: optional(text({ min: 1, max: 1024 })),
  },
  functionArn,
  async ({ ZipFile, S3Bucket: bucket, S3Key: key, ...target }, { cloud }) => {
    const lambda = findTarget(target, cloud)
    const isInBucket = bucket !== undefined && key !== undefined
    if ((ZipFile !== undefined) === isInBucket)
      throw invalid('Please provide either ZipFile or S3Bucket and S3Key.')
    const zip = isInBucket ? cloud.buckets.get(bucket)?.get(key) : ZipFile
    if (!zip) throw invalid(`There is no s3://${bucket}/${key}.`)
    requireZip(zip)
    await replaceCode(cloud, lambda, zip)
    return describeFunction(cloud, lambda)
  },
)

const requireZip = (zip: Uint8Array): void => {
  try {
    unzipSync(zip)
  } catch {
    throw invalid('Could not unzip uploaded file. Please check your file, then try to upload again.')
  }
}

const variables: Reader<Readonly<Record<string, string>>> = value => {
  const entries = Object.entries(isObject(value) ? value : { '': undefined }).map(([name, content]) => {
    if (typeof content === 'string' && /^[a-zA-Z]\w+$/.test(name)) return [name, content] as const
    throw invalid(`${name === '' ? 'Variables' : name} cannot be among the variables of a function.`)
  })
  return Object.fromEntries(entries)
}

export const updateFunctionConfiguration: ServiceOperation = serviceOperation(
  'lambda:UpdateFunctionConfiguration',
  {
    ...targetShape,
    Environment: optional(structure({ Variables: optional(variables) })),
    Handler: optional(text({ max: 128, pattern: /[^\s]+/ })),
    MemorySize: optional(integer({ min: 128, max: 10_240 })),
    Timeout: optional(integer({ min: 1, max: 900 })),
  },
  functionArn,
  async ({ Environment, Handler, MemorySize, Timeout, ...target }, { cloud }) => {
    const changed = (): LambdaFunction => {
      const before = findTarget(target, cloud)
      return {
        ...before,
        environment: Environment ? (Environment.Variables ?? {}) : before.environment,
        handler: Handler ?? before.handler,
        memorySize: MemorySize ?? before.memorySize,
        timeout: Timeout ?? before.timeout,
      }
    }
    await restart(cloud, changed())
    // Anew: while the code was started, somebody may have stopped the function or changed who may invoke it.
    const lambda = changed()
    putFunction(cloud, lambda)
    return describeFunction(cloud, lambda)
  },
)

const restart = async (cloud: Cloud, lambda: LambdaFunction): Promise<void> => {
  try {
    await replaceCode(cloud, lambda, cloud.code.get(lambda.arn)?.zip ?? new Uint8Array())
  } catch (error) {
    if (error instanceof ReservedEnvironmentVariableError) throw invalid(error.message)
    throw error
  }
}

const invalid = (message: string): AwsError => new AwsError('InvalidParameterValueException', message)
