// AWS Systems Manager, as far as the CDK CLI asks it: which version of the bootstrap stack there is. AWS JSON 1.1.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
import type { ServerRequest, ServerResponseData } from '../server.ts'
import { AwsError } from './awsError.ts'
import { type JsonService, respondJson } from './awsJson.ts'
import type { Cloud } from './cloud.ts'
import { serviceOperation } from './serviceOperation.ts'
import { boolean, optional, required, text } from './shape.ts'

/** The parameters there are, by name. The version is the one of the CDK CLI's own bootstrap template. */
const parameters: ReadonlyMap<string, string> = new Map([['/cdk-bootstrap/hnb659fds/version', '30']])

/**
 * Answers a request to Systems Manager.
 *
 * @param request The request as received.
 * @param cloud The cloud.
 * @returns The parameter, or an error.
 */
export const respondSsm = (request: ServerRequest, cloud: Cloud): Promise<ServerResponseData> =>
  respondJson(request, cloud, service)

const arnOf = (name: string, { region, account }: Cloud): string =>
  `arn:aws:ssm:${region}:${account.accountId}:parameter/${name.replace(/^\//, '')}`

const getParameter = serviceOperation(
  'ssm:GetParameter',
  // None of the parameters is encrypted.
  { Name: required(text({ min: 1, max: 2048 })), WithDecryption: optional(boolean) },
  ({ Name: name }, cloud) => arnOf(name, cloud),
  ({ Name: name }, { cloud }) => {
    const value = parameters.get(name)
    if (value === undefined) throw new AwsError('ParameterNotFound')
    const arn = arnOf(name, cloud)
    return {
      Parameter: { ARN: arn, DataType: 'text', Name: name, Type: 'String', Value: value, Version: 1 },
    }
  },
)

const service: JsonService = {
  service: 'ssm',
  version: '1.1',
  targets: ['AmazonSSM'],
  operations: new Map([['GetParameter', getParameter]]),
}
