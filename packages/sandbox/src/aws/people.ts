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
    roles: [
      ...['deploy', 'file-publishing', 'lookup'].map(name =>
        cdkRole(name, region, { AWS: sandboxAccountId }),
      ),
      cdkRole('cfn-exec', region, { Service: 'cloudformation.amazonaws.com' }),
    ],
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
 * Bootstrapped for the CDK already. The administrator may assume these roles, as whoever may assume every role; as
 * `cfn-exec` CloudFormation acts.
 */
const cdkRole = (name: string, region: string, trusted: Readonly<Record<string, string>>): NewRole => ({
  name: `cdk-hnb659fds-${name}-role-${sandboxAccountId}-${region}`,
  managedPolicies: ['AdministratorAccess'],
  trust: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: trusted, Action: 'sts:AssumeRole' }],
  },
})
