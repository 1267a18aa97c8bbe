import { AwsKmsSigner } from '@nexusmutual/ethers-v6-aws-kms-signer'

const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, KMS_KEY_ID } = process.env
const signer = new AwsKmsSigner({
  region: AWS_REGION,
  accessKeyId: AWS_ACCESS_KEY_ID,
  secretAccessKey: AWS_SECRET_ACCESS_KEY,
  kmsKeyId: KMS_KEY_ID,
})

export function sign(digest) {
  return signer.signMessage(digest)
}
