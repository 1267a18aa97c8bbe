// A policy document, read strictly: what this evaluator does not know is a fault, never something to pass over.
// IAM User Guide, "Grammar of the IAM JSON policy language" and "IAM JSON policy element reference".
import type { Condition } from './conditions.ts'
import {
  isObject,
  type Listed,
  namesNoPrincipal,
  type PolicyKind,
  type RawStatement,
  readActions,
  readConditions,
  readPrincipals,
  readResources,
  statementElements,
} from './elements.ts'
import { PolicyError, type PolicyFault } from './policyError.ts'
import type { PrincipalElement } from './principal.ts'

export type Policy = {
  readonly name: string
  readonly kind: PolicyKind
  readonly statements: readonly [Statement, ...Statement[]]
  /** The document as it was given. */
  readonly document: unknown
  /** Of a managed policy; an inline one has none. */
  readonly arn?: string | undefined
}

export type Statement = {
  /** Its place in the document, from 0. */
  readonly index: number
  readonly sid?: string | undefined
  readonly effect: 'Allow' | 'Deny'
  readonly actions: Listed<readonly string[]>
  /** Absent in a trust policy: the role is the resource. */
  readonly resources?: Listed<readonly string[]> | undefined
  /** Absent in an identity-based policy: whoever it is attached to is the principal. */
  readonly principals?: Listed<PrincipalElement> | undefined
  readonly conditions: readonly Condition[]
}

/**
 * Reads a policy document.
 *
 * @param document The parsed JSON.
 * @param name What people know the policy by; decisions and errors refer to it.
 * @param kind What it is attached to.
 * @returns The policy.
 * @throws {POLICY_INVALID} with every fault at once.
 */
export const parsePolicy = (document: unknown, name: string, kind: PolicyKind): Policy => {
  const faults: PolicyFault[] = []
  const statements = readDocument(document, kind, faults)
  const [first, ...rest] = statements
  if (faults.length > 0 || !first) throw new PolicyError(name, faults)
  return { name, kind, statements: [first, ...rest], document }
}

const readDocument = (document: unknown, kind: PolicyKind, faults: PolicyFault[]): readonly Statement[] => {
  const fault = (code: PolicyFault['code'], path: string, message: string): void =>
    void faults.push({ code, path, message })
  if (!isObject(document)) {
    fault('VALUE_INVALID', '$', 'must be a JSON object')
    return []
  }
  for (const element of Object.keys(document)) {
    if (!['Version', 'Id', 'Statement'].includes(element))
      fault('ELEMENT_UNKNOWN', `$.${element}`, 'is not an element of a policy')
  }
  if (document['Version'] !== '2012-10-17')
    fault('VERSION_UNSUPPORTED', '$.Version', 'must be 2012-10-17: older versions know no policy variables')
  if (document['Id'] !== undefined) {
    if (namesNoPrincipal(kind))
      fault('ELEMENT_NOT_ALLOWED', '$.Id', 'is for policies of resources only: remove it')
    else if (typeof document['Id'] !== 'string') fault('VALUE_INVALID', '$.Id', 'must be a text')
  }
  const raw = document['Statement']
  const list: readonly unknown[] = raw === undefined ? [] : Array.isArray(raw) ? raw : [raw]
  if (list.length === 0) fault('ELEMENT_MISSING', '$.Statement', 'must hold one statement at least')
  const statements = list.flatMap((one, index) => readStatement(one, index, kind, faults) ?? [])
  const sids = statements.map(statement => statement.sid)
  for (const { sid, index } of statements) {
    if (sid !== undefined && sids.indexOf(sid) < index)
      fault('SID_DUPLICATE', `$.Statement[${index}].Sid`, 'stands in another statement, too: choose another')
  }
  return statements
}

const readStatement = (
  value: unknown,
  index: number,
  kind: PolicyKind,
  faults: PolicyFault[],
): Statement | undefined => {
  const path = `$.Statement[${index}]`
  if (!isObject(value)) {
    faults.push({ code: 'VALUE_INVALID', path, message: 'must be a JSON object' })
    return undefined
  }
  const known: readonly string[] = statementElements
  for (const element of Object.keys(value)) {
    if (!known.includes(element))
      faults.push({
        code: 'ELEMENT_UNKNOWN',
        path: `${path}.${element}`,
        message: 'is not an element of a statement',
      })
  }
  const raw: RawStatement = value
  return {
    index,
    sid: readSid(raw.Sid, path, kind, faults),
    effect: readEffect(raw.Effect, path, faults),
    actions: readActions(raw, path, faults),
    resources: readResources(raw, path, kind, faults),
    principals: readPrincipals(raw, path, kind, faults),
    conditions: readConditions(raw.Condition, `${path}.Condition`, faults),
  }
}

const readSid = (
  value: unknown,
  path: string,
  kind: PolicyKind,
  faults: PolicyFault[],
): string | undefined => {
  if (value === undefined) return undefined
  const isValid = typeof value === 'string' && (!namesNoPrincipal(kind) || /^[A-Za-z0-9]*$/.test(value))
  if (!isValid)
    faults.push({ code: 'VALUE_INVALID', path: `${path}.Sid`, message: 'must be letters and digits' })
  return typeof value === 'string' && value !== '' ? value : undefined
}

const readEffect = (value: unknown, path: string, faults: PolicyFault[]): 'Allow' | 'Deny' => {
  if (value === 'Allow' || value === 'Deny') return value
  const code = value === undefined ? 'ELEMENT_MISSING' : 'VALUE_INVALID'
  faults.push({ code, path: `${path}.Effect`, message: 'must be Allow or Deny' })
  return 'Deny'
}
