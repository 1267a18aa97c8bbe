// The signing endpoint: POST on the root of a REST API, authorized by IAM.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
import { Aws, Validations } from 'aws-cdk-lib'
import {
  AccessLogFormat,
  AuthorizationType,
  AwsIntegration,
  type CfnRestApi,
  type CfnStage,
  LogGroupLogDestination,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway'
import { CfnPermission, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { accountRoot } from './arn.ts'
import { type Choice, whereGiven } from './optional.ts'
import { everyone, type PolicyDocument, policyDocument, type Statement } from './statement.ts'

/** The endpoint, and the ARN by which permissions name its one method. */
export type Endpoint = { readonly api: RestApi; readonly methodArn: string }

/**
 * The API with its method, stage, logs, limits and policy.
 *
 * @param scope Where the resources belong.
 * @param props.apiName Name of the API.
 * @param props.stageName Name of the stage.
 * @param props.target The function behind it. Nothing but this method of this stage may invoke it through API Gateway.
 * @param props.operatorRoleArns Roles of this account that may call it without being in the group.
 * @param props.allowedCidrs Address ranges from which alone it may be called.
 * @param props.throttleRate Requests a second, on average.
 * @param props.throttleBurst Requests at once.
 * @param props.accessLog One line a request, without bodies.
 * @param props.logRole The account's setting that lets API Gateway log; see `createApiLogRole`.
 * @param props.endpointIds Makes the API private: execute-api VPC endpoints from which alone it can be reached.
 * @returns The API and its method's ARN.
 */
export const createApi = (
  scope: Construct,
  props: {
    readonly apiName: string
    readonly stageName: string
    readonly target: LambdaFunction
    readonly operatorRoleArns: Choice<readonly string[]>
    readonly allowedCidrs: Choice<readonly string[]>
    readonly throttleRate: number
    readonly throttleBurst: number
    readonly accessLog: ILogGroup
    readonly logRole: string
    readonly endpointIds: readonly string[] | undefined
  },
): Endpoint => {
  const api = new RestApi(scope, 'Api', {
    restApiName: props.apiName,
    description: 'POST / asks the treasury key for a signature.',
    cloudWatchRole: false,
    deployOptions: {
      stageName: props.stageName,
      throttlingRateLimit: props.throttleRate,
      throttlingBurstLimit: props.throttleBurst,
      dataTraceEnabled: false,
      accessLogDestination: new LogGroupLogDestination(props.accessLog),
      accessLogFormat: AccessLogFormat.custom(accessLogFormat),
    },
  })
  api.node.tryRemoveChild('Endpoint')
  const stage = api.deploymentStage.node.defaultChild as CfnStage
  stage.description = `Logs by the account's setting ${props.logRole}.`
  const resource = api.node.defaultChild as CfnRestApi
  resource.policy = apiPolicy(props)
  // TLS 1.2 with forward secrecy, or better; the name in the TLS handshake must be this API's.
  resource.securityPolicy = 'SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09'
  resource.endpointAccessMode = 'STRICT'
  resource.endpointConfiguration =
    props.endpointIds === undefined
      ? { types: ['REGIONAL'] }
      : { types: ['PRIVATE'], vpcEndpointIds: [...props.endpointIds] }
  const methodArn = api.arnForExecuteApi('POST', '/', props.stageName)
  api.root.addMethod('POST', integration(props.target), { authorizationType: AuthorizationType.IAM })
  new CfnPermission(scope, 'InvokePermission', {
    action: 'lambda:InvokeFunction',
    functionName: props.target.functionArn,
    principal: 'apigateway.amazonaws.com',
    sourceAccount: Aws.ACCOUNT_ID,
    sourceArn: methodArn,
  })
  acknowledge(api)
  return { api, methodArn }
}

/**
 * The API's resource policy.
 *
 * Within one account an Allow here lets a caller in by itself, so no Allow names everyone: the account's root principal only
 * leaves it to the account's IAM policies, that is, to the group. Denials cover the whole API (`execute-api:/*`).
 * API Gateway expands `execute-api:/…` to the ARN of this API. It applies a changed policy only when the stage is deployed again.
 *
 * @returns The document.
 */
const apiPolicy = (props: {
  readonly stageName: string
  readonly operatorRoleArns: Choice<readonly string[]>
  readonly allowedCidrs: Choice<readonly string[]>
  readonly endpointIds: readonly string[] | undefined
}): PolicyDocument => {
  const method = `execute-api:/${props.stageName}/POST/`
  // Through a VPC endpoint, aws:SourceIp says nothing.
  const sourceIp = props.endpointIds === undefined ? 'aws:SourceIp' : 'aws:VpcSourceIp'
  return policyDocument(
    allow('AllowByIamOfThisAccount', accountRoot, method),
    whereGiven(props.operatorRoleArns, roleArns => allow('AllowOperatorRoles', roleArns, method)),
    deny('DenyOtherAccounts', { StringNotEquals: { 'aws:PrincipalAccount': Aws.ACCOUNT_ID } }),
    deny('DenyWithoutTls', { Bool: { 'aws:SecureTransport': 'false' } }),
    whereGiven(props.allowedCidrs, cidrs =>
      deny('DenyOtherNetworks', { NotIpAddress: { [sourceIp]: cidrs } }),
    ),
    props.endpointIds === undefined
      ? undefined
      : deny('DenyOtherVpcEndpoints', { StringNotEquals: { 'aws:SourceVpce': props.endpointIds } }),
  )
}

const allow = (Sid: string, AWS: string | readonly string[], Resource: string): Statement => ({
  Sid,
  Effect: 'Allow',
  Principal: { AWS },
  Action: 'execute-api:Invoke',
  Resource,
})

const deny = (Sid: string, Condition: Statement['Condition']): Statement => ({
  Sid,
  Effect: 'Deny',
  Principal: everyone,
  Action: 'execute-api:Invoke',
  Resource: 'execute-api:/*',
  Condition,
})

/** As LambdaIntegration, whose permissions would also admit the console's test invocations. */
const integration = (target: LambdaFunction): AwsIntegration =>
  new AwsIntegration({
    service: 'lambda',
    proxy: true,
    path: `2015-03-31/functions/${target.functionArn}/invocations`,
  })

/** What is known of a request besides its bodies. No error texts: some quote what the caller sent, and quotes end a string. */
const accessLogFormat = `{${[
  '"requestId":"$context.requestId"',
  '"extendedRequestId":"$context.extendedRequestId"',
  '"time":"$context.requestTime"',
  '"principal":"$context.identity.userArn"',
  '"sourceIp":"$context.identity.sourceIp"',
  '"vpcEndpointId":"$context.identity.vpceId"',
  '"method":"$context.httpMethod"',
  '"status":"$context.status"',
  '"responseType":"$context.error.responseType"',
  '"functionStatus":"$context.integration.status"',
  '"functionLatency":"$context.integration.latency"',
  '"latency":"$context.responseLatency"',
  '"tlsVersion":"$context.tlsVersion"',
].join(',')}}`

const acknowledge = (api: RestApi): void => {
  Validations.of(api).acknowledge(
    { id: 'AwsSolutions-COG4', reason: 'Callers are IAM principals of this account, authorized by AWS_IAM.' },
    {
      id: 'AwsSolutions-APIG2',
      reason: 'The service validates the body strictly and reports every fault; a model would report one.',
    },
    {
      id: 'AwsSolutions-APIG3',
      reason: 'Unsigned requests never reach the function, and the rate is limited. A web ACL can be added.',
    },
    {
      id: 'AwsSolutions-APIG6',
      reason:
        'Execution logs may hold payloads. The access log and the log of the function have every outcome.',
    },
  )
}
