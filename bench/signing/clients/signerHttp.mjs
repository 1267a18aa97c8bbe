// @coffer/signer over its own transport, as on Lambda.
import { createSigner } from '@coffer/signer'
import { kmsHttp } from '@coffer/signer/kms-http'
import { credentials } from '../credentials.mjs'

const { KMS_KEY_ID, AWS_ENDPOINT_URL } = process.env
const signer = await createSigner(
  await kmsHttp({ keyId: KMS_KEY_ID, endpoint: AWS_ENDPOINT_URL, credentials }),
)

export function sign(digest) {
  return signer.signHash(`0x${Buffer.from(digest).toString('hex')}`)
}
