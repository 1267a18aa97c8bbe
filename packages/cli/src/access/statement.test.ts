// What cannot be read is reported, and counts as wide as it could be meant.
import { describe, expect, test } from 'vitest'
import {
  account,
  allow,
  apiArn,
  document,
  type ReviewedAccount,
  reviewAccount,
  toDetails,
} from '../../test/reviewedAccount.ts'
import { readApiPolicy, readJsonPolicy } from './documents.ts'
import { readIdentities } from './identities.ts'
import { readPolicy } from './statement.ts'

const sign = { Effect: 'Allow', Action: 'kms:Sign', Resource: '*' }
const ann = (policy: unknown): ReviewedAccount => ({ users: { ann: { policies: { p: policy } } } })
const mayAnnSign = (given: ReviewedAccount): boolean =>
  reviewAccount(given, ['sign']).access.some(({ principal }) => principal.endsWith('user/ann'))

describe('an Allow that is not understood may allow', () => {
  test.each<[string, unknown, string]>([
    ['no document', 'x', 'it is no policy document'],
    ['no statement', { Version: '2012-10-17' }, 'it is no policy document'],
    ['another version', { Version: '2030-01-01', Statement: sign }, 'Version "2030-01-01" is not known'],
    [
      'an unknown element of the policy',
      { Statement: sign, Extra: 1 },
      'the policy has the unknown element Extra',
    ],
    ['a statement that is none', document(['x']), 'it is no JSON object'],
    ['an unknown element', document({ ...sign, When: 1 }), 'When is not an element of a statement'],
    ['another effect', document({ ...sign, Effect: 'allow' }), 'Effect is neither Allow nor Deny'],
    ['no action', document({ ...sign, Action: undefined }), 'Action is missing'],
    ['an action that is no text', document({ ...sign, Action: [1] }), 'Action [1] cannot be read'],
    ['no resource', document({ ...sign, Resource: undefined }), 'Resource is missing'],
    [
      'a resource that is no ARN',
      document({ ...sign, Resource: 'key/1' }),
      'Resource "key/1" cannot be read',
    ],
    ['both forms', document({ ...sign, NotAction: 'kms:Sign' }), 'Action and NotAction stand side by side'],
    [
      'a principal',
      document({ ...sign, Principal: '*' }),
      'it names principals, which a policy of an identity cannot',
    ],
    ['a condition that is none', document({ ...sign, Condition: 'x' }), 'Condition is no JSON object'],
    [
      'an operator without keys',
      document({ ...sign, Condition: { Bool: 'x' } }),
      'Condition Bool is no JSON object',
    ],
    [
      'a condition without a value',
      document({ ...sign, Condition: { Bool: { 'aws:SecureTransport': [] } } }),
      'Condition Bool aws:SecureTransport has values that cannot be read',
    ],
  ])('%s', (_, policy, reason) => {
    const { notUnderstood } = reviewAccount(ann(policy), ['sign'])
    expect(notUnderstood).toEqual([expect.objectContaining({ reason: expect.stringContaining(reason) })])
    expect(mayAnnSign(ann(policy))).toBe(true)
  })

  test('but a Deny does not deny, and what is understood of an Allow still limits it', () => {
    const deny = document({ ...sign, Effect: 'Deny', When: 1 })
    expect(mayAnnSign({ users: { ann: { policies: { p: allow('*'), q: deny } } } })).toBe(true)
    expect(mayAnnSign(ann(document({ ...sign, Action: 's3:*', When: 1 })))).toBe(false)
  })

  test('in the policy of a key it may allow anybody', () => {
    const given = { ...ann(allow('s3:*')), keyPolicy: document({ ...sign, Principal: { Robot: 'x' } }) }
    const { access, notUnderstood } = reviewAccount(given, ['sign'])
    expect(notUnderstood).toEqual([
      { statement: 'key policy/0', reason: 'Principal {"Robot":"x"} cannot be read' },
    ])
    expect(access.map(one => one.principal)).toEqual([
      '*',
      `arn:aws:iam::${account}:root`,
      `arn:aws:iam::${account}:user/ann`,
    ])
    expect(access[2]?.conditions).toEqual(['if key policy/0 allows it, which is not understood'])
  })
})

describe('what IAM does not tell of', () => {
  const arn = `arn:aws:iam::${account}:policy/gone`

  test.each<[string, ReviewedAccount, string]>([
    ['a policy', { users: { ann: { attached: [arn] } } }, arn],
    ['a group', { users: { ann: { groups: ['gone'] } } }, 'group gone'],
    ['a boundary', { users: { ann: { policies: { p: allow('kms:*') }, boundary: arn } } }, `boundary ${arn}`],
  ])('%s may allow anything', (_, given, statement) => {
    expect(reviewAccount(given, ['sign']).notUnderstood).toEqual([expect.objectContaining({ statement })])
    expect(mayAnnSign(given)).toBe(true)
  })

  test('a document that is not encoded as it should be', () => {
    const details = toDetails(ann(allow('s3:*')))
    const users = details.users.map(user => ({
      ...user,
      UserPolicyList: [{ PolicyName: 'p', PolicyDocument: '%' }],
    }))
    const { notUnderstood } = readIdentities({ ...details, users })
    expect(notUnderstood).toEqual([{ statement: 'p', reason: 'it is no URL-encoded JSON' }])
  })

  test('a policy that many have is reported once', () => {
    const users = { ann: { attached: [arn] }, bob: { attached: [arn] } }
    expect(reviewAccount({ users }, ['sign']).notUnderstood).toHaveLength(1)
  })
})

describe('the forms in which services tell policies', () => {
  const policy = document({
    Sid: 'S',
    Effect: 'Allow',
    Principal: '*',
    Action: 'execute-api:Invoke',
    Resource: ['execute-api:/prod/POST/', 'execute-api:/*'],
  })
  const plain = JSON.stringify(policy)

  test.each([
    ['escaped, as API Gateway tells it', plain.replaceAll('"', '\\"')],
    ['plain', plain],
  ])('%s', (_, text) => {
    const { statements, notUnderstood } = readApiPolicy(text, apiArn)
    expect(notUnderstood).toEqual([])
    expect(statements[0]?.resources.list).toEqual([`${apiArn}/prod/POST/`, `${apiArn}/*`])
  })

  test('none, and one that is no JSON', () => {
    expect(readApiPolicy(undefined, apiArn).statements).toEqual([])
    expect(readApiPolicy('{', apiArn).notUnderstood).toEqual([
      { statement: 'API policy', reason: 'it is no JSON' },
    ])
    expect(readJsonPolicy('{', 'key policy', 'key').notUnderstood).toHaveLength(1)
  })
})

test('statements are known by their Sid, or by their place', () => {
  const { statements } = readPolicy(
    document({ ...sign, Sid: 'S' }, { ...sign, Sid: '' }, sign),
    'p',
    'identity',
  )
  expect(statements.map(({ reference }) => reference)).toEqual(['p/S', 'p/1', 'p/2'])
})
