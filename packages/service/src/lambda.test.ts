import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { KEY_ARN, newSigner, PRINCIPAL, payload, signingKey } from '../test/fixtures.ts'
import { OPEN_FACTS, PERMIT_ALL, STARTER_RULES, sourceOf } from '../test/policy.ts'
import type { PolicySource } from './policy/policy.ts'

// Just enough KMS on loopback for the function as it is deployed, the AWS SDK included.
const signer = await newSigner()
let kms: Server
let disabled = false
const requests: string[] = []

const answerTo = async (operation: string, body: { readonly Message?: string }): Promise<object> => {
  if (operation === 'GetPublicKey') {
    const publicKey = Buffer.from(await signingKey.getPublicKey()).toString('base64')
    return { KeyId: KEY_ARN, KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY', PublicKey: publicKey }
  }
  const signature = await signingKey.signDigest(Buffer.from(body.Message ?? '', 'base64'))
  return {
    KeyId: KEY_ARN,
    Signature: Buffer.from(signature).toString('base64'),
    SigningAlgorithm: 'ECDSA_SHA_256',
  }
}

beforeAll(async () => {
  kms = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).replace('TrentService.', '')
    requests.push(operation)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    response.setHeader('content-type', 'application/x-amz-json-1.1')
    response.setHeader('x-amzn-requestid', `${operation}-${requests.length}`)
    if (disabled) {
      response.writeHead(400)
      response.end(JSON.stringify({ __type: 'DisabledException', message: `${KEY_ARN} is disabled.` }))
    } else
      response.end(JSON.stringify(await answerTo(operation, JSON.parse(Buffer.concat(chunks).toString()))))
  })
  await new Promise<void>(resolve => kms.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  kms.close()
  rmSync(root, { recursive: true })
})

/** The function's code, as far as it is read: the policy. */
const root = mkdtempSync(join(tmpdir(), 'coffer-lambda-'))
const writePolicy = ({ rules, facts }: PolicySource): void => {
  mkdirSync(join(root, 'policy'), { recursive: true })
  writeFileSync(join(root, 'policy/treasury.cedar'), rules)
  writeFileSync(join(root, 'policy/treasury.json'), facts)
}

const written: string[] = []
beforeEach(() => {
  requests.length = 0
  written.length = 0
  disabled = false
  for (const name of ['KMS_KEY_ID', 'COFFER_SIGNER_ADDRESS']) vi.stubEnv(name, undefined)
  const { port } = kms.address() as AddressInfo
  vi.stubEnv('AWS_ENDPOINT_URL_KMS', `http://127.0.0.1:${port}`)
  vi.stubEnv('AWS_REGION', 'us-east-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example')
  writePolicy(sourceOf(STARTER_RULES))
  vi.stubEnv('LAMBDA_TASK_ROOT', root)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

/** Loads the function with an environment, and a way to invoke it with a request body. */
const load = async (environment: Readonly<Record<string, string>>) => {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  vi.resetModules()
  const { handler } = await import('./lambda.ts')
  vi.spyOn(process.stdout, 'write').mockImplementation(text => {
    written.push(String(text))
    return true
  })
  return async (body: object) => {
    const identity = { userArn: PRINCIPAL.arn, sourceIp: PRINCIPAL.sourceIp }
    const result = await handler({ body: JSON.stringify(body), requestContext: { requestId: 'r', identity } })
    return { status: result.statusCode, ...JSON.parse(result.body) }
  }
}

const transfer = { signerAddress: signer.address, payload: payload() }
const bareHash = { signerAddress: signer.address, message: `0x${'ab'.repeat(32)}` }

test('default: one GetPublicKey at the start, then one Sign for each signature, and their ids in the log', async () => {
  const invoke = await load({ KMS_KEY_ID: 'alias/treasury' })
  expect(await invoke(transfer)).toMatchObject({ status: 200, keyId: KEY_ARN })
  expect(await invoke(transfer)).toMatchObject({ status: 200 })
  expect(requests).toEqual(['GetPublicKey', 'Sign', 'Sign'])
  expect(written.map(line => JSON.parse(line).kmsRequestIds)).toEqual([
    ['GetPublicKey-1', 'Sign-2'],
    ['Sign-3'],
  ])
  expect(written.every(line => line.indexOf('\n') === line.length - 1)).toBe(true)
})

test('behavior: what signatures are verified with is made ready before the first request, and its failure is tried again', async () => {
  // Node's types do not know it.
  const { WebAssembly } = globalThis as unknown as {
    readonly WebAssembly: { instantiate: () => Promise<unknown> }
  }
  const instantiate = vi.spyOn(WebAssembly, 'instantiate').mockRejectedValueOnce(new Error('no memory'))
  const invoke = await load({ KMS_KEY_ID: KEY_ARN })
  expect(instantiate).toHaveBeenCalledTimes(1)
  expect(await invoke(transfer)).toMatchObject({ status: 200 })
  expect(instantiate).toHaveBeenCalledTimes(2)
  await invoke(transfer)
  expect(instantiate).toHaveBeenCalledTimes(2)
})

test('behavior: a key that is disabled at the start is asked again', async () => {
  const invoke = await load({ KMS_KEY_ID: KEY_ARN })
  disabled = true
  expect(await invoke(transfer)).toMatchObject({ status: 503, code: 'KMS_KEY_DISABLED' })
  expect(JSON.parse(written[0] ?? '').kmsRequestIds).toEqual(['GetPublicKey-1'])
  disabled = false
  expect(await invoke(transfer)).toMatchObject({ status: 200 })
  disabled = true
  expect(await invoke(transfer)).toMatchObject({ status: 503, code: 'KMS_KEY_DISABLED' })
})

test('behavior: what is signed is what the policy beside the code permits', async () => {
  const loadWith = (rules: string, facts: object) => {
    writePolicy(sourceOf(rules, facts))
    return load({ KMS_KEY_ID: KEY_ARN })
  }
  const open = await loadWith(PERMIT_ALL, OPEN_FACTS)
  expect(await open(bareHash)).toMatchObject({ status: 200, rules: ['signHash'] })
  const closed = await loadWith('', {})
  expect(await closed(transfer)).toMatchObject({ status: 403, code: 'DENIED' })
  const broken = await loadWith('permit', {})
  expect(await broken(transfer)).toMatchObject({ status: 500, code: 'POLICY_INVALID' })
  expect(written.at(-1)).toContain('treasury.cedar:1:7: ')
})

test('error: without a policy nothing is signed', async () => {
  const invoke = await load({ KMS_KEY_ID: KEY_ARN, LAMBDA_TASK_ROOT: join(tmpdir(), 'coffer-nowhere') })
  expect(await invoke(transfer)).toMatchObject({ status: 500, code: 'POLICY_INVALID' })
  expect(requests).toEqual([])
})

test('error: a key with another address than the one pinned signs nothing', async () => {
  const pin = `0x${'11'.repeat(20)}`
  const invoke = await load({ KMS_KEY_ID: KEY_ARN, COFFER_SIGNER_ADDRESS: pin })
  expect(await invoke(transfer)).toMatchObject({ status: 500, code: 'ADDRESS_MISMATCH' })
  expect(requests).toEqual(['GetPublicKey'])
})

test('error: however often it is asked then, no connection is left', async () => {
  const invoke = await load({ KMS_KEY_ID: KEY_ARN, COFFER_SIGNER_ADDRESS: `0x${'11'.repeat(20)}` })
  const connections = (): Promise<number> =>
    new Promise(resolve => kms.getConnections((_error, count) => resolve(count)))
  const before = await connections()
  for (let i = 0; i < 5; i++) expect(await invoke(transfer)).toMatchObject({ code: 'ADDRESS_MISMATCH' })
  await vi.waitFor(async () => expect(await connections()).toBeLessThanOrEqual(before))
})

test('behavior: a key with the pinned address signs', async () => {
  const invoke = await load({ KMS_KEY_ID: KEY_ARN, COFFER_SIGNER_ADDRESS: signer.address })
  expect(await invoke(transfer)).toMatchObject({ status: 200 })
})

test('error: without a key id the function answers, and says what is missing', async () => {
  const invoke = await load({})
  expect(await invoke(transfer)).toMatchObject({ status: 500, code: 'KMS_KEY_ID_INVALID' })
  expect(requests).toEqual([])
})
