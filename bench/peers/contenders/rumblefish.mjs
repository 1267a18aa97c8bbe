import { KMSClient } from '@aws-sdk/client-kms'
import { KMSSigner } from '@rumblefishdev/eth-signer-kms'

const signer = await KMSSigner.create(null, process.env.KMS_KEY_ID, new KMSClient())

export function sign(digest) {
  return signer.signMessage(digest)
}
