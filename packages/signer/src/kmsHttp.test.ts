// The transport against a server that misbehaves. What KMS refuses, and with what code, is in kmsHttp.codes.test.ts.
import { createServer, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type Answer,
  ARN,
  answerWell,
  type Call,
  cutOff,
  hangUp,
  json,
  type KmsServer,
  OTHER_ARN,
  PUBLIC_KEY,
  publicKeyBody,
  raw,
  refuse,
  sayNothing,
  signatureBody,
  startKmsServer,
  stopHalfWay,
} from '../test/kmsServer.ts'
import { KmsError, type KmsHttpOptions, type KmsRequest, kmsHttp } from './kmsHttp.ts'
import { createSigner, type SigningKey } from './signer.ts'

const HASH = `0x${'5a'.repeat(32)}` as const
const DIGEST = new Uint8Array(32).fill(0x5a)
const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'not-a-secret' }
/** Short pauses; how long something may take is for the tests of that. */
const timing = {
  connectMs: 10_000,
  requestMs: 10_000,
  backoffMs: 1,
  throttleBackoffMs: 1,
  longestBackoffMs: 1,
  openMs: 300,
  longestOpenMs: 300,
}

let kms: KmsServer
const unhandled: unknown[] = []
const onUnhandled = (error: unknown): void => {
  unhandled.push(error)
}

beforeEach(async () => {
  kms = await startKmsServer()
  unhandled.length = 0
  process.on('unhandledRejection', onUnhandled)
  process.on('uncaughtException', onUnhandled)
})

afterEach(async () => {
  await kms.stop()
  await new Promise(resolve => setImmediate(resolve))
  process.off('unhandledRejection', onUnhandled)
  process.off('uncaughtException', onUnhandled)
  expect(unhandled).toEqual([])
})

const keyOf = (options: Partial<KmsHttpOptions> = {}): Promise<SigningKey> =>
  kmsHttp({ keyId: ARN, endpoint: kms.endpoint, credentials: () => credentials, timing, ...options })

/** A key whose next Sign requests are answered so; then well. */
const keyBefore = async (
  answers: readonly Answer[],
  options: Partial<KmsHttpOptions> = {},
): Promise<SigningKey> => {
  const key = await keyOf(options)
  kms.calls.length = 0
  kms.next.push(...answers.map(answer => () => answer))
  return key
}

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'answered',
    (error: unknown) => (error instanceof KmsError ? error.code : error),
  )

describe('requests', () => {
  test('one GetPublicKey at the start, then exactly one Sign for each signature', async () => {
    const signer = await createSigner(await keyOf({ keyId: 'alias/treasury', region: 'eu-central-1' }))
    for (let i = 0; i < 3; i++) await signer.signHash(HASH)
    const Message = Buffer.from(DIGEST).toString('base64')
    const sign = { KeyId: ARN, Message, MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' }
    expect(kms.calls.map(({ operation, input }) => [operation, input])).toEqual([
      ['GetPublicKey', { KeyId: 'alias/treasury' }],
      ['Sign', sign],
      ['Sign', sign],
      ['Sign', sign],
    ])
    expect(new Set(kms.calls.map(({ connection }) => connection))).toEqual(new Set([0]))
  })

  test('behavior: AWS JSON 1.1, signed for KMS in the region of the ARN', async () => {
    await keyOf({ credentials: () => ({ ...credentials, sessionToken: 'token' }), clock: () => 0 })
    expect(kms.calls[0]?.headers).toMatchObject({
      host: new URL(kms.endpoint).host,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'TrentService.GetPublicKey',
      'x-amz-security-token': 'token',
      'x-amz-date': '19700101T000000Z',
      authorization: expect.stringContaining('/19700101/eu-central-1/kms/aws4_request, '),
    })
  })

  test('behavior: an empty session token is none', async () => {
    await keyOf({ credentials: () => ({ ...credentials, sessionToken: '' }) })
    expect(kms.calls[0]?.headers).not.toHaveProperty('x-amz-security-token')
  })

  test('behavior: the public key is handed out as a copy', async () => {
    const key = await keyOf()
    ;(await key.getPublicKey()).fill(0)
    expect(await key.getPublicKey()).toEqual(PUBLIC_KEY)
  })

  test('behavior: each answered request is observed once, with its attempts', async () => {
    const requests: KmsRequest[] = []
    const key = await keyBefore([refuse('ThrottlingException'), hangUp], {
      onRequest: request => requests.push(request),
    })
    await key.signDigest(DIGEST)
    const durationMs = expect.any(Number)
    expect(requests).toEqual([
      { operation: 'GetPublicKey', digest: undefined, requestId: 'request-1', attempts: 1, durationMs },
      { operation: 'Sign', digest: HASH, requestId: 'request-3', attempts: 3, durationMs },
    ])
  })

  test('behavior: what an observer throws costs no signature', async () => {
    const signer = await createSigner(
      await keyOf({
        onRequest: () => {
          throw new Error('observer')
        },
      }),
    )
    await signer.signHash(HASH)
  })

  test('behavior: a digest that is changed after it was handed over is signed as it was', async () => {
    const key = await keyBefore([hangUp])
    const digest = Uint8Array.from(DIGEST)
    const signature = key.signDigest(digest)
    digest.fill(0)
    await signature
    const messages = kms.calls.map(({ input }) => input['Message'])
    expect(messages).toEqual([0, 1].map(() => Buffer.from(DIGEST).toString('base64')))
  })

  test('many signatures at the same time each get their own, whatever order KMS answers in', async () => {
    const signer = await createSigner(await keyOf())
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.uint8Array({ minLength: 32, maxLength: 32 }), {
          minLength: 2,
          maxLength: 12,
          selector: String,
        }),
        fc.infiniteStream(fc.nat(5)),
        async (digests, delays) => {
          kms.always = call => (response, socket) =>
            setTimeout(() => answerWell(call)(response, socket), delays.next().value)
          // A signature of another digest would not verify.
          await Promise.all(
            digests.map(digest => signer.signHash(`0x${Buffer.from(digest).toString('hex')}`)),
          )
        },
      ),
      { numRuns: 10 },
    )
  })
})

describe('region and endpoint', () => {
  test('error: no region', async () => {
    const promise = keyOf({ keyId: 'alias/treasury' })
    await expect(promise).rejects.toMatchObject({ code: 'KMS_REGION_MISSING' })
    expect(kms.calls).toEqual([])
  })

  test('error: another region than that of the ARN', async () => {
    const promise = keyOf({ region: 'us-east-1' })
    await expect(promise).rejects.toMatchObject({
      code: 'KMS_REGION_MISMATCH',
      message: expect.stringContaining('us-east-1'),
    })
    expect(kms.calls).toEqual([])
  })

  test('error: no name of a key', async () => {
    expect(await codeOf(keyOf({ keyId: 'arn:aws:s3:::bucket' }))).toBe('KMS_KEY_ID_INVALID')
    expect(kms.calls).toEqual([])
  })

  test('error: a key of another region than the endpoint’s', async () => {
    expect(await codeOf(keyOf({ keyId: 'alias/treasury', region: 'us-east-1' }))).toBe('KMS_ARN_MISMATCH')
  })

  test.each([
    [{ deadlineMs: -1 }, 'deadlineMs'],
    [{ deadlineMs: Number.NaN }, 'deadlineMs'],
    [{ timing: { requestMs: Number.POSITIVE_INFINITY, openMs: 2 ** 31 } }, 'requestMs'],
    [{ timing: { requestMs: Number.POSITIVE_INFINITY, openMs: 2 ** 31 } }, 'openMs'],
  ])('error: %o: a time that no timer has', async (options, name) => {
    await expect(keyOf(options)).rejects.toThrow(TypeError)
    await expect(keyOf(options)).rejects.toThrow(name)
    expect(kms.calls).toEqual([])
  })

  test('behavior: a time that is undefined is the default', async () => {
    const key = await keyOf({
      timing: { requestMs: undefined } as unknown as NonNullable<KmsHttpOptions['timing']>,
    })
    await key.signDigest(DIGEST)
  })

  test('error: an endpoint that is none', async () => {
    await expect(keyOf({ endpoint: 'kms' })).rejects.toThrow(TypeError)
  })
})

describe('credentials', () => {
  test('behavior: they are asked for at each request', async () => {
    const given = vi.fn(() => credentials)
    const key = await keyOf({ credentials: given })
    await key.signDigest(DIGEST)
    expect(given).toHaveBeenCalledTimes(2)
  })

  test.each([
    ['there are none', () => ({ accessKeyId: '', secretAccessKey: '' }), 'KMS_CREDENTIALS_MISSING'],
    ['one is missing', () => ({ ...credentials, secretAccessKey: '' }), 'KMS_CREDENTIALS_MISSING'],
    [
      'they cannot be had',
      () => {
        throw new Error('no such profile')
      },
      'KMS_CREDENTIALS_MISSING',
    ],
    [
      'no header can carry them',
      () => ({ ...credentials, sessionToken: 'a\r\nb: c' }),
      'KMS_CREDENTIALS_REJECTED',
    ],
  ])('error: %s, and nothing is sent', async (_title, given, code) => {
    const promise = keyOf({ credentials: given })
    await expect(promise).rejects.toMatchObject({ code, operation: 'GetPublicKey', requestId: undefined })
    expect(kms.calls).toEqual([])
  })

  test('behavior: once KMS says that they have expired, they are asked for again', async () => {
    const key = await keyOf({
      credentials: () => ({ ...credentials, sessionToken: `token-${kms.calls.length}` }),
    })
    kms.next.push(() => refuse('ExpiredTokenException'))
    await key.signDigest(DIGEST)
    const tokens = kms.calls.map(({ headers }) => headers['x-amz-security-token'])
    expect(tokens).toEqual(['token-0', 'token-1', 'token-2'])
  })

  test('error: expired twice', async () => {
    const key = await keyBefore([refuse('ExpiredTokenException'), refuse('ExpiredTokenException')])
    expect(await codeOf(key.signDigest(DIGEST))).toBe('KMS_CREDENTIALS_REJECTED')
    expect(kms.calls).toHaveLength(2)
  })
})

describe('what is asked again', () => {
  const html = json(502, '<html>Bad Gateway</html>', { 'content-type': 'text/html' })
  const passing: readonly (readonly [title: string, answer: Answer, code: string])[] = [
    ['ThrottlingException', refuse('ThrottlingException'), 'KMS_THROTTLED'],
    ['LimitExceededException', refuse('LimitExceededException'), 'KMS_THROTTLED'],
    ['throttling by another name', refuse('TooManyRequestsException'), 'KMS_THROTTLED'],
    ['status 429', refuse('SlowerPlease', undefined, 429), 'KMS_THROTTLED'],
    ['KMSInternalException', refuse('KMSInternalException', undefined, 500), 'KMS_UNAVAILABLE'],
    ['DependencyTimeoutException', refuse('DependencyTimeoutException', undefined, 503), 'KMS_UNAVAILABLE'],
    ['KeyUnavailableException', refuse('KeyUnavailableException', undefined, 500), 'KMS_UNAVAILABLE'],
    ['InternalFailure', refuse('InternalFailure', undefined, 500), 'KMS_UNAVAILABLE'],
    ['a fault with status 400', refuse('DependencyTimeoutException'), 'KMS_UNAVAILABLE'],
    ['ServiceUnavailableException', refuse('ServiceUnavailableException', undefined, 503), 'KMS_UNAVAILABLE'],
    ['an unknown error of status 500', refuse('NewException', undefined, 500), 'KMS_UNAVAILABLE'],
    ['an unknown error of status 503', refuse('ServiceUnavailable', undefined, 503), 'KMS_UNAVAILABLE'],
    ['a page of HTML with status 429', json(429, '<html>', { 'content-type': 'text/html' }), 'KMS_THROTTLED'],
    ['a connection closed', hangUp, 'KMS_UNAVAILABLE'],
    ['no answer', sayNothing, 'KMS_UNAVAILABLE'],
    ['an answer that stops half-way', stopHalfWay, 'KMS_UNAVAILABLE'],
    ['an answer that is cut off', cutOff, 'KMS_UNAVAILABLE'],
    ['a page of HTML', html, 'KMS_UNAVAILABLE'],
    [
      'a page of HTML with status 200',
      json(200, '<html>', { 'content-type': 'text/html' }),
      'KMS_UNAVAILABLE',
    ],
    ['JSON that is cut off', json(200, '{"KeyId":'), 'KMS_UNAVAILABLE'],
    ['JSON that is no object', json(200, '[]'), 'KMS_UNAVAILABLE'],
    ['JSON null', json(200, 'null'), 'KMS_UNAVAILABLE'],
    ['an empty body', json(500, ''), 'KMS_UNAVAILABLE'],
    [
      'JSON of another content type',
      json(200, publicKeyBody(), { 'content-type': 'text/plain' }),
      'KMS_UNAVAILABLE',
    ],
    ['JSON without a content type', json(200, publicKeyBody(), {}), 'KMS_UNAVAILABLE'],
    ['more than 64 kB', json(200, publicKeyBody({ Padding: 'x'.repeat(65536) })), 'KMS_UNAVAILABLE'],
    ['no HTTP', raw('+OK ready\r\n'), 'KMS_UNAVAILABLE'],
    ['a head without end', raw(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(65536)}`), 'KMS_UNAVAILABLE'],
    [
      'an answer of no length',
      raw('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{'),
      'KMS_UNAVAILABLE',
    ],
    [
      'a switch of protocol',
      raw('HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
      'KMS_UNAVAILABLE',
    ],
  ]

  const timingFor = (answer: Answer): Partial<KmsHttpOptions> =>
    answer === sayNothing || answer === stopHalfWay ? { timing: { ...timing, requestMs: 250 } } : {}

  test.each(passing)('behavior: %s, twice; the third answer counts', async (_title, answer) => {
    const signer = await createSigner(await keyBefore([answer, answer], timingFor(answer)))
    await signer.signHash(HASH)
    expect(kms.calls.map(({ operation }) => operation)).toEqual(['Sign', 'Sign', 'Sign'])
  })

  test.each(passing)('error: %s, three times', async (_title, answer, code) => {
    const key = await keyBefore([answer, answer, answer], timingFor(answer))
    const promise = key.signDigest(DIGEST)
    await expect(promise).rejects.toMatchObject({ code, keyId: ARN, operation: 'Sign' })
    expect(kms.calls).toHaveLength(3)
  })

  test('error: it has the id of the last request that KMS gave one', async () => {
    const key = await keyBefore([hangUp, hangUp, refuse('ThrottlingException')])
    await expect(key.signDigest(DIGEST)).rejects.toMatchObject({ requestId: 'request-3' })
  })

  test('error: also where its answer is of no use', async () => {
    const key = await keyBefore([hangUp, hangUp, html])
    await expect(key.signDigest(DIGEST)).rejects.toMatchObject({ requestId: 'request-3' })
  })

  test('error: nothing listens at the endpoint', async () => {
    const key = await keyOf()
    await kms.stop()
    expect(await codeOf(key.signDigest(DIGEST))).toBe('KMS_UNAVAILABLE')
    // A name of more than one address: none of them answers.
    const { port } = new URL(kms.endpoint)
    await expect(keyOf({ endpoint: `http://localhost:${port}` })).rejects.toMatchObject({
      code: 'KMS_UNAVAILABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })

  test('error: nothing of an answer is in the text of an error', async () => {
    const secret = 'c2VjcmV0'
    for (const answer of [json(200, secret), json(500, `<p>${secret}`, {}), raw(secret)]) {
      const key = await keyBefore([answer, answer, answer])
      const error = await key.signDigest(DIGEST).catch((error: unknown) => error)
      expect(error).toMatchObject({ code: 'KMS_UNAVAILABLE', cause: undefined })
      expect(String(error)).not.toContain(secret)
    }
  })

  test.each([
    'AccessDeniedException',
    'DisabledException',
    'NotFoundException',
    'KMSInvalidStateException',
    'UnrecognizedClientException',
    'InvalidSignatureException',
    'ValidationException',
    'NewException',
  ])('error: %s is not asked again', async name => {
    const key = await keyBefore([refuse(name)])
    await expect(key.signDigest(DIGEST)).rejects.toMatchObject({ requestId: 'request-1' })
    expect(kms.calls).toHaveLength(1)
  })

  test('error: nor is it where its status says something else', async () => {
    const key = await keyBefore([refuse('AccessDeniedException', undefined, 500)])
    expect(await codeOf(key.signDigest(DIGEST))).toBe('KMS_ACCESS_DENIED')
    expect(kms.calls).toHaveLength(1)
  })
})

describe('connections', () => {
  test('behavior: one that failed is not used again, nor those that idled beside it', async () => {
    const key = await keyOf()
    await Promise.all([key.signDigest(DIGEST), key.signDigest(DIGEST), key.signDigest(DIGEST)])
    const before = new Set(kms.calls.map(({ connection }) => connection))
    kms.calls.length = 0
    kms.next.push(() => hangUp)
    await key.signDigest(DIGEST)
    const [failed, again] = kms.calls.map(({ connection }) => connection)
    expect(before).toContain(failed)
    expect(before).not.toContain(again)
  })

  test.each([
    ['says nothing', sayNothing],
    ['stops half-way', stopHalfWay],
    ['says too much', json(200, 'x'.repeat(70_000))],
  ] as const)('behavior: one over which KMS %s is closed from our end', async (_title, answer) => {
    const key = await keyOf({ timing: { ...timing, requestMs: 250 } })
    const closed = new Promise(resolve =>
      kms.next.push(() => (response, socket) => {
        socket.on('close', resolve)
        answer(response, socket)
      }),
    )
    await key.signDigest(DIGEST)
    await closed
  })

  test.each([
    ['of no length, to the end of the connection', ''],
    ['after which the connection is closed', 'connection: close\r\ncontent-length: LENGTH\r\n'],
    ['in chunks', 'transfer-encoding: chunked\r\n'],
  ])('behavior: an answer %s is read', async (_title, head) => {
    const signer = await createSigner(await keyOf())
    kms.calls.length = 0
    kms.next.push(call => {
      const body = JSON.stringify(signatureBody(call))
      const content = head.includes('chunked') ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body
      const lines = `content-type: application/x-amz-json-1.1\r\n${head.replace('LENGTH', String(body.length))}`
      return raw(`HTTP/1.1 200 OK\r\n${lines}\r\n${content}`)
    })
    await signer.signHash(HASH)
    expect(kms.calls).toHaveLength(1)
  })

  test('behavior: none is left where there is no key', async () => {
    const closed = new Promise(resolve =>
      kms.next.push(() => (response, socket) => {
        socket.on('close', resolve)
        refuse('NotFoundException')(response, socket)
      }),
    )
    expect(await codeOf(keyOf())).toBe('KMS_KEY_NOT_FOUND')
    await closed
  })

  test('behavior: one that KMS has closed meanwhile costs an attempt, not a signature', async () => {
    const requests: KmsRequest[] = []
    const key = await keyOf({ onRequest: request => requests.push(request) })
    kms.next.push(call => (response, socket) => {
      response.on('finish', () => setImmediate(() => socket.destroy()))
      answerWell(call)(response, socket)
    })
    await key.signDigest(DIGEST)
    await key.signDigest(DIGEST)
    expect(requests).toHaveLength(3)
  })

  test('behavior: two answers to one request; the second one is not for the next request', async () => {
    const signer = await createSigner(await keyOf())
    kms.next.push(call => (_response, socket) => {
      const body = JSON.stringify(signatureBody(call))
      const head = `HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: ${body.length}\r\n\r\n`
      socket.write(head + body + head + body)
    })
    await signer.signHash(HASH).catch(() => undefined)
    // An answer that stood in for the next one would not verify.
    await signer.signHash(`0x${'a5'.repeat(32)}`)
  })

  test('behavior: an answer that comes twice, the second time when the next request is under way, spoils that one only', async () => {
    const signer = await createSigner(await keyOf())
    const hashes = Array.from({ length: 6 }, (_, index) => `0x${`a${index}`.repeat(32)}` as const)
    const answered = (call: Call): Answer => answerWell(call)
    let stray: (() => void) | undefined
    kms.always = call => (response, socket) => {
      if (call.connection > 0 || stray !== undefined) {
        stray?.()
        stray = undefined
        answered(call)(response, socket)
        return
      }
      const body = JSON.stringify(signatureBody(call))
      const answer = `HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: ${body.length}\r\n\r\n${body}`
      stray = () => socket.write(answer)
      socket.write(answer)
    }
    const results: unknown[] = []
    for (const hash of hashes)
      results.push(
        await signer.signHash(hash).then(
          () => 'signed',
          (error: { code?: unknown }) => error.code,
        ),
      )
    expect(results.filter(result => result === 'signed').length).toBeGreaterThanOrEqual(hashes.length - 1)
  })

  test('behavior: one over which another key answered is not used again', async () => {
    const key = await keyBefore([])
    kms.next.push(call => json(200, signatureBody(call, { KeyId: OTHER_ARN })))
    expect(await codeOf(key.signDigest(DIGEST))).toBe('KMS_ARN_MISMATCH')
    await key.signDigest(DIGEST)
    expect(kms.calls.map(({ connection }) => connection)).toEqual([0, 1])
  })

  test('behavior: one that has idled for more than 30 s, by the clock on the wall, is not used again', async () => {
    const key = await keyBefore([])
    await key.signDigest(DIGEST)
    const now = Date.now()
    const clock = vi.spyOn(Date, 'now')
    clock.mockReturnValue(now + 29_000)
    await key.signDigest(DIGEST)
    clock.mockReturnValue(now + 60_000)
    await key.signDigest(DIGEST)
    clock.mockRestore()
    expect(kms.calls.map(({ connection }) => connection)).toEqual([0, 0, 1])
  })

  test('behavior: there are at most 50; who finds none free waits', async () => {
    const key = await keyOf()
    const waiting: (() => void)[] = []
    kms.always = call => (response, socket) => waiting.push(() => answerWell(call)(response, socket))
    const signatures = Promise.all(Array.from({ length: 120 }, () => key.signDigest(DIGEST)))
    await vi.waitFor(() => expect(waiting).toHaveLength(50))
    kms.always = answerWell
    for (const answer of waiting) answer()
    expect(await signatures).toHaveLength(120)
    expect(new Set(kms.calls.map(({ connection }) => connection)).size).toBe(50)
  })

  test('behavior: who has waited for one is not held to the time in which another must connect', async () => {
    const key = await keyOf({ timing: { ...timing, connectMs: 300 } })
    const warned: unknown[] = []
    const warn = (warning: unknown): unknown => warned.push(warning)
    process.on('warning', warn)
    kms.calls.length = 0
    kms.always = call => (response, socket) => {
      const respond = (): unknown => answerWell(call)(response, socket)
      if (kms.calls.length <= 50) respond()
      else setTimeout(respond, 600)
    }
    expect(await Promise.all(Array.from({ length: 90 }, () => key.signDigest(DIGEST)))).toHaveLength(90)
    expect(kms.calls).toHaveLength(90)
    await new Promise(resolve => setImmediate(resolve))
    process.off('warning', warn)
    expect(warned).toEqual([])
  })

  test('behavior: an answer that has come is not late because the process was busy', async () => {
    const key = await keyBefore([], { timing: { ...timing, requestMs: 100 } })
    kms.next.push(call => (response, socket) => {
      answerWell(call)(response, socket)
      // The server is in the same process, so nothing is read before this is over.
      setImmediate(() => {
        const end = performance.now() + 300
        while (performance.now() < end);
      })
    })
    await key.signDigest(DIGEST)
    expect(kms.calls).toHaveLength(1)
  })

  test('error: one that nobody accepts is given up', async () => {
    // A server that accepts TCP and never says a word of TLS.
    const sockets: Socket[] = []
    const closed: Promise<void>[] = []
    const silent = createServer(socket => {
      sockets.push(socket)
      socket.on('error', () => undefined)
      closed.push(new Promise(resolve => socket.on('close', () => resolve())))
      socket.resume()
    })
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    const address = silent.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const promise = keyOf({
      endpoint: `https://127.0.0.1:${port}`,
      timing: { ...timing, connectMs: 100 },
    })
    await expect(promise).rejects.toMatchObject({
      code: 'KMS_UNAVAILABLE',
      message: expect.stringContaining('no connection in 100 ms'),
    })
    await Promise.all(closed)
    expect(sockets).toHaveLength(3)
    silent.close()
  })

  test('behavior: an answer that takes longer than connecting may is waited for', async () => {
    const key = await keyOf({ timing: { ...timing, connectMs: 200 } })
    kms.always = call => (response, socket) => setTimeout(() => answerWell(call)(response, socket), 400)
    await key.signDigest(DIGEST)
    // Over the connection that was kept, and over a new one.
    await Promise.all([key.signDigest(DIGEST), key.signDigest(DIGEST)])
    expect(kms.calls).toHaveLength(4)
  })
})

describe('the deadline', () => {
  test.each([
    ['says nothing', sayNothing],
    ['stops half-way', stopHalfWay],
  ])('error: KMS %s; no attempt gets more time than remains', async (_title, answer) => {
    const key = await keyBefore([answer], { deadlineMs: 50, timing: { ...timing, requestMs: 60_000 } })
    expect(await codeOf(key.signDigest(DIGEST))).toBe('KMS_UNAVAILABLE')
    expect(kms.calls).toHaveLength(1)
  })

  test('error: a pause that would be over it is not waited for', async () => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.5)
    const long = { ...timing, throttleBackoffMs: 600_000, longestBackoffMs: 600_000 }
    const key = await keyBefore([refuse('ThrottlingException')], { timing: long, deadlineMs: 100_000 })
    expect(await codeOf(key.signDigest(DIGEST))).toBe('KMS_THROTTLED')
    expect(kms.calls).toHaveLength(1)
    random.mockRestore()
  })
})

describe('the clock', () => {
  const hour = 3_600_000
  const start = Date.UTC(2026, 0, 1)
  const skewed = (serverTime: number, name: string = 'InvalidSignatureException'): Answer =>
    refuse(name, 'Signature expired', 400, { date: new Date(serverTime).toUTCString() })
  const dates = (): readonly unknown[] => kms.calls.map(({ headers }) => headers['x-amz-date'])

  test.each(['InvalidSignatureException', 'RequestTimeTooSkewed'])(
    'behavior: %s with a Date far off corrects it, at once and for all that follows',
    async name => {
      const key = await keyBefore([skewed(start + hour, name)], { clock: () => start })
      await key.signDigest(DIGEST)
      await key.signDigest(DIGEST)
      expect(dates()).toEqual(['20260101T000000Z', '20260101T010000Z', '20260101T010000Z'])
    },
  )

  test('behavior: requests that were sent before the correction are sent again too', async () => {
    const key = await keyOf({ clock: () => start })
    kms.always = call =>
      call.headers['x-amz-date'] === '20260101T000000Z' ? skewed(start + hour) : answerWell(call)
    await Promise.all([key.signDigest(DIGEST), key.signDigest(DIGEST), key.signDigest(DIGEST)])
    expect(kms.calls).toHaveLength(7)
  })

  test('behavior: so it is where it is ahead', async () => {
    const key = await keyBefore([skewed(start + hour)], { clock: () => start + 3 * hour })
    await key.signDigest(DIGEST)
    expect(dates()).toEqual(['20260101T030000Z', '20260101T010000Z'])
  })

  test('behavior: it is corrected again where it is off again', async () => {
    const key = await keyBefore([skewed(start + hour)], { clock: () => start })
    await key.signDigest(DIGEST)
    kms.next.push(() => skewed(start + 3 * hour))
    await key.signDigest(DIGEST)
    expect(dates()).toEqual(['00', '01', '01', '03'].map(hours => `20260101T${hours}0000Z`))
  })

  test('error: a Date that is near is no reason to try again', async () => {
    const key = await keyBefore([skewed(start + 200_000)], { clock: () => start })
    expect(await codeOf(key.signDigest(DIGEST))).toBe('KMS_CREDENTIALS_REJECTED')
    expect(kms.calls).toHaveLength(1)
  })

  test('error: a second correction in one request is not made', async () => {
    const key = await keyBefore([skewed(start + hour), skewed(start + 3 * hour)], { clock: () => start })
    expect(await codeOf(key.signDigest(DIGEST))).toBe('KMS_CREDENTIALS_REJECTED')
    expect(kms.calls).toHaveLength(2)
  })

  test('error: a Date that is none', async () => {
    const key = await keyBefore([refuse('InvalidSignatureException', '', 400, { date: 'yesterday' })])
    expect(await codeOf(key.signDigest(DIGEST))).toBe('KMS_CREDENTIALS_REJECTED')
  })

  test.each(['Sat, 13 Sep 275760 00:00:00 GMT', 'Thu, 01 Jan 1970 00:00:00 GMT'])(
    'error: the Date %s, which no clock has, is not taken over',
    async date => {
      const key = await keyBefore([refuse('InvalidSignatureException', '', 400, { date })], {
        clock: () => start,
      })
      expect(await codeOf(key.signDigest(DIGEST))).toBe('KMS_CREDENTIALS_REJECTED')
      await key.signDigest(DIGEST)
      expect(dates()).toEqual(['20260101T000000Z', '20260101T000000Z'])
    },
  )

  test('error: our own clock has no time', async () => {
    let time = start
    const key = await keyOf({ clock: () => time })
    time = Number.NaN
    expect(await codeOf(key.signDigest(DIGEST))).toBe('KMS_UNAVAILABLE')
  })
})

describe('the circuit', () => {
  const fails = (): Answer => refuse('KMSInternalException', undefined, 500)

  test('error: after five failed attempts nothing is sent; then one probe is, and closes it', async () => {
    const key = await keyOf()
    kms.always = fails
    // Three attempts and two.
    for (let i = 0; i < 2; i++) expect(await codeOf(key.signDigest(DIGEST))).toBe('KMS_UNAVAILABLE')
    expect(kms.calls).toHaveLength(6)
    await expect(key.signDigest(DIGEST)).rejects.toMatchObject({
      code: 'KMS_UNAVAILABLE',
      keyId: ARN,
      operation: 'Sign',
      message: expect.stringContaining('not sent'),
      retryAfterMs: 300,
    })
    expect(kms.calls).toHaveLength(6)
    kms.always = answerWell
    await vi.waitFor(() => key.signDigest(DIGEST), 10_000)
    await key.signDigest(DIGEST)
    expect(kms.calls).toHaveLength(8)
  })

  test('error: throttling opens it after five requests, each with all its attempts', async () => {
    const key = await keyOf()
    kms.always = () => refuse('ThrottlingException')
    for (let i = 0; i < 5; i++) expect(await codeOf(key.signDigest(DIGEST))).toBe('KMS_THROTTLED')
    expect(kms.calls).toHaveLength(16)
    expect(await codeOf(key.signDigest(DIGEST))).toBe('KMS_THROTTLED')
    expect(kms.calls).toHaveLength(16)
  })

  test('behavior: once it is open nobody asks again, whatever was begun before', async () => {
    const key = await keyOf({ timing: { ...timing, backoffMs: 50, longestBackoffMs: 50, openMs: 60_000 } })
    kms.always = fails
    const codes = await Promise.all(Array.from({ length: 40 }, () => codeOf(key.signDigest(DIGEST))))
    expect(new Set(codes)).toEqual(new Set(['KMS_UNAVAILABLE']))
    // Each once, and hardly any twice before the fifth has failed.
    expect(kms.calls.length).toBeLessThan(1 + 40 + 20)
  })

  test('behavior: a probe without credentials is not sent, and leaves it open', async () => {
    let given = credentials
    const key = await keyOf({ credentials: () => given, timing: { ...timing, openMs: 1 } })
    kms.always = fails
    await codeOf(key.signDigest(DIGEST))
    await codeOf(key.signDigest(DIGEST))
    given = { accessKeyId: '', secretAccessKey: '' }
    await vi.waitFor(async () => expect(await codeOf(key.signDigest(DIGEST))).toBe('KMS_CREDENTIALS_MISSING'))
    given = credentials
    kms.calls.length = 0
    expect(await codeOf(key.signDigest(DIGEST))).toBe('KMS_UNAVAILABLE')
    // A probe has one attempt.
    expect(kms.calls).toHaveLength(1)
  })
})

describe('answers', () => {
  test.each([
    ['another key', { KeyId: OTHER_ARN }, 'KMS_ARN_MISMATCH'],
    ['no key id', { KeyId: undefined }, 'KMS_ANSWER_INVALID'],
    ['no text as key id', { KeyId: [ARN] }, 'KMS_ANSWER_INVALID'],
    ['no signature', { Signature: undefined }, 'KMS_ANSWER_INVALID'],
    ['no base64', { Signature: 'MEQ_' }, 'KMS_ANSWER_INVALID'],
    ['bytes', { Signature: [48, 68] }, 'KMS_ANSWER_INVALID'],
  ])('error: Sign answers %s', async (_title, changes, code) => {
    const key = await keyOf()
    kms.next.push(call => json(200, signatureBody(call, changes)))
    await expect(key.signDigest(DIGEST)).rejects.toMatchObject({
      code,
      keyId: ARN,
      operation: 'Sign',
      requestId: 'request-2',
    })
    expect(kms.calls).toHaveLength(2)
  })
})
