// What a deployment would change: each resource as it is, and as it would be, references resolved.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
import { isObject } from '../../iam/elements.ts'
import type { DeployedResource } from '../../iam/template/deployment.ts'
import { createResolver } from '../../iam/template/resolver.ts'
import { loadTemplate } from '../../iam/template.ts'
import type { Cloud } from '../cloud.ts'
import type { StackRecord, Submission } from './record.ts'
import { parseTemplate } from './submission.ts'

export type Change = {
  readonly action: 'Add' | 'Modify' | 'Remove'
  readonly resource: DeployedResource
  /** Where another physical resource takes its place: what becomes of it. */
  readonly replaced?: 'Delete' | 'Retain' | undefined
  /** What of it is changed: names of properties. Those that are elsewhere, such as DeletionPolicy, are not among them. */
  readonly properties: readonly string[]
}

/** A submission as it would be deployed. */
export type Plan = {
  readonly resources: readonly DeployedResource[]
  /** The resolved resources by logical id; each JSON text by what it is the value of. */
  readonly details: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** The outputs, JSON. */
  readonly outputs: string
}

/**
 * Evaluates a submission.
 *
 * @param cloud The cloud.
 * @param record The stack: ids that AWS makes up are made of its own.
 * @param submission What is asked for.
 * @returns What it comes to.
 * @throws {TEMPLATE_INVALID} the template cannot be evaluated.
 */
export const planOf = (
  cloud: Cloud,
  record: Pick<StackRecord, 'id' | 'name'>,
  submission: Submission,
): Plan => {
  const { region, account } = cloud
  const place = { accountId: account.accountId, region, stackName: record.name, stackId: record.id }
  const { parameters } = submission
  const template = parseTemplate(submission.templateBody)
  const { resources, outputs } = loadTemplate(template, { ...place, parameters })
  const section = (name: string): Readonly<Record<string, unknown>> => {
    const found = template[name]
    return isObject(found) ? found : {}
  }
  const sections = {
    Parameters: section('Parameters'),
    Conditions: section('Conditions'),
    Resources: template.Resources,
    Outputs: section('Outputs'),
  }
  // What is a fault has been told by the loader; attributes it does not need to know are absent here.
  const resolver = createResolver(sections, place, parameters, [])
  const details = resources.map(({ logicalId }) => {
    const resource = template.Resources[logicalId]
    const { Properties: properties = {}, ...others } = isObject(resource) ? resource : {}
    const resolved = resolver.resolve(properties, logicalId)
    const values = Object.entries(isObject(resolved) ? resolved : {})
    const entries = [
      ...values.map(([name, value]) => [`Properties.${name}`, value] as const),
      ...Object.entries(others),
    ]
    return [logicalId, new Map(entries.map(([name, value]) => [name, JSON.stringify(value)]))] as const
  })
  const all = new Map(details)
  return { resources: inOrder(resources, all), details: all, outputs: JSON.stringify(outputs) }
}

/** What DependsOn names comes first; otherwise the order of the template stays. */
const inOrder = (resources: Plan['resources'], details: Plan['details']): Plan['resources'] => {
  const placed = new Set<string>()
  const place = (logicalId: string): Plan['resources'] => {
    const resource = resources.find(one => one.logicalId === logicalId)
    if (!resource || placed.has(logicalId)) return []
    placed.add(logicalId)
    const named: unknown = JSON.parse(details.get(logicalId)?.get('DependsOn') ?? '[]')
    return [...[named].flat().flatMap(one => place(String(one))), resource]
  }
  return resources.flatMap(({ logicalId }) => place(logicalId))
}

/**
 * Compares what is deployed with what would be.
 *
 * @param before What is deployed; undefined where nothing is.
 * @param after What would be.
 * @returns The changes, those of the new template first and in its order.
 */
export const compare = (before: Plan | undefined, after: Plan): readonly Change[] => {
  const present = new Map((before?.resources ?? []).map(one => [one.logicalId, one]))
  const kept = new Set(after.resources.map(({ logicalId }) => logicalId))
  const removed = (before?.resources ?? []).filter(({ logicalId }) => !kept.has(logicalId))
  return [
    ...after.resources.flatMap((resource): readonly Change[] => {
      const { logicalId, type, physicalId } = resource
      const old = present.get(logicalId)
      if (!old) return [{ action: 'Add', resource, properties: [] }]
      const changed = differences(before?.details.get(logicalId), after.details.get(logicalId))
      if (changed.length === 0) return []
      const isReplaced = old.physicalId !== physicalId || old.type !== type
      const isRetained = after.details.get(logicalId)?.get('UpdateReplacePolicy') === '"Retain"'
      const replaced = isReplaced ? (isRetained ? 'Retain' : 'Delete') : undefined
      const properties = changed.flatMap(name => /^Properties\.(.*)$/.exec(name)?.[1] ?? [])
      return [
        { action: 'Modify', resource: { ...resource, physicalId: old.physicalId }, replaced, properties },
      ]
    }),
    ...removed.map(resource => ({ action: 'Remove', resource, properties: [] }) as const),
  ]
}

const differences = (
  before: ReadonlyMap<string, string> | undefined,
  after: ReadonlyMap<string, string> | undefined,
): readonly string[] => {
  const names = new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])
  return [...names].filter(name => before?.get(name) !== after?.get(name))
}
