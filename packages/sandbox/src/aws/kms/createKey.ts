// CreateKey. Key specs, origins and key stores the sandbox does not have are UnsupportedOperationException.

import { AwsError } from '../awsError.ts'
import { randomUuid } from '../random.ts'
import { boolean, optional, text } from '../shape.ts'
import { curveOf } from './curve.ts'
import {
  customerMasterKeySpecs,
  type KeySpec,
  keySpecs,
  keyUsage,
  keyUsages,
  supportedKeySpecs,
} from './keySpec.ts'
import { describe } from './keyState.ts'
import { type Operation, operation } from './operation.ts'
import { checkPolicy, defaultPolicy, requireWayBack } from './policy.ts'
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
  (input, call) => {
    const { store } = call
    if (input.KeySpec !== undefined && input.CustomerMasterKeySpec !== undefined) {
      throw new AwsError(
        'ValidationException',
        'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
      )
    }
    const spec = requireSpec(input.KeySpec ?? input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT')
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
        `KeyUsage ${input.KeyUsage} is not compatible with KeySpec ${spec}`,
      )
    }
    if (input.Policy !== undefined) checkPolicy(input.Policy)
    const tags = new Map<string, string>()
    addTags(tags, input.Tags ?? [])
    const key = {
      ...createKeyMaterial(store, spec),
      description: input.Description ?? '',
      policy: input.Policy ?? defaultPolicy(store.accountId),
      tags,
    }
    if (input.BypassPolicyLockoutSafetyCheck !== true) requireWayBack(call, key)
    store.keys.set(key.id, key)
    return { KeyMetadata: describe(store, key) }
  },
)

/**
 * Makes a key that nobody knows.
 *
 * @param store The store it is to belong to.
 * @param spec Its spec.
 * @returns The key, enabled, with the default policy; it is not in the store yet.
 */
export const createKeyMaterial = (store: Store, spec: KeySpec): Key => {
  const id = randomUuid(store.random)
  const curve = curveOf(spec)
  // 48 bytes reduced modulo the order: FIPS 186-5 A.2.1, no bias worth the name.
  const secretKey = curve.utils.randomSecretKey(store.random(48))
  return {
    id,
    arn: keyArn(store, id),
    createdAt: store.now(),
    description: '',
    spec,
    multiRegion: false,
    policy: defaultPolicy(store.accountId),
    grants: new Map(),
    tags: new Map(),
    secretKey,
    publicKey: curve.getPublicKey(secretKey, false),
    state: { name: 'Enabled' },
  }
}

const requireSpec = (given: string): KeySpec => {
  const spec = supportedKeySpecs.find(one => one === given)
  if (!spec) throw unsupported('KeySpec', given)
  return spec
}

const requireSupported = <T>(member: string, given: T, supported: T): void => {
  if (given !== supported) throw unsupported(member, given)
}

const unsupported = (member: string, given: unknown): AwsError =>
  new AwsError(
    'UnsupportedOperationException',
    `${member} ${given} is not supported here: this KMS keeps ${supportedKeySpecs.join(' and ')} keys of one region, with key material of its own.`,
  )
