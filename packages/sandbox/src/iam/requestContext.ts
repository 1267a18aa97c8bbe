// The condition keys a request fills in, from what is known of its connection and of what it asks for.
// IAM User Guide, "AWS global condition context keys"; KMS Developer Guide, "AWS KMS condition keys".
import type { RequestContext } from './conditionKeys.ts'
import type { KmsKey } from './template/deployment.ts'

/** How a request came. */
export type Connection = {
  /** Whether it came over TLS. */
  readonly isSecure: boolean
  /** The address it came from. */
  readonly sourceIp: string
  /** Epoch milliseconds. */
  readonly time: number
  /** The VPC endpoint it came through. It then has no aws:SourceIp, as in AWS. */
  readonly endpoint?: { readonly id: string; readonly vpcId: string } | undefined
}

/** What of a KMS key stands in condition keys. */
export type KeyFacts = Pick<KmsKey, 'keySpec' | 'keyUsage' | 'multiRegion' | 'aliases'>

/**
 * Makes the keys that tell of the connection.
 *
 * @param connection How the request came.
 * @param region The region it was sent to.
 * @returns Values by key.
 */
export const connectionContext = (connection: Connection, region: string): RequestContext => {
  const { isSecure, sourceIp, time, endpoint } = connection
  return {
    'aws:CurrentTime': new Date(time).toISOString(),
    'aws:EpochTime': String(Math.floor(time / 1000)),
    'aws:RequestedRegion': region,
    'aws:SecureTransport': String(isSecure),
    'aws:ViaAWSService': 'false',
    ...(endpoint
      ? { 'aws:SourceVpce': endpoint.id, 'aws:SourceVpc': endpoint.vpcId, 'aws:VpcSourceIp': sourceIp }
      : { 'aws:SourceIp': sourceIp }),
  }
}

/**
 * Makes the keys of a KMS operation. A parameter that is left out counts with its default, as in AWS.
 *
 * @param operation For example `Sign`.
 * @param input The body of the request.
 * @param key The key it is about; undefined where there is none yet, or where it is about an alias.
 * @returns Values by key.
 */
export const kmsContext = (
  operation: string,
  input: Readonly<Record<string, unknown>>,
  key: KeyFacts | undefined,
): RequestContext => ({
  ...(key
    ? {
        'kms:KeySpec': key.keySpec,
        'kms:KeyUsage': key.keyUsage,
        'kms:KeyOrigin': 'AWS_KMS',
        'kms:MultiRegion': String(key.multiRegion),
        'kms:ResourceAliases': key.aliases,
      }
    : {}),
  'kms:RequestAlias': requestAlias(input['KeyId']),
  ...operationContext(operation, input),
})

const operationContext = (operation: string, input: Readonly<Record<string, unknown>>): RequestContext => {
  const text = (name: string, initial?: string): string | undefined =>
    input[name] === undefined || input[name] === null ? initial : String(input[name])
  switch (operation) {
    case 'Sign':
    case 'Verify':
      return {
        'kms:MessageType': text('MessageType', 'RAW'),
        'kms:SigningAlgorithm': text('SigningAlgorithm'),
      }
    case 'CreateKey':
      return {
        'kms:KeySpec': text('KeySpec', 'SYMMETRIC_DEFAULT'),
        'kms:KeyUsage': text('KeyUsage', 'ENCRYPT_DECRYPT'),
        'kms:KeyOrigin': text('Origin', 'AWS_KMS'),
        'kms:MultiRegion': text('MultiRegion', 'false'),
        'kms:BypassPolicyLockoutSafetyCheck': text('BypassPolicyLockoutSafetyCheck', 'false'),
      }
    case 'PutKeyPolicy':
      return {
        'kms:BypassPolicyLockoutSafetyCheck': text('BypassPolicyLockoutSafetyCheck', 'false'),
      }
    case 'ScheduleKeyDeletion':
      return { 'kms:ScheduleKeyDeletionPendingWindowInDays': text('PendingWindowInDays', '30') }
    default:
      return {}
  }
}

/** `alias/...`, where the request names the key by an alias or its ARN. */
const requestAlias = (keyId: unknown): string | undefined =>
  typeof keyId === 'string' ? /^(?:arn:[^/]*:)?(alias\/.+)$/.exec(keyId)?.[1] : undefined
