// The condition keys this evaluator knows, and the context of a request by key.
// IAM User Guide, "AWS global condition context keys"; KMS Developer Guide, "AWS KMS condition keys"; Lambda Developer
// Guide, "Using source function ARN to control function access behavior".
import { PolicyError, type PolicyFault } from './policyError.ts'
import type { Principal } from './principal.ts'

/** What a key holds, which decides the operators that may test it. */
export type KeyType = 'string' | 'arn' | 'bool' | 'numeric' | 'date' | 'ip'

export type ConditionKey = {
  readonly types: readonly KeyType[]
  /** A key that may have several values is tested with ForAnyValue or ForAllValues, and no other key is. */
  readonly multivalued?: true
}

/** What is known of a request, as the caller of the evaluator gives it. Names are case-insensitive. */
export type RequestContext = Readonly<Record<string, string | readonly string[] | undefined>>

/** The context of a request: values by key in lower case. An absent key has no entry. */
export type Context = ReadonlyMap<string, readonly string[]>

const string: ConditionKey = { types: ['string'] }
const bool: ConditionKey = { types: ['bool'] }
const arn: ConditionKey = { types: ['arn', 'string'] }

/** Told by who asks, never by the request. */
const principalKeys: Readonly<Record<string, ConditionKey>> = {
  'aws:PrincipalArn': arn,
  'aws:PrincipalAccount': string,
  'aws:PrincipalType': string,
  'aws:username': string,
  'aws:PrincipalIsAWSService': bool,
  'lambda:SourceFunctionArn': arn,
}

/** Filled in by requestContext.ts and authorize.ts. A key that nothing fills in has no place here. */
const requestKeys: Readonly<Record<string, ConditionKey>> = {
  'aws:CurrentTime': { types: ['date'] },
  'aws:EpochTime': { types: ['date', 'numeric'] },
  'aws:RequestedRegion': string,
  'aws:ResourceAccount': string,
  'aws:SecureTransport': bool,
  'aws:SourceAccount': string,
  'aws:SourceArn': arn,
  'aws:SourceIp': { types: ['ip'] },
  'aws:SourceVpc': string,
  'aws:SourceVpce': string,
  'aws:ViaAWSService': bool,
  'aws:VpcSourceIp': { types: ['ip'] },
  'kms:BypassPolicyLockoutSafetyCheck': bool,
  'kms:CallerAccount': string,
  'kms:KeyOrigin': string,
  'kms:KeySpec': string,
  'kms:KeyUsage': string,
  'kms:MessageType': string,
  'kms:MultiRegion': bool,
  'kms:RequestAlias': string,
  'kms:ResourceAliases': { types: ['string'], multivalued: true },
  'kms:ScheduleKeyDeletionPendingWindowInDays': { types: ['numeric'] },
  'kms:SigningAlgorithm': string,
}

const keys: ReadonlyMap<string, ConditionKey> = new Map(
  Object.entries({ ...principalKeys, ...requestKeys }).map(([name, key]) => [name.toLowerCase(), key]),
)

const givenKeys: ReadonlySet<string> = new Set(Object.keys(requestKeys).map(name => name.toLowerCase()))

/**
 * Finds a condition key.
 *
 * @param name In any case.
 * @returns What it holds, or undefined where this evaluator cannot supply it.
 */
export const findConditionKey = (name: string): ConditionKey | undefined => keys.get(name.toLowerCase())

/**
 * Makes the context of a request.
 *
 * @param principal Who asks: the keys that tell of them are taken from here alone.
 * @param given The other keys. A key that is absent or undefined is absent for the policies, too.
 * @returns Values by key in lower case.
 * @throws {POLICY_INVALID} a key is not known, or a single-valued key is given several values.
 */
export const createContext = (principal: Principal, given: RequestContext): Context => {
  const faults = Object.entries(given).flatMap(([name, value]): readonly PolicyFault[] => {
    const path = `context.${name}`
    if (!givenKeys.has(name.toLowerCase()))
      return [{ code: 'KEY_UNKNOWN', path, message: 'is not a key that a request can supply here' }]
    if (typeof value !== 'string' && value !== undefined && !findConditionKey(name)?.multivalued)
      return [{ code: 'VALUE_INVALID', path, message: 'is a single-valued key: give one text' }]
    return []
  })
  if (faults.length > 0) throw new PolicyError('The request context', faults)
  const entries = Object.entries({ ...given, ...principalContext(principal) })
  return new Map(
    entries.flatMap(([name, value]) => {
      const values = value === undefined ? [] : [value].flat()
      return values.length === 0 ? [] : [[name.toLowerCase(), values]]
    }),
  )
}

/**
 * aws:PrincipalArn of a session is the ARN of its role, never that of the session; an unsigned request and an AWS
 * service have none. aws:username is there for IAM users only.
 */
const principalContext = (principal: Principal): RequestContext => {
  switch (principal.kind) {
    case 'user':
      return {
        'aws:PrincipalArn': principal.arn,
        'aws:PrincipalAccount': principal.accountId,
        'aws:PrincipalType': 'User',
        'aws:PrincipalIsAWSService': 'false',
        'aws:username': principal.name,
      }
    case 'session':
      return {
        'aws:PrincipalArn': principal.roleArn,
        'aws:PrincipalAccount': principal.accountId,
        'aws:PrincipalType': 'AssumedRole',
        'aws:PrincipalIsAWSService': 'false',
        'lambda:SourceFunctionArn': principal.functionArn,
      }
    case 'service':
      return { 'aws:PrincipalIsAWSService': 'true' }
    case 'anonymous':
      return { 'aws:PrincipalType': 'Anonymous', 'aws:PrincipalIsAWSService': 'false' }
  }
}
