// The accounts and the callers of the table in signer.test.rows.ts.
import {
  type Account,
  anonymous,
  type Caller,
  createAccount,
  findCaller,
  functionCaller,
  serviceCaller,
} from './account.ts'
import type { PolicyKind } from './elements.ts'
import { type Policy, parsePolicy } from './policy.ts'
import type { KmsKey } from './template/deployment.ts'
import { loadTemplate } from './template.ts'

export const accountId = '123456789012'
export const foreignId = '999999999999'
export const region = 'eu-north-1'

/** The account with the template in it, another account, and a second key, which has KMS's default policy. */
export type World = { readonly account: Account; readonly foreign: Account; readonly otherKey: KmsKey }

export type Who =
  | 'operator'
  | 'outsider'
  | 'administrator'
  | 'keyAdministrator'
  | 'auditor'
  | 'developer'
  | 'confined'
  | 'operatorRole'
  | 'otherRole'
  | 'stolenRole'
  | 'signer'
  | 'foreignAdministrator'
  | 'foreignOutsider'
  | 'foreignRole'
  | 'unsigned'
  | 'lambda'
  | 'apiGateway'
  | 'ec2'

const iam = (resource: string, account = accountId): string => `arn:aws:iam::${account}:${resource}`
const sts = (resource: string, account = accountId): string =>
  `arn:aws:sts::${account}:assumed-role/${resource}`

const document = (...statements: readonly object[]): object => ({
  Version: '2012-10-17',
  Statement: statements,
})
const allow = (sid: string, ...actions: readonly string[]): object =>
  document({ Sid: sid, Effect: 'Allow', Action: actions, Resource: '*' })

const administratorAccess = { AdministratorAccess: allow('Everything', '*') }
const trust = document({ Effect: 'Allow', Principal: { AWS: accountId }, Action: 'sts:AssumeRole' })

/** Deploys a template. `parameters` are added to those of the operators' role and network. */
export const createWorld = (template: unknown, parameters: Readonly<Record<string, string>> = {}): World => {
  const declared = Object.keys(Object(Object(template).Parameters))
  const code = { CodeBucket: 'code', CodeKey: 'adminSigner.zip' }
  const deployment = loadTemplate(template, {
    accountId,
    region,
    stackName: 'treasury-signer',
    parameters: {
      OperatorRoleArns: iam('role/TreasuryOperators'),
      AllowedCidrs: '203.0.113.0/24',
      // The template written by hand names its code.
      ...(declared.includes('CodeBucket') ? code : {}),
      ...parameters,
    },
  })
  const key = only(deployment.keys)
  return {
    account: createAccount({ accountId, deployment, ...identities }),
    foreign: createAccount({
      accountId: foreignId,
      users: [{ name: 'administrator', policies: administratorAccess }, { name: 'outsider' }],
      roles: [{ name: 'adminSignerInvoker', trust, policies: administratorAccess }],
    }),
    otherKey: {
      ...key,
      arn: key.arn.replace(/key\/.*/, 'key/other'),
      policy: leftToTheAccount('key'),
      aliases: [],
    },
  }
}

const identities = {
  users: [
    { name: 'operator', groups: ['treasury-operators'] },
    { name: 'outsider' },
    { name: 'administrator', policies: administratorAccess },
    { name: 'keyAdministrator', policies: { keys: allow('Keys', 'kms:*') } },
    {
      name: 'auditor',
      policies: { audit: allow('Read', 'kms:Describe*', 'kms:Get*', 'kms:List*', 'iam:Get*', 'iam:List*') },
    },
    { name: 'developer', policies: { functions: allow('Functions', 'lambda:*') } },
    { name: 'confined', groups: ['treasury-operators'], boundary: allow('Storage', 's3:*') },
  ],
  roles: [
    { name: 'TreasuryOperators', trust },
    { name: 'Bystanders', trust },
  ],
}

/** Finds who it is, with their policies. */
export const callerOf = (world: World, who: Who): Caller => {
  const found = (arn: string): Caller => findCaller([world.account, world.foreign], arn)
  switch (who) {
    case 'operatorRole':
      return found(sts('TreasuryOperators/ann'))
    case 'otherRole':
      return found(sts('Bystanders/ann'))
    case 'signer':
      return functionCaller(world.account, only(world.account.functions))
    // The role's credentials in the hands of somebody who is not the function.
    case 'stolenRole':
      return found(sts('adminSignerInvoker/adminSigner'))
    case 'foreignAdministrator':
      return found(iam('user/administrator', foreignId))
    case 'foreignOutsider':
      return found(iam('user/outsider', foreignId))
    // A role of the same name in another account.
    case 'foreignRole':
      return found(sts('adminSignerInvoker/adminSigner', foreignId))
    case 'unsigned':
      return anonymous
    case 'lambda':
      return serviceCaller('lambda.amazonaws.com')
    case 'apiGateway':
      return serviceCaller('apigateway.amazonaws.com')
    case 'ec2':
      return serviceCaller('ec2.amazonaws.com')
    default:
      return found(iam(`user/${who}`))
  }
}

/** The account with every Deny taken out of its policies. */
export const withoutDenials = (world: World): World =>
  mapPolicies(world, policy => {
    const [first, ...rest] = policy.statements.filter(({ effect }) => effect === 'Allow')
    return first ? { ...policy, statements: [first, ...rest] } : policy
  })

/** The account with policies of the key and the API that leave everything to its identity-based policies. */
export const withIdentitiesAlone = (world: World): World =>
  mapPolicies(withoutDenials(world), policy =>
    policy.kind === 'key' || policy.kind === 'resource' ? leftToTheAccount(policy.kind) : policy,
  )

const mapPolicies = (world: World, change: (policy: Policy) => Policy): World => {
  const { account } = world
  const roles = [...account.roles].map(
    ([name, role]) => [name, { ...role, policies: role.policies.map(change) }] as const,
  )
  return {
    ...world,
    account: {
      ...account,
      groups: new Map([...account.groups].map(([name, policies]) => [name, policies.map(change)])),
      roles: new Map(roles),
      keys: account.keys.map(key => ({ ...key, policy: change(key.policy) })),
      apis: account.apis.map(api => ({ ...api, policy: api.policy && change(api.policy) })),
    },
  }
}

const leftToTheAccount = (kind: PolicyKind): Policy => {
  const statement = { Effect: 'Allow', Principal: { AWS: accountId }, Action: '*', Resource: '*' }
  return parsePolicy(document(statement), `${kind} policy for the account`, kind)
}

/** The one item of a list. */
export const only = <T>(list: readonly T[]): T => {
  const [first, second] = list
  if (first === undefined || second !== undefined) throw new Error(`expected one, not ${list.length}`)
  return first
}
