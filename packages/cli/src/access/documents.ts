// Policies in the forms in which services tell them, and grants, which are permissions beside a key's policy.
// https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
import type { GrantListEntry } from '@aws-sdk/client-kms'
import { type ReadPolicy, readPolicy, type Source, type Statement, unreadable } from './statement.ts'

/**
 * Reads a policy that is told as JSON.
 *
 * @param text The document.
 * @param name What people know it by.
 * @param source What it is attached to.
 */
export function readJsonPolicy(text: string, name: string, source: Source): ReadPolicy {
  const document = parse(text)
  return document === undefined
    ? unreadable(name, source, 'it is no JSON')
    : readPolicy(document, name, source)
}

/**
 * Reads the policy of an API, which API Gateway tells as JSON with its quotation marks escaped.
 *
 * @param text The document; undefined where the API has none.
 * @param apiArn `arn:aws:execute-api:REGION:ACCOUNT:ID`, for which `execute-api:` stands at the beginning of a resource.
 */
export function readApiPolicy(text: string | undefined, apiArn: string): ReadPolicy {
  const name = 'API policy'
  if (text === undefined || text === '') return { statements: [], notUnderstood: [] }
  const unescaped = parse(text) ?? parse(String(parse(`"${text}"`)))
  if (unescaped === undefined) return unreadable(name, 'resource', 'it is no JSON')
  const document: unknown = JSON.parse(JSON.stringify(unescaped), (_, value: unknown) =>
    typeof value === 'string' ? value.replace(/^execute-api:\//, `${apiArn}/`) : value,
  )
  return readPolicy(document, name, 'resource')
}

/**
 * Makes the statement that a grant amounts to. Constraints on an encryption context say nothing of signing.
 *
 * @param grant As KMS tells it.
 */
export function grantStatement(grant: GrantListEntry): Statement {
  const { GranteePrincipal, GranteeServicePrincipal, Operations = [], Name, GrantId = '' } = grant
  const names = [GranteePrincipal, GranteeServicePrincipal].filter(name => name !== undefined)
  const isService = (name: string): boolean => name.endsWith('.amazonaws.com')
  return {
    source: 'grant',
    reference: `grant ${Name || GrantId}`,
    effect: 'Allow',
    actions: { except: false, list: Operations.map(operation => `kms:${operation}`) },
    resources: { except: false, list: ['*'] },
    principals: {
      except: false,
      list: {
        // A grant that names nobody is not understood: it might be for anybody.
        aws: names.length === 0 ? ['*'] : names.filter(name => !isService(name)),
        service: names.filter(isService),
        other: [],
      },
    },
    conditions: [],
    isUnderstood: true,
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
