import { describe, expect, test } from 'vitest'
import { KmsError, type KmsErrorCode, toKmsError } from './kmsError.ts'

/** An error as the AWS SDK throws it, or Node. */
const thrown = (name: string, facts: Readonly<Record<string, unknown>> = {}): Error =>
  Object.assign(new Error(), { name, ...facts })

describe('the code', () => {
  test.each([
    ['NotFoundException', 'KMS_KEY_NOT_FOUND'],
    ['InvalidArnException', 'KMS_KEY_ID_INVALID'],
    ['DisabledException', 'KMS_KEY_DISABLED'],
    ['KMSInvalidStateException', 'KMS_KEY_STATE_INVALID'],
    ['UnsupportedOperationException', 'KMS_KEY_WRONG_SPEC'],
    ['InvalidKeyUsageException', 'KMS_KEY_WRONG_USAGE'],
    ['AccessDeniedException', 'KMS_ACCESS_DENIED'],
    ['AccessDenied', 'KMS_ACCESS_DENIED'],
    ['CredentialsProviderError', 'KMS_CREDENTIALS_MISSING'],
    ['TokenProviderError', 'KMS_CREDENTIALS_MISSING'],
    ['MissingAuthenticationToken', 'KMS_CREDENTIALS_MISSING'],
    ['MissingAuthenticationTokenException', 'KMS_CREDENTIALS_MISSING'],
    ['ExpiredTokenException', 'KMS_CREDENTIALS_REJECTED'],
    ['ExpiredToken', 'KMS_CREDENTIALS_REJECTED'],
    ['TokenRefreshRequired', 'KMS_CREDENTIALS_REJECTED'],
    ['UnrecognizedClientException', 'KMS_CREDENTIALS_REJECTED'],
    ['InvalidClientTokenId', 'KMS_CREDENTIALS_REJECTED'],
    ['InvalidSignatureException', 'KMS_CREDENTIALS_REJECTED'],
    ['SignatureDoesNotMatch', 'KMS_CREDENTIALS_REJECTED'],
    ['RequestTimeTooSkewed', 'KMS_CREDENTIALS_REJECTED'],
    ['RequestExpired', 'KMS_CREDENTIALS_REJECTED'],
    ['RequestInTheFuture', 'KMS_CREDENTIALS_REJECTED'],
    ['IncompleteSignature', 'KMS_CREDENTIALS_REJECTED'],
    ['IncompleteSignatureException', 'KMS_CREDENTIALS_REJECTED'],
    ['ThrottlingException', 'KMS_THROTTLED'],
    ['ThrottledException', 'KMS_THROTTLED'],
    ['LimitExceededException', 'KMS_THROTTLED'],
    ['TooManyRequestsException', 'KMS_THROTTLED'],
    ['RequestThrottledException', 'KMS_THROTTLED'],
    ['RequestLimitExceeded', 'KMS_THROTTLED'],
    ['SlowDown', 'KMS_THROTTLED'],
    ['EC2ThrottledException', 'KMS_THROTTLED'],
    ['BandwidthLimitExceeded', 'KMS_THROTTLED'],
    ['ProvisionedThroughputExceededException', 'KMS_THROTTLED'],
    ['PriorRequestNotComplete', 'KMS_THROTTLED'],
    ['TransactionInProgressException', 'KMS_THROTTLED'],
    ['NotThrottlingException', 'KMS_UNEXPECTED'],
    ['KMSInternalException', 'KMS_UNAVAILABLE'],
    ['DependencyTimeoutException', 'KMS_UNAVAILABLE'],
    ['KeyUnavailableException', 'KMS_UNAVAILABLE'],
    ['ServiceUnavailableException', 'KMS_UNAVAILABLE'],
    ['InternalFailure', 'KMS_UNAVAILABLE'],
    ['RequestTimeout', 'KMS_UNAVAILABLE'],
    ['RequestTimeoutException', 'KMS_UNAVAILABLE'],
    ['TimeoutError', 'KMS_UNAVAILABLE'],
    ['AbortError', 'KMS_UNAVAILABLE'],
    ['', 'KMS_UNEXPECTED'],
    ['SomethingNewException', 'KMS_UNEXPECTED'],
  ])('behavior: of %j it is %s', (name, code) => {
    expect(toKmsError(thrown(name), 'Sign', 'key')).toMatchObject({ code })
  })

  test.each([
    ['DisabledException', 'it is Pending Deletion.', 'KMS_KEY_PENDING_DELETION'],
    ['KMSInvalidStateException', 'it is pending deletion.', 'KMS_KEY_PENDING_DELETION'],
    ['KMSInvalidStateException', 'it is pending import.', 'KMS_KEY_STATE_INVALID'],
    ['NotFoundException', 'it is pending deletion.', 'KMS_KEY_NOT_FOUND'],
  ])('behavior: of %s, %s, it is %s', (name, message, code) => {
    expect(toKmsError(thrown(name, { message }), 'Sign', 'key')).toMatchObject({ code })
  })

  test.each([
    ['ECONNREFUSED', 'KMS_UNAVAILABLE'],
    ['EAI_AGAIN', 'KMS_UNAVAILABLE'],
    ['ERR_INVALID_URL', 'KMS_UNAVAILABLE'],
    ['NOT_E', 'KMS_UNEXPECTED'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'KMS_UNEXPECTED'],
    ['E2BIG', 'KMS_UNEXPECTED'],
    ['E', 'KMS_UNEXPECTED'],
    ['EPIPE 1', 'KMS_UNEXPECTED'],
    [['EPIPE'], 'KMS_UNEXPECTED'],
    [undefined, 'KMS_UNEXPECTED'],
  ])('behavior: of an error of Node with the code %j it is %s', (code, expected) => {
    expect(toKmsError(thrown('Error', { code }), 'Sign', 'key').code).toBe(expected)
  })

  test.each([
    [500, 'KMS_UNAVAILABLE'],
    [503, 'KMS_UNAVAILABLE'],
    [408, 'KMS_UNAVAILABLE'],
    [429, 'KMS_THROTTLED'],
    [499, 'KMS_UNEXPECTED'],
    [400, 'KMS_UNEXPECTED'],
    ['500', 'KMS_UNEXPECTED'],
    [undefined, 'KMS_UNEXPECTED'],
  ])('behavior: of an unknown name with the HTTP status %j it is %s', (httpStatusCode, code) => {
    const error = thrown('SomethingNewException', { $metadata: { httpStatusCode } })
    expect(toKmsError(error, 'Sign', 'key').code).toBe(code)
    const known = thrown('DisabledException', { $metadata: { httpStatusCode } })
    expect(toKmsError(known, 'Sign', 'key').code).toBe('KMS_KEY_DISABLED')
  })

  test('behavior: a name that KMS is known by goes before the code of Node', () => {
    const error = thrown('DisabledException', { code: 'ECONNRESET' })
    expect(toKmsError(error, 'Sign', 'key').code).toBe('KMS_KEY_DISABLED')
  })

  test.each([undefined, null, 'DisabledException', { name: 'DisabledException', message: 'why' }])(
    'error: %j is no error, and unexpected',
    error => {
      expect(toKmsError(error, 'Sign', 'key')).toMatchObject({
        code: 'KMS_UNEXPECTED',
        message: 'KMS Sign key: KMS refused the request for a reason that this program does not know.',
        requestId: undefined,
        cause: error,
      })
    },
  )
})

describe('the request id', () => {
  test.each([
    [{ requestId: 'request-1' }, 'request-1'],
    [{ requestId: 1 }, undefined],
    [{}, undefined],
    [undefined, undefined],
  ])('behavior: of the metadata %j it is %j', ($metadata, requestId) => {
    expect(toKmsError(thrown('DisabledException', { $metadata }), 'Sign', 'key').requestId).toBe(requestId)
  })
})

describe('the text', () => {
  test('behavior: what was asked, what to do, and what KMS said', () => {
    const cause = thrown('DisabledException', { message: 'It is off.' })
    const error = toKmsError(cause, 'GetPublicKey', 'alias/treasury')
    expect(error.message).toBe(
      'KMS GetPublicKey alias/treasury: The key is disabled. Enable it: aws kms enable-key --key-id KEY. (It is off.)',
    )
    expect(error).toMatchObject({
      name: 'KmsError',
      operation: 'GetPublicKey',
      keyId: 'alias/treasury',
      cause,
    })
  })

  test('behavior: no empty brackets where KMS said nothing', () => {
    expect(toKmsError(thrown('DisabledException'), 'Sign', 'key').message).toMatch(/KEY\.$/)
  })

  test('behavior: no operation where nothing was asked', () => {
    const error = new KmsError('KMS_REGION_MISSING', { keyId: 'key' })
    expect(error.message).toBe('KMS key: No AWS region is known. Give a key ARN, or set AWS_REGION.')
    expect(error.operation).toBeUndefined()
  })

  const WORDS: Readonly<Record<KmsErrorCode, string>> = {
    KMS_KEY_ID_INVALID: 'Give a key id',
    KMS_KEY_NOT_FOUND: 'no such key',
    KMS_KEY_DISABLED: 'aws kms enable-key',
    KMS_KEY_PENDING_DELETION: 'aws kms cancel-key-deletion',
    KMS_KEY_STATE_INVALID: 'aws kms describe-key',
    KMS_KEY_WRONG_SPEC: 'aws kms create-key --key-spec ECC_SECG_P256K1',
    KMS_KEY_WRONG_USAGE: '--key-usage SIGN_VERIFY',
    KMS_ACCESS_DENIED: 'Allow kms:GetPublicKey and kms:Sign',
    KMS_CREDENTIALS_MISSING: 'aws sso login',
    KMS_CREDENTIALS_REJECTED: 'Renew them',
    KMS_REGION_MISSING: 'AWS_REGION',
    KMS_REGION_MISMATCH: "the key's region",
    KMS_ARN_MISMATCH: 'Another key',
    KMS_ANSWER_INVALID: 'the KMS endpoint',
    KMS_THROTTLED: 'quota',
    KMS_UNAVAILABLE: 'Try again later',
    KMS_UNEXPECTED: 'does not know',
  }

  test.each(Object.entries(WORDS))('behavior: %s says what to do', (code, words) => {
    expect(new KmsError(code as KmsErrorCode, { keyId: 'key' }).message).toContain(words)
  })
})
