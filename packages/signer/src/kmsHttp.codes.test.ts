// Both transports, the AWS SDK's and our own, given the same answers: the same codes, or why not.
import { KMSClient } from '@aws-sdk/client-kms'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
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
  publicKeyBody,
  raw,
  refuse,
  signatureBody,
  startKmsServer,
} from '../test/kmsServer.ts'
import { awsKms } from './awsKms.ts'
import { KmsError, kmsHttp } from './kmsHttp.ts'
import { createSigner, type SigningKey } from './signer.ts'

const HASH = `0x${'5a'.repeat(32)}` as const
const ALIAS = 'alias/treasury'
const region = 'eu-central-1'
const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'not-a-secret' }
const timing = { backoffMs: 0, throttleBackoffMs: 0 }

let kms: KmsServer
beforeAll(async () => {
  kms = await startKmsServer()
})
afterAll(() => kms.stop())
beforeEach(() => {
  kms.always = answerWell
})

const overSdk = (keyId: string): Promise<SigningKey> =>
  // It does not retry, which takes its time and changes no code.
  awsKms({ keyId, client: new KMSClient({ region, endpoint: kms.endpoint, credentials, maxAttempts: 1 }) })
const overHttp = (keyId: string): Promise<SigningKey> =>
  kmsHttp({ keyId, region, endpoint: kms.endpoint, credentials: () => credentials, timing })

const resultOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'answered',
    (error: unknown) => {
      if (!(error instanceof KmsError)) return error instanceof Error ? error.name : error
      const { code, keyId, operation } = error
      return [code, keyId, operation]
    },
  )

/** What comes of an answer to GetPublicKey, and of the same answer to Sign. */
const resultsOver = async (
  transport: (keyId: string) => Promise<SigningKey>,
  answer: (call: Call) => Answer,
): Promise<readonly unknown[]> => {
  kms.always = answerWell
  const signer = await createSigner(await transport(ALIAS))
  kms.always = answer
  return [await resultOf(transport(ALIAS)), await resultOf(signer.signHash(HASH))]
}

const bodyOf = (call: Call, changes: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  call.operation === 'Sign' ? signatureBody(call, changes) : publicKeyBody(changes)

const NAMES: readonly (readonly [name: string, message: string | undefined, code: string])[] = [
  ['NotFoundException', `Key '${ARN}' does not exist`, 'KMS_KEY_NOT_FOUND'],
  ['InvalidArnException', `Invalid arn ${ARN}`, 'KMS_KEY_ID_INVALID'],
  ['DisabledException', `${ARN} is disabled.`, 'KMS_KEY_DISABLED'],
  ['DisabledException', `${ARN} is pending deletion.`, 'KMS_KEY_PENDING_DELETION'],
  ['KMSInvalidStateException', `${ARN} is pending deletion.`, 'KMS_KEY_PENDING_DELETION'],
  ['KMSInvalidStateException', undefined, 'KMS_KEY_STATE_INVALID'],
  ['UnsupportedOperationException', undefined, 'KMS_KEY_WRONG_SPEC'],
  ['InvalidKeyUsageException', undefined, 'KMS_KEY_WRONG_USAGE'],
  ['AccessDeniedException', 'not authorized to perform: kms:Sign', 'KMS_ACCESS_DENIED'],
  ['AccessDenied', undefined, 'KMS_ACCESS_DENIED'],
  ['MissingAuthenticationToken', undefined, 'KMS_CREDENTIALS_MISSING'],
  ['MissingAuthenticationTokenException', undefined, 'KMS_CREDENTIALS_MISSING'],
  ['UnrecognizedClientException', undefined, 'KMS_CREDENTIALS_REJECTED'],
  ['InvalidClientTokenId', undefined, 'KMS_CREDENTIALS_REJECTED'],
  ['ExpiredTokenException', undefined, 'KMS_CREDENTIALS_REJECTED'],
  ['ExpiredToken', undefined, 'KMS_CREDENTIALS_REJECTED'],
  ['TokenRefreshRequired', undefined, 'KMS_CREDENTIALS_REJECTED'],
  ['SignatureDoesNotMatch', undefined, 'KMS_CREDENTIALS_REJECTED'],
  ['RequestTimeTooSkewed', undefined, 'KMS_CREDENTIALS_REJECTED'],
  ['RequestExpired', undefined, 'KMS_CREDENTIALS_REJECTED'],
  ['RequestInTheFuture', undefined, 'KMS_CREDENTIALS_REJECTED'],
  ['InvalidSignatureException', 'does not match', 'KMS_CREDENTIALS_REJECTED'],
  ['InvalidSignatureException', 'Signature expired', 'KMS_CREDENTIALS_REJECTED'],
  ['IncompleteSignature', undefined, 'KMS_CREDENTIALS_REJECTED'],
  ['IncompleteSignatureException', undefined, 'KMS_CREDENTIALS_REJECTED'],
  ['ThrottlingException', 'You have exceeded the rate', 'KMS_THROTTLED'],
  ['LimitExceededException', undefined, 'KMS_THROTTLED'],
  ['TooManyRequestsException', undefined, 'KMS_THROTTLED'],
  ['EC2ThrottledException', undefined, 'KMS_THROTTLED'],
  ['ProvisionedThroughputExceededException', undefined, 'KMS_THROTTLED'],
  ['RequestTimeoutException', undefined, 'KMS_UNAVAILABLE'],
  ['KMSInternalException', undefined, 'KMS_UNAVAILABLE'],
  ['DependencyTimeoutException', undefined, 'KMS_UNAVAILABLE'],
  ['KeyUnavailableException', undefined, 'KMS_UNAVAILABLE'],
  ['ServiceUnavailableException', undefined, 'KMS_UNAVAILABLE'],
  ['InternalFailure', undefined, 'KMS_UNAVAILABLE'],
  ['ValidationException', 'Digest is invalid length', 'KMS_UNEXPECTED'],
  ['SerializationException', undefined, 'KMS_UNEXPECTED'],
  ['SomethingNewException', 'never seen before', 'KMS_UNEXPECTED'],
  ['constructor', undefined, 'KMS_UNEXPECTED'],
]

const refusals = NAMES.flatMap(([name, message, code]) => [
  [`${name} (${message})`, refuse(name, message), code] as const,
  // Of a name that is not known the status tells.
  [
    `com.amazonaws.kms#${name}, 500`,
    refuse(`com.amazonaws.kms#${name}`, message, 500),
    code === 'KMS_UNEXPECTED' ? 'KMS_UNAVAILABLE' : code,
  ] as const,
  [
    `${name} in a header`,
    json(
      400,
      { Message: message },
      { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': `${name}:http://internal/` },
    ),
    code,
  ] as const,
])

const html = (status: number): Answer => json(status, '<html>', { 'content-type': 'text/html' })

const faults: readonly (readonly [title: string, answer: (call: Call) => Answer, code: string])[] = [
  ['hangs up', () => hangUp, 'KMS_UNAVAILABLE'],
  ['is cut off', () => cutOff, 'KMS_UNAVAILABLE'],
  ['has an error without a name', () => json(400, {}), 'KMS_UNEXPECTED'],
  ['has no key id', call => json(200, bodyOf(call, { KeyId: undefined })), 'KMS_ANSWER_INVALID'],
  ['has null as key id', call => json(200, bodyOf(call, { KeyId: null })), 'KMS_ANSWER_INVALID'],
  [
    'has neither public key nor signature',
    call => json(200, bodyOf(call, { PublicKey: undefined, Signature: undefined })),
    'KMS_ANSWER_INVALID',
  ],
  ['has status 429 and an unknown name', () => refuse('SlowerPlease', undefined, 429), 'KMS_THROTTLED'],
  ['has status 408 and an unknown name', () => refuse('TooSlow', undefined, 408), 'KMS_UNAVAILABLE'],
  [
    'has status 503 and an unknown name',
    () => refuse('ServiceUnavailable', undefined, 503),
    'KMS_UNAVAILABLE',
  ],
  ['is a page of HTML with status 503', () => html(503), 'KMS_UNAVAILABLE'],
  ['is a page of HTML with status 429', () => html(429), 'KMS_THROTTLED'],
  ['is of another key', call => json(200, bodyOf(call, { KeyId: `${OTHER_ARN}x!` })), 'KMS_ARN_MISMATCH'],
]

describe('the same answer, the same code', () => {
  test.each([...refusals.map(([title, answer, code]) => [title, () => answer, code] as const), ...faults])(
    'error: KMS answers %s',
    async (_title, answer, code) => {
      const expected = [
        [code, ALIAS, 'GetPublicKey'],
        [code, ARN, 'Sign'],
      ]
      expect(await resultsOver(overSdk, answer)).toEqual(expected)
      expect(await resultsOver(overHttp, answer)).toEqual(expected)
    },
  )

  test.each([
    ['another spec', { KeySpec: 'ECC_NIST_P256' }, 'KMS_KEY_WRONG_SPEC'],
    ['another usage', { KeyUsage: 'KEY_AGREEMENT' }, 'KMS_KEY_WRONG_USAGE'],
    ['no spec', { KeySpec: undefined }, 'KMS_KEY_WRONG_SPEC'],
  ])('error: GetPublicKey answers %s', async (_title, changes, code) => {
    kms.always = () => json(200, publicKeyBody(changes))
    for (const transport of [overSdk, overHttp])
      expect(await resultOf(transport(ALIAS))).toEqual([code, ALIAS, 'GetPublicKey'])
  })
})

// The SDK gives up on these as on errors that nobody knows. Waiting may cure them, so here they say that.
describe('where the SDK knows no better', () => {
  test.each([
    ['a page of HTML with status 200', html(200), 'KMS_UNAVAILABLE'],
    ['a page of HTML with status 403', html(403), 'KMS_UNAVAILABLE'],
    ['JSON that is cut off', json(200, '{"KeyId":'), 'KMS_UNAVAILABLE'],
    ['no HTTP', raw('+OK ready\r\n'), 'KMS_UNAVAILABLE'],
  ] as const)('error: KMS answers %s', async (_title, answer, code) => {
    expect(await resultsOver(overSdk, () => answer)).toEqual([
      ['KMS_UNEXPECTED', ALIAS, 'GetPublicKey'],
      ['KMS_UNEXPECTED', ARN, 'Sign'],
    ])
    expect(await resultsOver(overHttp, () => answer)).toEqual([
      [code, ALIAS, 'GetPublicKey'],
      [code, ARN, 'Sign'],
    ])
  })
})
