// Closing a key, and not closing it: what was asked for ends, nothing else is sent, no connection is left.
import { execFile } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtempSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  type Answer,
  ARN,
  answerWell,
  hangUp,
  type KmsServer,
  refuse,
  sayNothing,
  startKmsServer,
} from '../test/kmsServer.ts'
import { type KmsHttpKey, type KmsHttpOptions, kmsHttp } from './kmsHttp.ts'
import { createSigner } from './signer.ts'

const HASH = `0x${'5a'.repeat(32)}` as const
const DIGEST = new Uint8Array(32).fill(0x5a)
const timing = { backoffMs: 1, throttleBackoffMs: 1 }

let kms: KmsServer
/** Every connection that a client in this process has opened. */
const sockets: Socket[] = []
const onSocket = (message: unknown): void =>
  void sockets.push((message as { readonly socket: Socket }).socket)

beforeEach(async () => {
  kms = await startKmsServer()
  sockets.length = 0
  subscribe('net.client.socket', onSocket)
})

afterEach(async () => {
  unsubscribe('net.client.socket', onSocket)
  await kms.stop()
})

/** How many of them are open, or not closed to the end. */
const openSockets = (): number => sockets.filter(({ closed }) => !closed).length
/** How many can be used. */
const usableSockets = (): number => sockets.filter(({ destroyed }) => !destroyed).length

const keyOf = (options: Partial<KmsHttpOptions> = {}): Promise<KmsHttpKey> =>
  kmsHttp({
    keyId: ARN,
    endpoint: kms.endpoint,
    credentials: () => ({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'not-a-secret' }),
    timing,
    ...options,
  })

/** Keeps the next answer back until it is told to give it. */
const holdNext = (
  answer: (call: Parameters<typeof answerWell>[0]) => Answer = answerWell,
): { readonly arrived: Promise<void>; readonly release: () => void } => {
  let arrive: () => void = () => undefined
  let release: () => void = () => undefined
  const arrived = new Promise<void>(resolve => {
    arrive = resolve
  })
  const released = new Promise<void>(resolve => {
    release = resolve
  })
  kms.next.push(call => (response, socket) => {
    arrive()
    void released.then(() => answer(call)(response, socket))
  })
  return { arrived, release: () => release() }
}

test('behavior: close lets a signature that was asked for come, and resolves after it', async () => {
  const key = await keyOf()
  const held = holdNext()
  const order: string[] = []
  const signed = key.signDigest(DIGEST).then(() => order.push('signed'))
  await held.arrived
  const closed = key.close().then(() => order.push('closed'))
  held.release()
  await Promise.all([signed, closed])
  expect(order).toEqual(['signed', 'closed'])
})

test('behavior: with all its attempts', async () => {
  const key = await keyOf()
  const held = holdNext(() => hangUp)
  const signed = key.signDigest(DIGEST)
  await held.arrived
  kms.next.push(() => refuse('ThrottlingException'))
  const closed = key.close()
  held.release()
  expect(await signed).toBeInstanceOf(Uint8Array)
  await closed
  expect(kms.calls).toHaveLength(4)
})

test('error: after close, also while it waits, nothing is sent', async () => {
  const key = await keyOf()
  const held = holdNext()
  const signed = key.signDigest(DIGEST)
  await held.arrived
  const closed = key.close()
  const refusal = { code: 'KMS_UNAVAILABLE', operation: 'Sign', message: expect.stringContaining('not sent') }
  await expect(key.signDigest(DIGEST)).rejects.toMatchObject(refusal)
  held.release()
  await Promise.all([signed, closed])
  await expect(key.signDigest(DIGEST)).rejects.toMatchObject(refusal)
  expect(kms.calls).toHaveLength(2)
})

test('behavior: close is over when the deadline is, whatever KMS does', async () => {
  const key = await keyOf({ deadlineMs: 300, timing: { ...timing, requestMs: 60_000 } })
  kms.always = () => sayNothing
  const signed = key.signDigest(DIGEST)
  const ended = expect(signed).rejects.toMatchObject({ code: 'KMS_UNAVAILABLE' })
  await key.close()
  await ended
})

test('behavior: after close no connection is left; closing again changes nothing', async () => {
  const key = await keyOf()
  await Promise.all([1, 2, 3].map(() => key.signDigest(DIGEST)))
  expect(openSockets()).toBe(3)
  await Promise.all([key.close(), key.close()])
  expect(openSockets()).toBe(0)
  await key.close()
})

test('behavior: 2,000 signatures of a troubled KMS, 16 at a time, use at most 16 connections', async () => {
  const key = await keyOf({ timing: { ...timing, openMs: 1, longestOpenMs: 1 } })
  const signer = await createSigner(key)
  let count = 0
  kms.always = call => {
    count += 1
    if (count % 50 === 7) return hangUp
    if (count % 50 === 19) return refuse('ThrottlingException')
    if (count % 50 === 31) return refuse('KMSInternalException', undefined, 500)
    return answerWell(call)
  }
  let left = 2_000
  let most = 0
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (left-- > 0) {
        await signer.signHash(HASH)
        most = Math.max(most, usableSockets())
      }
    }),
  )
  expect(count).toBeGreaterThan(2_000)
  expect(most).toBeGreaterThan(1)
  expect(most).toBeLessThanOrEqual(16)
  await key.close()
  expect(openSockets()).toBe(0)
})

test('behavior: a process that does not close it ends when it has nothing else to do', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'coffer-kms-close-'))
  const script = join(directory, 'sign.mjs')
  await build({
    stdin: {
      contents: `
        import { kmsHttp } from './kmsHttp.ts'
        const credentials = () => ({ accessKeyId: 'AKID', secretAccessKey: 'secret' })
        const key = await kmsHttp({ keyId: '${ARN}', endpoint: process.argv[2], credentials })
        await Promise.all([1, 2, 3].map(() => key.signDigest(new Uint8Array(32))))
        process.on('exit', () => console.log('ended'))`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: script,
  })
  // The server never closes a connection that idles.
  const output = await new Promise((resolve, reject) => {
    execFile(process.execPath, [script, kms.endpoint], { timeout: 50_000 }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    )
  })
  rmSync(directory, { recursive: true })
  expect(output).toBe('ended\n')
  expect(kms.calls).toHaveLength(4)
})
