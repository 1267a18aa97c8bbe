// The Lambda function adminSigner: the service with a KMS key and a policy. The only file that reads the environment.
//   KMS_KEY_ID             the key: key id, key ARN, alias name or alias ARN
//   COFFER_SIGNER_ADDRESS  optional: the address that the key must have, or nothing is signed
//   LAMBDA_TASK_ROOT       set by Lambda: where the function's code is, and beside it the directory policy/
//   AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN  set by Lambda
//   AWS_ENDPOINT_URL_KMS, AWS_ENDPOINT_URL  optional: where KMS is, if not at the region's address
import { join } from 'node:path'
import { createSigner, prepareVerification } from '@coffer/signer'
import { type AwsCredentials, kmsHttp } from '@coffer/signer/kms-http'
import { createHandler, type Handler } from './handler.ts'
import { loadPolicy, type Policy } from './policy/policy.ts'
import { readPolicySource } from './policy/source.ts'

const { KMS_KEY_ID = '', COFFER_SIGNER_ADDRESS, LAMBDA_TASK_ROOT = '', AWS_REGION } = process.env
const { AWS_ENDPOINT_URL_KMS, AWS_ENDPOINT_URL } = process.env

/** Lambda puts those of the function's role there, and no others are used. */
const credentials = (): AwsCredentials => ({
  accessKeyId: process.env['AWS_ACCESS_KEY_ID'] ?? '',
  secretAccessKey: process.env['AWS_SECRET_ACCESS_KEY'] ?? '',
  sessionToken: process.env['AWS_SESSION_TOKEN'],
})

// While the policy is loaded. If it fails, the first request tries again and tells.
prepareVerification().catch(() => undefined)

/** Loaded once, at the start, where it costs no request any time. What fails then fails each request. */
const givePolicy = (): (() => Policy) => {
  try {
    const policy = loadPolicy(readPolicySource(join(LAMBDA_TASK_ROOT, 'policy')))
    return () => policy
  } catch (error) {
    return () => {
      throw error
    }
  }
}

/** The handler of API Gateway's proxy events. */
export const handler: Handler = createHandler({
  signer: async onKmsRequest => {
    const key = await kmsHttp({
      keyId: KMS_KEY_ID,
      region: AWS_REGION,
      endpoint: AWS_ENDPOINT_URL_KMS || AWS_ENDPOINT_URL || undefined,
      credentials,
      onRequest: onKmsRequest,
      // The first request of an instance asks twice, for the public key and the signature, and Lambda ends it after 25 s.
      deadlineMs: 11_000,
    })
    const expectedAddress = COFFER_SIGNER_ADDRESS as `0x${string}` | undefined
    return createSigner(key, { expectedAddress }).catch(async (error: unknown) => {
      // The next request makes another one, with connections of its own.
      await key.close()
      throw error
    })
  },
  policy: givePolicy(),
  log: line => process.stdout.write(`${line}\n`),
})
