// What a deployment will change: resources, permissions, parameters; and what must be known about the key before.
import { fullDiff, type ResourceDifference, ResourceImpact } from '@aws-cdk/cloudformation-diff'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import { type Names, namesIn } from './names.ts'
import { compareParameters, type ParameterChange } from './parameters.ts'
import { comparePermissions, type PermissionChange } from './permissions.ts'
import {
  canonical,
  isKept,
  type Parameters,
  type Place,
  type Resolved,
  type Resource,
  resolveTemplate,
  type Template,
} from './template.ts'

export type ResourceChange = {
  readonly change: 'added' | 'changed' | 'replaced' | 'removed'
  readonly logicalId: string
  readonly type: string
  /** Names of the properties that change. */
  readonly properties: readonly string[]
  /** A removed or replaced one stays in the account, outside the stack. */
  readonly isKept: boolean
}

export type Changes = {
  readonly isFirst: boolean
  /** Nothing at all changes, not even a description. */
  readonly isEmpty: boolean
  readonly resources: readonly ResourceChange[]
  readonly permissions: readonly PermissionChange[]
  readonly parameters: readonly ParameterChange[]
  readonly names: Names
  /** What happens to the key, where anything does that concerns the wallet. */
  readonly key?: string | undefined
}

/** A template with the values it is or will be deployed with. */
export type Deployment = { readonly template: Template; readonly parameters: Parameters }

/**
 * Compares what is deployed with what will be.
 *
 * @param before Undefined where there is no stack.
 * @throws {CliError} KEY_IMMUTABLE if the key itself would have to become another one; TEMPLATE_NOT_UNDERSTOOD.
 */
export function compareDeployments(before: Deployment | undefined, after: Deployment, place: Place): Changes {
  const was = before === undefined ? nothing : resolveTemplate(before.template, before.parameters, place)
  const is = resolveTemplate(after.template, after.parameters, place)
  const resources = compareResources(was, is)
  refuseAnotherKeyMaterial(resources)
  return {
    isFirst: before === undefined,
    isEmpty: before !== undefined && textOf(before) === textOf(after),
    resources,
    permissions: comparePermissions(was, is),
    parameters: compareParameters(after.template, before?.parameters, after.parameters),
    names: namesIn(was, is),
    key: before === undefined ? undefined : (aboutTheKey(resources) ?? aboutAnotherKey(before, after)),
  }
}

function textOf({ template, parameters }: Deployment): string {
  return canonical([template, parameters])
}

const nothing: Resolved = { resources: {}, outputs: {} }

function compareResources(before: Resolved, after: Resolved): readonly ResourceChange[] {
  // The references are left in: what refers to something that is replaced changes too.
  const { resources } = fullDiff(
    { Resources: withoutTexts(before.resources) },
    { Resources: withoutTexts(after.resources) },
  )
  return Object.entries(resources.changes).flatMap(([logicalId, difference]) => {
    const change = kindOf(difference)
    if (change === undefined) return []
    const { oldValue } = difference
    const policy = change === 'replaced' ? oldValue?.['UpdateReplacePolicy'] : oldValue?.['DeletionPolicy']
    return {
      change,
      logicalId,
      type: difference.resourceType ?? '',
      properties:
        change === 'added' || change === 'removed'
          ? []
          : [...Object.keys(difference.propertyUpdates), ...Object.keys(difference.otherChanges)],
      isKept: (change === 'removed' || change === 'replaced') && isKept(policy),
    }
  })
}

/** What matters of a resource: neither its condition, which is decided, nor what only CDK reads. */
function withoutTexts(resources: Readonly<Record<string, Resource>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(resources).map(([id, { Type, Properties, DeletionPolicy, UpdateReplacePolicy }]) => [
      id,
      { Type, Properties, DeletionPolicy, UpdateReplacePolicy },
    ]),
  )
}

function kindOf(difference: ResourceDifference): ResourceChange['change'] | undefined {
  if (!difference.isDifferent) return undefined
  if (difference.isAddition) return 'added'
  if (difference.isRemoval) return 'removed'
  const mayReplace = [ResourceImpact.WILL_REPLACE, ResourceImpact.MAY_REPLACE].includes(
    difference.changeImpact,
  )
  return mayReplace ? 'replaced' : 'changed'
}

/** The properties of a key that CloudFormation refuses to change: the update would fail and be rolled back. */
const immutable: readonly string[] = ['KeySpec', 'KeyUsage', 'Origin', 'MultiRegion']

function refuseAnotherKeyMaterial(resources: readonly ResourceChange[]): void {
  const changed = keysOf(resources)
    .filter(({ change }) => change === 'changed' || change === 'replaced')
    .flatMap(({ properties }) => properties.filter(name => immutable.includes(name)))
  if (changed.length === 0) return
  throw new CliError(
    'KEY_IMMUTABLE',
    `${changed.join(', ')} of the key that exists cannot be changed: it would take another key, with another address, and the wallet does not know that one`,
    {
      exitCode: exitCodes.refused,
      hints: [
        'leave it as it is',
        'for another key beside this one: coffer deploy --stack-name ANOTHER --parameters KeyAlias=... RoleName=... FunctionName=... GroupName=...',
      ],
    },
  )
}

function aboutTheKey(resources: readonly ResourceChange[]): string | undefined {
  const [key] = keysOf(resources).filter(({ change }) => change !== 'changed')
  if (key === undefined) return undefined
  if (key.change === 'added')
    return 'ANOTHER KEY is created, with another address. The wallet whose signer is the present key does not know it.'
  const fate = key.isKept ? 'It stays in the account, outside the stack.' : 'IT IS DELETED.'
  return `the endpoint NO LONGER USES THE PRESENT KEY. ${fate} The wallet whose signer it is needs it.`
}

/** A stack that uses a key of others names it by a parameter alone. */
function aboutAnotherKey(before: Deployment, after: Deployment): string | undefined {
  const [was, is] = [before, after].map(({ parameters }) => parameters['ExistingKeyArn'] ?? '')
  return was === is
    ? undefined
    : `the endpoint USES ANOTHER KEY, ${is || 'a new one'} instead of ${was || 'the present one'}. The wallet must have its address as a signer.`
}

function keysOf(resources: readonly ResourceChange[]): readonly ResourceChange[] {
  return resources.filter(({ type }) => type === 'AWS::KMS::Key')
}
