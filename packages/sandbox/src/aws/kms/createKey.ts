// CreateKey. Key specs, origins and key stores the sandbox does not have are UnsupportedOperationException.
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { randomUuid } from '../random.ts'
import { AwsError } from './awsError.ts'
import { customerMasterKeySpecs, keySpec, keySpecs, keyUsage, keyUsages } from './keySpec.ts'
import { describe } from './keyState.ts'
import { type Operation, operation } from './operation.ts'
import { checkPolicy, defaultPolicy } from './policy.ts'
import { boolean, optional, text } from './shape.ts'
import { type Key, keyArn, type Store } from './store.ts'
import { addTags, tagList } from './tags.ts'

export const createKey: Operation = operation(
  {
    Description: optional(text({ max: 8192 })),
    KeySpec: optional(text({ oneOf: keySpecs })),
    CustomerMasterKeySpec: optional(text({ oneOf: customerMasterKeySpecs })),
    KeyUsage: optional(text({ oneOf: keyUsages })),
    Origin: optional(text({ oneOf: ['AWS_KMS', 'EXTERNAL', 'AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE'] })),
    MultiRegion: optional(boolean),
    CustomKeyStoreId: optional(text({ min: 1, max: 64 })),
    XksKeyId: optional(text({ min: 1, max: 128 })),
    Policy: optional(text({ min: 1, max: 131072 })),
    BypassPolicyLockoutSafetyCheck: optional(boolean),
    Tags: optional(tagList),
  },
  (input, { store }) => {
    if (input.KeySpec !== undefined && input.CustomerMasterKeySpec !== undefined) {
      throw new AwsError(
        'ValidationException',
        'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
      )
    }
    requireSupported('KeySpec', input.KeySpec ?? input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT', keySpec)
    requireSupported('Origin', input.Origin ?? 'AWS_KMS', 'AWS_KMS')
    requireSupported('MultiRegion', input.MultiRegion ?? false, false)
    requireSupported('CustomKeyStoreId', input.CustomKeyStoreId, undefined)
    requireSupported('XksKeyId', input.XksKeyId, undefined)
    if (input.KeyUsage === undefined) {
      throw new AwsError(
        'ValidationException',
        'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
      )
    }
    if (input.KeyUsage !== keyUsage) {
      throw new AwsError(
        'ValidationException',
        `KeyUsage ${input.KeyUsage} is not compatible with KeySpec ${keySpec}`,
      )
    }
    if (input.Policy !== undefined) checkPolicy(input.Policy)
    const tags = new Map<string, string>()
    addTags(tags, input.Tags ?? [])
    const key = generateKey(
      store,
      input.Description ?? '',
      input.Policy ?? defaultPolicy(store.accountId),
      tags,
    )
    store.keys.set(key.id, key)
    return { KeyMetadata: describe(store, key) }
  },
)

const generateKey = (store: Store, description: string, policy: string, tags: Map<string, string>): Key => {
  const id = randomUuid(store.random)
  // 48 bytes reduced modulo the order: FIPS 186-5 A.2.1, no bias worth the name.
  const secretKey = secp256k1.utils.randomSecretKey(store.random(48))
  return {
    id,
    arn: keyArn(store, id),
    createdAt: store.now(),
    description,
    policy,
    tags,
    secretKey,
    publicKey: secp256k1.getPublicKey(secretKey, false),
    state: { name: 'Enabled' },
  }
}

const requireSupported = <T>(member: string, given: T, supported: T): void => {
  if (given === supported) return
  throw new AwsError(
    'UnsupportedOperationException',
    `${member} ${given} is not supported here: this KMS keeps ${keySpec} keys of one region, with key material of its own.`,
  )
}
