// Reads what a review needs from the account: its users and roles, and the signer with every policy that names principals.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
import { APIGatewayClient, GetRestApiCommand } from '@aws-sdk/client-api-gateway'
import { IAMClient, paginateGetAccountAuthorizationDetails } from '@aws-sdk/client-iam'
import {
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  type GrantListEntry,
  type KMSClient,
  paginateListGrants,
} from '@aws-sdk/client-kms'
import { type Context, patient } from '../context.ts'
import { CliError } from '../failure.ts'
import { withPermission } from '../permission.ts'
import { otherKeys } from '../replicas.ts'
import { findResource, requireOutput, requireResource, type Stack } from '../stack.ts'
import type { Signer } from './capabilities.ts'
import { grantStatement, readApiPolicy, readJsonPolicy } from './documents.ts'
import type { AccountDetails } from './identities.ts'
import { readFunction } from './readFunction.ts'
import type { NotUnderstood } from './statement.ts'

/**
 * Reads the users, roles, groups and policies of the account.
 *
 * @throws {CliError} PERMISSION_MISSING
 */
export async function readAccountDetails(context: Context): Promise<AccountDetails> {
  const client = new IAMClient({ ...context.aws, ...patient })
  return withPermission('iam:GetAccountAuthorizationDetails', async () => {
    const pages = await collect(paginateGetAccountAuthorizationDetails({ client }, {}), page => [page])
    return {
      users: pages.flatMap(page => page.UserDetailList ?? []),
      groups: pages.flatMap(page => page.GroupDetailList ?? []),
      roles: pages.flatMap(page => page.RoleDetailList ?? []),
      policies: pages.flatMap(page => page.Policies ?? []),
    }
  })
}

/**
 * Reads the signer.
 *
 * @param stack Where its parts are.
 * @param details Of the same account.
 * @returns The signer, and what of its policies was not understood.
 * @throws {CliError} PERMISSION_MISSING, STACK_INCOMPLETE, or AWS_ANSWER_INCOMPLETE.
 */
export async function readSigner(
  context: Context,
  stack: Stack,
  details: AccountDetails,
): Promise<{ readonly signer: Signer; readonly notUnderstood: readonly NotUnderstood[] }> {
  const { partition, account, region } = stack
  const keyArn = requireOutput(stack, 'KeyArn')
  const groupName = requireOutput(stack, 'OperatorGroup')
  const apiId = requireResource(stack, 'AWS::ApiGateway::RestApi')
  const trail = findResource(stack, 'AWS::CloudTrail::Trail')
  const [keyPolicy, grants, replicas, apiPolicy, lambda] = await Promise.all([
    readKeyPolicy(context.kms(), keyArn),
    readGrants(context.kms(), keyArn),
    readReplicas(context.kms(), keyArn),
    readRestApiPolicy(context, stack, apiId),
    readFunction(context, requireOutput(stack, 'SigningFunction')),
  ])
  const group = details.groups.find(one => one.GroupName === groupName)
  const role = details.roles.find(one => one.Arn === lambda.roleArn)
  const managed = [...(role?.AttachedManagedPolicies ?? []), ...(group?.AttachedManagedPolicies ?? [])]
  return {
    signer: {
      partition,
      account,
      region,
      key: { arn: keyArn, policy: [...keyPolicy.statements, ...grants.map(grantStatement)] },
      api: {
        id: apiId,
        stage: requireResource(stack, 'AWS::ApiGateway::Stage'),
        policy: apiPolicy.statements,
      },
      function: { arn: lambda.arn, policy: lambda.statements },
      roleArn: lambda.roleArn,
      groupArn: group?.Arn ?? `arn:${partition}:iam::${account}:group/${groupName}`,
      // Nobody but AWS changes the policies of AWS.
      managedPolicyArns: managed.flatMap(({ PolicyArn = '' }) =>
        PolicyArn.includes(':iam::aws:') ? [] : PolicyArn,
      ),
      trailArn: trail && `arn:${partition}:cloudtrail:${region}:${account}:trail/${trail}`,
      stackArn: stack.arn,
      stackRoleArn: stack.roleArn,
    },
    notUnderstood: [
      ...keyPolicy.notUnderstood,
      ...replicas.map(arn => ({
        statement: arn,
        reason:
          'this key in another Region signs like the stack’s, by a policy of its own that is not looked at',
      })),
      ...apiPolicy.notUnderstood,
      ...lambda.notUnderstood,
    ],
  }
}

async function readKeyPolicy(kms: KMSClient, keyArn: string): Promise<ReturnType<typeof readJsonPolicy>> {
  const { Policy } = await withPermission(`kms:GetKeyPolicy on ${keyArn}`, () =>
    kms.send(new GetKeyPolicyCommand({ KeyId: keyArn, PolicyName: 'default' })),
  )
  if (Policy === undefined)
    throw new CliError('AWS_ANSWER_INCOMPLETE', `KMS told no policy of ${keyArn}; every key has one`)
  return readJsonPolicy(Policy, 'key policy', 'key')
}

/** The other keys of a multi-Region key: the same key material under policies of their own. */
async function readReplicas(client: KMSClient, keyArn: string): Promise<readonly string[]> {
  const { KeyMetadata } = await withPermission(`kms:DescribeKey on ${keyArn}`, () =>
    client.send(new DescribeKeyCommand({ KeyId: keyArn })),
  )
  return otherKeys(KeyMetadata)
}

async function readGrants(client: KMSClient, keyArn: string): Promise<readonly GrantListEntry[]> {
  return withPermission(`kms:ListGrants on ${keyArn}`, () =>
    collect(paginateListGrants({ client }, { KeyId: keyArn }), page => page.Grants ?? []),
  )
}

async function readRestApiPolicy(
  context: Context,
  { partition, region, account }: Stack,
  restApiId: string,
): Promise<ReturnType<typeof readApiPolicy>> {
  const client = new APIGatewayClient(context.aws)
  const arn = `arn:${partition}:apigateway:${region}::/restapis/${restApiId}`
  const { policy } = await withPermission(`apigateway:GET on ${arn}`, () =>
    client.send(new GetRestApiCommand({ restApiId })),
  )
  return readApiPolicy(policy, `arn:${partition}:execute-api:${region}:${account}:${restApiId}`)
}

async function collect<P, T>(
  pages: AsyncIterable<P>,
  items: (page: P) => readonly T[],
): Promise<readonly T[]> {
  const all: T[] = []
  for await (const page of pages) all.push(...items(page))
  return all
}
