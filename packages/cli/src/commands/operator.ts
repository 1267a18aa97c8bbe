// `coffer operator`: who may ask for signatures, as a member of the stack's group.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_groups_manage_add-remove-users.html
import {
  AddUserToGroupCommand,
  IAMClient,
  NoSuchEntityException,
  paginateGetGroup,
  RemoveUserFromGroupCommand,
  type User,
} from '@aws-sdk/client-iam'
import type { Context, Outcome } from '../context.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import { withPermission } from '../permission.ts'
import { readStack, requireOutput } from '../stack.ts'

/**
 * Lets a user ask for signatures. One who may already stays as they are.
 *
 * @param options.name Name of an IAM user.
 * @throws {CliError} USER_NOT_FOUND, GROUP_NOT_FOUND, STACK_NOT_FOUND, STACK_INCOMPLETE, or PERMISSION_MISSING.
 */
export async function addOperator(
  context: Context,
  options: { stackName: string; name: string },
): Promise<Outcome> {
  const { name } = options
  const { client, group, isMember } = await findMembership(context, options)
  if (!isMember)
    await change(group, name, 'AddUserToGroup', () =>
      client.send(new AddUserToGroupCommand({ GroupName: group, UserName: name })),
    )
  return {
    data: { group, user: name, changed: !isMember },
    text: isMember ? `${name} is in ${group} already` : `${name} is in ${group} and may ask for signatures`,
  }
}

/**
 * Takes that away from a user. One who may not stays as they are.
 *
 * @param options.name Name of an IAM user.
 * @throws {CliError} USER_NOT_FOUND, GROUP_NOT_FOUND, STACK_NOT_FOUND, STACK_INCOMPLETE, or PERMISSION_MISSING.
 */
export async function removeOperator(
  context: Context,
  options: { stackName: string; name: string },
): Promise<Outcome> {
  const { name } = options
  const { client, group, members, isMember } = await findMembership(context, options)
  if (isMember)
    await change(group, name, 'RemoveUserFromGroup', () =>
      client.send(new RemoveUserFromGroupCommand({ GroupName: group, UserName: name })),
    )
  return {
    data: { group, user: name, changed: isMember },
    text: isMember
      ? `${name} is no longer in ${group}`
      : `${name} is not in ${group}; members: ${toNames(members)}`,
  }
}

async function findMembership(
  context: Context,
  { stackName, name }: { stackName: string; name: string },
): Promise<{ client: IAMClient; group: string; members: readonly User[]; isMember: boolean }> {
  const group = await findGroup(context, stackName)
  const client = new IAMClient(context.aws)
  const members = await readMembers(client, group)
  return { client, group, members, isMember: members.some(({ UserName }) => UserName === name) }
}

/**
 * Lists who may ask for signatures.
 *
 * @throws {CliError} GROUP_NOT_FOUND, STACK_NOT_FOUND, STACK_INCOMPLETE, or PERMISSION_MISSING.
 */
export async function listOperators(context: Context, options: { stackName: string }): Promise<Outcome> {
  const group = await findGroup(context, options.stackName)
  const members = await readMembers(new IAMClient(context.aws), group)
  return {
    data: { group, users: members.map(({ UserName, Arn }) => ({ name: UserName, arn: Arn })) },
    text:
      members.length === 0
        ? `nobody is in ${group}; next: coffer operator add NAME`
        : members.map(({ UserName }) => UserName).join('\n'),
  }
}

async function findGroup(context: Context, stackName: string): Promise<string> {
  return requireOutput(await readStack(context, stackName), 'OperatorGroup')
}

async function readMembers(client: IAMClient, group: string): Promise<readonly User[]> {
  return withPermission(`iam:GetGroup on the group ${group}`, async () => {
    const members: User[] = []
    for await (const page of paginateGetGroup({ client }, { GroupName: group }))
      members.push(...(page.Users ?? []))
    return members
  }).catch((cause: Error) => {
    if (!(cause instanceof NoSuchEntityException)) throw cause
    throw new CliError('GROUP_NOT_FOUND', `the group ${group} of the stack is gone`, {
      exitCode: exitCodes.notFound,
      hints: ['coffer doctor'],
      cause,
    })
  })
}

async function change(
  group: string,
  name: string,
  action: 'AddUserToGroup' | 'RemoveUserFromGroup',
  call: () => Promise<unknown>,
): Promise<void> {
  try {
    await withPermission(`iam:${action} on the group ${group}`, call)
  } catch (cause) {
    if (!(cause instanceof NoSuchEntityException)) throw cause
    throw new CliError('USER_NOT_FOUND', `there is no IAM user ${name} in this account`, {
      exitCode: exitCodes.notFound,
      hints: [
        'aws iam list-users',
        'a role cannot be in a group: coffer deploy --parameters OperatorRoleArns=arn:aws:iam::...',
      ],
      cause,
    })
  }
}

function toNames(members: readonly User[]): string {
  return members.map(({ UserName }) => UserName).join(', ') || 'none'
}
