// Key policies. They are kept and returned, not evaluated.
import { AwsError } from './awsError.ts'
import { keyId, type Operation, operation } from './operation.ts'
import { optional, required, text } from './shape.ts'
import { findKey } from './store.ts'

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
 * Passes a text which is a policy document at least in form.
 *
 * @param policy The text.
 * @throws {AWS_ERROR} MalformedPolicyDocumentException.
 */
export const checkPolicy = (policy: string): void => {
  const document = parseJson(policy)
  const statement = isObject(document) ? document['Statement'] : undefined
  const isDocument = Array.isArray(statement) ? statement.every(isObject) : isObject(statement)
  if (!isDocument)
    throw new AwsError('MalformedPolicyDocumentException', 'The policy is not a JSON policy document.')
}

export const getKeyPolicy: Operation = operation(
  { KeyId: required(keyId), PolicyName: optional(text({ min: 1, max: 128, pattern: /[\w]+/ })) },
  ({ KeyId, PolicyName = 'default' }, call) => {
    const key = findKey(call, KeyId)
    // A key has one policy, and its name is `default`.
    if (PolicyName !== 'default') throw new AwsError('NotFoundException', 'No such policy exists')
    return { Policy: key.policy, PolicyName }
  },
)

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const parseJson = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
