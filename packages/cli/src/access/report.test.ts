import { expect, test } from 'vitest'
import { account, allow, document, reviewAccount } from '../../test/reviewedAccount.ts'
import { createStyle } from '../terminal.ts'
import { describeReview } from './report.ts'

const foreign = '999999999999'
const { access } = reviewAccount({
  users: {
    ann: { groups: ['treasury-operators'] },
    'a-user-with-a-name-that-is-longer-than-the-column': { policies: { Keys: allow('kms:*') } },
  },
  roles: {
    Administrators: { policies: { AdministratorAccess: allow('*') } },
  },
  groups: {
    'treasury-operators': { policies: { 'api-gateway-invoke-policy': allow('execute-api:Invoke') } },
  },
  functionPolicy: document({
    Sid: 'Open',
    Effect: 'Allow',
    Principal: { AWS: ['*', foreign] },
    Action: 'lambda:InvokeFunction',
    Resource: '*',
    Condition: {
      StringEquals: { 'aws:PrincipalOrgID': 'o-1' },
      Bool: { 'aws:MultiFactorAuthPresent': 'true' },
    },
  }),
  signer: { trailArn: undefined },
})
const report = {
  account,
  region: 'eu-north-1',
  stack: 'treasury-signer',
  access,
  notReviewed: [{ capability: 'changeTrail', reason: 'the stack has no trail of its own' }],
  notUnderstood: [{ statement: 'p/0', reason: 'Effect is neither Allow nor Deny' }],
  differences: {
    unexpected: [{ capability: 'sign', principal: `arn:aws:iam::${account}:role/Administrators` }],
    missing: [{ capability: 'sign', principal: `arn:aws:iam::${foreign}:root` }],
  },
} as const

test('a review in words', () => {
  expect(describeReview(report, createStyle(false))).toMatchInlineSnapshot(`
    "who can do what with treasury-signer in account 123456789012, eu-north-1

                invoke    invoke    change    change    change    change
      sign      endpoint  function  function  key       policies  trail     who
      ●         ●         ●         ●         ●         ●         ·         role/Administrators
      ●         ●         ●         ●         ●         ●         ·         root user
      ●         ·         ○         ·         ●         ·         ·         user/a-user-with-a-name-that-is-longer-than-the-column
      ·         ●         ○         ·         ·         ·         ·         user/ann
      ·         ·         ○         ·         ·         ·         ·         anyone (*)
      ·         ·         ○         ·         ·         ·         ·         account 999999999999
      ● could   ○ could, under conditions (below)

    sign: make the key sign a digest
      key policy/Root + AdministratorAccess/A
          role/Administrators
      key policy/Root
          root user
      key policy/Root + Keys/A
          user/a-user-with-a-name-that-is-longer-than-the-column

    invokeEndpoint: ask the endpoint for a signature
      AdministratorAccess/A
          role/Administrators
      root user
          root user
      group treasury-operators: api-gateway-invoke-policy/A
          user/ann

    invokeFunction: invoke the function without the endpoint
      function policy/Open; if aws:PrincipalOrgID StringEquals o-1; if aws:MultiFactorAuthPresent Bool
        true; if their own account allows it
          anyone (*)
          account 999999999999
      AdministratorAccess/A
          role/Administrators
      root user
          root user
      function policy/Open; if aws:PrincipalOrgID StringEquals o-1; if aws:MultiFactorAuthPresent Bool
        true
          user/a-user-with-a-name-that-is-longer-than-the-column
          user/ann

    changeFunction: change the function
      lambda:UpdateFunctionCode through AdministratorAccess/A
          role/Administrators
      lambda:UpdateFunctionCode through root user
          root user

    changeKey: change the key
      kms:PutKeyPolicy through key policy/Root + AdministratorAccess/A
          role/Administrators
      kms:PutKeyPolicy through key policy/Root
          root user
      kms:PutKeyPolicy through key policy/Root + Keys/A
          user/a-user-with-a-name-that-is-longer-than-the-column

    changePolicies: change the policies of role, group and API
      iam:PutRolePolicy through AdministratorAccess/A
          role/Administrators
      iam:PutRolePolicy through root user
          root user

    changeTrail: change the trail
      not reviewed: the stack has no trail of its own

    roles, and who may assume them
      role/Administrators
          123456789012

    not understood, so it may allow anything:
      p/0: Effect is neither Allow nor Deny

    unexpected:
      sign: role/Administrators

    expected, but not found:
      sign: account 999999999999

    Not in view: policies of organizations, sessions and VPC endpoints, which can only take away; and
    whoever can become one of these, with their credentials or by a change of their policies."
  `)
})

test('whoever is unexpected stands out', () => {
  const style = createStyle(true)
  const text = describeReview(report, style)
  const red = text.split('\n').filter(line => line.includes(style.red('').slice(0, 5)))
  expect(red.some(line => line.includes('role/Administrators'))).toBe(true)
  expect(red.some(line => line.includes('user/ann'))).toBe(false)
})

test('nobody unexpected', () => {
  const text = describeReview({ ...report, differences: { unexpected: [], missing: [] } }, createStyle(false))
  expect(text).toContain('nobody unexpected')
  expect(text).not.toContain('expected, but')
})
