// Every permission that a stack gives or denies, as flat data: policy statements wherever they stand, and the few properties
// that decide who gets in without being policies.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
import { grantsOf } from './grants.ts'
import { findStatements, type Grant, type Properties, readStatement, textsOf } from './statement.ts'
import { canonical, isKept, type Resolved, type Resource, withoutReferences } from './template.ts'

export type Permission = Grant & {
  /** Logical id of the resource that has it. */
  readonly owner: string
  /** For example `AWS::KMS::Key`. */
  readonly type: string
}

export type PermissionChange = {
  readonly change: 'added' | 'removed'
  /** Something is allowed that was not, or no longer denied. */
  readonly widens: boolean
  readonly permission: Permission
}

/** All permissions of a resolved template. */
export function listPermissions({ resources }: Resolved): readonly Permission[] {
  return Object.entries(resources).flatMap(([owner, resource]) => {
    const properties = withoutReferences(resource.Properties) as Properties
    const base = { owner, type: resource.Type }
    return [
      ...findStatements(properties).map(({ statement, place }) => ({
        ...base,
        place,
        ...readStatement(statement, holdersOf(owner, resource.Type, properties)),
      })),
      ...grantsOf(resource.Type, properties).map(grant => ({ ...base, ...grant })),
    ]
  })
}

/**
 * What is added and removed between two resolved templates; a statement that changed is both. A resource that leaves the stack
 * but stays in the account keeps its policies.
 */
export function comparePermissions(before: Resolved, after: Resolved): readonly PermissionChange[] {
  const stays = ([id, { DeletionPolicy }]: [string, Resource]): boolean =>
    !Object.hasOwn(after.resources, id) && isKept(DeletionPolicy)
  const leaving = Object.entries(before.resources).filter(entry => !stays(entry))
  const was = index({ ...before, resources: Object.fromEntries(leaving) })
  const is = index(after)
  const difference = (
    from: ReadonlyMap<string, Permission>,
    to: ReadonlyMap<string, Permission>,
    change: PermissionChange['change'],
  ): readonly PermissionChange[] =>
    [...to].flatMap(([key, permission]) =>
      from.has(key)
        ? []
        : { change, widens: (permission.effect === 'Deny') === (change === 'removed'), permission },
    )
  return [...difference(is, was, 'removed'), ...difference(was, is, 'added')].sort((a, b) =>
    orderOf(a) < orderOf(b) ? -1 : 1,
  )
}

function index(resolved: Resolved): ReadonlyMap<string, Permission> {
  return new Map(listPermissions(resolved).map(permission => [canonical(permission), permission]))
}

// What belongs together stands together, the old before the new.
function orderOf({ permission, change }: PermissionChange): string {
  const { owner, place, sid = '' } = permission
  return [owner, place, sid, change === 'removed' ? 0 : 1].join('\n')
}

/** Whose the policies of a resource are, where a statement does not say. */
function holdersOf(owner: string, type: string, properties: Properties): readonly string[] {
  const attached = ['Roles', 'Groups', 'Users'].flatMap(name => textsOf(properties[name]))
  return attached.length > 0 || !type.startsWith('AWS::IAM::') ? attached : [`\${${owner}}`]
}
