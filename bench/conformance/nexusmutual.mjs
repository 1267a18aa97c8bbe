// Signs the digest of `coffer conformance` with @nexusmutual/ethers-v6-aws-kms-signer. The package is that of bench/peers.
// It has no public method for a digest; _signViaKms is what signMessage, signTypedData and signTransaction end in.
import { createRequire } from 'node:module'

const require = createRequire(new URL('../peers/package.json', import.meta.url))
const { AwsKmsSigner } = require('@nexusmutual/ethers-v6-aws-kms-signer')

const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, KMS_KEY_ID, COFFER_CONFORMANCE_DIGEST } =
  process.env
const signer = new AwsKmsSigner({
  region: AWS_REGION,
  kmsKeyId: KMS_KEY_ID,
  accessKeyId: AWS_ACCESS_KEY_ID,
  secretAccessKey: AWS_SECRET_ACCESS_KEY,
})
// It keeps the address that it has told once.
await signer.getAddress()
process.stdout.write(`${await signer._signViaKms(COFFER_CONFORMANCE_DIGEST)}\n`)
