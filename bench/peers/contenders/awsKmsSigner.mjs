import { KmsSigner } from 'aws-kms-signer'

const signer = new KmsSigner(process.env.KMS_KEY_ID)

export function sign(digest) {
  return signer.sign(Buffer.from(digest))
}
