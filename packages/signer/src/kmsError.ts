// What can go wrong between us and KMS, as errors that say what to fix. The AWS SDK's errors are told apart by name:
// KMS answers most of them with HTTP status 400, whatever its model says.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html#API_Sign_Errors
// https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html

export type KmsOperation = 'GetPublicKey' | 'Sign'

const REMEDIES = {
  KMS_KEY_ID_INVALID: 'Give a key id, a key ARN, alias/name or an alias ARN.',
  KMS_KEY_NOT_FOUND: 'There is no such key or alias. Check its name, the account and the region.',
  KMS_KEY_DISABLED: 'The key is disabled. Enable it: aws kms enable-key --key-id KEY.',
  KMS_KEY_PENDING_DELETION:
    'The key is scheduled for deletion. Cancel that, then enable it: aws kms cancel-key-deletion --key-id KEY.',
  KMS_KEY_STATE_INVALID:
    'The key is in a state in which it cannot be used. See aws kms describe-key --key-id KEY.',
  KMS_KEY_WRONG_SPEC:
    'Ethereum needs the key spec ECC_SECG_P256K1, which cannot be changed. Create a key: aws kms create-key --key-spec ECC_SECG_P256K1 --key-usage SIGN_VERIFY.',
  KMS_KEY_WRONG_USAGE:
    'The key usage must be SIGN_VERIFY, which cannot be changed. Create a key: aws kms create-key --key-spec ECC_SECG_P256K1 --key-usage SIGN_VERIFY.',
  KMS_ACCESS_DENIED:
    'Allow kms:GetPublicKey and kms:Sign on this key to the caller, in its IAM policy and in the key policy.',
  KMS_CREDENTIALS_MISSING: 'No AWS credentials were found. Set up a profile, or log in: aws sso login.',
  KMS_CREDENTIALS_REJECTED:
    'AWS does not accept the credentials: they are wrong or have expired. Renew them.',
  KMS_REGION_MISSING: 'No AWS region is known. Give a key ARN, or set AWS_REGION.',
  KMS_REGION_MISMATCH: "The region of the client is not that of the key ARN. Use the key's region.",
  KMS_ARN_MISMATCH: 'Another key than the one asked for has answered. Nothing it said is used.',
  KMS_ANSWER_INVALID: 'The answer lacks what KMS always sends. Check what stands at the KMS endpoint.',
  KMS_THROTTLED: 'The request rate exceeds the quota of the account. Try again later, or raise the quota.',
  KMS_UNAVAILABLE: 'KMS cannot be reached or cannot serve the request now. Try again later.',
  KMS_UNEXPECTED: 'KMS refused the request for a reason that this program does not know.',
} as const

export type KmsErrorCode = keyof typeof REMEDIES

const CODES: ReadonlyMap<string, KmsErrorCode> = new Map([
  ['NotFoundException', 'KMS_KEY_NOT_FOUND'],
  ['InvalidArnException', 'KMS_KEY_ID_INVALID'],
  ['DisabledException', 'KMS_KEY_DISABLED'],
  ['KMSInvalidStateException', 'KMS_KEY_STATE_INVALID'],
  // How KMS answers GetPublicKey for a symmetric or an HMAC key.
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
  // The time of the signature, where asking again with KMS's time has not helped.
  ['RequestTimeTooSkewed', 'KMS_CREDENTIALS_REJECTED'],
  ['RequestExpired', 'KMS_CREDENTIALS_REJECTED'],
  ['RequestInTheFuture', 'KMS_CREDENTIALS_REJECTED'],
  ['IncompleteSignature', 'KMS_CREDENTIALS_REJECTED'],
  ['IncompleteSignatureException', 'KMS_CREDENTIALS_REJECTED'],
  ['KMSInternalException', 'KMS_UNAVAILABLE'],
  ['DependencyTimeoutException', 'KMS_UNAVAILABLE'],
  ['KeyUnavailableException', 'KMS_UNAVAILABLE'],
  ['ServiceUnavailableException', 'KMS_UNAVAILABLE'],
  ['InternalFailure', 'KMS_UNAVAILABLE'],
  ['RequestTimeout', 'KMS_UNAVAILABLE'],
  ['RequestTimeoutException', 'KMS_UNAVAILABLE'],
  ['TimeoutError', 'KMS_UNAVAILABLE'],
  ['AbortError', 'KMS_UNAVAILABLE'],
])

/** By what names AWS says that there are too many requests, KMS or what stands before it. */
const THROTTLED =
  /^(?:Throttl|TooManyRequests|RequestThrottled|RequestLimitExceeded|LimitExceeded|SlowDown|EC2Throttled|BandwidthLimitExceeded|ProvisionedThroughputExceeded|PriorRequestNotComplete|TransactionInProgress)/

/** Translates what the AWS SDK threw at an operation on a key. */
export const toKmsError = (error: unknown, operation: KmsOperation, keyId: string): KmsError => {
  const { name, message, code, status, requestId } = readSdkError(error)
  const facts = { operation, keyId, requestId, detail: message, cause: error }
  // KMS answers a key that is pending deletion with either name; only the text tells that it is.
  const unusable = name === 'KMSInvalidStateException' || name === 'DisabledException'
  if (unusable && /pending deletion/i.test(message ?? ''))
    return new KmsError('KMS_KEY_PENDING_DELETION', facts)
  // Node's own errors, such as ECONNREFUSED, have a code and never reached KMS.
  const isUnreachable = code !== undefined && /^E[A-Z_]+$/.test(code)
  return new KmsError(
    CODES.get(name) ?? (isUnreachable ? 'KMS_UNAVAILABLE' : codeOfUnknown(name, status)),
    facts,
  )
}

/** Of what is not known by its name the HTTP status tells: AWS has more than one name for a service that fails. */
const codeOfUnknown = (name: string, status: number): KmsErrorCode => {
  if (THROTTLED.test(name) || status === 429) return 'KMS_THROTTLED'
  return status >= 500 || status === 408 ? 'KMS_UNAVAILABLE' : 'KMS_UNEXPECTED'
}

type SdkError = {
  readonly name: string
  readonly message: string | undefined
  readonly code: string | undefined
  /** HTTP's; 0 where there was no answer. */
  readonly status: number
  readonly requestId: string | undefined
}

const readSdkError = (error: unknown): SdkError => {
  if (!(error instanceof Error))
    return { name: '', message: undefined, code: undefined, status: 0, requestId: undefined }
  const { code, $metadata } = error as Error & {
    code?: unknown
    $metadata?: { requestId?: unknown; httpStatusCode?: unknown }
  }
  return {
    name: error.name,
    message: error.message === '' ? undefined : error.message,
    code: typeof code === 'string' ? code : undefined,
    status: typeof $metadata?.httpStatusCode === 'number' ? $metadata.httpStatusCode : 0,
    requestId: typeof $metadata?.requestId === 'string' ? $metadata.requestId : undefined,
  }
}

/** A KMS key that cannot be used, or a request to KMS that failed. */
export class KmsError extends Error {
  override readonly name = 'KmsError'
  readonly code: KmsErrorCode
  /** The key as it was asked for: the pinned key ARN once that is known. */
  readonly keyId: string
  /** `undefined` where the fault showed before anything was asked of KMS. */
  readonly operation: KmsOperation | undefined
  /** KMS's id of the failed request, as CloudTrail records it; `undefined` where KMS gave none. */
  readonly requestId: string | undefined
  /** How long nothing will be sent to KMS, in milliseconds, where that is why nothing was; otherwise `undefined`. */
  readonly retryAfterMs: number | undefined

  constructor(
    code: KmsErrorCode,
    facts: {
      readonly keyId: string
      readonly operation?: KmsOperation | undefined
      readonly requestId?: string | undefined
      readonly retryAfterMs?: number | undefined
      /** What KMS or the SDK said, or what was found. */
      readonly detail?: string | undefined
      readonly cause?: unknown
    },
  ) {
    const { keyId, operation, requestId, detail, cause } = facts
    const asked = operation === undefined ? keyId : `${operation} ${keyId}`
    super(`KMS ${asked}: ${REMEDIES[code]}${detail === undefined ? '' : ` (${detail})`}`, { cause })
    this.code = code
    this.keyId = keyId
    this.operation = operation
    this.requestId = requestId
    this.retryAfterMs = facts.retryAfterMs
  }
}
