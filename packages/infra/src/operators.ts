// Who may ask for signatures: the members of a group. Roles are let in by the API's own policy (api.ts).
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
import { CfnGroup } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { policyDocument } from './statement.ts'

/**
 * The group, with the guide's inline policy `api-gateway-invoke-policy`.
 *
 * @param scope Where the group belongs.
 * @param props.groupName Its name.
 * @param props.methodArn The one method it may invoke.
 * @returns The group, without members.
 */
export const createOperators = (
  scope: Construct,
  props: { readonly groupName: string; readonly methodArn: string },
): CfnGroup =>
  new CfnGroup(scope, 'Operators', {
    groupName: props.groupName,
    policies: [
      {
        policyName: 'api-gateway-invoke-policy',
        policyDocument: policyDocument({
          Sid: 'InvokeSigningEndpoint',
          Effect: 'Allow',
          Action: 'execute-api:Invoke',
          Resource: props.methodArn,
        }),
      },
    ],
  })
