// The signing endpoint as other clients reach it: curl's own SigV4, tampered requests, a bare hash, and the log.

import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { concat, keccak256, recoverMessageAddress, stringToHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { onPath, run } from './support/run.ts'
import { startTreasury, type Treasury } from './support/treasury.ts'

// As in the guide, a bare hash is signed.
let treasury: Treasury
const message = `0x${'5b'.repeat(32)}` as const

beforeAll(async () => {
  treasury = await startTreasury()
  const { sandbox, policy } = treasury
  const hashes = `@id("hashes") permit (principal in Role::"operators", action == Action::"signHash", resource);`
  await sandbox.putPolicy({ ...policy, rules: `${policy.rules}${hashes}` })
})

afterAll(() => treasury?.sandbox.stop())

const curl = await findCurl()

test.skipIf(curl === undefined)('curl --aws-sigv4 gets a signature of the key', async () => {
  const { sandbox, signerAddress } = treasury
  const { accessKeyId, secretAccessKey } = sandbox.identities.operator
  const { status, stdout } = await run(curl ?? '', [
    ...['--silent', '--aws-sigv4', `aws:amz:${sandbox.region}:execute-api`],
    ...['--user', `${accessKeyId}:${secretAccessKey}`, '--header', 'content-type: application/json'],
    ...['--data', JSON.stringify({ message, signerAddress }), `${sandbox.outputs()['InvokeUrl']}`],
  ])
  expect(status).toBe(0)
  const reply = JSON.parse(stdout)
  expect(reply).toMatchObject({ signerAddress, message, scheme: 'eip191', rules: ['hashes'] })
  expect(await recoverMessageAddress({ message: { raw: message }, signature: reply.signature })).toBe(
    signerAddress,
  )
})

test('coffer sign takes a hash in base64, as the guide writes it', async () => {
  const base64 = Buffer.alloc(32, 0x5b).toString('base64')
  const { status, stdout } = await treasury.run([
    'sign',
    '--message',
    base64,
    '--reference',
    'guide',
    '--json',
  ])
  expect(status).toBe(0)
  const reply = JSON.parse(stdout)
  const { signerAddress } = treasury
  expect(reply).toMatchObject({ message, signerAddress })
  expect(await recoverMessageAddress({ message: { raw: message }, signature: reply.signature })).toBe(
    signerAddress,
  )
})

test("error: an answer that is not the key's signature is refused, whoever gives it", async () => {
  const digest = keccak256(concat([stringToHex('\x19Ethereum Signed Message:\n32'), message]))
  const liar = createServer((_, response) => {
    const signature = `0x${'11'.repeat(64)}1b`
    const rest = {
      message,
      digest,
      scheme: 'eip191',
      keyId: 'k',
      rules: [],
      policyVersion: 'p',
      requestId: 'r',
    }
    response.end(JSON.stringify({ signature, signerAddress: treasury.signerAddress, ...rest }))
  })
  await new Promise<void>(resolve => liar.listen(0, '127.0.0.1', resolve))
  const { port } = liar.address() as AddressInfo
  const { status, stdout } = await treasury.run(['sign', '--message', message, '--json'], {
    COFFER_ENDPOINT: `http://127.0.0.1:${port}`,
  })
  liar.close()
  expect(status).toBe(8)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'SIGNATURE_REFUSED' } })
})

test('coffer sign --payload tells what the signature permits, and refuses a hash that is not of it', async () => {
  const created = await treasury.run([
    ...['transfer', 'create', '7', 'usdc', '--to', 'vendor:acme', '--reference', 'payload', '--json'],
  ])
  const { transactionId, message: hash } = JSON.parse(created.stdout)
  const { url, apiKey } = treasury.sandbox.crossmint
  const transaction = await fetch(
    `${url}/api/2025-06-09/wallets/${treasury.wallet}/transactions/${transactionId}`,
    {
      headers: { 'x-api-key': apiKey },
    },
  )
  const { onChain } = (await transaction.json()) as { onChain: { userOperation: object } }
  const { chainId, entryPoint } = treasury.sandbox.chain
  const payload = { kind: 'userOperation', chainId, entryPoint, userOperation: onChain.userOperation }
  await writeFile(join(treasury.directory, 'payload.json'), JSON.stringify(payload))
  const signed = await treasury.run(['sign', '--payload', 'payload.json', '--message', hash])
  expect({ status: signed.status, stdout: signed.stdout }).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/permits +.*transfer.*7000000.*rules +first-use, payouts, fees/s),
  })
  const other = await treasury.run(['sign', '--payload', 'payload.json', '--message', message, '--json'])
  expect({ status: other.status, ...JSON.parse(other.stdout) }).toMatchObject({
    status: 8,
    error: { code: 'HASH_MISMATCH' },
  })
  expect((await treasury.run(['sign', '--payload', 'nothing.json'])).stderr).not.toContain('✗')
})

test('a request that nobody signed reaches no function', async () => {
  const lines = treasury.log.length
  const body = JSON.stringify({ message, signerAddress: treasury.signerAddress })
  const response = await fetch(treasury.sandbox.outputs()['InvokeUrl'] ?? '', { method: 'POST', body })
  expect(response.status).toBe(403)
  expect(await response.json()).toEqual({ message: 'Missing Authentication Token' })
  expect(treasury.log).toHaveLength(lines)
})

test('error: every wrong field is named at once, with exit code 2, before anything is sent', async () => {
  const lines = treasury.log.length
  const { status, stdout } = await treasury.run([
    ...['sign', '--message', '0x12', '--signer-address', '0x34', '--reference', 'x'.repeat(129), '--json'],
  ])
  expect(status).toBe(2)
  const { error } = JSON.parse(stdout)
  for (const field of ['/message', '/signerAddress', '/reference']) expect(error.message).toContain(field)
  expect(treasury.log).toHaveLength(lines)
})

test("error: another key's address is refused", async () => {
  const { status, stdout } = await treasury.run([
    ...['sign', '--message', message, '--signer-address', `0x${'11'.repeat(20)}`, '--json'],
  ])
  expect(status).toBe(3)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'WRONG_SIGNER_ADDRESS' } })
})

test('a disabled key signs nothing, and signs again when it is enabled', async () => {
  const sign = async (): Promise<{ status: number; code: string | undefined }> => {
    const { status, stdout } = await treasury.run(['sign', '--message', message, '--json'])
    return { status, code: JSON.parse(stdout).error?.code }
  }
  expect((await treasury.run(['key', 'disable', '--yes'])).status).toBe(0)
  expect(await sign()).toEqual({ status: 3, code: 'KMS_KEY_DISABLED' })
  expect((await treasury.run(['key', 'enable'])).status).toBe(0)
  expect(await sign()).toEqual({ status: 0, code: undefined })
})

test('the log has one line for each request, and no signature', async () => {
  const lines = treasury.log.length
  const { stdout } = await treasury.run(['sign', '--message', message, '--reference', 'TICKET-7', '--json'])
  const { signature, digest, requestId } = JSON.parse(stdout)
  expect(treasury.log).toHaveLength(lines + 1)
  const line = treasury.log.at(-1) ?? ''
  expect(JSON.parse(line)).toMatchObject({ requestId, digest, reference: 'TICKET-7', outcome: 'signed' })
  expect(line).not.toContain(signature.slice(2, 66))
})

/** curl signs the body and its host header correctly since 7.86; 8 has no known fault for this call. */
async function findCurl(): Promise<string | undefined> {
  const path = onPath('curl')
  if (path === undefined) return undefined
  const { stdout } = await run(path, ['--version'])
  const [, major = 0, minor = 0] = (/^curl (\d+)\.(\d+)/.exec(stdout) ?? []).map(Number)
  return major > 7 || (major === 7 && minor >= 86) ? path : undefined
}
