// The control plane of API Gateway, as far as looking at the REST API, changing its policy and deploying it. REST-JSON.
// https://docs.aws.amazon.com/apigateway/latest/api/API_Operations.html
import type { ServerRequest, ServerResponseData } from '../server.ts'
import {
  createDeployment,
  getDeployment,
  getDeployments,
  getStage,
  getStages,
} from './apiGateway/deployments.ts'
import { getMethod, getResources } from './apiGateway/resources.ts'
import { getRestApi, getRestApis, updateRestApi } from './apiGateway/restApis.ts'
import type { Cloud } from './cloud.ts'
import { type RestService, respondRest, restOperation } from './restJson.ts'

/**
 * Answers a request to the control plane of API Gateway.
 *
 * @param request The request as received.
 * @param cloud The cloud.
 * @returns The output of the operation, or an error.
 */
export const respondApiGateway = (request: ServerRequest, cloud: Cloud): Promise<ServerResponseData> =>
  respondRest(request, cloud, service)

const api = '/restapis/{restApiId}'
const method = `${api}/resources/{resourceId}/methods/{httpMethod}`

const service: RestService = {
  service: 'apigateway',
  routes: new Map([
    ['GET /restapis', restOperation(200, getRestApis)],
    [`GET ${api}`, restOperation(200, getRestApi)],
    [`PATCH ${api}`, restOperation(200, updateRestApi)],
    [`GET ${api}/stages`, restOperation(200, getStages)],
    [`GET ${api}/stages/{stageName}`, restOperation(200, getStage)],
    [`GET ${api}/deployments`, restOperation(200, getDeployments)],
    [`GET ${api}/deployments/{deploymentId}`, restOperation(200, getDeployment)],
    [`POST ${api}/deployments`, restOperation(201, createDeployment)],
    [`GET ${api}/resources`, restOperation(200, getResources)],
    [`GET ${method}`, restOperation(200, getMethod)],
  ]),
  statuses: { NotFoundException: 404 },
  messageMember: 'message',
}
