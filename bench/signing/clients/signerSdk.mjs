// @coffer/signer over the AWS SDK.
import { createSigner } from '@coffer/signer'
import { awsKms } from '@coffer/signer/aws-kms'

const signer = await createSigner(await awsKms({ keyId: process.env.KMS_KEY_ID }))

export function sign(digest) {
  return signer.signHash(`0x${Buffer.from(digest).toString('hex')}`)
}
