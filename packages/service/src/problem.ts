// Everything that can go wrong, as RFC 9457 problem details with a stable code. The texts are fixed here: what an error
// carries (a cause, a stack, a message from AWS) never reaches the caller. docs/api.md explains every code.
import { STATUS_CODES } from 'node:http'
import { PublicKeyError, SignatureError, type SignerErrorCode } from '@coffer/signer'
import type { KmsErrorCode } from '@coffer/signer/kms-http'

/** A fault of one field, or a reason to refuse. `path` is a JSON Pointer (RFC 6901) into the request body. */
export type Issue = {
  readonly path: string
  readonly code: IssueCode | ReasonCode
  /** Reads as a sentence with the field as its subject. */
  readonly message: string
}

/** What can be wrong with a field. */
export const ISSUE_CODES = [
  'REQUIRED',
  'UNKNOWN_FIELD',
  'DUPLICATE_FIELD',
  'INVALID_JSON',
  'WRONG_TYPE',
  'INVALID_HASH',
  'INVALID_ADDRESS',
  'INVALID_HEX',
  'INVALID_QUANTITY',
  'INVALID_TEXT',
  'INVALID_NAME',
  'OUT_OF_RANGE',
  'INCONSISTENT',
  'UNSUPPORTED_KIND',
  'UNSUPPORTED_SCHEME',
  'UNSUPPORTED_ENTRY_POINT',
  'UNSUPPORTED_FACTORY',
  'UNSUPPORTED_TRANSACTION_TYPE',
  'UNKNOWN_TYPE',
  'HASH_MISMATCH',
  'WRONG_SIGNER_ADDRESS',
] as const
export type IssueCode = (typeof ISSUE_CODES)[number]

/** Why the policy refuses a well-formed request. */
export const REASON_CODES = [
  'NOT_PERMITTED',
  'FORBIDDEN',
  'WALLET_UNKNOWN',
  'TOKEN_UNKNOWN',
  'CALL_DATA_NOT_UNDERSTOOD',
  'NO_EFFECT',
  'RULE_FAILED',
  'BLIND_SIGNING_REFUSED',
  'RAW_SCHEME_REFUSED',
  'MESSAGE_REFUSED',
  'TYPED_DATA_REFUSED',
  'DELEGATECALL_REFUSED',
  'DELEGATION_REFUSED',
  'DEPLOYMENT_REFUSED',
  'ADMINISTRATION_REFUSED',
  'UNLIMITED_ALLOWANCE_REFUSED',
] as const
export type ReasonCode = (typeof REASON_CODES)[number]

/** The kinds of problem: the service's own, and those of the key and of KMS under the names they have in @coffer/signer. */
export type ProblemCode =
  | ServiceErrorCode
  | 'INTERNAL_ERROR'
  | 'SIGNATURE_INVALID'
  | 'POLICY_INVALID'
  | Exclude<SignerErrorCode, 'HASH_INVALID'>
  | KmsErrorCode

type Kind = {
  readonly status: number
  readonly detail: string
  /** Seconds until a retry makes sense, where waiting is all it takes. */
  readonly retryAfter?: number | undefined
}

/** Every kind of problem, by its code. */
export const PROBLEMS: Readonly<Record<ProblemCode, Kind>> = {
  INVALID_REQUEST: { status: 400, detail: 'The request is not well-formed. Each fault is listed.' },
  IDENTITY_MISSING: {
    status: 403,
    detail: 'The request carries no IAM identity. The method must use AWS_IAM.',
  },
  BLIND_SIGNING_REFUSED: {
    status: 403,
    detail: 'A bare hash could permit anything. Send the payload that it is the hash of.',
  },
  DENIED: { status: 403, detail: 'The policy does not permit this. Each reason is listed.' },
  WRONG_SIGNER_ADDRESS: {
    status: 409,
    detail: 'The key of this endpoint has another address than signerAddress.',
  },
  BODY_TOO_LARGE: { status: 413, detail: 'The body is longer than 65536 bytes.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, detail: 'The content type must be application/json.' },
  HASH_MISMATCH: { status: 422, detail: 'message is not the hash of payload. Nothing was signed.' },
  INTERNAL_ERROR: { status: 500, detail: 'The service has a defect. No signature was given to anybody.' },
  POLICY_INVALID: {
    status: 500,
    detail: 'The policy that is deployed cannot be used. The log says why. Nothing was signed.',
  },
  ADDRESS_MISMATCH: {
    status: 500,
    detail: 'The KMS key does not have the address that the service is pinned to.',
  },
  ADDRESS_INVALID: { status: 500, detail: 'The address that the service is pinned to is not an address.' },
  SIGNATURE_INVALID: {
    status: 502,
    detail: 'What KMS returned is not a signature by this key over this digest.',
  },
  KMS_THROTTLED: { status: 503, detail: 'The KMS request quota of the account is used up.', retryAfter: 1 },
  KMS_UNAVAILABLE: {
    status: 503,
    detail: 'KMS cannot be reached or cannot serve the request.',
    retryAfter: 5,
  },
  KMS_KEY_DISABLED: { status: 503, detail: 'The KMS key is disabled.' },
  KMS_KEY_PENDING_DELETION: { status: 503, detail: 'The KMS key is scheduled for deletion.' },
  KMS_KEY_STATE_INVALID: { status: 503, detail: 'The KMS key is in a state in which it cannot be used.' },
  KMS_KEY_NOT_FOUND: { status: 503, detail: 'There is no such KMS key or alias.' },
  KMS_ACCESS_DENIED: { status: 503, detail: 'The service may not use the KMS key.' },
  KMS_CREDENTIALS_MISSING: { status: 503, detail: 'The service has no AWS credentials.' },
  KMS_CREDENTIALS_REJECTED: { status: 503, detail: 'AWS does not accept the credentials of the service.' },
  KMS_KEY_ID_INVALID: {
    status: 500,
    detail: 'The key id that the service is configured with is missing or names no KMS key.',
  },
  KMS_KEY_WRONG_SPEC: { status: 500, detail: 'The KMS key is not of the key spec ECC_SECG_P256K1.' },
  KMS_KEY_WRONG_USAGE: { status: 500, detail: 'The key usage of the KMS key is not SIGN_VERIFY.' },
  KMS_REGION_MISSING: { status: 500, detail: 'The service knows no AWS region.' },
  KMS_REGION_MISMATCH: {
    status: 500,
    detail: 'The service runs against another region than that of the key ARN.',
  },
  KMS_ARN_MISMATCH: { status: 502, detail: 'Another KMS key than the one asked for has answered.' },
  KMS_ANSWER_INVALID: { status: 502, detail: 'What answered is not KMS as it should be.' },
  KMS_UNEXPECTED: {
    status: 502,
    detail: 'KMS refused the request for an unknown reason. The log has its words.',
  },
}

/** An HTTP response of the service. */
export type ServiceResponse = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The code under which an error is reported. What is not known to be somebody's fault is our defect. */
export const problemCode = (error: unknown): ProblemCode => {
  if (error instanceof SignatureError) return 'SIGNATURE_INVALID'
  if (error instanceof PublicKeyError) return 'KMS_ANSWER_INVALID'
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return isProblemCode(code) ? code : 'INTERNAL_ERROR'
}

/**
 * Writes a problem as a response.
 *
 * @param code The kind of problem.
 * @param requestId By which the log line is found.
 * @param issues Each fault or reason.
 * @param retryAfterMs How long a retry makes no sense, where that is known better than by the code, in milliseconds.
 * @returns `application/problem+json`, with Retry-After in seconds where waiting is all it takes.
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export const problemResponse = (
  code: ProblemCode,
  requestId: string,
  issues: readonly Issue[],
  retryAfterMs?: number | undefined,
): ServiceResponse => {
  const { status, detail, retryAfter: usual } = PROBLEMS[code]
  const retryAfter = retryAfterMs === undefined ? usual : Math.ceil(retryAfterMs / 1000)
  const problem = { title: STATUS_CODES[status], status, detail, code, requestId, issues }
  return {
    status,
    headers: {
      ...HEADERS,
      'content-type': 'application/problem+json',
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    },
    body: JSON.stringify(problem),
  }
}

/** On every response: a signature or a refusal must not be kept by a cache, nor read as anything but JSON. */
export const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const

const isProblemCode = (code: unknown): code is ProblemCode =>
  typeof code === 'string' && Object.hasOwn(PROBLEMS, code)

type ServiceErrorCode =
  | 'INVALID_REQUEST'
  | 'IDENTITY_MISSING'
  | 'BLIND_SIGNING_REFUSED'
  | 'DENIED'
  | 'WRONG_SIGNER_ADDRESS'
  | 'BODY_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'HASH_MISMATCH'

/** A request that is refused. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly code: ServiceErrorCode
  /** Every fault of the request, or every reason to refuse it. */
  readonly issues: readonly Issue[]

  constructor(code: ServiceErrorCode, issues: readonly Issue[] = []) {
    super(
      [PROBLEMS[code].detail, ...issues.map(issue => `${issue.path || 'body'} ${issue.message}`)].join('\n'),
    )
    this.code = code
    this.issues = issues
  }
}
