// What a key does: GetPublicKey, Sign, Verify. The curves by noble; node:crypto cannot sign a digest unhashed.

import { sha256 } from '@noble/hashes/sha2.js'
import { AwsError } from '../awsError.ts'
import { blob, boolean, list, optional, required, text } from '../shape.ts'
import { curveOf, encodeSubjectPublicKeyInfo } from './curve.ts'
import { type KeySpec, keyUsage, signingAlgorithm } from './keySpec.ts'
import { keyId, type Operation, operation } from './operation.ts'
import { findKeyOrAlias, type Key, requireEnabled } from './store.ts'

const grantTokens = list(text({ min: 1, max: 8192 }), { max: 10 })

const messageShape = {
  KeyId: required(keyId),
  Message: required(blob({ min: 1, max: 4096 })),
  MessageType: optional(text({ oneOf: ['RAW', 'DIGEST', 'EXTERNAL_MU'] })),
  SigningAlgorithm: required(
    text({
      oneOf: [
        'RSASSA_PSS_SHA_256',
        'RSASSA_PSS_SHA_384',
        'RSASSA_PSS_SHA_512',
        'RSASSA_PKCS1_V1_5_SHA_256',
        'RSASSA_PKCS1_V1_5_SHA_384',
        'RSASSA_PKCS1_V1_5_SHA_512',
        'ECDSA_SHA_256',
        'ECDSA_SHA_384',
        'ECDSA_SHA_512',
        'SM2DSA',
        'ML_DSA_SHAKE_256',
        'ED25519_SHA_512',
        'ED25519_PH_SHA_512',
      ],
    }),
  ),
  GrantTokens: optional(grantTokens),
  DryRun: optional(boolean),
}

// KMS signs what it is given: no low-s, which is Ethereum's rule and the client's task.
const ecdsa = { prehash: false, lowS: false, format: 'der' } as const

export const getPublicKey: Operation = operation(
  { KeyId: required(keyId), GrantTokens: optional(grantTokens) },
  ({ KeyId }, call) => {
    const key = findKeyOrAlias(call, KeyId)
    requireEnabled(key)
    return {
      KeyId: key.arn,
      PublicKey: Buffer.from(encodeSubjectPublicKeyInfo(key.spec, key.publicKey)).toString('base64'),
      KeySpec: key.spec,
      CustomerMasterKeySpec: key.spec,
      KeyUsage: keyUsage,
      SigningAlgorithms: [signingAlgorithm],
    }
  },
)

export const sign: Operation = operation(messageShape, (input, call) => {
  const key = findKeyOrAlias(call, input.KeyId)
  requireEnabled(key)
  const digest = digestOf(input, key.spec)
  if (input.DryRun) throw dryRun()
  // Extra entropy: two signatures over one digest differ, as they do in KMS.
  const signature = curveOf(key.spec).sign(digest, key.secretKey, {
    ...ecdsa,
    extraEntropy: call.store.random(32),
  })
  return {
    KeyId: key.arn,
    Signature: Buffer.from(signature).toString('base64'),
    SigningAlgorithm: signingAlgorithm,
  }
})

export const verify: Operation = operation(
  { ...messageShape, Signature: required(blob({ min: 1, max: 6144 })) },
  (input, call) => {
    const key = findKeyOrAlias(call, input.KeyId)
    requireEnabled(key)
    const digest = digestOf(input, key.spec)
    if (input.DryRun) throw dryRun()
    if (!isSignature(input.Signature, digest, key)) throw new AwsError('KMSInvalidSignatureException')
    return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: signingAlgorithm }
  },
)

/** The 32 bytes that are signed: the message itself, or the SHA-256 hash of a raw one. */
const digestOf = (
  input: {
    readonly Message: Uint8Array
    readonly MessageType: string | undefined
    readonly SigningAlgorithm: string
  },
  keySpec: KeySpec,
): Uint8Array => {
  if (input.SigningAlgorithm !== signingAlgorithm) {
    throw new AwsError(
      'InvalidKeyUsageException',
      `Algorithm ${input.SigningAlgorithm} is incompatible with key spec ${keySpec}.`,
    )
  }
  if (input.MessageType === 'EXTERNAL_MU') {
    throw new AwsError(
      'ValidationException',
      `Message type EXTERNAL_MU is incompatible with key spec ${keySpec}.`,
    )
  }
  if (input.MessageType !== 'DIGEST') return sha256(input.Message)
  if (input.Message.length !== 32) {
    throw new AwsError('ValidationException', `Digest is invalid length for algorithm ${signingAlgorithm}.`)
  }
  return input.Message
}

const isSignature = (signature: Uint8Array, digest: Uint8Array, { spec, publicKey }: Key): boolean => {
  try {
    return curveOf(spec).verify(signature, digest, publicKey, ecdsa)
  } catch {
    // Not DER, or r or s out of range.
    return false
  }
}

const dryRun = (): AwsError =>
  new AwsError('DryRunOperationException', 'Request would have succeeded, but the DryRun option is set.')
