// What stands at KMS's address and means ill: its answers are bounded in what is read of them, and none is taken for another.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'

import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  type Answer,
  ARN,
  type Call,
  json,
  type KmsServer,
  OTHER_ARN,
  refuse,
  signatureBody,
  startKmsServer,
} from '../test/kmsServer.ts'
import { KmsError, kmsHttp } from './kmsHttp.ts'
import type { SigningKey } from './signer.ts'

const DIGEST = new Uint8Array(32).fill(0x5a)
const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'not-a-secret' }
let kms: KmsServer

beforeEach(async () => {
  kms = await startKmsServer()
})

afterEach(() => kms.stop())

const keyAt = (endpoint: string): Promise<SigningKey> =>
  kmsHttp({ keyId: ARN, endpoint, credentials: () => credentials, timing: { backoffMs: 0 } })

const text = (content: string) => (): Answer => json(200, content)
const nested = (open: string, close: string, bytes: number): string => {
  const depth = Math.floor(bytes / (open.length + close.length))
  return `${open.repeat(depth)}1${close.repeat(depth)}`
}
const memberOf = (call: Call, member: string): string =>
  `{${member},${JSON.stringify(signatureBody(call)).slice(1)}`

test.each<[string, (call: Call) => Answer, string]>([
  ['nested arrays', text(nested('[', ']', 60_000)), 'KMS_UNAVAILABLE'],
  ['nested objects', text(nested('{"KeyId":', '}', 60_000)), 'KMS_ANSWER_INVALID'],
  ['a string without an end', text(`{"KeyId":"${'x'.repeat(60_000)}`), 'KMS_UNAVAILABLE'],
  [
    'a number beyond every number',
    text(`{"KeyId":1e999,"Signature":${'9'.repeat(60_000)}}`),
    'KMS_ANSWER_INVALID',
  ],
  [
    'a prototype with the members',
    text(`{"__proto__":{"KeyId":"${ARN}","Signature":"MEQ="}}`),
    'KMS_ANSWER_INVALID',
  ],
  ['a key of lone surrogates', text(`{"KeyId":"\\ud800","Signature":"MEQ="}`), 'KMS_ARN_MISMATCH'],
  [
    'a signature of lone surrogates',
    text(`{"KeyId":"${ARN}","Signature":"\\udc00\\ud800"}`),
    'KMS_ANSWER_INVALID',
  ],
  ['an error whose name is a prototype’s', () => refuse('__proto__'), 'KMS_UNEXPECTED'],
  ['an error whose name is an object’s', () => refuse('constructor', '\ud800'), 'KMS_UNEXPECTED'],
])('error: %s', async (_title, answer, code) => {
  const key = await keyAt(kms.endpoint)
  kms.always = answer
  const error = await key.signDigest(DIGEST).catch((error: unknown) => error)
  expect(error).toBeInstanceOf(KmsError)
  expect(error).toMatchObject({ code })
  expect(String(error).length).toBeLessThan(500)
  expect(({} as Record<string, unknown>)['KeyId']).toBeUndefined()
})

test('behavior: of a member that is there twice the last counts, for everything that is checked', async () => {
  const key = await keyAt(kms.endpoint)
  kms.next.push(call => json(200, memberOf(call, `"KeyId":"${OTHER_ARN}"`)))
  await key.signDigest(DIGEST)
  kms.next.push(call =>
    json(200, `${JSON.stringify(signatureBody(call)).slice(0, -1)},"KeyId":"${OTHER_ARN}"}`),
  )
  await expect(key.signDigest(DIGEST)).rejects.toMatchObject({ code: 'KMS_ARN_MISMATCH' })
})

test('behavior: members that nobody knows are not looked at, whatever is in them', async () => {
  const key = await keyAt(kms.endpoint)
  for (const member of [
    `"More":${nested('[', ']', 40_000)}`,
    '"More":1e999',
    '"__proto__":{"then":1}',
    '"More":"\\ud800"',
  ]) {
    kms.next.push(call => json(200, memberOf(call, member)))
    expect(await key.signDigest(DIGEST)).toBeInstanceOf(Uint8Array)
  }
})

test.each([
  ['of the length it says', 'content-length: 10000000'],
  ['in chunks', 'transfer-encoding: chunked'],
  ['in headers', undefined],
])('behavior: of an answer of 10 MB %s a fraction is taken', async (_title, header) => {
  const clients: Socket[] = []
  const onClient = (message: unknown): void =>
    void clients.push((message as { readonly socket: Socket }).socket)
  subscribe('net.client.socket', onClient)
  const server = createServer(socket => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\n')
      if (header !== undefined) socket.write(`${header}\r\n\r\n`)
      const block =
        header === undefined
          ? 'x: y\r\n'.repeat(2_000)
          : header.startsWith('t')
            ? `2710\r\n${' '.repeat(10_000)}\r\n`
            : ' '.repeat(10_000)
      const writeOn = (): void => {
        while (!socket.destroyed && socket.bytesWritten + socket.writableLength < 10_000_000)
          if (!socket.write(block)) {
            socket.once('drain', writeOn)
            return
          }
      }
      writeOn()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await expect(keyAt(`http://127.0.0.1:${port}`)).rejects.toMatchObject({ code: 'KMS_UNAVAILABLE' })
  await new Promise<void>(resolve => server.close(() => resolve()))
  unsubscribe('net.client.socket', onClient)
  expect(clients).toHaveLength(3)
  for (const { bytesRead } of clients) expect(bytesRead).toBeLessThan(1_000_000)
})
