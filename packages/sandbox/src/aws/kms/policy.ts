// Key policies: GetKeyPolicy, PutKeyPolicy, and what may be one.
import { parsePolicy } from '../../iam/policy.ts'
import { AwsError } from '../awsError.ts'
import { boolean, optional, required, text } from '../shape.ts'
import { keyId, type Operation, operation } from './operation.ts'
import { type Call, findKey, type Key, requireNotPendingDeletion } from './store.ts'

/** The policy of a key created without one: the account decides, by its IAM policies. */
export const defaultPolicy = (accountId: string): string =>
  JSON.stringify(
    {
      Version: '2012-10-17',
      Id: 'key-default-1',
      Statement: [
        {
          Sid: 'Enable IAM User Permissions',
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${accountId}:root` },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    },
    undefined,
    2,
  )

/**
 * Passes a text which is a key policy that can be evaluated.
 *
 * @param policy The text.
 * @throws {AWS_ERROR} MalformedPolicyDocumentException, with every fault.
 */
export const checkPolicy = (policy: string): void => {
  const document = parseJson(policy)
  if (document === undefined) throw malformed('The policy is not valid JSON.')
  try {
    parsePolicy(document, 'The key policy', 'key')
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : String(error))
  }
}

/**
 * Passes a key whose policy the caller could change again.
 *
 * @param call The circumstances.
 * @param key The key, with the policy it is to have.
 * @throws {AWS_ERROR} MalformedPolicyDocumentException.
 */
export const requireWayBack = (call: Call, key: Key): void => {
  if (!call.mayPutPolicy(key))
    throw malformed('The new key policy will not allow you to update the key policy in the future.')
}

const malformed = (message: string): AwsError => new AwsError('MalformedPolicyDocumentException', message)

const policyName = optional(text({ min: 1, max: 128, pattern: /[\w]+/ }))

/** A key has one policy, and its name is `default`. */
const requireDefault = (name: string): void => {
  if (name !== 'default') throw new AwsError('NotFoundException', 'No such policy exists')
}

export const getKeyPolicy: Operation = operation(
  { KeyId: required(keyId), PolicyName: policyName },
  ({ KeyId, PolicyName = 'default' }, call) => {
    const key = findKey(call, KeyId)
    requireDefault(PolicyName)
    return { Policy: key.policy, PolicyName }
  },
)

export const putKeyPolicy: Operation = operation(
  {
    KeyId: required(keyId),
    PolicyName: policyName,
    Policy: required(text({ min: 1, max: 131072 })),
    BypassPolicyLockoutSafetyCheck: optional(boolean),
  },
  ({ KeyId, PolicyName = 'default', Policy, BypassPolicyLockoutSafetyCheck }, call) => {
    const key = findKey(call, KeyId)
    requireNotPendingDeletion(key)
    requireDefault(PolicyName)
    checkPolicy(Policy)
    if (BypassPolicyLockoutSafetyCheck !== true) requireWayBack(call, { ...key, policy: Policy })
    key.policy = Policy
    return undefined
  },
)

const parseJson = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
