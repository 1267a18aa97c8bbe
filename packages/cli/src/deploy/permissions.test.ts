import fc from 'fast-check'
import { expect, test } from 'vitest'
import { complete, place } from '../../test/deployedTemplates.ts'
import { comparePermissions, listPermissions } from './permissions.ts'
import { type Resolved, resolveTemplate } from './template.ts'

type Json = Record<string, unknown>
type Path = readonly (string | number)[]

const variants = complete.map(({ template, parameters }) => resolveTemplate(template, parameters, place))

/** Where the statements are, found by their Sid: every statement of the templates has one. */
function statementPaths(node: unknown, path: Path = []): readonly Path[] {
  if (typeof node !== 'object' || node === null) return []
  const here = 'Sid' in node ? [path] : []
  const below = Object.entries(node).flatMap(([key, item]) =>
    statementPaths(item, [...path, Array.isArray(node) ? Number(key) : key]),
  )
  return [...here, ...below]
}

function at(node: unknown, path: Path): Json {
  return path.reduce<unknown>((value, key) => (value as Json)[key], node) as Json
}

function change(before: Resolved, path: Path, edit: (statement: Json, siblings: Json[]) => void): Resolved {
  const after = structuredClone(before) as unknown as Json
  edit(at(after, path), at(after, path.slice(0, -1)) as unknown as Json[])
  return after as unknown as Resolved
}

const statements = variants.flatMap(before =>
  statementPaths(before).map(path => ({ before, path, sid: at(before, path)['Sid'] as string })),
)

const edits: Readonly<Record<string, (statement: Json, siblings: Json[]) => void>> = {
  removed: (statement, siblings) => siblings.splice(siblings.indexOf(statement), 1),
  'a second one': (statement, siblings) => siblings.push({ ...statement, Action: 'kms:Other' }),
  'the other effect': statement => {
    statement['Effect'] = statement['Effect'] === 'Allow' ? 'Deny' : 'Allow'
  },
  'another action': statement => {
    statement['Action'] = [statement['Action'], 'kms:Other'].flat()
  },
  'all actions but': statement => {
    statement['NotAction'] = statement['Action']
    delete statement['Action']
  },
  'another resource': statement => {
    statement['Resource'] = [statement['Resource'] ?? [], 'arn:aws:kms:::other'].flat()
  },
  'another principal': statement => {
    statement['Principal'] = { AWS: 'arn:aws:iam::444455556666:root' }
  },
  'all principals but': statement => {
    statement['NotPrincipal'] = { AWS: 'arn:aws:iam::444455556666:root' }
  },
  'another condition': statement => {
    statement['Condition'] = {
      ...(statement['Condition'] as Json | undefined),
      StringLike: { 'aws:PrincipalTag/team': '*' },
    }
  },
  'something that nobody knows yet': statement => {
    statement['Novelty'] = 'x'
  },
}

test('there are statements to test with, of every kind of policy', () => {
  const types = new Set(variants.flatMap(resolved => listPermissions(resolved).map(({ type }) => type)))
  expect([...types].sort()).toEqual([
    ...['AWS::ApiGateway::Method', 'AWS::ApiGateway::RestApi', 'AWS::EC2::SecurityGroup'],
    ...[
      'AWS::EC2::SecurityGroupIngress',
      'AWS::EC2::VPCEndpoint',
      'AWS::IAM::Group',
      'AWS::IAM::Policy',
      'AWS::IAM::Role',
      'AWS::KMS::Key',
    ],
    ...['AWS::Lambda::Permission', 'AWS::S3::BucketPolicy', 'AWS::SNS::TopicPolicy'],
  ])
})

test('every statement is listed', () => {
  const listed = variants.flatMap(listPermissions).flatMap(({ sid }) => sid ?? [])
  expect(listed.toSorted()).toEqual(statements.map(({ sid }) => sid).toSorted())
})

test.each(Object.entries(edits))('every statement: %s is reported, and nothing else', (_, edit) => {
  for (const { before, path, sid } of statements) {
    const changes = comparePermissions(before, change(before, path, edit))
    expect(changes.length, sid).toBeGreaterThan(0)
    for (const { permission } of changes) expect(permission).toMatchObject({ sid, owner: path[1] })
  }
})

test('every value of every condition: a change is reported', () => {
  for (const { before, path } of statements)
    for (const [operator, keys] of Object.entries((at(before, path)['Condition'] ?? {}) as Json))
      for (const key of Object.keys(keys as Json)) {
        const after = change(before, path, statement => {
          const values = at(statement, ['Condition', operator])
          values[key] = [values[key], 'other'].flat()
        })
        expect(comparePermissions(before, after)).toHaveLength(2)
      }
})

test('a change of any text within any statement is reported', () => {
  const leaves = statements.flatMap(({ before, path }) =>
    textPaths(at(before, path)).map(inner => ({ before, path: [...path, ...inner] })),
  )
  fc.assert(
    fc.property(fc.constantFrom(...leaves), fc.string({ minLength: 1 }), ({ before, path }, suffix) => {
      const after = structuredClone(before)
      const parent = at(after, path.slice(0, -1))
      const key = path.at(-1) as string
      parent[key] = `${parent[key]}${suffix}`
      expect(comparePermissions(before, after)).not.toEqual([])
    }),
    { numRuns: 300 },
  )
})

// Not within references: what they refer to is another matter.
function textPaths(node: unknown, path: Path = []): readonly Path[] {
  if (typeof node === 'string') return [path]
  if (typeof node !== 'object' || node === null || 'Ref' in node || 'Fn::GetAtt' in node) return []
  return Object.entries(node).flatMap(([key, item]) => textPaths(item, [...path, key]))
}

test('the order of statements and of their values says nothing', () => {
  for (const { before, path } of statements) {
    const after = change(before, path, (statement, siblings) => {
      siblings.reverse()
      for (const name of ['Action', 'Resource']) if (Array.isArray(statement[name])) statement[name].reverse()
    })
    expect(comparePermissions(before, after)).toEqual([])
  }
})

test('one value and a list of it are the same; two values and one with a comma are not', () => {
  const statement = (values: unknown): Resolved => ({
    resources: {
      Key: {
        Type: 'AWS::KMS::Key',
        Properties: {
          KeyPolicy: {
            Statement: [{ Effect: 'Deny', Action: 'a', Condition: { StringEquals: { k: values } } }],
          },
        },
      },
    },
    outputs: {},
  })
  expect(comparePermissions(statement('x'), statement(['x']))).toEqual([])
  expect(comparePermissions(statement(['x', 'y']), statement('x, y'))).toHaveLength(2)
})

function edit(type: string, change: (properties: Json) => void): readonly unknown[] {
  const [, before] = variants
  if (before === undefined) throw new Error('there are two variants')
  const after = structuredClone(before)
  const [resource] = Object.values(after.resources).filter(({ Type }) => Type === type)
  change(resource?.Properties as Json)
  return comparePermissions(before, after)
}

test.each([
  ['AWS::Lambda::Permission', 'Principal', '*'],
  ['AWS::Lambda::Permission', 'SourceArn', undefined],
  ['AWS::Lambda::Permission', 'FunctionName', 'other'],
  ['AWS::ApiGateway::Method', 'AuthorizationType', 'NONE'],
  ['AWS::IAM::Group', 'ManagedPolicyArns', ['arn:aws:iam::aws:policy/AdministratorAccess']],
  ['AWS::IAM::Role', 'ManagedPolicyArns', ['arn:aws:iam::aws:policy/AdministratorAccess']],
  ['AWS::IAM::Policy', 'Roles', ['other']],
  ['AWS::EC2::SecurityGroup', 'SecurityGroupEgress', [{ IpProtocol: '-1', CidrIp: '0.0.0.0/0' }]],
  ['AWS::EC2::SecurityGroup', 'SecurityGroupIngress', [{ IpProtocol: '-1', CidrIp: '0.0.0.0/0' }]],
])('what gives access without being a statement: %s %s', (type, name, value) => {
  const changes = edit(type, properties => {
    properties[name] = value
  })
  expect(changes).toContainEqual(expect.objectContaining({ change: 'added' }))
})

test('more is allowed by an Allow that is added and a Deny that is removed, not by the opposite', () => {
  const [before] = variants
  if (before === undefined) throw new Error('there are two variants')
  const widens = (sid: string, from: 'before' | 'after') => {
    const [path = []] = statementPaths(before).filter(found => at(before, found)['Sid'] === sid)
    const after = change(before, path, (statement, siblings) =>
      siblings.splice(siblings.indexOf(statement), 1),
    )
    const changes = from === 'before' ? comparePermissions(before, after) : comparePermissions(after, before)
    return changes.map(found => found.widens)
  }
  expect(widens('DenySignToOthers', 'before')).toEqual([true])
  expect(widens('DenySignToOthers', 'after')).toEqual([false])
  expect(widens('InvokerSignsDigests', 'before')).toEqual([false])
  expect(widens('InvokerSignsDigests', 'after')).toEqual([true])
})

test('a key that leaves the stack but stays in the account keeps its policy', () => {
  const [before] = variants
  if (before === undefined) throw new Error('there are two variants')
  const resources = Object.entries(before.resources).filter(([, { Type }]) => Type !== 'AWS::KMS::Key')
  expect(comparePermissions(before, { ...before, resources: Object.fromEntries(resources) })).toEqual([])
})
