import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { complete, place, withDefaults } from '../../test/deployedTemplates.ts'
import { createStyle } from '../terminal.ts'
import { compareDeployments, type Deployment } from './changes.ts'
import { describeChanges } from './describeChanges.ts'

const before = withDefaults()

function describe(from: Deployment | undefined, to: Deployment): string {
  // As if a terminal were wide enough for every line.
  return describeChanges(compareDeployments(from, to, place), createStyle(false)).replace(/\n {8}/g, ' ')
}

/** The same deployment with one resource of its template edited. */
function edited(type: string, edit: (resource: { [name: string]: unknown }) => void): Deployment {
  const template = structuredClone(before.template)
  const [resource] = Object.values(template.Resources ?? {}).filter(({ Type }) => Type === type)
  if (resource === undefined) throw new Error(`there is no ${type}`)
  edit(resource as { [name: string]: unknown })
  return { ...before, template }
}

test('nothing changes', () => {
  expect(compareDeployments(before, withDefaults(), place)).toEqual({
    isFirst: false,
    isEmpty: true,
    resources: [],
    permissions: [],
    parameters: [],
    names: expect.objectContaining({ SignerRole05E650F3: 'Role adminSignerInvoker' }),
    key: undefined,
  })
})

test('where only a text changes, the deployment is not empty', () => {
  const after = { ...before, template: { ...before.template, Description: 'Other words (Coffer).' } }
  expect(compareDeployments(before, after, place)).toMatchObject({ isEmpty: false, resources: [] })
  expect(describe(before, after)).toContain('only texts')
})

test('the first deployment: resources by kind, every permission, and nothing is called wider', () => {
  const changes = compareDeployments(undefined, before, place)
  expect(changes).toMatchObject({ isFirst: true, isEmpty: false, key: undefined })
  expect(new Set(changes.resources.map(({ change }) => change))).toEqual(new Set(['added']))
  const text = describe(undefined, before)
  expect(text).toContain('+ 1 AWS::KMS::Key\n')
  expect(text).toContain('+ 9 AWS::CloudWatch::Alarm\n')
  expect(text).toContain('  + CodeBucket code\n')
  expect(text).toMatch(/\+ DenySignToOthers: Deny \* kms:Sign on \* if ArnNotEquals aws:PrincipalArn/)
  expect(text).not.toContain('allows more')
})

test('a parameter alone changes resources and permissions', () => {
  const role = 'arn:aws:iam::111122223333:role/payments'
  const address = `0x${'1'.repeat(40)}`
  const text = describe(before, withDefaults(`OperatorRoleArns=${role}`, `SignerAddress=${address}`))
  expect(text).toContain(`~ OperatorRoleArns (empty) -> ${role} ! may ask for signatures now: ${role}`)
  expect(text).toContain(`~ SignerAddress (empty) -> ${address}\n`)
  expect(text).toMatch(/~ AWS::ApiGateway::RestApi \w+: Policy/)
  expect(text).toMatch(/~ AWS::Lambda::Function \w+: Environment/)
  expect(text).toContain(
    `+ AllowOperatorRoles: Allow ${role} execute-api:Invoke on execute-api:/prod/POST/ ! allows more`,
  )
  expect(text).not.toContain('THE KEY')
})

test('a changed statement stands as it was and as it will be, under its resource', () => {
  const after = edited('AWS::IAM::Group', group => {
    const [policy] = (group['Properties'] as { Policies: { PolicyDocument: { Statement: object[] } }[] })
      .Policies
    Object.assign(policy?.PolicyDocument.Statement[0] ?? {}, { Resource: '*' })
  })
  expect(describe(before, after).split('\n').slice(-3)).toEqual([
    expect.stringMatching(/^ {2}Group treasury-operators, api-gateway-invoke-policy$/),
    expect.stringMatching(/^ {4}- InvokeSigningEndpoint: Allow .* on arn:aws:execute-api:.*POST\/$/),
    expect.stringMatching(/^ {4}\+ InvokeSigningEndpoint: Allow .* on \* ! allows more$/),
  ])
})

test('replaced resources are told from changed ones', () => {
  const text = describe(before, withDefaults('RoleName=other', 'ThrottleRate=7'))
  expect(text).toMatch(/~ AWS::IAM::Role \w+ REPLACED: RoleName/)
  expect(text).toMatch(/~ AWS::ApiGateway::Stage \w+: MethodSettings/)
})

test('removed resources: those that stay in the account are told from those that do not', () => {
  const text = describe(before, withDefaults('ExistingTrailLogGroupName=trail'))
  expect(text).toMatch(/- AWS::S3::Bucket \w+ \(stays in the account\)/)
  expect(text).toMatch(/- AWS::CloudTrail::Trail \w+$/m)
})

test.each([
  ['MultiRegion', withDefaults('MultiRegion=true')],
  [
    'KeySpec',
    edited('AWS::KMS::Key', key => {
      Object.assign(key['Properties'] as object, { KeySpec: 'ECC_NIST_P256' })
    }),
  ],
])('another %s of the key is refused before CloudFormation would', (name, after) => {
  expect(() => compareDeployments(before, after, place)).toThrow(
    expect.objectContaining({ code: 'KEY_IMMUTABLE', exitCode: 3, message: expect.stringContaining(name) }),
  )
})

test('another policy of the key is a change like others', () => {
  const after = edited('AWS::KMS::Key', key => {
    const { KeyPolicy } = key['Properties'] as { KeyPolicy: { Statement: unknown[] } }
    KeyPolicy.Statement.pop()
  })
  const changes = compareDeployments(before, after, place)
  expect(changes.key).toBeUndefined()
  expect(changes.permissions).toMatchObject([
    { change: 'removed', widens: true, permission: { sid: 'DenyHastyDeletion' } },
  ])
})

test('a key that is no longer used is called out, and that it stays', () => {
  const existing = withDefaults('ExistingKeyArn=arn:aws:kms:eu-north-1:111122223333:key/k')
  expect(describe(before, existing)).toMatch(/! THE KEY: .*NO LONGER USES.*It stays in the account/)
  expect(describe(existing, before)).toMatch(/! THE KEY: ANOTHER KEY is created/)
})

test('a key that would be deleted is called out', () => {
  const doomed = edited('AWS::KMS::Key', key => {
    key['DeletionPolicy'] = 'Delete'
  })
  const resources = Object.entries(doomed.template.Resources ?? {})
  const others = Object.fromEntries(resources.filter(([, { Type }]) => Type !== 'AWS::KMS::Key'))
  const without = { ...before, template: { ...before.template, Resources: others } }
  expect(describe(doomed, without)).toMatch(/! THE KEY: .*IT IS DELETED/)
})

test('both released templates can be compared with each other', () => {
  const [open, confined] = complete
  if (open === undefined || confined === undefined) throw new Error('there are two variants')
  const text = describe(confined, open)
  expect(text).toMatch(/- VpcId vpc-1/)
  expect(text).toMatch(/- DenySignFromOutsideTheVpc: Deny .* ! allows more/)
  expect(text).toMatch(/~ AWS::ApiGateway::RestApi \w+: .*EndpointConfiguration/)
})

test('colour comes from the style alone', () => {
  const changes = compareDeployments(before, withDefaults('ThrottleRate=3'), place)
  const coloured = describeChanges(changes, createStyle(true))
  const plain = describeChanges(changes, createStyle(false))
  expect(coloured).not.toBe(plain)
  expect(stripVTControlCharacters(coloured)).toBe(plain)
})
