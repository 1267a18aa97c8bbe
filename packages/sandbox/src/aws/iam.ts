// AWS Identity and Access Management, as far as reviewing who may do what, and changing it. AWS's query protocol.
// https://docs.aws.amazon.com/IAM/latest/APIReference/welcome.html
import type { ServerRequest, ServerResponseData } from '../server.ts'
import type { Cloud } from './cloud.ts'
import { getAccountAuthorizationDetails } from './iam/details.ts'
import {
  addUserToGroup,
  getGroup,
  getRole,
  getUser,
  listGroupsForUser,
  removeUserFromGroup,
} from './iam/identities.ts'
import { inlinePolicyOperations } from './iam/inlinePolicies.ts'
import { simulatePrincipalPolicy } from './iam/simulate.ts'
import { type QueryService, respondQuery } from './queryService.ts'

/**
 * Answers a request to IAM.
 *
 * @param request The request as received.
 * @param cloud The cloud.
 * @returns The output of the operation, or an error.
 */
export const respondIam = (request: ServerRequest, cloud: Cloud): Promise<ServerResponseData> =>
  respondQuery(request, cloud, service)

const service: QueryService = {
  service: 'iam',
  region: undefined,
  version: '2010-05-08',
  namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  operations: new Map([
    ...inlinePolicyOperations,
    ['AddUserToGroup', addUserToGroup],
    ['GetAccountAuthorizationDetails', getAccountAuthorizationDetails],
    ['GetGroup', getGroup],
    ['GetRole', getRole],
    ['GetUser', getUser],
    ['ListGroupsForUser', listGroupsForUser],
    ['RemoveUserFromGroup', removeUserFromGroup],
    ['SimulatePrincipalPolicy', simulatePrincipalPolicy],
  ]),
  errors: { NoSuchEntity: ['NoSuchEntity', 404] },
}
