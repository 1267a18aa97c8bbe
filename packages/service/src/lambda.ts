// The Lambda function adminSigner: the service with a KMS key and a policy. The only file that reads the environment.
//   KMS_KEY_ID             the key: key id, key ARN, alias name or alias ARN
//   COFFER_SIGNER_ADDRESS  optional: the address that the key must have, or nothing is signed
//   LAMBDA_TASK_ROOT       set by Lambda: where the function's code is, and beside it the directory policy/
import { join } from 'node:path'
import { createSigner } from '@coffer/signer'
import { awsKms } from '@coffer/signer/aws-kms'
import { createHandler, type Handler } from './handler.ts'
import { loadPolicy, type Policy } from './policy/policy.ts'
import { readPolicySource } from './policy/source.ts'

const { KMS_KEY_ID = '', COFFER_SIGNER_ADDRESS, LAMBDA_TASK_ROOT = '' } = process.env

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
  signer: async onKmsRequest =>
    createSigner(await awsKms({ keyId: KMS_KEY_ID, onRequest: onKmsRequest }), {
      expectedAddress: COFFER_SIGNER_ADDRESS as `0x${string}` | undefined,
    }),
  policy: givePolicy(),
  log: line => process.stdout.write(`${line}\n`),
})
