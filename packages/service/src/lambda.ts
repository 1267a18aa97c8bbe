// The Lambda function adminSigner: the service with a KMS key, configured by the environment. The only file that reads it.
//   KMS_KEY_ID             the key: key id, key ARN, alias name or alias ARN
//   COFFER_SIGNER_ADDRESS  optional: the address that the key must have, or nothing is signed
//   COFFER_BLIND_SIGNING   optional: `allow` signs bare hashes, as the guide does; anything else refuses them
import { createSigner } from '@coffer/signer'
import { awsKms } from '@coffer/signer/aws-kms'
import { createHandler, type Handler } from './handler.ts'

const { KMS_KEY_ID = '', COFFER_SIGNER_ADDRESS, COFFER_BLIND_SIGNING } = process.env

/** The handler of API Gateway's proxy events. */
export const handler: Handler = createHandler({
  signer: async onKmsRequest =>
    createSigner(await awsKms({ keyId: KMS_KEY_ID, onRequest: onKmsRequest }), {
      expectedAddress: COFFER_SIGNER_ADDRESS as `0x${string}` | undefined,
    }),
  blindSigning: COFFER_BLIND_SIGNING === 'allow' ? 'allow' : 'refuse',
  log: line => process.stdout.write(`${line}\n`),
})
