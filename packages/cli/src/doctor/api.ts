// Checks of the API behind the endpoint: its policy, and the authorization of its method.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html
import {
  APIGatewayClient,
  GetRestApiCommand,
  paginateGetResources,
  type Resource,
  type RestApi,
} from '@aws-sdk/client-api-gateway'
import { withPermission } from '../permission.ts'
import { deployAgain, restApiIdOf } from './apiStage.ts'
import { type Check, checksOf, type Finding, failed, ok, shared, shellWord } from './check.ts'
import { needDeployed, needStack, type Scene } from './scene.ts'
import { compareDocuments, describeDifferences } from './statements.ts'

const check = checksOf('endpoint')

/** Checks the API. */
export function checkApi(scene: Scene): readonly Promise<Check>[] {
  const restApi = shared(() => readRestApi(scene))
  return [
    check('api-policy', async () => judgePolicy(await restApi(), scene)),
    check('api-methods', async () => checkMethods(await restApi(), scene)),
  ]
}

/**
 * Reads the policy of an API, which API Gateway tells as JSON with its quotation marks escaped.
 *
 * @param text The document; undefined where the API has none.
 * @param apiArn `arn:aws:execute-api:REGION:ACCOUNT:ID`, for which `execute-api:` stands at the beginning of a resource.
 * @returns The document; one without a statement where there is none.
 */
export function parseApiPolicy(text: string | undefined, apiArn: string): unknown {
  if (text === undefined || text === '') return {}
  const json = text.startsWith('{\\') ? JSON.parse(`"${text}"`) : text
  return JSON.parse(json, (_, value: unknown) =>
    typeof value === 'string' ? value.replace(/^execute-api:\//, `${apiArn}/`) : value,
  )
}

function judgePolicy({ id = '', policy }: RestApi, scene: Scene): Finding {
  const { partition, region, account } = needStack(scene)
  const { api } = needDeployed(scene)
  const apiArn = `arn:${partition}:execute-api:${region}:${account}:${id}`
  const differences = compareDocuments(parseApiPolicy(policy, apiArn), api.policy)
  if (differences === undefined) return ok('as deployed')
  const operations = [{ op: 'replace', path: '/policy', value: JSON.stringify(api.policy) }]
  return failed(
    describeDifferences(differences),
    `aws apigateway update-rest-api --rest-api-id ${id} --patch-operations ${shellWord(operations)} && ${deployAgain(id, scene)}`,
  )
}

async function checkMethods({ id = '' }: RestApi, scene: Scene): Promise<Finding> {
  const resources = await withPermission(`apigateway:GET on the resources of the API ${id}`, async () => {
    const found: Resource[] = []
    const pages = paginateGetResources({ client: client(scene) }, { restApiId: id, embed: ['methods'] })
    for await (const { items = [] } of pages) found.push(...items)
    return found
  })
  return judgeMethods(resources, {
    functionArn: needDeployed(scene).function.arn,
    restApiId: id,
    redeploy: deployAgain(id, scene),
  })
}

/**
 * Judges the methods of the API: one, authorized by IAM, in front of the function.
 *
 * @param resources With their methods.
 * @param expected.redeploy The command that makes the stage take over a change.
 */
export function judgeMethods(
  resources: readonly Resource[],
  expected: { readonly functionArn: string; readonly restApiId: string; readonly redeploy: string },
): Finding {
  const { functionArn, restApiId, redeploy } = expected
  const methods = resources.flatMap(({ id = '', path = '', resourceMethods = {} }) =>
    Object.entries(resourceMethods).map(([httpMethod, method]) => ({ id, path, httpMethod, method })),
  )
  const command = (verb: string, id: string, httpMethod: string, rest = ''): string =>
    `aws apigateway ${verb} --rest-api-id ${restApiId} --resource-id ${id} --http-method ${httpMethod}${rest} && ${redeploy}`
  const post = methods.find(({ path, httpMethod }) => path === '/' && httpMethod === 'POST')
  if (post === undefined) return failed('there is no POST /', 'coffer destroy --keep-key, then coffer deploy')
  const { authorizationType, methodIntegration } = post.method
  if (authorizationType !== 'AWS_IAM')
    return failed(
      `POST / is authorized by ${authorizationType}, not by AWS_IAM`,
      command(
        'update-method',
        post.id,
        'POST',
        ' --patch-operations op=replace,path=/authorizationType,value=AWS_IAM',
      ),
    )
  const uri = methodIntegration?.uri
  if (uri?.endsWith(`/functions/${functionArn}/invocations`) !== true)
    return failed(
      `POST / leads to ${uri}, not to ${functionArn}`,
      'coffer destroy --keep-key, then coffer deploy',
    )
  const [other] = methods.filter(one => one !== post)
  return other === undefined
    ? ok('POST / alone, by AWS_IAM')
    : failed(
        `there is ${other.httpMethod} ${other.path}, too, authorized by ${other.method.authorizationType}`,
        command('delete-method', other.id, other.httpMethod),
      )
}

async function readRestApi(scene: Scene): Promise<RestApi> {
  const id = restApiIdOf(scene)
  return withPermission(`apigateway:GET on the API ${id}`, () =>
    client(scene).send(new GetRestApiCommand({ restApiId: id })),
  )
}

function client({ context }: Scene): APIGatewayClient {
  return new APIGatewayClient(context.aws)
}
