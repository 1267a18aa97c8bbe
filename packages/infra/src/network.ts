// Keeps every hop inside a VPC: callers reach the API, and the function reaches KMS, through interface endpoints only.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-apis.html
// https://docs.aws.amazon.com/kms/latest/developerguide/kms-vpc-endpoint.html
import { Aws, Token, Validations } from 'aws-cdk-lib'
import { CfnSecurityGroup, CfnSecurityGroupIngress, CfnVPCEndpoint } from 'aws-cdk-lib/aws-ec2'
import type { Construct } from 'constructs'
import { arn } from './arn.ts'
import {
  givenOrCreated,
  givenOrCreatedList,
  type Optional,
  optionalList,
  optionalString,
} from './optional.ts'
import { everyone, type PolicyDocument, policyDocument } from './statement.ts'

/** A network of yours, into which the endpoint is put. */
export type PrivateNetwork = {
  /** The VPC, `vpc-…`, of the same account. DNS support and DNS host names must be on. */
  readonly vpcId: string
  /** Private subnets of it, `subnet-…`, in two Availability Zones or more. They need no route to the internet. */
  readonly subnetIds: readonly string[]
  /** IPv4 ranges from which callers reach the API's endpoint, for example `['10.0.0.0/16']`. */
  readonly callerCidrs: readonly string[]
  /** Ids of execute-api VPC endpoints to be used instead of creating one; a VPC can have one with private DNS. */
  readonly existingApiEndpointIds?: Optional<readonly string[]>
  /**
   * Security group, `sg-…`, of a KMS VPC endpoint with private DNS, to be used instead of creating one. It is given a rule that
   * admits the function.
   */
  readonly existingKmsEndpointSecurityGroupId?: Optional<string>
}

/** Where a function has its network interfaces. */
export type FunctionNetwork = {
  readonly subnetIds: string[]
  readonly securityGroupIds: string[]
}

/**
 * The endpoints, and the function's place.
 *
 * @param scope Where the resources belong.
 * @param network Yours.
 * @param props.roleArn Who may use the KMS endpoint.
 * @param props.keyArn For which key.
 * @param props.stageName Stage of the API.
 * @returns Where to put the function, and the endpoints through which the API can be reached.
 */
export const createNetwork = (
  scope: Construct,
  network: PrivateNetwork,
  props: { readonly roleArn: string; readonly keyArn: string; readonly stageName: string },
): { readonly function: FunctionNetwork; readonly apiEndpointIds: readonly string[] } => {
  const kmsGroupId = givenOrCreated(
    scope,
    'KmsEndpoint',
    optionalString(scope, 'ExistingKmsEndpoint', network.existingKmsEndpointSecurityGroupId),
    inner => {
      const group = endpointGroup(inner, network.vpcId, 'KMS endpoint: in from the signing function.', [])
      interfaceEndpoint(inner, 'kms', network, group, kmsEndpointPolicy(props))
      return group.attrGroupId
    },
  )
  const functionGroup = new CfnSecurityGroup(scope, 'FunctionSecurityGroup', {
    vpcId: network.vpcId,
    groupDescription: 'The signing function: out to KMS, and nowhere else.',
    securityGroupEgress: [{ ...https, destinationSecurityGroupId: kmsGroupId }],
  })
  new CfnSecurityGroupIngress(scope, 'KmsFromFunction', {
    ...https,
    groupId: kmsGroupId,
    sourceSecurityGroupId: functionGroup.attrGroupId,
    description: 'From the signing function',
  })
  return {
    function: { subnetIds: [...network.subnetIds], securityGroupIds: [functionGroup.attrGroupId] },
    apiEndpointIds: createApiEndpoint(scope, network, props.stageName),
  }
}

const createApiEndpoint = (
  scope: Construct,
  network: PrivateNetwork,
  stageName: string,
): readonly string[] => {
  const existing = optionalList(scope, 'ExistingApiEndpoints', network.existingApiEndpointIds)
  return givenOrCreatedList(scope, 'ApiEndpoint', existing, inner => {
    const fromCallers = network.callerCidrs.map(cidrIp => ({ ...https, cidrIp }))
    const group = endpointGroup(inner, network.vpcId, 'API endpoint: in from the callers.', fromCallers)
    if (network.callerCidrs.some(cidr => Token.isUnresolved(cidr)))
      Validations.of(group).acknowledge({
        id: 'AwsSolutions-EC23',
        reason: 'The rule cannot read an address range that is a parameter; the parameter has no default.',
      })
    return [interfaceEndpoint(inner, 'execute-api', network, group, apiEndpointPolicy(stageName))]
  })
}

/** The role, the key, the two actions. An endpoint's principal must be `*`; the condition says who. */
const kmsEndpointPolicy = (props: { readonly roleArn: string; readonly keyArn: string }): PolicyDocument =>
  policyDocument({
    Sid: 'InvokerUsesTheKey',
    Effect: 'Allow',
    Principal: everyone,
    Action: ['kms:GetPublicKey', 'kms:Sign'],
    Resource: props.keyArn,
    Condition: { ArnEquals: { 'aws:PrincipalArn': props.roleArn } },
  })

/** The API's own policy names this endpoint, so this one cannot name the API: any of this account with such a method. */
const apiEndpointPolicy = (stageName: string): PolicyDocument =>
  policyDocument({
    Sid: 'CallersOfThisAccount',
    Effect: 'Allow',
    Principal: everyone,
    Action: 'execute-api:Invoke',
    Resource: arn('execute-api', `*/${stageName}/POST/`),
    Condition: { StringEquals: { 'aws:PrincipalAccount': Aws.ACCOUNT_ID } },
  })

const interfaceEndpoint = (
  scope: Construct,
  service: string,
  network: PrivateNetwork,
  group: CfnSecurityGroup,
  policyDocument: PolicyDocument,
): string =>
  new CfnVPCEndpoint(scope, 'Endpoint', {
    vpcEndpointType: 'Interface',
    serviceName: `com.amazonaws.${Aws.REGION}.${service}`,
    vpcId: network.vpcId,
    subnetIds: [...network.subnetIds],
    securityGroupIds: [group.attrGroupId],
    privateDnsEnabled: true,
    policyDocument,
  }).ref

/** A group that lets nothing out. Without a rule of its own, EC2 would let everything out. */
const endpointGroup = (
  scope: Construct,
  vpcId: string,
  groupDescription: string,
  securityGroupIngress: CfnSecurityGroup.IngressProperty[],
): CfnSecurityGroup =>
  new CfnSecurityGroup(scope, 'SecurityGroup', {
    vpcId,
    groupDescription,
    securityGroupIngress,
    securityGroupEgress: [{ ipProtocol: '-1', cidrIp: '127.0.0.1/32', description: 'Nowhere' }],
  })

const https = { ipProtocol: 'tcp', fromPort: 443, toPort: 443 } as const
