// The floor: one Sign of the AWS SDK, and nothing done with what it answers.
import { KMSClient, SignCommand } from '@aws-sdk/client-kms'

const client = new KMSClient()

export const describe = 'nothing: DER as KMS gives it'

export function sign(digest) {
  const KeyId = process.env.KMS_KEY_ID
  return client.send(
    new SignCommand({ KeyId, Message: digest, MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' }),
  )
}
