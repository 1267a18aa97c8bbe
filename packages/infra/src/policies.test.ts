import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { type Deployment, expectedPolicies } from '../test/expected.ts'
import { expectedKeyPolicy } from '../test/expectedParts.ts'
import { mutations } from '../test/mutations.ts'
import { existingKey } from '../test/names.ts'
import { findPolicies, type Policies } from '../test/policies.ts'
import { resolve, type Template } from '../test/resolve.ts'
import { createTemplate } from './app.ts'
import { networkParameters } from './parameters.ts'

const template = createTemplate() as Template
const privateTemplate = createTemplate({ network: networkParameters }) as Template

const code = { CodeBucket: 'code', CodeKey: 'adminSigner.zip' }
const network = { ...code, VpcId: 'vpc-1', SubnetIds: 'subnet-1,subnet-2', CallerCidr: '10.0.0.0/16' }
const operatorRoles = [
  'arn:aws:iam::111122223333:role/Treasury',
  'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Treasury_0123456789abcdef',
]
const allowedCidrs = ['192.0.2.0/24', '2001:db8::/32']
const existing = {
  ExistingKeyArn: existingKey,
  ExistingTrailLogGroupName: 'org-trail',
  ExistingApiLogRoleArn: 'arn:aws:iam::111122223333:role/ApiLogs',
}
const lists = { OperatorRoleArns: operatorRoles.join(','), AllowedCidrs: allowedCidrs.join(',') }

const policies = (source: Template, parameters: Readonly<Record<string, string>>): Policies =>
  findPolicies(resolve(source, parameters).resources)

describe('every statement is exactly', () => {
  const rows: readonly [string, Template, Readonly<Record<string, string>>, Deployment][] = [
    ['the default', template, code, {}],
    [
      'with operator roles and address ranges',
      template,
      { ...code, ...lists },
      { operatorRoles, allowedCidrs },
    ],
    [
      'with everything that exists already',
      template,
      { ...code, ...existing },
      { existingKey: true, existingTrail: true, existingApiLogRole: true },
    ],
    ['private', privateTemplate, network, { vpc: { id: 'vpc-1' } }],
    [
      'private with address ranges and existing endpoints',
      privateTemplate,
      {
        ...network,
        ...lists,
        ExistingApiEndpointIds: 'vpce-1,vpce-2',
        ExistingKmsEndpointSecurityGroupId: 'sg-1',
      },
      {
        operatorRoles,
        allowedCidrs,
        vpc: { id: 'vpc-1', apiEndpoints: ['vpce-1', 'vpce-2'], kmsEndpoint: true },
      },
    ],
  ]
  test.each(rows)('%s', (_name, source, parameters, deployment) => {
    expect(policies(source, parameters)).toEqual(expectedPolicies(deployment))
  })
})

test('what is given at synthesis gives the same policies as the same parameter', () => {
  const given = createTemplate({
    signer: {
      existingKeyArn: existing.ExistingKeyArn,
      existingTrailLogGroupName: existing.ExistingTrailLogGroupName,
      existingApiLogRoleArn: existing.ExistingApiLogRoleArn,
      operatorRoleArns: operatorRoles,
      allowedCidrs,
    },
    network: () => ({
      vpcId: 'vpc-1',
      subnetIds: ['subnet-1', 'subnet-2'],
      callerCidrs: ['10.0.0.0/16'],
      existingApiEndpointIds: ['vpce-1'],
      existingKmsEndpointSecurityGroupId: 'sg-1',
    }),
  }) as Template
  const late = { ...network, ...existing, ...lists, ExistingApiEndpointIds: 'vpce-1' }
  expect(policies(given, code)).toEqual(
    policies(privateTemplate, { ...late, ExistingKmsEndpointSecurityGroupId: 'sg-1' }),
  )
  expect(Object.keys(given.Conditions ?? {}).filter(name => /Existing|Operator|Cidrs/.test(name))).toEqual([])
})

test('an existing key is shown the policy it needs', () => {
  const { outputs } = resolve(template, { ...code, ...existing })
  expect(JSON.parse(String(outputs['RequiredKeyPolicy']))).toEqual({
    Version: '2012-10-17',
    Statement: expectedKeyPolicy(),
  })
  expect(String(outputs['RequiredKeyPolicy']).length).toBeLessThan(4096)
})

describe('widening any statement of the template is noticed', () => {
  const unnoticed = (
    source: Template,
    parameters: Readonly<Record<string, string>>,
    deployment: Deployment,
  ): readonly string[] => {
    const mutants = [...mutations(source)]
    expect(mutants.length).toBeGreaterThan(100)
    return mutants
      .filter(({ mutant }) => isDeepStrictEqual(policies(mutant, parameters), expectedPolicies(deployment)))
      .map(({ name }) => name)
  }
  const deployment = { operatorRoles, allowedCidrs }

  test('public', () => {
    expect(unnoticed(template, { ...code, ...lists }, deployment)).toEqual([])
  })

  test('private', () => {
    const inVpc = { ...deployment, vpc: { id: 'vpc-1' } }
    expect(unnoticed(privateTemplate, { ...network, ...lists }, inVpc)).toEqual([])
  })

  test('and what is not mutated is equal, so that each of them was noticed for its mutation', () => {
    const found = policies(structuredClone(template), { ...code, ...lists })
    expect(isDeepStrictEqual(found, expectedPolicies(deployment))).toBe(true)
  })
})

// Where a wildcard stands, and why nothing narrower is possible there. Every one must be listed, and every one listed must exist.
const wildcards: readonly (readonly [where: RegExp, what: string, why: string])[] = [
  [
    /^SignerNewKey\.KeyPolicy\.Statement\.\d+\.Resource$/,
    '*',
    'a key policy knows no other resource than its key',
  ],
  [
    /\.Principal\.AWS$/,
    '*',
    'only in denials, and in endpoint policies, where a condition names the principal',
  ],
  [
    /^SignerApi\.Policy\.Statement\.\d+\.Resource$/,
    'execute-api:/*',
    'only in denials, which cover the whole API',
  ],
  [/^SignerRolePolicy\..*\.Resource$/, ':log-stream:*', 'Lambda makes up the names of the streams'],
  [/^SignerRolePolicy\..*\.Statement\.[56]\.Resource$/, '*', 'Describe actions know no resource; a denial'],
  [
    /^SignerRolePolicy\..*\.Statement\.4\.Resource$/,
    ':111122223333:*/*',
    'EC2 makes up the ids of interfaces',
  ],
  [/^SignerApiEndpoint\..*\.Resource$/, ':*/prod/POST/', "the API's policy names the endpoint: a circle"],
  [
    /^SignerTrailBucketPolicy\..*\.1\.Resource$/,
    '/AWSLogs/111122223333/*',
    'CloudTrail makes up the names of files',
  ],
  [/^SignerTrailBucketPolicy\..*\.2\.Action$/, 's3:*', 'a denial of everything without TLS'],
  [/^SignerTrailBucketPolicy\..*\.2\.Resource\.1$/, '/*', 'a denial for every object'],
  [
    /^SignerTrailLogPolicy\..*\.Resource$/,
    '_CloudTrail_eu-north-1*',
    'CloudTrail makes up the rest of the name',
  ],
  [/\.(DestinationArn|CloudWatchLogsLogGroupArn)$/, ':*', 'how the ARN of a log group ends; no permission'],
  [/\.MethodSettings\.0\.(HttpMethod|ResourcePath)$/, '*', 'limits of every method there is: one'],
  [/\.EventPattern\.detail\..*\.wildcard$/, ':*', 'a pattern of names, which alarms and allows nothing'],
  [/\.FilterPattern$/, '*")) }', 'a pattern of messages, which alarms and allows nothing'],
]

test('there is no other wildcard', () => {
  const used = new Set<RegExp>()
  const unexplained: string[] = []
  const walk = (at: string, node: unknown): void => {
    if (typeof node === 'object' && node !== null)
      for (const [key, item] of Object.entries(node)) walk(`${at}.${key}`, item)
    if (typeof node !== 'string' || !node.includes('*')) return
    const found = wildcards.find(([where, what]) => where.test(at) && node.endsWith(what))
    if (found === undefined) unexplained.push(`${at}: ${node}`)
    else used.add(found[0])
  }
  for (const { resources } of [
    resolve(template, { ...code, ...lists }),
    resolve(privateTemplate, { ...network, ...lists }),
  ])
    for (const [name, { Properties }] of Object.entries(resources)) walk(name, Properties)
  expect(unexplained).toEqual([])
  expect(wildcards.filter(([where]) => !used.has(where)).map(([where]) => where.source)).toEqual([])
})

test('everyone is a principal only in denials and under a condition on who it is', () => {
  for (const [source, parameters] of [
    [template, code],
    [privateTemplate, network],
  ] as const)
    for (const statements of Object.values(policies(source, parameters)))
      for (const statement of [statements].flat() as Readonly<Record<string, unknown>>[])
        if (JSON.stringify(statement['Principal'])?.includes('*'))
          expect(
            statement['Effect'] === 'Deny' || /aws:Principal/.test(JSON.stringify(statement['Condition'])),
          ).toBe(true)
})
