// REST APIs of a template: methods, stages, and the resource policy in the form API Gateway evaluates.
// CloudFormation User Guide, AWS::ApiGateway::RestApi, Resource, Method, Stage.
import { isObject } from '../elements.ts'
import type { Method, RestApi } from './deployment.ts'
import { type Place, partition } from './identity.ts'
import type { Resource } from './resource.ts'

/**
 * Reads the APIs.
 *
 * @param resources Those of type `AWS::ApiGateway::...`.
 * @param place Where the template is deployed.
 * @returns The APIs.
 */
export const readApis = (resources: readonly Resource[], place: Place): readonly RestApi[] => {
  const ofType = (type: string): readonly Resource[] =>
    resources.filter(resource => resource.type === `AWS::ApiGateway::${type}`)
  const ids = ofType('RestApi').map(({ identity }) => identity.ref)
  for (const one of ['Resource', 'Method', 'Stage'].flatMap(ofType)) {
    if (!ids.includes(one.required('RestApiId')))
      one.fault('PROPERTY_UNSUPPORTED', 'RestApiId', 'must be an API of the template')
  }
  return ofType('RestApi').flatMap(resource => {
    const id = resource.identity.ref
    const own = (type: string): readonly Resource[] =>
      ofType(type).filter(one => one.required('RestApiId') === id)
    const arn = `arn:${partition}:execute-api:${place.region}:${place.accountId}:${id}`
    const name = resource.text('Name') ?? id
    const paths = resourcePaths(resource, own('Resource'))
    const document = expandResources(resource.value('Policy'), arn)
    const policy =
      document === undefined
        ? undefined
        : resource.policy(document, `resource policy of ${name}`, 'resource', 'Policy')
    if (isPrivate(resource) && document === undefined)
      resource.fault('PROPERTY_INVALID', 'Policy', 'is missing: a private API needs a resource policy')
    if (resource.text('DisableExecuteApiEndpoint') === 'true')
      resource.fault(
        'PROPERTY_UNSUPPORTED',
        'DisableExecuteApiEndpoint',
        'must be false: there is no custom domain',
      )
    return {
      id,
      name,
      arn,
      isPrivate: isPrivate(resource),
      policy,
      stages: own('Stage').map(stage => ({
        name: stage.identity.ref,
        deploymentId: stage.text('DeploymentId') ?? '',
      })),
      methods: own('Method').map(method => readMethod(method, paths)),
    }
  })
}

const isPrivate = (resource: Resource): boolean => {
  const configuration = resource.value('EndpointConfiguration')
  const types = isObject(configuration) ? configuration['Types'] : undefined
  return Array.isArray(types) && types.includes('PRIVATE')
}

/** The path of each resource of an API, by resource id. */
const resourcePaths = (api: Resource, resources: readonly Resource[]): ReadonlyMap<string, string> => {
  const paths = new Map([[api.identity.attributes['RootResourceId'] ?? '', '/']])
  let waiting = resources
  for (let found = true; found; ) {
    const placed = waiting.filter(one => paths.has(one.required('ParentId')))
    for (const one of placed) {
      const parent = paths.get(one.required('ParentId')) ?? '/'
      paths.set(one.identity.ref, `${parent === '/' ? '' : parent}/${one.required('PathPart')}`)
    }
    waiting = waiting.filter(one => !placed.includes(one))
    found = placed.length > 0
  }
  for (const one of waiting) one.fault('PROPERTY_INVALID', 'ParentId', 'is not a resource of this API')
  for (const one of resources)
    if (one.required('PathPart').includes('{'))
      one.fault('PROPERTY_UNSUPPORTED', 'PathPart', 'path parameters are not known here')
  return paths
}

const readMethod = (resource: Resource, paths: ReadonlyMap<string, string>): Method => {
  const path = paths.get(resource.required('ResourceId'))
  if (path === undefined) resource.fault('PROPERTY_INVALID', 'ResourceId', 'is not a resource of this API')
  const authorization = resource.text('AuthorizationType') ?? 'NONE'
  const isKnown = authorization === 'AWS_IAM' || authorization === 'NONE'
  if (!isKnown)
    resource.fault('PROPERTY_UNSUPPORTED', 'AuthorizationType', `${authorization} is not known here`)
  if (resource.text('ApiKeyRequired') === 'true')
    resource.fault('PROPERTY_UNSUPPORTED', 'ApiKeyRequired', 'API keys are not known here')
  return {
    httpMethod: resource.required('HttpMethod'),
    path: path ?? '/',
    authorization: isKnown ? authorization : 'AWS_IAM',
    functionArn: functionOf(resource),
  }
}

/** `arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/FUNCTION_ARN/invocations` */
const functionOf = (resource: Resource): string | undefined => {
  const integration = resource.value('Integration')
  if (!isObject(integration) || integration['Type'] === 'MOCK') return undefined
  const [, arn] =
    /:lambda:path\/2015-03-31\/functions\/(.+)\/invocations$/.exec(String(integration['Uri'])) ?? []
  if (integration['Type'] !== 'AWS_PROXY' || arn === undefined || integration['Credentials'] !== undefined)
    resource.fault(
      'PROPERTY_UNSUPPORTED',
      'Integration',
      'must be a Lambda proxy integration without credentials',
    )
  return arn
}

/** API Gateway writes the ARN of the API where a resource begins with `execute-api:/`. */
export const expandResources = (document: unknown, arn: string): unknown => {
  const expand = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(expand)
    return typeof value === 'string' ? value.replace(/^execute-api:\//, `${arn}/`) : value
  }
  if (!isObject(document)) return document
  const statements = [document['Statement'] ?? []].flat().map(statement => {
    if (!isObject(statement)) return statement
    const entries = Object.entries(statement).map(([element, value]) => [
      element,
      element === 'Resource' || element === 'NotResource' ? expand(value) : value,
    ])
    return Object.fromEntries(entries)
  })
  return { ...document, Statement: statements }
}
