import { readFileSync } from 'node:fs'
import { loadTemplate } from '@coffer/sandbox/iam'
import { describe, expect, test } from 'vitest'
import type { Stack } from '../stack.ts'
import { resolveDeployed } from './deployed.ts'

const place = { accountId: '123456789012', region: 'eu-north-1', stackName: 'signer' }
const code = { CodeBucket: 'b', CodeKey: 'k' }

/** What AWS would have made of the template: ids of its own for what the template leaves unnamed. */
function deployedAs(name: string, parameters: Record<string, string>): [string, typeof parameters, Stack] {
  const url = new URL(`../../../infra/template/${name}.template.json`, import.meta.url)
  const body = readFileSync(url, 'utf8')
  const { resources } = loadTemplate(JSON.parse(body), { ...place, parameters })
  const stack: Stack = {
    name: 'signer',
    arn: 'arn:aws-cn:cloudformation:eu-north-1:123456789012:stack/signer/1',
    partition: 'aws-cn',
    region: 'eu-north-1',
    account: '123456789012',
    status: 'CREATE_COMPLETE',
    outputs: {},
    resources: resources.map(one => ({ ...one, physicalId: realIds[one.type] ?? one.physicalId })),
  }
  return [body, parameters, stack]
}

const keyArn = 'arn:aws-cn:kms:eu-north-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab'
const realIds: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::RestApi': 'realapi001',
  'AWS::KMS::Key': '1234abcd-12ab-34cd-56ef-1234567890ab',
  'AWS::Logs::LogGroup': 'real-log-group',
  'AWS::SNS::Topic': 'arn:aws-cn:sns:eu-north-1:123456789012:real-topic',
}

describe('the released template', () => {
  const deployed = resolveDeployed(...deployedAs('treasury-signer', code))
  const roleArn = 'arn:aws-cn:iam::123456789012:role/adminSignerInvoker'

  test('ids and partition are the real ones, wherever they stand', () => {
    expect(deployed.function).toMatchObject({
      name: 'adminSigner',
      roleArn,
      runtime: 'nodejs24.x',
      architecture: 'arm64',
      environment: { KMS_KEY_ID: keyArn },
    })
    expect(deployed.key).toMatchObject({
      alias: 'alias/treasury-admin-signer',
      policy: {
        Statement: expect.arrayContaining([expect.objectContaining({ Principal: { AWS: roleArn } })]),
      },
    })
    const method = 'arn:aws-cn:execute-api:eu-north-1:123456789012:realapi001/prod/POST/'
    expect(deployed.api).toMatchObject({
      stage: 'prod',
      policy: { Statement: expect.arrayContaining([expect.objectContaining({ Resource: method })]) },
    })
    expect(deployed.group.inline['api-gateway-invoke-policy']).toMatchObject({
      Statement: [{ Resource: method }],
    })
    expect(deployed.role).toMatchObject({ name: 'adminSignerInvoker', attached: [] })
    expect(Object.keys(deployed.role.inline)).toEqual(['kms.policy'])
    expect(deployed.role.inline['kms.policy']).toMatchObject({
      Statement: [{ Resource: keyArn }, {}, {}, { Resource: expect.stringContaining(':real-log-group:') }],
    })
  })

  test('trail, alarms, rules and topic', () => {
    const count = (type: string): number => deployed.watches.filter(one => one.type === type).length
    expect(count('AWS::CloudTrail::Trail')).toBe(1)
    expect(count('AWS::CloudWatch::Alarm')).toBe(9)
    expect(count('AWS::Events::Rule')).toBe(6)
    expect(deployed.watches.find(one => one.type === 'AWS::CloudWatch::Alarm')?.properties).toMatchObject({
      AlarmActions: [realIds['AWS::SNS::Topic']],
    })
  })
})

test('a key that existed: the policy is the one it must be given', () => {
  const existing = { ...code, ExistingKeyArn: keyArn.replace('aws-cn', 'aws') }
  const own = resolveDeployed(...deployedAs('treasury-signer', code))
  const { key } = resolveDeployed(...deployedAs('treasury-signer', existing))
  expect(key).toEqual({ policy: own.key.policy, alias: undefined })
})

test('the private template', () => {
  const network = { VpcId: 'vpc-1', SubnetIds: 'subnet-1,subnet-2', CallerCidr: '10.0.0.0/16' }
  const deployed = resolveDeployed(...deployedAs('treasury-signer-private', { ...code, ...network }))
  expect(deployed.role.name).toBe('adminSignerInvoker')
  expect(JSON.stringify(deployed.api.policy)).toContain('aws:SourceVpce')
})

test('error: a template that is not understood, or is no signer, is not compared with', () => {
  const [body, parameters, stack] = deployedAs('treasury-signer', code)
  expect(() => resolveDeployed('Resources: {}', parameters, stack)).toThrow(
    expect.objectContaining({ code: 'TEMPLATE_NOT_UNDERSTOOD' }),
  )
  expect(() => resolveDeployed(body, {}, stack)).toThrow(
    expect.objectContaining({ code: 'TEMPLATE_NOT_UNDERSTOOD' }),
  )
  expect(() => resolveDeployed('{"Resources":{}}', {}, stack)).toThrow(
    expect.objectContaining({ code: 'STACK_INCOMPLETE' }),
  )
})
