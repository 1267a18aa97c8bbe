// The whole signing service with the starter policy: a request is parsed, a user operation decoded, hashed and judged, the
// log line is written, the key asked, its signature verified.
import { fileURLToPath } from 'node:url'
import { createService } from '@coffer/service'
import { loadPolicy, readPolicySource } from '@coffer/service/policy'
import { createSigner } from '@coffer/signer'
import { kmsHttp } from '@coffer/signer/kms-http'
import { credentials } from '../credentials.mjs'
import { now, principal, requestBody } from '../request.mjs'

const { KMS_KEY_ID, AWS_ENDPOINT_URL } = process.env
const directory = fileURLToPath(new URL('../../../packages/service/policy/starter', import.meta.url))
const policy = loadPolicy(readPolicySource(directory))
const service = createService({
  signer: async onRequest =>
    createSigner(await kmsHttp({ keyId: KMS_KEY_ID, endpoint: AWS_ENDPOINT_URL, credentials, onRequest })),
  policy: () => policy,
  log: line => process.stdout.write(`${line}\n`),
  now: () => now,
})

export async function sign() {
  const answer = await service({
    body: requestBody(),
    contentType: 'application/json',
    principal,
    requestId: 'bench',
  })
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body}`)
  return answer.body
}
