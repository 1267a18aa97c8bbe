import { describe, expect, test } from 'vitest'
import { type Resource, resolve, type Template } from '../test/resolve.ts'
import { createTemplate } from './app.ts'
import { networkParameters } from './parameters.ts'

const template = createTemplate({ network: networkParameters }) as Template
const needed = {
  CodeBucket: 'code',
  CodeKey: 'adminSigner.zip',
  VpcId: 'vpc-1',
  SubnetIds: 'subnet-1,subnet-2',
  CallerCidr: '10.0.0.0/16',
}

const deployed = (parameters: Readonly<Record<string, string>> = {}): Readonly<Record<string, Resource>> =>
  resolve(template, { ...needed, ...parameters }).resources
const ofType = (resources: Readonly<Record<string, Resource>>, type: string): readonly Resource[] =>
  Object.values(resources).filter(({ Type }) => Type === type)

describe('privately', () => {
  const resources = deployed()

  test('the API is reached through its endpoint, the function is in the subnets', () => {
    expect(resources['SignerApi']?.Properties).toMatchObject({
      EndpointConfiguration: { Types: ['PRIVATE'], VpcEndpointIds: ['id-of-SignerApiEndpoint'] },
    })
    expect(resources['SignerFunction']?.Properties).toMatchObject({
      VpcConfig: {
        SubnetIds: ['subnet-1', 'subnet-2'],
        SecurityGroupIds: ['sg-of-SignerFunctionSecurityGroup'],
      },
    })
  })

  test('endpoints are for execute-api and KMS, with private DNS', () => {
    const endpoints = ofType(resources, 'AWS::EC2::VPCEndpoint').map(({ Properties = {} }) => [
      Properties['ServiceName'],
      Properties['PrivateDnsEnabled'],
      Properties['VpcEndpointType'],
    ])
    expect(endpoints).toEqual([
      ['com.amazonaws.eu-north-1.kms', true, 'Interface'],
      ['com.amazonaws.eu-north-1.execute-api', true, 'Interface'],
    ])
  })

  test('callers reach the API, the function reaches KMS, and nothing reaches anything else', () => {
    const groups = Object.fromEntries(
      Object.entries(resources)
        .filter(([, { Type }]) => Type === 'AWS::EC2::SecurityGroup')
        .map(([name, { Properties = {} }]) => [
          name,
          { in: Properties['SecurityGroupIngress'], out: Properties['SecurityGroupEgress'] },
        ]),
    )
    const https = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443 }
    const nowhere = [{ IpProtocol: '-1', CidrIp: '127.0.0.1/32', Description: 'Nowhere' }]
    expect(groups).toEqual({
      SignerKmsEndpointSecurityGroup: { in: [], out: nowhere },
      SignerFunctionSecurityGroup: {
        in: undefined,
        out: [{ ...https, DestinationSecurityGroupId: 'sg-of-SignerKmsEndpointSecurityGroup' }],
      },
      SignerApiEndpointSecurityGroup: { in: [{ ...https, CidrIp: '10.0.0.0/16' }], out: nowhere },
    })
    expect(ofType(resources, 'AWS::EC2::SecurityGroupEgress')).toEqual([])
    expect(ofType(resources, 'AWS::EC2::SecurityGroupIngress').map(({ Properties }) => Properties)).toEqual([
      {
        ...https,
        GroupId: 'sg-of-SignerKmsEndpointSecurityGroup',
        SourceSecurityGroupId: 'sg-of-SignerFunctionSecurityGroup',
        Description: 'From the signing function',
      },
    ])
  })

  test('endpoints that exist are used', () => {
    const existing = deployed({
      ExistingApiEndpointIds: 'vpce-1',
      ExistingKmsEndpointSecurityGroupId: 'sg-1',
    })
    expect(ofType(existing, 'AWS::EC2::VPCEndpoint')).toEqual([])
    expect(existing['SignerApi']?.Properties).toMatchObject({
      EndpointConfiguration: { VpcEndpointIds: ['vpce-1'] },
    })
    expect(existing['SignerFunctionSecurityGroup']?.Properties).toMatchObject({
      SecurityGroupEgress: [{ DestinationSecurityGroupId: 'sg-1' }],
    })
  })
})
