// biome-ignore-all lint/suspicious/noTemplateCurlyInString: IAM writes its policy variables so
// Policies as real accounts have them, and what a review makes of them.
import { describe, expect, test } from 'vitest'
import {
  account,
  allow,
  apiArn,
  document,
  functionArn,
  keyArn,
  leftToTheAccount,
  type ReviewedAccount,
  reviewAccount,
  tell,
} from '../../test/reviewedAccount.ts'
import type { Capability } from './capabilities.ts'

type Row = readonly [name: string, given: ReviewedAccount, told: readonly string[]]

const foreign = '999999999999'
const ann = (policies: Readonly<Record<string, unknown>>, more: object = {}): ReviewedAccount => ({
  users: { ann: { policies, ...more } },
})
const through = 'user/ann through key policy/Root + p/A'
const mfa = { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } }
const denySign = (more: object = {}): object => ({
  Sid: 'D',
  Effect: 'Deny',
  Action: 'kms:Sign',
  Resource: '*',
  ...more,
})
const allowSign = { Sid: 'A', Effect: 'Allow', Action: 'kms:Sign', Resource: '*' }
const named = (Principal: unknown, more: object = {}): object => ({ ...allowSign, Principal, ...more })
const iam = (resource: string, id = account): string => `arn:aws:iam::${id}:${resource}`

const tables: Readonly<Partial<Record<Capability, readonly Row[]>>> = {
  sign: [
    ['an administrator', ann({ p: allow('*') }), [through]],
    ['wildcards in actions', ann({ p: allow('kms:S?gn*') }), [through]],
    ['actions in another case', ann({ p: allow('KMS:SIGN') }), [through]],
    [
      'everything but IAM',
      ann({ p: allow([], { Action: undefined, NotAction: ['iam:*', 'sts:*'] }) }),
      [through],
    ],
    ['everything but KMS', ann({ p: allow([], { Action: undefined, NotAction: 'kms:*' }) }), []],
    ['another key', ann({ p: allow('kms:Sign', { Resource: `${keyArn.slice(0, -1)}0` }) }), []],
    ['every key', ann({ p: allow('kms:*', { Resource: 'arn:aws:kms:*:*:key/*' }) }), [through]],
    ['every key but this', ann({ p: allow('kms:*', { Resource: undefined, NotResource: keyArn }) }), []],
    [
      'wildcards that run on further than they may',
      ann({ p: allow('kms:Sign', { Resource: 'arn:aws:kms:*/1234abcd*' }) }),
      [through],
    ],
    [
      'a message, not a digest',
      ann({ p: allow('kms:Sign', { Condition: { StringEquals: { 'kms:MessageType': 'RAW' } } }) }),
      [],
    ],
    [
      'a digest',
      ann({ p: allow('kms:Sign', { Condition: { StringEquals: { 'kms:MessageType': 'DIGEST' } } }) }),
      [through],
    ],
    [
      'with a second factor',
      ann({ p: allow('*', mfa) }),
      [`${through}; if aws:MultiFactorAuthPresent Bool true`],
    ],
    [
      'a tag of the key',
      ann({ p: allow('*', { Condition: { StringEquals: { 'aws:ResourceTag/team': ['pay', 'ops'] } } }) }),
      [`${through}; if aws:ResourceTag/team StringEquals pay or ops`],
    ],
    [
      'a tag of the principal in a resource',
      ann({ p: allow('kms:*', { Resource: 'arn:aws:kms:*:*:key/${aws:PrincipalTag/key}' }) }),
      [`${through}; if ${keyArn} is arn:aws:kms:*:*:key/\${aws:PrincipalTag/key}`],
    ],
    ['the name of another user', ann({ p: allow('*', { Resource: 'arn:aws:kms:*:*:${aws:username}' }) }), []],
    [
      'variables before there were any',
      ann({
        p: {
          Version: '2008-10-17',
          Statement: { ...allowSign, Resource: 'arn:aws:kms:*:*:key/${aws:PrincipalTag/key}' },
        },
      }),
      [],
    ],
    ['no version at all', ann({ p: { Statement: allowSign } }), [through]],
    [
      'the account of the principal',
      ann({ p: allow('*', { Condition: { StringEquals: { 'aws:PrincipalAccount': [account, foreign] } } }) }),
      [through],
    ],
    [
      'a key that is absent for a user, where it exists',
      ann({ p: allow('*', { Condition: { StringEqualsIfExists: { 'lambda:SourceFunctionArn': 'x' } } }) }),
      [through],
    ],
    [
      'an unknown key, where it exists',
      ann({ p: allow('*', { Condition: { StringEqualsIfExists: { 'aws:SourceVpce': 'vpce-1' } } }) }),
      [`${through}; if aws:SourceVpce StringEqualsIfExists vpce-1`],
    ],
    [
      'an operator that is not known',
      ann({ p: allow('*', { Condition: { BinaryEquals: { 'aws:PrincipalAccount': 'eA==' } } }) }),
      [`${through}; if aws:PrincipalAccount BinaryEquals eA==`],
    ],
    ['the way with fewer conditions', ann({ q: allow('*', mfa), p: allow('*') }), [through]],
    ['denied', ann({ p: allow('*'), q: document(denySign()) }), []],
    [
      'denied, whoever it is but one',
      ann({
        p: allow('*'),
        q: document(denySign({ Condition: { ArnNotEquals: { 'aws:PrincipalArn': iam('user/bob') } } })),
      }),
      [],
    ],
    [
      'denied without a second factor',
      ann({
        p: allow('*'),
        q: document(denySign({ Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } } })),
      }),
      [`${through}; unless aws:MultiFactorAuthPresent BoolIfExists false (q/D)`],
    ],
    [
      'denied from elsewhere',
      ann({
        p: allow('*'),
        q: document(denySign({ Condition: { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } } })),
      }),
      [`${through}; only if aws:SourceIp IpAddress 203.0.113.0/24`],
    ],
    [
      'denied elsewhere than in a Region',
      ann({
        p: allow('*'),
        q: document(
          denySign({
            Action: undefined,
            NotAction: 'iam:*',
            Condition: { StringNotEquals: { 'aws:RequestedRegion': 'us-east-1' } },
          }),
        ),
      }),
      [],
    ],
    [
      'denied on part of the keys',
      ann({ p: allow('*'), q: document(denySign({ Resource: 'arn:aws:kms:*:*:key/${aws:username}' })) }),
      [through],
    ],
    [
      'bounded',
      ann({ p: allow('*') }, { boundary: 'arn:aws:iam::123456789012:policy/b' }),
      [
        `${through} + boundary arn:aws:iam::123456789012:policy/b; if boundary arn:aws:iam::123456789012:policy/b allows it, which is not understood`,
      ],
    ],
    [
      'bounded to storage',
      {
        ...ann({ p: allow('*') }, { boundary: iam('policy/b') }),
        managed: { [iam('policy/b')]: allow('s3:*') },
      },
      [],
    ],
    [
      'bounded to KMS',
      {
        ...ann({ p: allow('*') }, { boundary: iam('policy/b') }),
        managed: { [iam('policy/b')]: allow('kms:*') },
      },
      [`${through} + boundary b/A`],
    ],
    [
      'a boundary allows nothing by itself',
      { ...ann({}, { boundary: iam('policy/b') }), managed: { [iam('policy/b')]: allow('*') } },
      [],
    ],
    [
      'a managed policy, in the version that counts',
      { ...ann({}, { attached: [iam('policy/m')] }), managed: { [iam('policy/m')]: allow('kms:Sign') } },
      ['user/ann through key policy/Root + m/A'],
    ],
    [
      'a group',
      { ...ann({}, { groups: ['g'] }), groups: { g: { policies: { p: allow('kms:Sign') } } } },
      ['user/ann through key policy/Root + group g: p/A'],
    ],
    [
      'a role of single sign-on',
      {
        roles: {
          AWSReservedSSO_Administrators_0a1b: {
            path: '/aws-reserved/sso.amazonaws.com/eu-north-1/',
            policies: { p: allow('*') },
          },
        },
        keyPolicy: document(
          named(
            { AWS: '*' },
            {
              Condition: {
                ArnLike: {
                  'aws:PrincipalArn': iam(
                    'role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Administrators_*',
                  ),
                },
              },
            },
          ),
        ),
      },
      [
        '* through key policy/A; if aws:PrincipalArn ArnLike arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Administrators_*; if their own account allows it',
        'role/aws-reserved/sso.amazonaws.com/eu-north-1/AWSReservedSSO_Administrators_0a1b through key policy/A',
      ],
    ],
    [
      'a key policy that names nobody of the account',
      { ...ann({ p: allow('*') }), keyPolicy: document(named({ AWS: iam('user/bob') })) },
      ['user/bob through key policy/A'],
    ],
    [
      'the account by its number',
      { ...ann({ p: allow('*') }), keyPolicy: document(named({ AWS: account })) },
      ['user/ann through key policy/A + p/A'],
    ],
    [
      'another account in the key policy',
      { keyPolicy: document(named({ AWS: [foreign, iam('role/x', '888888888888')] })) },
      [
        `arn:aws:iam::888888888888:role/x through key policy/A; if their own account allows it`,
        `arn:aws:iam::${foreign}:root through key policy/A; if their own account allows it`,
      ],
    ],
    [
      'everyone of another account, by a condition',
      {
        keyPolicy: document(named('*', { Condition: { StringEquals: { 'aws:PrincipalAccount': foreign } } })),
      },
      [`arn:aws:iam::${foreign}:root through key policy/A; if their own account allows it`],
    ],
    [
      'everyone of this account, by a condition',
      {
        ...ann({}),
        keyPolicy: document(named('*', { Condition: { StringEquals: { 'kms:CallerAccount': account } } })),
      },
      ['user/ann through key policy/A'],
    ],
    [
      'everyone but another account is denied',
      {
        keyPolicy: document(named('*'), denySign({ NotPrincipal: { AWS: [iam('root', foreign)] } })),
      },
      [`arn:aws:iam::${foreign}:root through key policy/A; if their own account allows it`],
    ],
    [
      'a Deny with NotPrincipal for a user who is listed',
      {
        users: { ann: { policies: { p: allow('*') } }, bob: { policies: { p: allow('*') } } },
        keyPolicy: document(
          (leftToTheAccount as { Statement: object[] }).Statement[0] ?? {},
          denySign({ NotPrincipal: { AWS: [iam('user/ann'), iam('root')] } }),
        ),
      },
      [through],
    ],
    [
      'an Allow with NotPrincipal lets everybody else in',
      {
        users: { ann: {}, bob: {} },
        keyPolicy: document({ ...allowSign, NotPrincipal: { AWS: [iam('user/ann'), account] } }),
      },
      ['* through key policy/A; if their own account allows it', 'user/bob through key policy/A'],
    ],
    [
      'an organization',
      { keyPolicy: document(named('*', { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } })) },
      ['* through key policy/A; if aws:PrincipalOrgID StringEquals o-1; if their own account allows it'],
    ],
    [
      'a service',
      { keyPolicy: document(named({ Service: 'lambda.amazonaws.com' })) },
      ['lambda.amazonaws.com through key policy/A'],
    ],
    [
      'a service, where the key is denied to all but a role',
      {
        keyPolicy: document(
          named({ Service: 'lambda.amazonaws.com' }),
          denySign({ Principal: '*', Condition: { ArnNotEquals: { 'aws:PrincipalArn': iam('role/r') } } }),
        ),
      },
      [],
    ],
    [
      'a federated user',
      { keyPolicy: document(named({ AWS: `arn:aws:sts::${account}:federated-user/eve` })) },
      [`arn:aws:sts::${account}:federated-user/eve through key policy/A`],
    ],
    [
      'an identity provider',
      { keyPolicy: document(named({ Federated: 'accounts.google.com' })) },
      ['Federated accounts.google.com through key policy/A'],
    ],
    [
      'a principal that was deleted',
      { keyPolicy: document(named({ AWS: 'AIDAEXAMPLE' })) },
      ['AIDAEXAMPLE through key policy/A'],
    ],
    [
      'a user by their id',
      { users: { ann: { id: 'AIDAANN' } }, keyPolicy: document(named({ AWS: 'AIDAANN' })) },
      ['user/ann through key policy/A'],
    ],
    [
      'one session of a role',
      { roles: { r: {} }, keyPolicy: document(named({ AWS: `arn:aws:sts::${account}:assumed-role/r/one` })) },
      ['role/r through key policy/A; if it is the session that key policy/A names'],
    ],
    [
      'one session of a role is denied',
      {
        roles: { r: { policies: { p: allow('*') } } },
        keyPolicy: document(
          named({ AWS: account }),
          denySign({ Principal: { AWS: `arn:aws:sts::${account}:assumed-role/r/one` } }),
        ),
      },
      ['role/r through key policy/A + p/A; unless it is denied (key policy/D)'],
    ],
    [
      'a role whose boundary does not allow what the key policy gives it',
      {
        roles: { r: { boundary: iam('policy/b') } },
        managed: { [iam('policy/b')]: allow('s3:*') },
        keyPolicy: document(named({ AWS: iam('role/r') })),
      },
      [],
    ],
    [
      'a session is not bounded',
      {
        roles: { r: { boundary: iam('policy/b') } },
        managed: { [iam('policy/b')]: allow('s3:*') },
        keyPolicy: document(named({ AWS: [iam('role/r'), `arn:aws:sts::${account}:assumed-role/r/one`] })),
      },
      ['role/r through key policy/A; if it is the session that key policy/A names'],
    ],
    [
      'a grant',
      {
        roles: { r: {} },
        grants: [{ Name: 'nightly', GranteePrincipal: iam('role/r'), Operations: ['Sign', 'Verify'] }],
      },
      ['role/r through grant nightly'],
    ],
    [
      'a grant to look only',
      {
        roles: { r: {} },
        grants: [{ Name: 'g', GranteePrincipal: iam('role/r'), Operations: ['GetPublicKey'] }],
      },
      [],
    ],
    [
      'a grant to a role that is denied by the key policy',
      {
        roles: { r: {} },
        grants: [{ Name: 'g', GranteePrincipal: iam('role/r'), Operations: ['Sign'] }],
        keyPolicy: document(denySign({ Principal: '*' })),
      },
      [],
    ],
    [
      'a grant to another account',
      { grants: [{ GrantId: '0d8a', GranteePrincipal: iam('root', foreign), Operations: ['Sign'] }] },
      [`arn:aws:iam::${foreign}:root through grant 0d8a; if their own account allows it`],
    ],
    [
      'a grant that names nobody',
      { users: { ann: {} }, grants: [{ Name: 'g', Operations: ['Sign'] }] },
      ['* through grant g; if their own account allows it', 'user/ann through grant g'],
    ],
    [
      'a variable that is not known, in a condition',
      ann({
        p: allow('*', { Condition: { StringEquals: { 'aws:username': '${aws:PrincipalTag/owner}' } } }),
      }),
      [`${through}; if aws:username StringEquals \${aws:PrincipalTag/owner}`],
    ],
    [
      'accounts by a pattern',
      { keyPolicy: document(named('*', { Condition: { StringLike: { 'aws:PrincipalAccount': '9*' } } })) },
      ['* through key policy/A; if aws:PrincipalAccount StringLike 9*; if their own account allows it'],
    ],
    [
      'an account that a Deny leaves out by its number',
      { keyPolicy: document(named('*'), denySign({ NotPrincipal: { AWS: foreign } })) },
      [
        `arn:aws:iam::${foreign}:root through key policy/A; unless it is denied (key policy/D); if their own account allows it`,
      ],
    ],
    [
      'a role that a Deny leaves out, but none of its sessions',
      {
        roles: { r: {} },
        keyPolicy: document(
          named({ AWS: iam('role/r') }),
          denySign({ NotPrincipal: { AWS: [iam('role/r'), account] } }),
        ),
      },
      ['role/r through key policy/A; unless it is denied (key policy/D)'],
    ],
    [
      'an Allow that leaves out a user, but not their account',
      { users: { ann: {} }, keyPolicy: document({ ...allowSign, NotPrincipal: { AWS: iam('user/ann') } }) },
      ['* through key policy/A; if their own account allows it', 'user/ann through key policy/A'],
    ],
    [
      'a grant to a role with a boundary',
      {
        roles: { r: { boundary: iam('policy/b') } },
        managed: { [iam('policy/b')]: allow('s3:*') },
        grants: [{ Name: 'g', GranteePrincipal: iam('role/r'), Operations: ['Sign'] }],
      },
      ['role/r through grant g'],
    ],
    [
      'only as a function',
      {
        roles: {
          adminSignerInvoker: {
            policies: {
              'kms.policy': document(
                allowSign,
                denySign({ Condition: { ArnNotEquals: { 'lambda:SourceFunctionArn': functionArn } } }),
              ),
            },
          },
        },
      },
      ['role/adminSignerInvoker through key policy/Root + kms.policy/A; only as the function adminSigner'],
    ],
  ],
  invokeEndpoint: [
    [
      'a permission for the method',
      ann({ p: allow('execute-api:Invoke', { Resource: `${apiArn}/prod/POST/` }) }),
      ['user/ann through p/A'],
    ],
    ['for another stage', ann({ p: allow('execute-api:Invoke', { Resource: `${apiArn}/test/POST/` }) }), []],
    [
      'for every API',
      ann({ p: allow('execute-api:*', { Resource: 'arn:aws:execute-api:*:*:*' }) }),
      ['user/ann through p/A'],
    ],
    [
      'the policy of the API alone',
      {
        ...ann({}),
        apiPolicy: document({
          Effect: 'Allow',
          Principal: { AWS: iam('user/ann') },
          Action: 'execute-api:Invoke',
          Resource: 'execute-api:/prod/POST/',
        }),
      },
      ['user/ann through API policy/0'],
    ],
    [
      'other accounts are denied by the API',
      {
        apiPolicy: document(
          { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' },
          {
            Effect: 'Deny',
            Principal: '*',
            Action: 'execute-api:Invoke',
            Resource: 'execute-api:/*',
            Condition: { StringNotEquals: { 'aws:PrincipalAccount': [account, foreign] } },
          },
        ),
      },
      [`arn:aws:iam::${foreign}:root through API policy/0; if their own account allows it`],
    ],
    [
      'without TLS alone',
      ann({ p: allow('execute-api:Invoke', { Condition: { Bool: { 'aws:SecureTransport': 'false' } } }) }),
      [],
    ],
  ],
  invokeFunction: [
    [
      'anybody',
      {
        ...ann({}),
        functionPolicy: document({
          Sid: 'Open',
          Effect: 'Allow',
          Principal: '*',
          Action: 'lambda:InvokeFunction',
          Resource: functionArn,
        }),
      },
      [
        '* through function policy/Open; if their own account allows it',
        'user/ann through function policy/Open',
      ],
    ],
    [
      'API Gateway for the method',
      {
        functionPolicy: document({
          Sid: 'Api',
          Effect: 'Allow',
          Principal: { Service: 'apigateway.amazonaws.com' },
          Action: 'lambda:InvokeFunction',
          Resource: functionArn,
          Condition: {
            StringEquals: { 'aws:SourceAccount': account },
            ArnLike: { 'aws:SourceArn': `${apiArn}/prod/POST/` },
          },
        }),
      },
      [
        `apigateway.amazonaws.com through function policy/Api; if aws:SourceAccount StringEquals ${account}; if aws:SourceArn ArnLike ${apiArn}/prod/POST/`,
      ],
    ],
    [
      'a version only',
      ann({ p: allow('lambda:InvokeFunction', { Resource: `${functionArn}:7` }) }),
      ['user/ann through p/A'],
    ],
    [
      'denied without a qualifier, but not with one',
      ann({
        p: allow('lambda:*'),
        q: document({ Effect: 'Deny', Action: 'lambda:Invoke*', Resource: functionArn }),
      }),
      ['user/ann through p/A'],
    ],
    [
      'denied in any way',
      ann({
        p: allow('lambda:*'),
        q: document({ Effect: 'Deny', Action: 'lambda:Invoke*', Resource: `${functionArn}*` }),
      }),
      [],
    ],
    [
      'denied with qualifiers of one character',
      ann({
        p: allow('lambda:InvokeFunction', { Resource: `${functionArn}:*` }),
        q: document({ Effect: 'Deny', Action: '*', Resource: `${functionArn}:?` }),
      }),
      ['user/ann through p/A; unless it is denied (q/0)'],
    ],
    ['the function URL', ann({ p: allow('lambda:InvokeFunctionUrl') }), ['user/ann through p/A']],
  ],
  changeFunction: [
    ['new code', ann({ p: allow('lambda:Update*') }), ['user/ann lambda:UpdateFunctionCode through p/A']],
    ['publishing only', ann({ p: allow(['lambda:PublishVersion', 'lambda:Get*']) }), []],
    [
      'the gravest with the fewest conditions',
      ann({ q: allow('lambda:UpdateFunctionCode', mfa), p: allow('lambda:DeleteFunction') }),
      ['user/ann lambda:DeleteFunction through p/A'],
    ],
    [
      'by the policy of the function',
      {
        functionPolicy: document({
          Sid: 'S',
          Effect: 'Allow',
          Principal: { AWS: foreign },
          Action: 'lambda:*',
          Resource: functionArn,
        }),
      },
      [
        `arn:aws:iam::${foreign}:root lambda:UpdateFunctionCode through function policy/S; if their own account allows it`,
      ],
    ],
  ],
  changeKey: [
    [
      'its policy',
      ann({ p: allow('kms:Put*') }),
      ['user/ann kms:PutKeyPolicy through key policy/Root + p/A'],
    ],
    ['reading only', ann({ p: allow(['kms:Get*', 'kms:Describe*', 'kms:List*', 'kms:Sign']) }), []],
    [
      'what the caller chooses is no condition',
      {
        ...ann({ p: allow('kms:ScheduleKeyDeletion') }),
        keyPolicy: document(
          { Sid: 'Root', Effect: 'Allow', Principal: { AWS: account }, Action: 'kms:*', Resource: '*' },
          {
            Effect: 'Deny',
            Principal: '*',
            Action: 'kms:*',
            Resource: '*',
            Condition: { NumericLessThan: { 'kms:ScheduleKeyDeletionPendingWindowInDays': '30' } },
          },
        ),
      },
      ['user/ann kms:ScheduleKeyDeletion through key policy/Root + p/A'],
    ],
    [
      'a grant to grant',
      {
        users: { ann: {} },
        grants: [{ Name: 'g', GranteePrincipal: iam('user/ann'), Operations: ['CreateGrant'] }],
      },
      ['user/ann kms:CreateGrant through grant g'],
    ],
  ],
  changePolicies: [
    [
      'of the role',
      ann({ p: allow('iam:PutRolePolicy', { Resource: iam('role/admin*') }) }),
      ['user/ann iam:PutRolePolicy through p/A'],
    ],
    ['of another role', ann({ p: allow('iam:PutRolePolicy', { Resource: iam('role/other') }) }), []],
    [
      'joining the group',
      ann({ p: allow('iam:AddUserToGroup', { Resource: iam('group/*') }) }),
      ['user/ann iam:AddUserToGroup through p/A'],
    ],
    [
      'of oneself',
      ann({ p: allow('iam:PutUserPolicy', { Resource: iam('user/${aws:username}') }) }),
      ['user/ann iam:PutUserPolicy through p/A'],
    ],
    ['of another user', ann({ p: allow('iam:PutUserPolicy', { Resource: iam('user/bob') }) }), []],
    [
      'of the API',
      ann({
        p: allow('apigateway:PATCH', {
          Resource: 'arn:aws:apigateway:*::/restapis/a1b2c3d4e5/resources/*/methods/POST',
        }),
      }),
      ['user/ann apigateway:PATCH through p/A'],
    ],
    [
      'of another API',
      ann({ p: allow('apigateway:*', { Resource: 'arn:aws:apigateway:*::/restapis/zzz/*' }) }),
      [],
    ],
    ['reading the API', ann({ p: allow('apigateway:GET') }), []],
    [
      'the methods of the API are denied, the API is not',
      ann({
        p: allow('apigateway:*'),
        q: document({ Effect: 'Deny', Action: '*', Resource: '*/restapis/a1b2c3d4e5/*' }),
      }),
      ['user/ann apigateway:UpdateRestApiPolicy through p/A'],
    ],
    ['the stack, with its own permissions', ann({ p: allow('cloudformation:*') }), []],
    [
      'the stack, with those of its role',
      { ...ann({ p: allow('cloudformation:*') }), signer: { stackRoleArn: iam('role/cdk') } },
      ['user/ann cloudformation:UpdateStack through p/A'],
    ],
    [
      'a managed policy of the role',
      { ...ann({ p: allow('iam:CreatePolicyVersion') }), signer: { managedPolicyArns: [iam('policy/m')] } },
      ['user/ann iam:CreatePolicyVersion through p/A'],
    ],
  ],
  changeTrail: [
    ['stopping it', ann({ p: allow('cloudtrail:Stop*') }), ['user/ann cloudtrail:StopLogging through p/A']],
    [
      'another trail',
      ann({ p: allow('cloudtrail:*', { Resource: 'arn:aws:cloudtrail:*:*:trail/other' }) }),
      [],
    ],
  ],
}

describe.each(Object.entries(tables))('%s', (capability, rows) => {
  test.each(rows)('%s', (_, given, told) => {
    expect(tell(given, capability as Capability)).toEqual(told)
  })
})

describe('the root user', () => {
  const ofRoot = (given: ReviewedAccount): readonly string[] =>
    reviewAccount(given)
      .access.filter(one => one.principal === iam('root'))
      .map(one => one.capability)

  test('may do everything', () => {
    expect(ofRoot({})).toEqual([
      'sign',
      'invokeEndpoint',
      'invokeFunction',
      'changeFunction',
      'changeKey',
      'changePolicies',
      'changeTrail',
    ])
  })

  test('but what the policy of the key keeps from them', () => {
    expect(ofRoot({ keyPolicy: document(named({ AWS: iam('role/r') })) })).not.toContain('sign')
    expect(ofRoot({ keyPolicy: document(named('*'), denySign({ Principal: '*' })) })).not.toContain('sign')
  })
})

test('a role tells who may assume it', () => {
  const trust = document(
    {
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com', AWS: [foreign] },
      Action: 'sts:AssumeRole',
    },
    {
      Effect: 'Allow',
      Principal: { Federated: 'accounts.google.com' },
      Action: 'sts:AssumeRoleWithWebIdentity',
    },
    { Effect: 'Allow', Principal: { AWS: iam('user/tagger') }, Action: 'sts:TagSession' },
  )
  const { access } = reviewAccount({ roles: { r: { trust, policies: { p: allow('kms:Sign') } } } })
  expect(access.find(one => one.principal === iam('role/r'))?.assumableBy).toEqual([
    foreign,
    'Federated accounts.google.com',
    'lambda.amazonaws.com',
  ])
})
