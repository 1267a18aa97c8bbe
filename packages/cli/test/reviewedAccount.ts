// An account to be reviewed, told the way IAM tells it, with a signer in it whose key leaves everything to IAM policies.
import { type Capability, capabilities, type Signer } from '../src/access/capabilities.ts'
import { grantStatement, readApiPolicy, readJsonPolicy } from '../src/access/documents.ts'
import { type AccountDetails, readIdentities } from '../src/access/identities.ts'
import { type Access, reviewCapability } from '../src/access/review.ts'
import type { NotUnderstood } from '../src/access/statement.ts'

export const account = '123456789012'
export const keyArn = `arn:aws:kms:eu-north-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`
export const functionArn = `arn:aws:lambda:eu-north-1:${account}:function:adminSigner`
export const apiArn = `arn:aws:execute-api:eu-north-1:${account}:a1b2c3d4e5`

export type Identity = {
  readonly id?: string
  readonly path?: string
  /** Documents by name. */
  readonly policies?: Readonly<Record<string, unknown>>
  /** ARNs. */
  readonly attached?: readonly string[]
  readonly boundary?: string
  readonly groups?: readonly string[]
  readonly trust?: unknown
}

export type ReviewedAccount = {
  readonly users?: Readonly<Record<string, Identity>>
  readonly roles?: Readonly<Record<string, Identity>>
  readonly groups?: Readonly<Record<string, Identity>>
  /** Documents of managed policies by ARN. */
  readonly managed?: Readonly<Record<string, unknown>>
  readonly keyPolicy?: unknown
  readonly apiPolicy?: unknown
  readonly functionPolicy?: unknown
  readonly grants?: readonly Parameters<typeof grantStatement>[0][]
  readonly signer?: Partial<Signer>
}

/** A document of the current version. */
export const document = (...statements: readonly object[]): object => ({
  Version: '2012-10-17',
  Statement: statements,
})

/** A document that allows actions on everything. */
export const allow = (Action: string | readonly string[], more: object = {}): object =>
  document({ Sid: 'A', Effect: 'Allow', Action, Resource: '*', ...more })

export const leftToTheAccount: object = document({
  Sid: 'Root',
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${account}:root` },
  Action: 'kms:*',
  Resource: '*',
})

/** What IAM would tell of the account. */
export const toDetails = (given: ReviewedAccount): AccountDetails => {
  const encode = (value: unknown): string => encodeURIComponent(JSON.stringify(value))
  const inline = (
    policies: Identity['policies'] = {},
  ): { readonly PolicyName: string; readonly PolicyDocument: string }[] =>
    Object.entries(policies).map(([PolicyName, value]) => ({ PolicyName, PolicyDocument: encode(value) }))
  const arnOf = (type: string, name: string, path = '/'): string =>
    `arn:aws:iam::${account}:${type}${path}${name}`
  const common = ({
    attached = [],
    boundary,
  }: Identity): {
    readonly AttachedManagedPolicies: { readonly PolicyArn: string }[]
    readonly PermissionsBoundary?: { readonly PermissionsBoundaryArn: string }
  } => ({
    AttachedManagedPolicies: attached.map(PolicyArn => ({ PolicyArn })),
    ...(boundary === undefined ? {} : { PermissionsBoundary: { PermissionsBoundaryArn: boundary } }),
  })
  return {
    users: Object.entries(given.users ?? {}).map(([UserName, one]) => ({
      UserName,
      Arn: arnOf('user', UserName, one.path),
      UserId: one.id,
      UserPolicyList: inline(one.policies),
      GroupList: [...(one.groups ?? [])],
      ...common(one),
    })),
    roles: Object.entries(given.roles ?? {}).map(([RoleName, one]) => ({
      RoleName,
      Arn: arnOf('role', RoleName, one.path),
      RoleId: one.id,
      RolePolicyList: inline(one.policies),
      AssumeRolePolicyDocument: encode(one.trust ?? trust),
      ...common(one),
    })),
    groups: Object.entries(given.groups ?? {}).map(([GroupName, one]) => ({
      GroupName,
      Arn: arnOf('group', GroupName, one.path),
      GroupPolicyList: inline(one.policies),
      ...common(one),
    })),
    policies: Object.entries(given.managed ?? {}).map(([Arn, value]) => ({
      Arn,
      PolicyName: Arn.split('/').at(-1) ?? '',
      PolicyVersionList: [
        {
          Document: encode(document({ Effect: 'Deny', Action: '*', Resource: '*' })),
          IsDefaultVersion: false,
        },
        { Document: encode(value), IsDefaultVersion: true },
      ],
    })),
  }
}

/** Reviews it, for every capability unless told otherwise. */
export const reviewAccount = (
  given: ReviewedAccount,
  asked: readonly Capability[] = capabilities,
): { readonly access: readonly Access[]; readonly notUnderstood: readonly NotUnderstood[] } => {
  const identities = readIdentities(toDetails(given))
  const key = readJsonPolicy(JSON.stringify(given.keyPolicy ?? leftToTheAccount), 'key policy', 'key')
  const api = readApiPolicy(
    given.apiPolicy === undefined ? undefined : JSON.stringify(given.apiPolicy).replaceAll('"', '\\"'),
    apiArn,
  )
  const lambda = given.functionPolicy
    ? readJsonPolicy(JSON.stringify(given.functionPolicy), 'function policy', 'resource')
    : { statements: [], notUnderstood: [] }
  const signer: Signer = {
    partition: 'aws',
    account,
    region: 'eu-north-1',
    key: { arn: keyArn, policy: [...key.statements, ...(given.grants ?? []).map(grantStatement)] },
    api: { id: 'a1b2c3d4e5', stage: 'prod', policy: api.statements },
    function: { arn: functionArn, policy: lambda.statements },
    roleArn: `arn:aws:iam::${account}:role/adminSignerInvoker`,
    groupArn: `arn:aws:iam::${account}:group/treasury-operators`,
    managedPolicyArns: [],
    trailArn: `arn:aws:cloudtrail:eu-north-1:${account}:trail/adminSigner-trail`,
    stackArn: `arn:aws:cloudformation:eu-north-1:${account}:stack/treasury-signer/1`,
    ...given.signer,
  }
  return {
    access: asked.flatMap(capability => reviewCapability(capability, signer, identities.subjects)),
    notUnderstood: [
      ...identities.notUnderstood,
      ...key.notUnderstood,
      ...api.notUnderstood,
      ...lambda.notUnderstood,
    ],
  }
}

/** What is told of one capability, without the root user: `user/ann through policy/Sid; conditions`. */
export const tell = (given: ReviewedAccount, capability: Capability): readonly string[] =>
  reviewAccount(given, [capability])
    .access.filter(one => !one.principal.endsWith(`:${account}:root`))
    .map(({ principal, through, conditions, action }) => {
      const name = principal.replace(`arn:aws:iam::${account}:`, '')
      const what = capability.startsWith('change') ? `${action} ` : ''
      return [`${name} ${what}through ${through.join(' + ')}`, ...conditions].join('; ')
    })

const trust = document({ Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' })
