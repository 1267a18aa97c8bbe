import { describe, expect, test } from 'vitest'
import { createAccount, findCaller, functionCaller, removeFromGroup, serviceCaller } from './account.ts'
import { loadTemplate } from './template.ts'

const accountId = '123456789012'
const document = (...statements: readonly object[]): object => ({
  Version: '2012-10-17',
  Statement: statements,
})
const allow = (Action: string): object => document({ Effect: 'Allow', Action, Resource: '*' })
const trust = document({ Effect: 'Allow', Principal: { AWS: accountId }, Action: 'sts:AssumeRole' })

const Code = { S3Bucket: 'b', S3Key: 'k' }

const deployment = loadTemplate(
  {
    Resources: {
      Group: {
        Type: 'AWS::IAM::Group',
        Properties: {
          GroupName: 'g',
          Policies: [{ PolicyName: 'of the group', PolicyDocument: allow('kms:*') }],
        },
      },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: { RoleName: 'r', Path: '/service/', AssumeRolePolicyDocument: trust },
      },
      User: { Type: 'AWS::IAM::User', Properties: { UserName: 'u', Groups: ['g'] } },
      Policy: {
        Type: 'AWS::IAM::Policy',
        Properties: {
          PolicyName: 'shared',
          PolicyDocument: allow('s3:*'),
          Roles: ['r', 'theirs'],
          Users: ['ann'],
          Groups: ['outside'],
        },
      },
      Function: {
        Type: 'AWS::Lambda::Function',
        Properties: { FunctionName: 'f', Code, Role: { 'Fn::GetAtt': ['Role', 'Arn'] } },
      },
      Stray: {
        Type: 'AWS::Lambda::Function',
        Properties: { FunctionName: 'stray', Code, Role: `arn:aws:iam::${accountId}:role/other` },
      },
    },
  },
  { accountId, region: 'eu-north-1', stackName: 's' },
)

const account = createAccount({
  accountId,
  deployment,
  users: [
    { name: 'ann', groups: ['g'], policies: { own: allow('ec2:*') }, boundary: allow('kms:*') },
    { name: 'bob' },
    { name: 'eve', groups: ['outside'] },
  ],
  roles: [{ name: 'theirs', trust, policies: { own: allow('ec2:*') }, boundary: allow('ec2:*') }],
})

const named = (arn: string): readonly string[] => findCaller([account], arn).policies.map(({ name }) => name)

describe('findCaller', () => {
  test('a user has their own policies, those the template attaches, and those of their groups', () => {
    expect(named(`arn:aws:iam::${accountId}:user/ann`)).toEqual(['own', 'shared', 'of the group'])
    expect(named(`arn:aws:iam::${accountId}:user/u`)).toEqual(['of the group'])
    expect(named(`arn:aws:iam::${accountId}:user/bob`)).toEqual([])
    // A group that the template attaches a policy to, without creating it.
    expect(named(`arn:aws:iam::${accountId}:user/eve`)).toEqual(['shared'])
    expect(findCaller([account], `arn:aws:iam::${accountId}:user/ann`)).toMatchObject({
      principal: { kind: 'user', name: 'ann', accountId },
      boundary: { kind: 'boundary' },
    })
  })

  test('a session has the policies of its role, and the ARN of the role with its path', () => {
    expect(named(`arn:aws:sts::${accountId}:assumed-role/theirs/x`)).toEqual(['own', 'shared'])
    expect(findCaller([account], `arn:aws:sts::${accountId}:assumed-role/theirs/x`)).toMatchObject({
      boundary: { kind: 'boundary' },
    })
    expect(findCaller([account], `arn:aws:sts::${accountId}:assumed-role/r/x`)).toMatchObject({
      principal: {
        kind: 'session',
        arn: `arn:aws:sts::${accountId}:assumed-role/r/x`,
        roleArn: `arn:aws:iam::${accountId}:role/service/r`,
      },
      policies: [{ name: 'shared' }],
    })
  })

  test.each([
    ['another account', 'arn:aws:iam::999999999999:user/ann'],
    ['nobody', `arn:aws:iam::${accountId}:user/mallory`],
    ['a group', `arn:aws:iam::${accountId}:group/g`],
    ['a role that is not assumed', `arn:aws:iam::${accountId}:role/r`],
    ['a session of no role', `arn:aws:sts::${accountId}:assumed-role/none/x`],
    ['a session without a name', `arn:aws:sts::${accountId}:assumed-role/r`],
    ['a federated user', `arn:aws:sts::${accountId}:federated-user/ann`],
    ['no ARN', 'ann'],
  ])('error: %s', (_, arn) => {
    expect(() => findCaller([account], arn)).toThrow(
      expect.objectContaining({ code: 'ACCOUNT_INVALID', message: `there is no user and no session ${arn}` }),
    )
  })
})

test('behavior: out of the group, a user has lost its policies; the account given stays as it was', () => {
  const arn = `arn:aws:iam::${accountId}:user/ann`
  const left = removeFromGroup(account, 'ann', 'g')
  expect(findCaller([left], arn).policies.map(({ name }) => name)).toEqual(['own', 'shared'])
  expect(named(arn)).toContain('of the group')
  expect(() => removeFromGroup(left, 'ann', 'g')).toThrow(/there is no user ann in group g/)
  expect(() => removeFromGroup(account, 'mallory', 'g')).toThrow(/there is no user mallory/)
})

test('behavior: the code of a function acts as a session of its role, known by the function', () => {
  const [lambda, stray] = account.functions
  if (!lambda || !stray) throw new Error('the template has two functions')
  expect(functionCaller(account, lambda)).toMatchObject({
    principal: {
      kind: 'session',
      arn: `arn:aws:sts::${accountId}:assumed-role/r/f`,
      roleArn: `arn:aws:iam::${accountId}:role/service/r`,
      functionArn: `arn:aws:lambda:eu-north-1:${accountId}:function:f`,
    },
    policies: [{ name: 'shared' }],
  })
  expect(() => functionCaller(account, stray)).toThrow(/there is no role/)
})

test('behavior: a service has no policies of its own', () => {
  expect(serviceCaller('lambda.amazonaws.com')).toEqual({
    principal: { kind: 'service', service: 'lambda.amazonaws.com' },
    policies: [],
  })
})

test.each([
  [
    'a group there is not',
    { accountId, users: [{ name: 'x', groups: ['none'] }] },
    /there is no group none for user x/,
  ],
  ['a name taken', { accountId, deployment, users: [{ name: 'u' }] }, /two users or two roles of the name u/],
  ['a role taken', { accountId, deployment, roles: [{ name: 'r', trust }] }, /of the name r/],
  [
    'a template of another account',
    { accountId: '999999999999', deployment },
    /deployed in account 123456789012/,
  ],
  [
    'a policy that is none',
    { accountId, users: [{ name: 'x', policies: { p: {} } }] },
    /p cannot be evaluated/,
  ],
])('error: %s', (_, options, message) => {
  expect(() => createAccount(options)).toThrow(message)
})
