// Where KMS is: the region of a key, and the address of KMS in it.
// https://docs.aws.amazon.com/general/latest/gr/kms.html
import { KmsError } from './kmsError.ts'
import type { KmsKeyId } from './kmsKeyId.ts'

/**
 * Finds the region of a key.
 *
 * @param given The region that was given, if any.
 * @param name The key; its ARN, where it is one, has a region of its own.
 * @returns The one region that both allow.
 * @throws {KMS_REGION_MISSING | KMS_REGION_MISMATCH}
 */
export const regionOf = (given: string | undefined, name: KmsKeyId): string => {
  const region = given ?? name.region ?? ''
  // It becomes a part of a host name.
  if (!/^[a-z0-9-]+$/.test(region)) throw new KmsError('KMS_REGION_MISSING', { keyId: name.text })
  if (name.region !== undefined && name.region !== region)
    throw new KmsError('KMS_REGION_MISMATCH', {
      keyId: name.text,
      detail: `the client's region is ${region}`,
    })
  return region
}

/**
 * Finds the address of KMS.
 *
 * @param given Its URL, if one was given: http: or https:, without a path.
 * @param region The region, of the partitions aws, aws-us-gov and aws-cn where no URL was given.
 * @returns The URL given, or the region's.
 * @throws {TypeError} what was given is no such URL.
 */
export const endpointOf = (given: string | undefined, region: string): URL => {
  const url = new URL(given ?? `https://kms.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`)
  if (!/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '' || url.username !== '')
    throw new TypeError(
      'The endpoint of KMS must be an http: or https: URL of a host, and a port if need be.',
    )
  return url
}
