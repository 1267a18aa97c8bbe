// Who may do what under the template that is deployed, and under one of the same shape written by hand. Each is asked three times
// over (signer.test.rows.ts), so that a layer which another makes up for is tested too: widening any statement makes a row fail.
import { readFileSync } from 'node:fs'
import { createTemplate, networkParameters } from '@coffer/infra'
import { describe, expect, test } from 'vitest'
import type { Connection } from './requestContext.ts'
import { digest, kms, post } from './signer.test.calls.ts'
import { allowsAlone, deployed, identitiesAlone, type Row } from './signer.test.rows.ts'
import { widenings } from './signer.test.widenings.ts'
import {
  callerOf,
  createWorld,
  type World,
  withIdentitiesAlone,
  withoutDenials,
} from './signer.test.world.ts'

const templates = {
  'written by hand': JSON.parse(
    readFileSync(new URL('signer.test.template.json', import.meta.url), 'utf8'),
  ) as unknown,
  'of @coffer/infra': createTemplate(),
}

const layers: readonly (readonly [name: string, rows: readonly Row[], view: (world: World) => World])[] = [
  ['as it is', deployed, world => world],
  ['Allow statements alone', allowsAlone, withoutDenials],
  ['identity-based policies alone', identitiesAlone, withIdentitiesAlone],
]

const connection: Connection = { isSecure: true, sourceIp: '203.0.113.7', time: Date.UTC(2026, 10, 22) }

const title = ([who, call, expected, given]: Row): string =>
  `${who} ${call.name}${given ? ` ${JSON.stringify(given)}` : ''}: ${expected}`

/** The decision with its statements, as the rows tell it. */
const answerOf = (world: World, [who, call, , given]: Row): string => {
  const decision = call.run(world, callerOf(world, who), { ...connection, ...given })
  if (decision.outcome === 'implicitDeny') return `implicitDeny ${decision.missing}`
  const statements = decision.by.map(({ policy, kind, statement }) => {
    // Logical ids end in what CDK makes up.
    const name = String(statement).replace(/^.*Permission.*$/, 'Permission')
    return `${kind === 'identity' ? policy : kind}/${name}`
  })
  return [decision.outcome, ...statements].join(' ')
}

describe.each(Object.entries(templates))('the template %s', (_, template) => {
  describe.each(layers)('%s', (_layer, rows, view) => {
    const world = view(createWorld(template))
    test.each(rows.map(row => [title(row), row] as const))('%s', (_title, row) => {
      expect(answerOf(world, row)).toBe(row[2])
    })
  })

  test.each(widenings(template))('widened, a row fails: %s', (_name, widened) => {
    const failing = layers.flatMap(([, rows, view]) => {
      const world = view(createWorld(widened))
      return rows.filter(row => answerOf(world, row) !== row[2])
    })
    expect(failing.length).toBeGreaterThan(0)
  })
})

test('the table has enough rows, and each of them once', () => {
  expect(deployed.length).toBeGreaterThanOrEqual(60)
  for (const [, rows] of layers) expect(new Set(rows.map(title)).size).toBe(rows.length)
})

describe('the template of @coffer/infra with a network', () => {
  const template = createTemplate({ network: networkParameters })
  const parameters = { VpcId: 'vpc-1', SubnetIds: 'subnet-1,subnet-2', CallerCidr: '10.0.0.0/16' }
  const world = createWorld(template, { ...parameters, AllowedCidrs: '10.0.0.0/16' })
  const through = (service: string, sourceIp = '10.0.0.7', vpcId = 'vpc-1'): Partial<Connection> => {
    const id = world.account.endpoints.find(endpoint => endpoint.service === service)?.id ?? 'vpce-other'
    return { sourceIp, endpoint: { id, vpcId } }
  }
  const rows: readonly Row[] = [
    [
      'operator',
      post(),
      'allow api-gateway-invoke-policy/InvokeSigningEndpoint endpoint/CallersOfThisAccount',
      through('execute-api'),
    ],
    ['operator', post(), 'implicitDeny endpoint', { sourceIp: '10.0.0.7' }],
    ['operator', post(), 'explicitDeny resource/DenyOtherVpcEndpoints', through('none')],
    ['operator', post(), 'explicitDeny resource/DenyOtherNetworks', through('execute-api', '10.1.0.7')],
    ['outsider', post(), 'implicitDeny identity', through('execute-api')],
    ['operator', post('/', 'test'), 'implicitDeny endpoint', through('execute-api')],
    ['foreignAdministrator', post(), 'explicitDeny resource/DenyOtherAccounts', through('execute-api')],
    ['signer', digest, 'allow key/InvokerSignsDigests endpoint/InvokerUsesTheKey', through('kms')],
    ['signer', digest, 'explicitDeny key/DenySignFromOutsideTheVpc'],
    ['signer', digest, 'explicitDeny key/DenySignFromOutsideTheVpc', through('kms', '10.0.0.7', 'vpc-2')],
    ['administrator', digest, 'explicitDeny key/DenySignToOthers', through('kms')],
    ['administrator', kms('DescribeKey'), 'implicitDeny endpoint', through('kms')],
    ['administrator', kms('DescribeKey'), 'allow key/AdministerThroughIam AdministratorAccess/Everything'],
  ]

  test.each(rows.map(row => [title(row), row] as const))('%s', (_title, row) => {
    expect(answerOf(world, row)).toBe(row[2])
  })
})
