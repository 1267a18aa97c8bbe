// What of a stack goes with it and what stays, and who is still in its group.
import { IAMClient, paginateGetGroup } from '@aws-sdk/client-iam'
import { type Context, patient } from '../context.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import { withPermission } from '../permission.ts'
import { findResource, type Stack, type StackResource } from '../stack.ts'
import { isKept, type Template } from './template.ts'

export type Contents = { readonly goes: readonly StackResource[]; readonly stays: readonly StackResource[] }

/** Divides the resources of a stack by the deletion policies of its template. */
export function divideResources({ resources }: Stack, { Resources = {} }: Template): Contents {
  const stays = ({ logicalId }: StackResource): boolean => isKept(Resources[logicalId]?.DeletionPolicy)
  return { goes: resources.filter(resource => !stays(resource)), stays: resources.filter(stays) }
}

/**
 * Checks that nobody is in the group: IAM does not delete one with members, and the rest would be gone by then.
 *
 * @throws {CliError} GROUP_HAS_MEMBERS, PERMISSION_MISSING
 */
export async function requireEmptyGroup(context: Context, stack: Stack): Promise<void> {
  const group = findResource(stack, 'AWS::IAM::Group')
  if (group === undefined) return
  const members = await withPermission(`iam:GetGroup on ${group}`, () => readMembers(context, group))
  if (members.length === 0) return
  throw new CliError(
    'GROUP_HAS_MEMBERS',
    `the group ${group} has members: ${members.join(', ')}; nothing was changed`,
    { exitCode: exitCodes.refused, hints: members.map(name => `coffer operator remove ${name}`) },
  )
}

async function readMembers(context: Context, group: string): Promise<readonly string[]> {
  const names: string[] = []
  try {
    for await (const page of paginateGetGroup(
      { client: new IAMClient({ ...context.aws, ...patient }) },
      { GroupName: group },
    ))
      names.push(...(page.Users ?? []).flatMap(({ UserName }) => UserName ?? []))
  } catch (error) {
    // Gone already, by a deletion that did not come to its end.
    if (error instanceof Error && error.name.startsWith('NoSuchEntity')) return []
    throw error
  }
  return names
}
