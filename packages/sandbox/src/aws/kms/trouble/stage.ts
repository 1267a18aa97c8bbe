// A KMS of its own for one behaviour: one key with an alias, digests to sign, and trouble ahead.

import { publicKeyToAddress } from '@coffer/signer'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { createCloud } from '../../cloud.ts'
import { startAws } from '../../endpoint.ts'
import { createKeyMaterial } from '../createKey.ts'
import { keySpec } from '../keySpec.ts'
import type { Behaviour } from './behaviours.ts'
import { digestForShortS } from './nonces.ts'

/** Where one behaviour is met. */
export type KmsStage = {
  /** What points a client of AWS at it, as the administrator. */
  readonly environment: Readonly<Record<string, string>>
  /** The ARN of the key or its alias. */
  readonly keyId: string
  /** With its EIP-55 checksum. */
  readonly address: `0x${string}`
  /** One for each signer: `0x` hex, 32 bytes. */
  readonly digests: readonly `0x${string}`[]
  /** How many calls there were, by operation. */
  readonly calls: () => Readonly<Record<string, number>>
  /** How many calls met the trouble. */
  readonly hits: () => number
  readonly stop: () => Promise<void>
}

const alias = 'alias/conformance'

/**
 * Starts a KMS on loopback that behaves in one way.
 *
 * @param behaviour The way.
 * @returns The running KMS, with one key.
 */
export const startKmsStage = async (behaviour: Behaviour): Promise<KmsStage> => {
  const cloud = createCloud()
  const { kms, kmsTrouble, random, region } = cloud
  const key = createKeyMaterial(kms, keySpec)
  kms.keys.set(key.id, key)
  kms.aliases.set(alias, { name: alias, keyId: key.id, createdAt: cloud.now(), updatedAt: cloud.now() })
  const aws = await startAws({ cloud })
  kmsTrouble.set(behaviour.orders)
  const { accessKeyId, secretAccessKey } = cloud.identities.administrator
  const [order] = behaviour.orders
  const digest = (): Uint8Array =>
    order?.trouble === 'short-s' ? digestForShortS(key.secretKey, order.bytes ?? 1, random) : random(32)
  return {
    environment: {
      AWS_ENDPOINT_URL: aws.url,
      AWS_ENDPOINT_URL_KMS: aws.url,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    },
    keyId: behaviour.keyName === 'alias' ? alias : key.arn,
    address: publicKeyToAddress(secp256k1.getPublicKey(key.secretKey, false)),
    digests: Array.from(
      { length: behaviour.signers ?? 1 },
      () => `0x${Buffer.from(digest()).toString('hex')}` as const,
    ),
    calls: kmsTrouble.calls,
    hits: kmsTrouble.hits,
    stop: aws.stop,
  }
}
