// What the users of the sandbox may do before anything is deployed, and the roles with which the CDK CLI deploys.
// IAM User Guide, "IAM users"; AWS CDK v2 Developer Guide, "Bootstrap your environment for use with the AWS CDK".
import { type Account, createAccount, type NewRole } from '../iam/account.ts'
import { sandboxAccountId, strangerAccountId } from './identity.ts'

/** Nobody is in a group yet: the groups are the template's. */
export const createHomeAccount = (region: string): Account =>
  createAccount({
    accountId: sandboxAccountId,
    users: [
      { name: 'administrator', managedPolicies: ['AdministratorAccess'] },
      { name: 'operator' },
      { name: 'auditor', policies: { audit: reading } },
      { name: 'outsider' },
    ],
    roles: createCdkRoles(region),
  })

/** The account of the stranger, who may do everything there. */
export const createStrangersAccount = (): Account =>
  createAccount({
    accountId: strangerAccountId,
    users: [{ name: 'stranger', managedPolicies: ['AdministratorAccess'] }],
  })

/** What a review needs to see, and nothing that changes anything. */
const reading = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Read',
      Effect: 'Allow',
      Action: [
        'apigateway:GET',
        'cloudformation:Describe*',
        'cloudformation:Get*',
        'cloudformation:List*',
        'cloudtrail:Describe*',
        'cloudtrail:Get*',
        'cloudtrail:List*',
        'cloudwatch:Describe*',
        'events:Describe*',
        'events:List*',
        'iam:Get*',
        'iam:List*',
        'iam:SimulatePrincipalPolicy',
        'kms:Describe*',
        'kms:Get*',
        'kms:List*',
        'lambda:Get*',
        'lambda:List*',
        'sns:Get*',
        'sns:List*',
        'ssm:GetParameter',
      ],
      Resource: '*',
    },
  ],
}

/**
 * Bootstrapped for the CDK already. People of the account may assume the first three, if their own policies let them; as the last
 * one CloudFormation acts.
 */
const createCdkRoles = (region: string): readonly NewRole[] => {
  const role = (name: string): string => `cdk-hnb659fds-${name}-role-${sandboxAccountId}-${region}`
  const people = { AWS: sandboxAccountId }
  const assets = `arn:aws:s3:::cdk-hnb659fds-assets-${sandboxAccountId}-${region}`
  return [
    {
      name: role('deploy'),
      trust: trust(people),
      policies: {
        deploy: document(
          allow(['cloudformation:*', 'ssm:GetParameter', 'sts:GetCallerIdentity'], '*'),
          allow('iam:PassRole', `arn:aws:iam::${sandboxAccountId}:role/${role('cfn-exec')}`),
          allow(['s3:GetObject*', 's3:GetBucket*', 's3:List*'], [assets, `${assets}/*`]),
        ),
      },
    },
    {
      name: role('file-publishing'),
      trust: trust(people),
      policies: {
        publish: document(
          allow(
            ['s3:GetObject*', 's3:GetBucket*', 's3:GetEncryptionConfiguration', 's3:List*', 's3:PutObject*'],
            [assets, `${assets}/*`],
          ),
        ),
      },
    },
    { name: role('lookup'), trust: trust(people), policies: { lookup: reading } },
    {
      name: role('cfn-exec'),
      trust: trust({ Service: 'cloudformation.amazonaws.com' }),
      managedPolicies: ['AdministratorAccess'],
    },
  ]
}

type Texts = string | readonly string[]

const document = (...statements: readonly object[]): object => ({
  Version: '2012-10-17',
  Statement: statements,
})

const allow = (actions: Texts, resources: Texts): object => ({
  Effect: 'Allow',
  Action: actions,
  Resource: resources,
})

const trust = (principal: Readonly<Record<string, string>>): object =>
  document({ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' })
