// The resources of a REST API, and the methods on them.
// https://docs.aws.amazon.com/apigateway/latest/api/API_GetMethod.html
import { createHash } from 'node:crypto'
import type { Method, RestApi } from '../../iam/template/deployment.ts'
import { AwsError } from '../awsError.ts'
import type { Cloud } from '../cloud.ts'
import { type ServiceOperation, serviceOperation } from '../serviceOperation.ts'
import { optional, text } from '../shape.ts'
import { controlArn, findApi, limit, pathName } from './target.ts'

/**
 * Makes the id of a resource.
 *
 * @param api The API.
 * @param path For example `/`.
 * @returns Ten lower-case letters and digits; the same for the same path.
 */
export const resourceId = (api: RestApi, path: string): string =>
  createHash('sha256').update(`${api.id} ${path}`).digest('hex').slice(0, 10)

const describe = (cloud: Cloud, method: Method): Readonly<Record<string, unknown>> => ({
  httpMethod: method.httpMethod,
  authorizationType: method.authorization,
  apiKeyRequired: false,
  methodIntegration:
    method.functionArn === undefined
      ? { type: 'MOCK' }
      : {
          type: 'AWS_PROXY',
          httpMethod: 'POST',
          uri: `arn:aws:apigateway:${cloud.region}:lambda:path/2015-03-31/functions/${method.functionArn}/invocations`,
        },
})

export const getResources: ServiceOperation = serviceOperation(
  'apigateway:GET',
  { restApiId: pathName, limit, embed: optional(text({ oneOf: ['methods'] })) },
  ({ restApiId }, cloud) => controlArn(cloud, restApiId, 'resources'),
  ({ restApiId, embed }, { cloud }) => {
    const api = findApi(cloud, restApiId)
    const paths = [...new Set(['/', ...api.methods.map(({ path }) => path)])]
    return {
      item: paths.map(path => {
        const methods = api.methods.filter(method => method.path === path)
        const resourceMethods = Object.fromEntries(
          methods.map(method => [method.httpMethod, embed === undefined ? {} : describe(cloud, method)]),
        )
        return { id: resourceId(api, path), path, ...(methods.length > 0 ? { resourceMethods } : {}) }
      }),
    }
  },
)

export const getMethod: ServiceOperation = serviceOperation(
  'apigateway:GET',
  { restApiId: pathName, resourceId: pathName, httpMethod: pathName },
  (input, cloud) =>
    controlArn(cloud, input.restApiId, 'resources', input.resourceId, 'methods', input.httpMethod),
  (input, { cloud }) => {
    const api = findApi(cloud, input.restApiId)
    const method = api.methods.find(
      one => resourceId(api, one.path) === input.resourceId && one.httpMethod === input.httpMethod,
    )
    if (!method) throw new AwsError('NotFoundException', 'Invalid Method identifier specified')
    return describe(cloud, method)
  },
)
