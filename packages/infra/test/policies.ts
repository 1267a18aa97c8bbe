// Finds every policy in a resolved template, wherever it stands: any object with statements, and Lambda's permissions.
import type { Resource } from './resolve.ts'

/** Policies by where they stand, for example `SignerNewKey.KeyPolicy`. */
export type Policies = Readonly<Record<string, unknown>>

export const findPolicies = (resources: Readonly<Record<string, Resource>>): Policies => {
  const found: Record<string, unknown> = {}
  const walk = (at: string, node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    if ('Statement' in node) found[at] = node.Statement
    else for (const [key, item] of Object.entries(node)) walk(`${at}.${key}`, item)
  }
  for (const [name, { Type, Properties }] of Object.entries(resources)) {
    walk(name, Properties)
    if (Type === 'AWS::Lambda::Permission') found[name] = Properties
  }
  return found
}
