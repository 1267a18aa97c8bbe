// Over TLS: a KMS whose certificate is trusted is asked, any other is not. What is trusted is fixed when a process
// starts, so it is one of its own that asks, with nothing in it but the transport.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Metafile } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCertificate } from '../test/certificate.ts'
import { ARN, publicKeyBody } from '../test/kmsServer.ts'

const directory = mkdtempSync(join(tmpdir(), 'coffer-kms-http-'))
const certificates = join(directory, 'cert.pem')
const script = join(directory, 'ask.mjs')
let server: Server
let requests: number
let sessions: number
let metafile: Metafile

beforeAll(async () => {
  const { cert, key } = createCertificate()
  writeFileSync(certificates, cert)
  server = createServer({ cert, key }, (request, response) => {
    requests += 1
    request.resume()
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
    response.end(JSON.stringify(publicKeyBody({ Signature: 'AA==' })))
  })
  server.on('secureConnection', () => {
    sessions += 1
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const source = `
    import { kmsHttp } from './kmsHttp.ts'
    try {
      const credentials = () => ({ accessKeyId: 'AKID', secretAccessKey: 'secret' })
      const timing = { backoffMs: 0 }
      const key = await kmsHttp({ keyId: '${ARN}', endpoint: process.argv[2], credentials, timing })
      await key.signDigest(new Uint8Array(32))
      console.log(key.id)
    } catch (error) {
      console.log(error.code)
    }`
  const result = await build({
    stdin: { contents: source, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: script,
    metafile: true,
  })
  metafile = result.metafile
})

afterAll(async () => {
  rmSync(directory, { recursive: true })
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
})

/** What a process that asks prints. It ends by itself: a connection that idles does not hold it. */
const ask = (environment: Readonly<Record<string, string>>): Promise<string> => {
  requests = 0
  sessions = 0
  const { port } = server.address() as AddressInfo
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [script, `https://127.0.0.1:${port}`],
      { env: { PATH: process.env['PATH'], ...environment }, timeout: 30_000 },
      (error, stdout) => (error === null ? resolve(stdout.trim()) : reject(error)),
    )
  })
}

test('default: a KMS that is trusted is asked, over one connection', async () => {
  expect(await ask({ NODE_EXTRA_CA_CERTS: certificates })).toBe(ARN)
  expect({ requests, sessions }).toEqual({ requests: 2, sessions: 1 })
})

test('error: one whose certificate nobody vouches for gets no request', async () => {
  expect(await ask({})).toBe('KMS_UNAVAILABLE')
  expect(requests).toBe(0)
})

test('behavior: nothing of the AWS SDK is in it', () => {
  const packages = Object.keys(metafile.inputs).flatMap(input =>
    [...input.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].map(([, name]) => name),
  )
  expect([...new Set(packages)]).toEqual(['@noble/hashes'])
})
