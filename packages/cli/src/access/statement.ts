// Statements of policies as a real account holds them. What cannot be read is taken as wide as it could be meant, and told of:
// an Allow with it may allow anything, a Deny with it denies nothing for certain.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
import {
  type Condition,
  isObject,
  type Listed,
  type PolicyKind,
  statementElements,
} from '@coffer/sandbox/iam'
import {
  anybody,
  anything,
  type Named,
  readConditions,
  readList,
  readPrincipals,
  readResources,
} from './elements.ts'

/** What a policy is attached to; a grant of a KMS key is a permission beside the key's policy. */
export type Source = Exclude<PolicyKind, 'endpoint'> | 'grant'

export type Statement = {
  readonly source: Source
  /** What people know it by: `policy/Sid`, or `policy/0` by its place in the document. */
  readonly reference: string
  readonly effect: 'Allow' | 'Deny'
  readonly actions: Listed<readonly string[]>
  readonly resources: Listed<readonly string[]>
  /** Absent in a policy of an identity, which is about whoever has it. */
  readonly principals?: Listed<Named> | undefined
  readonly conditions: readonly Condition[]
  readonly isUnderstood: boolean
}

/** Something of a policy that could not be read. */
export type NotUnderstood = { readonly statement: string; readonly reason: string }

export type ReadPolicy = {
  readonly statements: readonly Statement[]
  readonly notUnderstood: readonly NotUnderstood[]
}

/**
 * Reads a policy.
 *
 * @param document The parsed JSON.
 * @param name What people know the policy by.
 * @param source What it is attached to.
 * @returns Every statement, and what was not understood. It never throws: a policy that is none may allow anything.
 */
export function readPolicy(document: unknown, name: string, source: Source): ReadPolicy {
  if (!isObject(document) || document['Statement'] === undefined)
    return unreadable(name, source, 'it is no policy document')
  const version = document['Version'] ?? '2008-10-17'
  const faults = Object.keys(document)
    .filter(element => !['Version', 'Id', 'Statement'].includes(element))
    .map(element => `the policy has the unknown element ${element}`)
  if (version !== '2012-10-17' && version !== '2008-10-17')
    faults.push(`Version ${JSON.stringify(version)} is not known`)
  const read = [document['Statement']]
    .flat()
    .map((raw: unknown, index) =>
      readStatement(raw, { name, index, source, hasVariables: version !== '2008-10-17', faults }),
    )
  return {
    statements: read.map(({ statement }) => statement),
    notUnderstood: read.flatMap(({ statement, reasons }) =>
      reasons.length === 0 ? [] : [{ statement: statement.reference, reason: reasons.join('; ') }],
    ),
  }
}

/**
 * Makes the policy that stands for one which is not there to be read.
 *
 * @param name What people know it by.
 * @param source What it is attached to.
 * @param reason Why it could not be read.
 * @returns One statement that may allow anything to anybody.
 */
export function unreadable(name: string, source: Source, reason: string): ReadPolicy {
  const statement: Statement = {
    source,
    reference: name,
    effect: 'Allow',
    actions: anything,
    resources: anything,
    principals: namesPrincipals(source) ? anybody : undefined,
    conditions: [],
    isUnderstood: false,
  }
  return { statements: [statement], notUnderstood: [{ statement: name, reason }] }
}

function namesPrincipals(source: Source): boolean {
  return source !== 'identity' && source !== 'boundary'
}

function readStatement(
  raw: unknown,
  context: {
    readonly name: string
    readonly index: number
    readonly source: Source
    readonly hasVariables: boolean
    readonly faults: readonly string[]
  },
): { readonly statement: Statement; readonly reasons: readonly string[] } {
  const { name, index, source } = context
  const reasons = [...context.faults]
  const value = isObject(raw) ? raw : {}
  if (!isObject(raw)) reasons.push('it is no JSON object')
  const known: readonly string[] = statementElements
  for (const element of Object.keys(value))
    if (!known.includes(element)) reasons.push(`${element} is not an element of a statement`)
  const effect = value['Effect']
  if (effect !== 'Allow' && effect !== 'Deny') reasons.push('Effect is neither Allow nor Deny')
  // Before 2012-10-17 there were no variables: `${` was text.
  // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM writes its policy variables so
  const literal = (text: string): string => (context.hasVariables ? text : text.replaceAll('${', '${$}{'))
  const sid = value['Sid']
  const statement = {
    source,
    reference: `${name}/${typeof sid === 'string' && sid !== '' ? sid : index}`,
    effect: effect === 'Deny' ? effect : 'Allow',
    actions: readList(value, 'Action', reasons, () => true),
    resources: source === 'trust' ? anything : readResources(value, reasons, literal),
    principals: namesPrincipals(source) ? readPrincipals(value, reasons) : undefined,
    conditions: readConditions(value['Condition'], reasons, literal),
  } as const
  if (!namesPrincipals(source) && ('Principal' in value || 'NotPrincipal' in value))
    reasons.push('it names principals, which a policy of an identity cannot')
  return { statement: { ...statement, isUnderstood: reasons.length === 0 }, reasons }
}
