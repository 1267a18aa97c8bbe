// Reserved concurrency: how many invocations of a function may run at a time. With 0, none.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html

import { type ServiceOperation, serviceOperation } from '../serviceOperation.ts'
import { integer, required } from '../shape.ts'
import { findTarget, functionArn, putFunction, type Target, targetShape } from './target.ts'

const { FunctionName } = targetShape

/** These operations know no qualifier. */
const whole = ({ FunctionName }: Pick<Target, 'FunctionName'>): Target => ({
  FunctionName,
  Qualifier: undefined,
})

export const putFunctionConcurrency: ServiceOperation = serviceOperation(
  'lambda:PutFunctionConcurrency',
  { FunctionName, ReservedConcurrentExecutions: required(integer({ min: 0, max: 1000 })) },
  (input, cloud) => functionArn(whole(input), cloud),
  ({ ReservedConcurrentExecutions: reserved, ...input }, { cloud }) => {
    putFunction(cloud, { ...findTarget(whole(input), cloud), reservedConcurrency: reserved })
    return { ReservedConcurrentExecutions: reserved }
  },
)

export const getFunctionConcurrency: ServiceOperation = serviceOperation(
  'lambda:GetFunctionConcurrency',
  { FunctionName },
  (input, cloud) => functionArn(whole(input), cloud),
  (input, { cloud }) => {
    const { reservedConcurrency: reserved } = findTarget(whole(input), cloud)
    return reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved }
  },
)

export const deleteFunctionConcurrency: ServiceOperation = serviceOperation(
  'lambda:DeleteFunctionConcurrency',
  { FunctionName },
  (input, cloud) => functionArn(whole(input), cloud),
  (input, { cloud }) => {
    putFunction(cloud, { ...findTarget(whole(input), cloud), reservedConcurrency: undefined })
    return undefined
  },
)
