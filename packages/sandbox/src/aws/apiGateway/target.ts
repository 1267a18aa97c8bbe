// Which REST API a request is about, and changing it.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-create-and-manage-apis.html
import type { RestApi } from '../../iam/template/deployment.ts'
import { AwsError } from '../awsError.ts'
import type { Cloud } from '../cloud.ts'
import { wholeNumber } from '../queryService.ts'
import { type Member, optional, required, text } from '../shape.ts'

/** An id or a name in a path. */
export const pathName: Member<string> = required(text({ min: 1, max: 128, pattern: /[\w.$-]+/ }))

/** There are never so many items that there would be a second page. */
export const limit: Member<number | undefined> = optional(wholeNumber({ min: 1, max: 500 }))

/** The ARN that permissions on a part of the control plane are about. */
export const controlArn = (cloud: Cloud, ...path: readonly string[]): string =>
  `arn:aws:apigateway:${cloud.region}::/${['restapis', ...path].join('/')}`

/** @throws {AWS_ERROR} NotFoundException */
export const findApi = (cloud: Cloud, restApiId: string): RestApi => {
  const api = cloud.account.apis.find(one => one.id === restApiId)
  if (api) return api
  throw new AwsError('NotFoundException', 'Invalid API identifier specified')
}

/**
 * Puts a changed API in the place of the one before. What its stages enforce stays.
 *
 * @param cloud The cloud.
 * @param changed The API. It has the id it had.
 */
export const putApi = (cloud: Cloud, changed: RestApi): void => {
  const apis = cloud.account.apis.map(one => (one.id === changed.id ? changed : one))
  cloud.account = { ...cloud.account, apis }
}
