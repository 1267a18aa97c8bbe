// Grants: CreateGrant, ListGrants, RevokeGrant. A grant here has no constraints and no retiring principal, and lets nobody grant on.
// AWS KMS Developer Guide, "Grants in AWS KMS".
import { createHash } from 'node:crypto'
import { AwsError } from '../awsError.ts'
import { cutPage, pageShape } from '../page.ts'
import { boolean, list, optional, required, text } from '../shape.ts'
import { keyId, type Operation, operation, timestamp } from './operation.ts'
import { findKey, requireEnabled } from './store.ts'

const operations = text({
  oneOf: ['DescribeKey', 'GetPublicKey', 'Sign', 'Verify'],
})

export const createGrant: Operation = operation(
  {
    KeyId: required(keyId),
    GranteePrincipal: required(text({ min: 1, max: 256 })),
    Operations: required(list(operations, { max: 10 })),
    Name: optional(text({ min: 1, max: 256 })),
    DryRun: optional(boolean),
  },
  ({ KeyId, GranteePrincipal, Operations, Name, DryRun }, call) => {
    const key = findKey(call, KeyId)
    requireEnabled(key)
    if (!/^arn:aws:(iam|sts)::\d{12}:.+$/.test(GranteePrincipal))
      throw new AwsError('InvalidArnException', `ARN ${GranteePrincipal} is not a principal`)
    if (DryRun)
      throw new AwsError(
        'DryRunOperationException',
        'Request would have succeeded, but the DryRun option is set.',
      )
    const token = Buffer.from(call.store.random(48)).toString('base64url')
    const id = createHash('sha256').update(token).digest('hex')
    const createdAt = call.store.now()
    key.grants.set(id, {
      id,
      token,
      name: Name,
      grantee: GranteePrincipal,
      operations: Operations,
      createdAt,
    })
    return { GrantToken: token, GrantId: id }
  },
)

export const listGrants: Operation = operation(
  { KeyId: required(keyId), GrantId: optional(text({ min: 1, max: 128 })), ...pageShape(100) },
  ({ KeyId, GrantId, Limit, Marker }, call) => {
    const key = findKey(call, KeyId)
    const grants = [...key.grants.values()].filter(({ id }) => GrantId === undefined || id === GrantId)
    const { page, rest } = cutPage(grants, grant => grant.id, Limit ?? 50, Marker)
    return {
      Grants: page.map(grant => ({
        KeyId: key.arn,
        GrantId: grant.id,
        Name: grant.name,
        CreationDate: timestamp(grant.createdAt),
        GranteePrincipal: grant.grantee,
        IssuingAccount: `arn:aws:iam::${call.store.accountId}:root`,
        Operations: grant.operations,
      })),
      ...rest,
    }
  },
)

export const revokeGrant: Operation = operation(
  { KeyId: required(keyId), GrantId: required(text({ min: 1, max: 128 })) },
  ({ KeyId, GrantId }, call) => {
    const key = findKey(call, KeyId)
    if (!key.grants.delete(GrantId)) throw new AwsError('NotFoundException', `Grant ${GrantId} not found`)
    return undefined
  },
)
