// Signs the digest of `coffer conformance` with @coffer/signer, over Node's own HTTPS.
import { createSigner, serializeSignature } from '@coffer/signer'
import { kmsHttp } from '@coffer/signer/kms-http'

const { KMS_KEY_ID, COFFER_CONFORMANCE_DIGEST, COFFER_CONFORMANCE_ADDRESS } = process.env
const { AWS_REGION, AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env
const key = await kmsHttp({
  keyId: KMS_KEY_ID,
  region: AWS_REGION,
  endpoint: AWS_ENDPOINT_URL,
  credentials: () => ({ accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY }),
})
const signer = await createSigner(key, { expectedAddress: COFFER_CONFORMANCE_ADDRESS })
process.stdout.write(`${serializeSignature(await signer.signHash(COFFER_CONFORMANCE_DIGEST))}\n`)
