// The AWS SDK's own client against a small HTTP server that speaks AWS JSON 1.1 as KMS does.
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { KMSClient } from '@aws-sdk/client-kms'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type AwsKmsOptions, awsKms, type KmsRequest } from './awsKms.ts'
import { encodePublicKey } from './publicKey.ts'
import { createSigner } from './signer.ts'

const SECRET = Uint8Array.from(Buffer.from('4c'.repeat(32), 'hex'))
const POINT = secp256k1.getPublicKey(SECRET, false)
const KEY = '1234abcd-12ab-34cd-56ef-1234567890ab'
const ARN = `arn:aws:kms:eu-central-1:111122223333:key/${KEY}`
const OTHER_ARN = 'arn:aws:kms:eu-central-1:111122223333:key/99999999-12ab-34cd-56ef-1234567890ab'
const ALIAS_ARN = 'arn:aws:kms:eu-central-1:111122223333:alias/treasury'
const HASH = `0x${'5a'.repeat(32)}` as const

type Call = { readonly operation: string; readonly region: string; readonly input: Record<string, unknown> }
type Answer =
  | { readonly status: number; readonly body: unknown }
  | 'hang up'
  | 'say nothing'
  | 'stop half-way'

const ok = (body: unknown): Answer => ({ status: 200, body })
// KMS answers client errors with 400, whatever its model says.
const refuse = (name: string, message?: string, status: number = 400): Answer => ({
  status,
  body: { __type: name, ...(message === undefined ? {} : { message }) },
})

const publicKeyAnswer = (changes: Record<string, unknown> = {}): Answer =>
  ok({
    KeyId: ARN,
    PublicKey: Buffer.from(encodePublicKey(POINT)).toString('base64'),
    KeySpec: 'ECC_SECG_P256K1',
    CustomerMasterKeySpec: 'ECC_SECG_P256K1',
    KeyUsage: 'SIGN_VERIFY',
    SigningAlgorithms: ['ECDSA_SHA_256'],
    ...changes,
  })

const signAnswer = ({ input }: Call, changes: Record<string, unknown> = {}): Answer => {
  const digest = Uint8Array.from(Buffer.from(String(input['Message']), 'base64'))
  const der = secp256k1.sign(digest, SECRET, { prehash: false, lowS: false, format: 'der' })
  const signature = Buffer.from(der).toString('base64')
  return ok({ KeyId: ARN, Signature: signature, SigningAlgorithm: 'ECDSA_SHA_256', ...changes })
}

let calls: Call[]
let answer: Record<string, (call: Call) => Answer>
let server: Server
let endpoint: string

const receive = async (request: IncomingMessage): Promise<Call> => ({
  operation: String(request.headers['x-amz-target']).replace('TrentService.', ''),
  region: /Credential=[^/]+\/\d+\/([^/]+)\/kms\//.exec(request.headers.authorization ?? '')?.[1] ?? 'none',
  input: JSON.parse(await text(request)),
})

beforeEach(async () => {
  calls = []
  answer = { GetPublicKey: () => publicKeyAnswer(), Sign: call => signAnswer(call) }
  server = createServer(async (request, response) => {
    const call = await receive(request)
    calls.push(call)
    const given = answer[call.operation]?.(call) ?? refuse('UnknownOperationException')
    if (given === 'hang up') return request.socket.destroy()
    if (given === 'say nothing') return undefined
    if (given === 'stop half-way') return response.writeHead(200, { 'content-length': '100' }).write('{')
    response.writeHead(given.status, {
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-requestid': `request-${calls.length}`,
    })
    return response.end(JSON.stringify(given.body))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  // Nothing of this machine's AWS setup may reach a test.
  for (const name of Object.keys(process.env).filter(name => name.startsWith('AWS_')))
    vi.stubEnv(name, undefined)
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent')
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent')
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
})

afterEach(async () => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
})

const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'not-a-secret' }
const region = 'eu-central-1'

const keyOf = (keyId: string, options: Partial<AwsKmsOptions> = {}): ReturnType<typeof awsKms> =>
  awsKms({ region, endpoint, credentials, ...options, keyId } as AwsKmsOptions)

/** A client that does not retry, so that a failure is one request and takes no time. */
const clientOf = (): KMSClient => new KMSClient({ region, endpoint, credentials, maxAttempts: 1 })
const once = (keyId: string): ReturnType<typeof awsKms> => awsKms({ keyId, client: clientOf() })

describe('requests', () => {
  test('one GetPublicKey at the start, then exactly one Sign for each signature', async () => {
    const signer = await createSigner(await keyOf(ARN))
    expect(calls.map(({ operation }) => operation)).toEqual(['GetPublicKey'])
    for (let i = 0; i < 3; i++) await signer.signHash(HASH)
    expect(calls.map(({ operation }) => operation)).toEqual(['GetPublicKey', 'Sign', 'Sign', 'Sign'])
  })

  test('behavior: Sign says DIGEST and ECDSA_SHA_256, and carries the hash as it is', async () => {
    const signer = await createSigner(await keyOf(ARN))
    await signer.signHash(HASH)
    expect(calls[1]?.input).toEqual({
      KeyId: ARN,
      Message: Buffer.from(HASH.slice(2), 'hex').toString('base64'),
      MessageType: 'DIGEST',
      SigningAlgorithm: 'ECDSA_SHA_256',
    })
  })

  test.each(['alias/treasury', ALIAS_ARN, KEY, ARN])(
    'behavior: %s is resolved to the key ARN once; every Sign names the key ARN',
    async keyId => {
      const key = await keyOf(keyId)
      expect(key.id).toBe(ARN)
      const signer = await createSigner(key)
      await signer.signHash(HASH)
      await signer.signHash(HASH)
      expect(calls.map(({ input }) => input['KeyId'])).toEqual([keyId, ARN, ARN])
    },
  )

  test('behavior: an alias that is repointed later changes nothing', async () => {
    const signer = await createSigner(await keyOf('alias/treasury'))
    answer['GetPublicKey'] = () => publicKeyAnswer({ KeyId: OTHER_ARN })
    const { address } = signer
    await signer.signHash(HASH)
    expect(signer.address).toBe(address)
    expect(calls.at(-1)?.input['KeyId']).toBe(ARN)
  })

  test('behavior: the public key is handed out as a copy', async () => {
    const key = await keyOf(ARN)
    ;(await key.getPublicKey()).fill(0)
    expect(await key.getPublicKey()).toEqual(encodePublicKey(POINT))
  })

  test('behavior: each answered request is observed, with its id and its digest', async () => {
    const requests: KmsRequest[] = []
    const signer = await createSigner(await keyOf(ARN, { onRequest: request => requests.push(request) }))
    const hashes = [HASH, `0x${'a5'.repeat(32)}`] as const
    await Promise.all(hashes.map(signer.signHash))
    const [first, ...signatures] = requests
    expect(first).toEqual({
      operation: 'GetPublicKey',
      digest: undefined,
      requestId: 'request-1',
      attempts: 1,
      durationMs: expect.any(Number),
    })
    for (const hash of hashes) {
      const digest = Buffer.from(hash.slice(2), 'hex').toString('base64')
      const number = calls.findIndex(({ input }) => input['Message'] === digest) + 1
      expect(signatures).toContainEqual(
        expect.objectContaining({ operation: 'Sign', digest: hash, requestId: `request-${number}` }),
      )
    }
  })

  test('behavior: what the SDK sent again after throttling is counted', async () => {
    const requests: KmsRequest[] = []
    answer['GetPublicKey'] = () => (calls.length === 1 ? refuse('ThrottlingException') : publicKeyAnswer())
    await keyOf(ARN, { onRequest: request => requests.push(request) })
    expect(requests).toMatchObject([{ attempts: 2, requestId: 'request-2' }])
  })
})

describe('region', () => {
  test('behavior: it is that of the key ARN, whatever AWS_REGION says', async () => {
    vi.stubEnv('AWS_REGION', 'us-west-2')
    await awsKms({ keyId: ARN, endpoint, credentials })
    expect(calls[0]?.region).toBe('eu-central-1')
  })

  test('behavior: it is AWS_REGION where the key has no ARN', async () => {
    vi.stubEnv('AWS_REGION', 'us-west-2')
    await awsKms({ keyId: 'alias/treasury', endpoint, credentials })
    expect(calls[0]?.region).toBe('us-west-2')
  })

  test('error: no region', async () => {
    await expect(awsKms({ keyId: 'alias/treasury', endpoint, credentials })).rejects.toMatchObject({
      code: 'KMS_REGION_MISSING',
    })
    expect(calls).toEqual([])
  })

  test.each([ARN, ALIAS_ARN])('error: another region than that of %s', async keyId => {
    const client = new KMSClient({ region: 'us-east-1', endpoint, credentials })
    for (const options of [{ client }, { region: 'us-east-1', endpoint, credentials }])
      await expect(awsKms({ keyId, ...options })).rejects.toMatchObject({
        code: 'KMS_REGION_MISMATCH',
        message: expect.stringContaining('us-east-1'),
      })
    expect(calls).toEqual([])
  })
})

describe('credentials', () => {
  test('behavior: they come from the default chain', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey)
    expect((await awsKms({ keyId: ARN, endpoint })).id).toBe(ARN)
  })

  test('error: there are none', async () => {
    await expect(awsKms({ keyId: ARN, endpoint })).rejects.toMatchObject({
      code: 'KMS_CREDENTIALS_MISSING',
      requestId: undefined,
    })
    expect(calls).toEqual([])
  })
})

describe('the key', () => {
  test.each(
    [
      ['', 'treasury key', 'alias/', 'arn:aws:kms:eu-central-1:111122223333:key/', `${ARN}\n`].map(id => [
        id,
      ]),
      [['arn:aws:s3:::bucket'], ['arn:aws:kms:eu-central-1:111122223333:grant/1'], ['https://kms']],
    ].flat(),
  )('error: %j names no key, and nothing is sent', async keyId => {
    await expect(once(keyId ?? '')).rejects.toMatchObject({
      code: 'KMS_KEY_ID_INVALID',
      operation: undefined,
    })
    expect(calls).toEqual([])
  })

  test.each([
    ['a P-256 key', { KeySpec: 'ECC_NIST_P256' }, 'KMS_KEY_WRONG_SPEC', 'ECC_NIST_P256'],
    ['an RSA key', { KeySpec: 'RSA_2048' }, 'KMS_KEY_WRONG_SPEC', 'RSA_2048'],
    ['no key spec', { KeySpec: undefined }, 'KMS_KEY_WRONG_SPEC', 'undefined'],
    ['another usage', { KeyUsage: 'KEY_AGREEMENT' }, 'KMS_KEY_WRONG_USAGE', 'KEY_AGREEMENT'],
    ['no public key', { PublicKey: undefined }, 'KMS_ANSWER_INVALID', ARN],
    ['no key id', { KeyId: undefined }, 'KMS_ANSWER_INVALID', ARN],
    ['another key', { KeyId: OTHER_ARN }, 'KMS_ARN_MISMATCH', OTHER_ARN],
    ['a key id without its ARN', { KeyId: KEY }, 'KMS_ARN_MISMATCH', KEY],
    ['an alias', { KeyId: ALIAS_ARN }, 'KMS_ARN_MISMATCH', ALIAS_ARN],
  ])('error: GetPublicKey answers %s', async (_title, changes, code, detail) => {
    answer['GetPublicKey'] = () => publicKeyAnswer(changes)
    await expect(once(ARN)).rejects.toMatchObject({
      code,
      keyId: ARN,
      operation: 'GetPublicKey',
      requestId: 'request-1',
      message: expect.stringContaining(detail),
    })
  })

  test.each([
    [KEY, OTHER_ARN],
    [ALIAS_ARN, ARN.replace('111122223333', '999999999999')],
    ['alias/treasury', ALIAS_ARN],
    ['alias/treasury', KEY],
  ])('error: %s is answered by %s', async (keyId, KeyId) => {
    answer['GetPublicKey'] = () => publicKeyAnswer({ KeyId })
    await expect(once(keyId)).rejects.toMatchObject({ code: 'KMS_ARN_MISMATCH', keyId })
  })

  test.each([
    ['another key', { KeyId: OTHER_ARN }, 'KMS_ARN_MISMATCH', OTHER_ARN],
    ['no key id', { KeyId: undefined }, 'KMS_ANSWER_INVALID', ARN],
    ['no signature', { Signature: undefined }, 'KMS_ANSWER_INVALID', ARN],
  ])('error: Sign answers %s', async (_title, changes, code, detail) => {
    const signer = await createSigner(await once('alias/treasury'))
    answer['Sign'] = call => signAnswer(call, changes)
    await expect(signer.signHash(HASH)).rejects.toMatchObject({
      code,
      keyId: ARN,
      operation: 'Sign',
      requestId: 'request-2',
      message: expect.stringContaining(detail),
    })
  })
})

describe('what KMS refuses', () => {
  const cases: readonly (readonly [name: string, message: string | undefined, code: string])[] = [
    ['NotFoundException', `Key '${ARN}' does not exist`, 'KMS_KEY_NOT_FOUND'],
    ['NotFoundException', `Alias ${ALIAS_ARN} is not found.`, 'KMS_KEY_NOT_FOUND'],
    ['InvalidArnException', `Invalid arn ${ARN}`, 'KMS_KEY_ID_INVALID'],
    ['DisabledException', `${ARN} is disabled.`, 'KMS_KEY_DISABLED'],
    ['DisabledException', `${ARN} is pending deletion.`, 'KMS_KEY_PENDING_DELETION'],
    ['KMSInvalidStateException', `${ARN} is pending deletion.`, 'KMS_KEY_PENDING_DELETION'],
    ['KMSInvalidStateException', `${ARN} is pending import.`, 'KMS_KEY_STATE_INVALID'],
    ['KMSInvalidStateException', undefined, 'KMS_KEY_STATE_INVALID'],
    ['UnsupportedOperationException', undefined, 'KMS_KEY_WRONG_SPEC'],
    [
      'InvalidKeyUsageException',
      `${ARN} key usage is ENCRYPT_DECRYPT which is not valid.`,
      'KMS_KEY_WRONG_USAGE',
    ],
    [
      'AccessDeniedException',
      `User: arn:aws:iam::111122223333:user/bob is not authorized to perform: kms:Sign on resource: ${ARN}`,
      'KMS_ACCESS_DENIED',
    ],
    [
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
      'KMS_CREDENTIALS_REJECTED',
    ],
    [
      'ExpiredTokenException',
      'The security token included in the request is expired',
      'KMS_CREDENTIALS_REJECTED',
    ],
    [
      'InvalidSignatureException',
      'The request signature we calculated does not match.',
      'KMS_CREDENTIALS_REJECTED',
    ],
    ['ThrottlingException', 'You have exceeded the rate at which you may call KMS.', 'KMS_THROTTLED'],
    ['KMSInternalException', undefined, 'KMS_UNAVAILABLE'],
    ['DependencyTimeoutException', undefined, 'KMS_UNAVAILABLE'],
    ['KeyUnavailableException', undefined, 'KMS_UNAVAILABLE'],
    ['ValidationException', 'Digest is invalid length for algorithm ECDSA_SHA_256.', 'KMS_UNEXPECTED'],
    ['SomethingNewException', 'never seen before', 'KMS_UNEXPECTED'],
  ]

  test.each(cases)('error: %s, %s', async (name, message, code) => {
    // The error's name decides, whatever the status and however the name is written; the status where it is not known.
    for (const [type, status] of [
      [name, 400],
      [`com.amazonaws.kms#${name}`, 500],
    ] as const) {
      calls = []
      answer['GetPublicKey'] = () => refuse(type, message, status)
      await expect(once(ALIAS_ARN)).rejects.toMatchObject({
        code: status === 500 && code === 'KMS_UNEXPECTED' ? 'KMS_UNAVAILABLE' : code,
        keyId: ALIAS_ARN,
        operation: 'GetPublicKey',
        requestId: 'request-1',
        message: expect.stringContaining(message ?? ''),
      })

      calls = []
      answer['GetPublicKey'] = () => publicKeyAnswer()
      const signer = await createSigner(await once(ALIAS_ARN))
      answer['Sign'] = () => refuse(type, message, status)
      await expect(signer.signHash(HASH)).rejects.toMatchObject({
        code: status === 500 && code === 'KMS_UNEXPECTED' ? 'KMS_UNAVAILABLE' : code,
        keyId: ARN,
        operation: 'Sign',
        requestId: 'request-2',
      })
      expect(calls.length).toBe(2)
    }
  })

  test('error: KMS hangs up', async () => {
    answer['GetPublicKey'] = () => 'hang up'
    await expect(once(ARN)).rejects.toMatchObject({ code: 'KMS_UNAVAILABLE', requestId: undefined })
  })

  test('error: nothing listens at the endpoint', async () => {
    const client = clientOf()
    await new Promise(resolve => server.close(resolve))
    await expect(awsKms({ keyId: ARN, client })).rejects.toMatchObject({ code: 'KMS_UNAVAILABLE' })
  })

  test('error: a request that is refused is not observed, and the next one is', async () => {
    const requests: KmsRequest[] = []
    const key = await awsKms({ keyId: ARN, client: clientOf(), onRequest: request => requests.push(request) })
    answer['Sign'] = () => refuse('DisabledException', `${ARN} is disabled.`)
    await expect(key.signDigest(new Uint8Array(32))).rejects.toMatchObject({ code: 'KMS_KEY_DISABLED' })
    answer['Sign'] = call => signAnswer(call)
    await key.signDigest(new Uint8Array(32))
    expect(requests.map(({ requestId }) => requestId)).toEqual(['request-1', 'request-3'])
  })

  test('behavior: the text of an error', async () => {
    answer['GetPublicKey'] = () => refuse('DisabledException', `${ARN} is disabled.`)
    await expect(once('alias/treasury')).rejects.toThrowErrorMatchingInlineSnapshot(
      `[KmsError: KMS GetPublicKey alias/treasury: The key is disabled. Enable it: aws kms enable-key --key-id KEY. (arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab is disabled.)]`,
    )
  })
})

describe('a KMS that does not finish', () => {
  test.each(['say nothing', 'stop half-way'] as const)(
    'error: it may %s; the deadline ends the request',
    async silence => {
      const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }
      answer['Sign'] = () => silence
      const key = await awsKms({ keyId: ARN, endpoint, credentials, deadlineMs: 200 })
      await expect(key.signDigest(new Uint8Array(32))).rejects.toMatchObject({ code: 'KMS_UNAVAILABLE' })
      server.closeAllConnections()
    },
  )
})
