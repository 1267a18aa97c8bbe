// Why a signature was refused, and how AWS words it. Each service puts name and message into its own envelope.
import { createHash } from 'node:crypto'
import { formatAmzDate } from './amzDate.ts'

/** A refused signature, with the facts needed to say what to change. */
export type SignatureFailure =
  /** No Authorization header. */
  | { readonly kind: 'missing' }
  /** Signed in the query, which the sandbox does not take. */
  | { readonly kind: 'presigned' }
  /** Another scheme, or something which is not `name=value`. */
  | { readonly kind: 'malformed'; readonly authorization: string }
  /** Something that may stand once stands twice, or may not stand at all. */
  | { readonly kind: 'unexpected'; readonly what: string }
  | {
      readonly kind: 'incomplete'
      readonly missing: readonly string[]
      readonly dateMissing: boolean
      readonly authorization: string
    }
  | { readonly kind: 'algorithm'; readonly algorithm: string }
  | { readonly kind: 'date'; readonly date: string }
  /** The request's clock and ours (epoch milliseconds) are further apart than `skew` milliseconds. */
  | {
      readonly kind: 'expired' | 'notYetCurrent'
      readonly time: number
      readonly now: number
      readonly skew: number
    }
  | { readonly kind: 'credential'; readonly credential: string }
  | { readonly kind: 'scope'; readonly faults: readonly ScopeFault[] }
  /** SignedHeaders is not lower case, sorted and free of duplicates. */
  | { readonly kind: 'signedHeaders'; readonly signedHeaders: string }
  /** A header that must be signed is not: `host`, or one of `x-amz-*`. */
  | { readonly kind: 'unsigned'; readonly header: string }
  /** A header is named as signed, but the request has none of that name. */
  | { readonly kind: 'absent'; readonly header: string }
  /** x-amz-content-sha256 is not the hash of the body. */
  | { readonly kind: 'payload'; readonly declared: string }
  | { readonly kind: 'unknownKey'; readonly accessKeyId: string }
  /** The session token is absent, not this identity's, or sent with credentials that have none. */
  | { readonly kind: 'sessionToken' }
  /** The temporary credentials are no longer valid. */
  | { readonly kind: 'expiredToken' }
  | { readonly kind: 'mismatch'; readonly canonicalRequest: string; readonly stringToSign: string }

/** A part of the credential scope which is not what it must be. */
export type ScopeFault =
  | { readonly part: 'region' }
  | { readonly part: 'service'; readonly expected: string }
  | { readonly part: 'terminator' }
  | { readonly part: 'date'; readonly date: string; readonly time: number }

/** Name and message of an AWS error. */
export type FailureText = { readonly name: string; readonly message: string }

/**
 * Puts a failure in AWS's words.
 *
 * @param failure The failure.
 * @returns The error's name (`InvalidSignatureException`, ...) and its message, which holds no secret: an Authorization
 * header is shown only as its hash.
 */
export const describeFailure = (failure: SignatureFailure): FailureText => {
  switch (failure.kind) {
    case 'missing':
      return { name: 'MissingAuthenticationTokenException', message: 'Missing Authentication Token' }
    case 'presigned':
      return incomplete(
        'Presigned requests (X-Amz-Algorithm and X-Amz-Signature in the query) are not supported. Sign with an Authorization header.',
      )
    case 'malformed':
      return incomplete(
        `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${hash(failure.authorization)}'.`,
      )
    case 'unexpected':
      return incomplete(`Authorization has ${failure.what}.`)
    case 'incomplete':
      return incomplete(
        [
          ...failure.missing.map(name => `Authorization header requires '${name}' parameter.`),
          ...(failure.dateMissing
            ? ["Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."]
            : []),
          `(Hashed with SHA-256 and encoded with Base64) Authorization=${hash(failure.authorization)}`,
        ].join(' '),
      )
    case 'algorithm':
      return incomplete(
        `Unsupported AWS 'algorithm': '${failure.algorithm}' (only AWS4-HMAC-SHA256 for now). `,
      )
    case 'date':
      return incomplete(
        `Date must be in ISO-8601 'basic format'. Got '${failure.date}'. See http://en.wikipedia.org/wiki/ISO_8601`,
      )
    case 'expired':
      return invalid(
        `Signature expired: ${formatAmzDate(failure.time)} is now earlier than ${formatAmzDate(failure.now - failure.skew)} (${formatAmzDate(failure.now)} - ${failure.skew / 60_000} min.)`,
      )
    case 'notYetCurrent':
      return invalid(
        `Signature not yet current: ${formatAmzDate(failure.time)} is still later than ${formatAmzDate(failure.now + failure.skew)} (${formatAmzDate(failure.now)} + ${failure.skew / 60_000} min.)`,
      )
    case 'credential':
      return incomplete(
        `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${failure.credential}'`,
      )
    case 'scope':
      return invalid(failure.faults.map(fault => `${describeScopeFault(fault)} `).join(''))
    case 'signedHeaders':
      return incomplete(
        `SignedHeaders must be lower case, sorted and without duplicates, got '${failure.signedHeaders}'`,
      )
    case 'unsigned':
      return invalid(
        failure.header === 'host'
          ? "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
          : `'${failure.header}' must be a 'SignedHeader' in the AWS Authorization.`,
      )
    case 'absent':
      return invalid(`'${failure.header}' is a 'SignedHeader', but the request has no such header.`)
    case 'payload':
      return invalid(
        `The provided 'x-amz-content-sha256' header does not match what was computed: got '${failure.declared}'. Unsigned and streaming payloads are not accepted.`,
      )
    case 'unknownKey':
    case 'sessionToken':
      return {
        name: 'UnrecognizedClientException',
        message: 'The security token included in the request is invalid.',
      }
    case 'expiredToken':
      return {
        name: 'ExpiredTokenException',
        message: 'The security token included in the request is expired',
      }
    case 'mismatch':
      return invalid(
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
      )
  }
}

const describeScopeFault = (fault: ScopeFault): string => {
  switch (fault.part) {
    case 'region':
      return 'Credential should be scoped to a valid region.'
    case 'service':
      return `Credential should be scoped to correct service: '${fault.expected}'.`
    case 'terminator':
      return "Credential should be scoped with a valid terminator: 'aws4_request'."
    case 'date': {
      const time = formatAmzDate(fault.time)
      return `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${fault.date}' != '${time.slice(0, 8)}', from '${time}'.`
    }
  }
}

const incomplete = (message: string): FailureText => ({ name: 'IncompleteSignatureException', message })

const invalid = (message: string): FailureText => ({ name: 'InvalidSignatureException', message })

const hash = (authorization: string): string =>
  createHash('sha256').update(Buffer.from(authorization, 'latin1')).digest('base64')
