// AWS Lambda, as far as looking at the function, changing it and invoking it. REST-JSON.
// https://docs.aws.amazon.com/lambda/latest/api/welcome.html
import type { ServerRequest, ServerResponseData } from '../server.ts'
import type { Cloud } from './cloud.ts'
import {
  deleteFunctionConcurrency,
  getFunctionConcurrency,
  putFunctionConcurrency,
} from './lambda/concurrency.ts'
import {
  getFunction,
  getFunctionConfiguration,
  getFunctionUrlConfig,
  listAliases,
  listFunctionUrlConfigs,
  listVersions,
} from './lambda/describe.ts'
import { invoke } from './lambda/invoke.ts'
import { addPermission, getPolicy, removePermission } from './lambda/permissions.ts'
import { updateFunctionCode, updateFunctionConfiguration } from './lambda/update.ts'
import { type RestService, respondRest, restOperation } from './restJson.ts'

/**
 * Answers a request to Lambda.
 *
 * @param request The request as received.
 * @param cloud The cloud.
 * @returns The output of the operation, or an error.
 */
export const respondLambda = (request: ServerRequest, cloud: Cloud): Promise<ServerResponseData> =>
  respondRest(request, cloud, service)

/** Each part of the API has kept the date of its first version in its path. */
const path = (date: string, rest = ''): string => `/${date}/functions/{FunctionName}${rest}`

const service: RestService = {
  service: 'lambda',
  routes: new Map([
    [`GET ${path('2015-03-31')}`, restOperation(200, getFunction)],
    [`GET ${path('2015-03-31', '/configuration')}`, restOperation(200, getFunctionConfiguration)],
    [`PUT ${path('2015-03-31', '/configuration')}`, restOperation(200, updateFunctionConfiguration)],
    [`PUT ${path('2015-03-31', '/code')}`, restOperation(200, updateFunctionCode)],
    [`GET ${path('2015-03-31', '/policy')}`, restOperation(200, getPolicy)],
    [`POST ${path('2015-03-31', '/policy')}`, restOperation(201, addPermission)],
    [`DELETE ${path('2015-03-31', '/policy/{StatementId}')}`, restOperation(204, removePermission)],
    [`GET ${path('2015-03-31', '/versions')}`, restOperation(200, listVersions)],
    [`GET ${path('2015-03-31', '/aliases')}`, restOperation(200, listAliases)],
    [`POST ${path('2015-03-31', '/invocations')}`, invoke],
    [`PUT ${path('2017-10-31', '/concurrency')}`, restOperation(200, putFunctionConcurrency)],
    [`DELETE ${path('2017-10-31', '/concurrency')}`, restOperation(204, deleteFunctionConcurrency)],
    [`GET ${path('2019-09-30', '/concurrency')}`, restOperation(200, getFunctionConcurrency)],
    [`GET ${path('2021-10-31', '/url')}`, restOperation(200, getFunctionUrlConfig)],
    [`GET ${path('2021-10-31', '/urls')}`, restOperation(200, listFunctionUrlConfigs)],
  ]),
  statuses: { ResourceNotFoundException: 404, ResourceConflictException: 409, TooManyRequestsException: 429 },
  messageMember: 'Message',
}
