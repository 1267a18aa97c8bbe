// What signs without end: the signer alone, and the whole service with the starter policy. Each gives a way to sign once,
// which returns the code of the failure or nothing, and a way to end.
import { fileURLToPath } from 'node:url'
import { createService } from '@coffer/service'
import { loadPolicy, readPolicySource } from '@coffer/service/policy'
import { createSigner } from '@coffer/signer'
import { KmsError, kmsHttp } from '@coffer/signer/kms-http'
import { credentials } from '../signing/credentials.mjs'
import { now, principal, requestBody } from '../signing/request.mjs'

const { KMS_KEY_ID, AWS_ENDPOINT_URL } = process.env
/** Short, so that a hundred thousand signatures of a troubled KMS take minutes; otherwise as on Lambda. */
const timing = {
  requestMs: 500,
  backoffMs: 5,
  throttleBackoffMs: 10,
  openMs: 20,
  longestOpenMs: 100,
}
const makeKey = onRequest =>
  kmsHttp({ keyId: KMS_KEY_ID, endpoint: AWS_ENDPOINT_URL, credentials, timing, onRequest })

export const subjects = {
  signer: async () => {
    const key = await makeKey()
    const signer = await createSigner(key)
    const sign = async () => {
      const digest = crypto.getRandomValues(new Uint8Array(32))
      try {
        await signer.signHash(`0x${Buffer.from(digest).toString('hex')}`)
      } catch (error) {
        if (!(error instanceof KmsError)) throw error
        return error.code
      }
    }
    return { sign, close: key.close }
  },
  service: async () => {
    const directory = fileURLToPath(new URL('../../packages/service/policy/starter', import.meta.url))
    const policy = loadPolicy(readPolicySource(directory))
    let key
    let asked = 0
    let logged = 0
    const service = createService({
      signer: async onRequest => {
        key = await makeKey(onRequest)
        return createSigner(key)
      },
      policy: () => policy,
      log: line => {
        if (JSON.parse(line).outcome !== undefined) logged += 1
      },
      now: () => now,
    })
    const sign = async () => {
      asked += 1
      const input = {
        body: requestBody(),
        contentType: 'application/json',
        principal,
        requestId: `soak-${asked}`,
      }
      const { status, body } = await service(input)
      if (status !== 200) return JSON.parse(body).code
    }
    const close = async () => {
      await key.close()
      if (logged !== asked) throw new Error(`${asked} requests, and ${logged} log lines`)
    }
    return { sign, close }
  },
}
