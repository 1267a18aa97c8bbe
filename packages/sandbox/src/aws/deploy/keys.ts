// The KMS keys and aliases of a deployment.
// CloudFormation User Guide, "DeletionPolicy attribute".
import type { Deployment, KmsKey } from '../../iam/template/deployment.ts'
import type { Cloud } from '../cloud.ts'
import { createKeyMaterial } from '../kms/createKey.ts'
import { schedule } from '../kms/keyState.ts'

/**
 * Creates the keys of a deployment; one that is there keeps its material and takes the template's policy.
 *
 * @param cloud The cloud.
 * @param deployment What is deployed.
 */
export const applyKeys = (cloud: Cloud, deployment: Deployment): void => {
  for (const key of deployment.keys) {
    const { keys, aliases, now } = cloud.kms
    const existing = keys.get(key.keyId)
    if (existing) existing.policy = key.policyDocument
    else keys.set(key.keyId, createKey(cloud, key))
    for (const name of key.aliases)
      aliases.set(name, { name, keyId: key.keyId, createdAt: now(), updatedAt: now() })
  }
}

/**
 * Removes keys that a deployment no longer has, and their aliases. A key that is not retained is scheduled for deletion.
 *
 * @param cloud The cloud.
 * @param before What was deployed.
 * @param after What is deployed instead.
 */
export const removeKeys = (cloud: Cloud, before: Deployment, after: Deployment | undefined): void => {
  const retained = new Set(before.resources.filter(one => one.retained).map(one => one.physicalId))
  const kept = new Set((after?.keys ?? []).flatMap(key => [key.keyId, ...key.aliases]))
  const isGone = (id: string): boolean => !retained.has(id) && !kept.has(id)
  for (const { keyId, aliases } of before.keys) {
    for (const name of aliases) if (isGone(name)) cloud.kms.aliases.delete(name)
    const key = cloud.kms.keys.get(keyId)
    if (key && isGone(keyId)) schedule(cloud.kms, key, 30)
  }
}

const createKey = (
  cloud: Cloud,
  { keyId, arn, policyDocument, multiRegion, enabled }: KmsKey,
): ReturnType<typeof createKeyMaterial> => ({
  ...createKeyMaterial(cloud.kms, 'ECC_SECG_P256K1'),
  id: keyId,
  arn,
  multiRegion,
  description: 'Signs for the treasury wallet. Deleting it loses the wallet.',
  policy: policyDocument,
  state: { name: enabled ? 'Enabled' : 'Disabled' },
})
