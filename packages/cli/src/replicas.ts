// The keys of other Regions that are one multi-Region key with ours.
// https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html
import type { KeyMetadata } from '@aws-sdk/client-kms'

/** ARNs of all other keys with the same key material; none of a key of one Region. */
export function otherKeys(
  key: Pick<KeyMetadata, 'Arn' | 'MultiRegionConfiguration'> | undefined,
): readonly string[] {
  const { PrimaryKey, ReplicaKeys = [] } = key?.MultiRegionConfiguration ?? {}
  return [PrimaryKey, ...ReplicaKeys].flatMap(one =>
    one?.Arn === undefined || one.Arn === key?.Arn ? [] : one.Arn,
  )
}
