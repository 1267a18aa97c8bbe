// Every policy statement of the stack, as it is to be deployed in account 111122223333, Region eu-north-1. Written by hand; the
// tests compare it with the template, and the mutations of the template with it.
import { expectedKeyPolicy, networkInterfaces, topicPolicy, trailPolicies } from './expectedParts.ts'
import { digests, everyone, existingKey, method, newKey, role, root, signingFunction } from './names.ts'
import type { Policies } from './policies.ts'

/** What a deployment may have or not. */
export type Deployment = {
  readonly existingKey?: boolean
  readonly existingTrail?: boolean
  readonly existingApiLogRole?: boolean
  readonly operatorRoles?: readonly string[]
  readonly allowedCidrs?: readonly string[]
  readonly vpc?: {
    readonly id: string
    readonly apiEndpoints?: readonly string[]
    readonly kmsEndpoint?: boolean
  }
}

/** The policies of a deployment. */
export const expectedPolicies = (deployment: Deployment): Policies => {
  const { vpc } = deployment
  const key = deployment.existingKey ? existingKey : newKey
  return {
    'SignerRole.AssumeRolePolicyDocument': [
      {
        Sid: 'LambdaForThisFunction',
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: {
          StringEquals: { 'aws:SourceAccount': '111122223333' },
          ArnEquals: { 'aws:SourceArn': signingFunction },
        },
      },
    ],
    'SignerRolePolicy.PolicyDocument': [
      {
        Sid: 'SignDigests',
        Effect: 'Allow',
        Action: 'kms:Sign',
        Resource: key,
        Condition: { StringEquals: digests },
      },
      { Sid: 'ReadPublicKey', Effect: 'Allow', Action: 'kms:GetPublicKey', Resource: key },
      {
        Sid: 'DenySignOutsideTheFunction',
        Effect: 'Deny',
        Action: 'kms:Sign',
        Resource: key,
        Condition: { ArnNotEquals: { 'lambda:SourceFunctionArn': signingFunction } },
      },
      {
        Sid: 'WriteLogs',
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: 'arn:aws:logs:eu-north-1:111122223333:log-group:id-of-SignerFunctionLog:log-stream:*',
      },
      ...(vpc === undefined ? [] : networkInterfaces),
    ],
    ...(deployment.existingKey ? {} : { 'SignerNewKey.KeyPolicy': expectedKeyPolicy(vpc?.id) }),
    'SignerApi.Policy': [
      {
        Sid: 'AllowByIamOfThisAccount',
        Effect: 'Allow',
        Principal: { AWS: root },
        Action: 'execute-api:Invoke',
        Resource: 'execute-api:/prod/POST/',
      },
      ...(deployment.operatorRoles === undefined
        ? []
        : [
            {
              Sid: 'AllowOperatorRoles',
              Effect: 'Allow',
              Principal: { AWS: deployment.operatorRoles },
              Action: 'execute-api:Invoke',
              Resource: 'execute-api:/prod/POST/',
            },
          ]),
      denyInvoke('DenyOtherAccounts', { StringNotEquals: { 'aws:PrincipalAccount': '111122223333' } }),
      denyInvoke('DenyWithoutTls', { Bool: { 'aws:SecureTransport': 'false' } }),
      ...(deployment.allowedCidrs === undefined
        ? []
        : [
            denyInvoke('DenyOtherNetworks', {
              NotIpAddress: { [vpc ? 'aws:VpcSourceIp' : 'aws:SourceIp']: deployment.allowedCidrs },
            }),
          ]),
      ...(vpc === undefined
        ? []
        : [
            denyInvoke('DenyOtherVpcEndpoints', {
              StringNotEquals: { 'aws:SourceVpce': vpc.apiEndpoints ?? ['id-of-SignerApiEndpoint'] },
            }),
          ]),
    ],
    SignerInvokePermission: {
      Action: 'lambda:InvokeFunction',
      FunctionName: signingFunction,
      Principal: 'apigateway.amazonaws.com',
      SourceAccount: '111122223333',
      SourceArn: method,
    },
    'SignerOperators.Policies.0.PolicyDocument': [
      { Sid: 'InvokeSigningEndpoint', Effect: 'Allow', Action: 'execute-api:Invoke', Resource: method },
    ],
    'SignerTopicPolicy.PolicyDocument': topicPolicy,
    ...(deployment.existingApiLogRole
      ? {}
      : {
          'SignerApiLogsRole.AssumeRolePolicyDocument': [
            {
              Sid: 'ApiGateway',
              Effect: 'Allow',
              Principal: { Service: 'apigateway.amazonaws.com' },
              Action: 'sts:AssumeRole',
            },
          ],
        }),
    ...(deployment.existingTrail ? {} : trailPolicies),
    ...(vpc === undefined || vpc.kmsEndpoint
      ? {}
      : {
          'SignerKmsEndpoint.PolicyDocument': [
            {
              Sid: 'InvokerUsesTheKey',
              Effect: 'Allow',
              Principal: everyone,
              Action: ['kms:GetPublicKey', 'kms:Sign'],
              Resource: key,
              Condition: { ArnEquals: { 'aws:PrincipalArn': role } },
            },
          ],
        }),
    ...(vpc === undefined || vpc.apiEndpoints
      ? {}
      : {
          'SignerApiEndpoint.PolicyDocument': [
            {
              Sid: 'CallersOfThisAccount',
              Effect: 'Allow',
              Principal: everyone,
              Action: 'execute-api:Invoke',
              Resource: 'arn:aws:execute-api:eu-north-1:111122223333:*/prod/POST/',
              Condition: { StringEquals: { 'aws:PrincipalAccount': '111122223333' } },
            },
          ],
        }),
  }
}

const denyInvoke = (Sid: string, Condition: unknown): unknown => ({
  Sid,
  Effect: 'Deny',
  Principal: everyone,
  Action: 'execute-api:Invoke',
  Resource: 'execute-api:/*',
  Condition,
})
