// KMS keys of a template, with their aliases and key policies.
// CloudFormation User Guide, AWS::KMS::Key and AWS::KMS::Alias.
import { defaultPolicy } from '../../aws/kms/policy.ts'
import type { KmsKey } from './deployment.ts'
import type { Place } from './identity.ts'
import type { Resource } from './resource.ts'

/**
 * Reads the keys.
 *
 * @param resources Those of type `AWS::KMS::...`.
 * @param place Where the template is deployed.
 * @returns The keys. An alias for a key that the template does not create is not among them.
 */
export const readKms = (resources: readonly Resource[], place: Place): readonly KmsKey[] => {
  const aliases = resources.filter(({ type }) => type === 'AWS::KMS::Alias')
  return resources
    .filter(({ type }) => type === 'AWS::KMS::Key')
    .flatMap(resource => {
      const { ref: keyId, attributes } = resource.identity
      const arn = attributes['Arn'] ?? ''
      const document = resource.value('KeyPolicy') ?? JSON.parse(defaultPolicy(place.accountId))
      const own = aliases.filter(alias => [keyId, arn].includes(alias.required('TargetKeyId')))
      const names = own.map(alias => alias.identity.ref)
      const policy = resource.policy(document, `key policy of ${names[0] ?? keyId}`, 'key', 'KeyPolicy')
      if (!policy) return []
      return {
        keyId,
        arn,
        policy,
        policyDocument: JSON.stringify(document),
        keySpec: resource.text('KeySpec') ?? 'SYMMETRIC_DEFAULT',
        keyUsage: resource.text('KeyUsage') ?? 'ENCRYPT_DECRYPT',
        multiRegion: resource.text('MultiRegion') === 'true',
        enabled: resource.text('Enabled') !== 'false',
        aliases: names,
      }
    })
}
