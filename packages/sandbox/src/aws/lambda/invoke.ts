// Invoking the function directly, past the API: its code runs, if the policies let the caller do that.
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
import { authorizeInvoke } from '../../iam/authorize.ts'
import { FunctionError } from '../../lambda/environment.ts'
import { headersByName } from '../../rawRequest.ts'
import type { ServerRequest, ServerResponseData } from '../../server.ts'
import { AwsError } from '../awsError.ts'
import { callerOf, connectionOf } from '../cloud.ts'
import { type RestHandler, restAnswer } from '../restJson.ts'
import { parseJsonBody, requirePermission } from '../serviceOperation.ts'
import { parse } from '../shape.ts'
import { findTarget, functionArn, targetShape } from './target.ts'

/** Answers an invocation. */
export const invoke: RestHandler = async (parameters, request, call) => {
  const { cloud, identity, sourceIp } = call
  const target = parse(targetShape, parameters)
  const arn = functionArn(target, cloud)
  // Whether there is a function is for those to know who may invoke it.
  if (!cloud.account.functions.some(one => one.arn === arn))
    requirePermission(call, 'lambda:InvokeFunction', arn)
  const lambda = findTarget(target, cloud)
  const caller = callerOf(cloud, identity)
  const connection = connectionOf(cloud, 'lambda', sourceIp)
  const { denial } = authorizeInvoke(cloud.account, { caller, connection, lambda })
  if (denial !== undefined) throw new AwsError('AccessDeniedException', denial)
  const type = readInvocationType(request)
  if (lambda.reservedConcurrency === 0) throw new AwsError('TooManyRequestsException', 'Rate Exceeded.')
  if (type === 'DryRun') return restAnswer(204, undefined)
  const event = request.body.length === 0 ? {} : readEvent(request.body)
  return run(cloud.code.get(lambda.arn)?.running.invoke(event))
}

/** What would wait for nobody, or ask for more than the result, is not known here. */
const readInvocationType = (request: ServerRequest): 'RequestResponse' | 'DryRun' => {
  const headers = headersByName(request.rawHeaders)
  const [type = 'RequestResponse'] = headers.get('x-amz-invocation-type') ?? []
  const [log = 'None'] = headers.get('x-amz-log-type') ?? []
  if (log === 'None' && !headers.has('x-amz-client-context')) {
    if (type === 'RequestResponse' || type === 'DryRun') return type
  }
  throw new AwsError(
    'InvalidParameterValueException',
    'An invocation is RequestResponse or DryRun here, without a log and a client context.',
  )
}

const readEvent = (body: Uint8Array): unknown => {
  try {
    return parseJsonBody(body)
  } catch {
    throw new AwsError('InvalidRequestContentException', 'Could not parse request body into json.')
  }
}

/** A function that fails is an invocation that succeeded. */
const run = async (invocation: Promise<unknown> | undefined): Promise<ServerResponseData> => {
  const { headers, ...answer } = restAnswer(200, undefined)
  const executed = { ...headers, 'X-Amz-Executed-Version': '$LATEST' }
  try {
    return { ...answer, headers: executed, body: JSON.stringify((await invocation) ?? null) }
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error
    const { errorType, errorMessage, trace } = error
    return {
      ...answer,
      headers: { ...executed, 'X-Amz-Function-Error': 'Unhandled' },
      body: JSON.stringify({ errorType, errorMessage, trace }),
    }
  }
}
