// Signs the digest of `coffer conformance` with @coffer/signer.
import { createSigner, serializeSignature } from '@coffer/signer'
import { awsKms } from '@coffer/signer/aws-kms'

const { KMS_KEY_ID, COFFER_CONFORMANCE_DIGEST, COFFER_CONFORMANCE_ADDRESS } = process.env
const key = await awsKms({ keyId: KMS_KEY_ID })
const signer = await createSigner(key, { expectedAddress: COFFER_CONFORMANCE_ADDRESS })
process.stdout.write(`${serializeSignature(await signer.signHash(COFFER_CONFORMANCE_DIGEST))}\n`)
