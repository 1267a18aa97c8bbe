// REST APIs: what there are, and the policy of each, which can be replaced.
// https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateRestApi.html
import { type Policy, parsePolicy } from '../../iam/policy.ts'
import type { RestApi } from '../../iam/template/deployment.ts'
import { expandResources } from '../../iam/template/readApi.ts'
import { AwsError } from '../awsError.ts'
import { requirePermission, type ServiceOperation, serviceOperation } from '../serviceOperation.ts'
import { list, optional, required, structure, text } from '../shape.ts'
import { resourceId } from './resources.ts'
import { controlArn, findApi, limit, pathName, putApi } from './target.ts'

const describe = (api: RestApi): Readonly<Record<string, unknown>> => ({
  id: api.id,
  name: api.name,
  apiKeySource: 'HEADER',
  endpointConfiguration: { types: [api.isPrivate ? 'PRIVATE' : 'REGIONAL'] },
  disableExecuteApiEndpoint: false,
  rootResourceId: resourceId(api, '/'),
  // API Gateway escapes the quotation marks of the document, which JSON then does once more.
  ...(api.policy ? { policy: JSON.stringify(JSON.stringify(api.policy.document)).slice(1, -1) } : {}),
})

export const getRestApis: ServiceOperation = serviceOperation(
  'apigateway:GET',
  { limit },
  (_, cloud) => controlArn(cloud),
  (_, { cloud }) => ({ item: cloud.account.apis.map(describe) }),
)

export const getRestApi: ServiceOperation = serviceOperation(
  'apigateway:GET',
  { restApiId: pathName },
  ({ restApiId }, cloud) => controlArn(cloud, restApiId),
  ({ restApiId }, { cloud }) => describe(findApi(cloud, restApiId)),
)

const patchOperation = structure({
  op: required(text({ oneOf: ['add', 'remove', 'replace', 'move', 'copy', 'test'] })),
  path: required(text({})),
  value: optional(text({})),
})

export const updateRestApi: ServiceOperation = serviceOperation(
  'apigateway:PATCH',
  { restApiId: pathName, patchOperations: required(list(patchOperation)) },
  ({ restApiId }, cloud) => controlArn(cloud, restApiId),
  ({ restApiId, patchOperations }, call) => {
    const { cloud } = call
    const api = findApi(cloud, restApiId)
    const values = patchOperations.map(({ op, path, value = '' }) => {
      if (op === 'replace' && path === '/policy') return value
      throw badRequest(`Invalid patch path '${path}' specified for op '${op}'. Must be one of: [/policy]`)
    })
    requirePermission(call, 'apigateway:UpdateRestApiPolicy', controlArn(cloud, restApiId))
    const policies = values.map(value => readPolicy(api, value))
    const changed = { ...api, policy: policies.length > 0 ? policies.at(-1) : api.policy }
    putApi(cloud, changed)
    return describe(changed)
  },
)

/** An empty text takes the policy away. */
const readPolicy = (api: RestApi, value: string): Policy | undefined => {
  if (value === '') return undefined
  try {
    return parsePolicy(
      expandResources(JSON.parse(value), api.arn),
      `resource policy of ${api.name}`,
      'resource',
    )
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw badRequest(
      `Invalid policy document. Please check the policy syntax and ensure that Principals are valid. ${reason}`,
    )
  }
}

const badRequest = (message: string): AwsError => new AwsError('BadRequestException', message)
