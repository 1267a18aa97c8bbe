// Verifies Signature Version 4 of requests signed in the Authorization header.
// IAM User Guide, "AWS Signature Version 4 for API requests". Stricter than AWS where AWS is lenient: whatever the
// signature does not cover and could change the meaning of a request is refused.
import { timingSafeEqual } from 'node:crypto'
import { headersByName, type RawRequest, splitTarget } from '../rawRequest.ts'
import { formatAmzDate, parseAmzDate } from './amzDate.ts'
import { type Credential, parseAuthorization, parseCredential } from './authorization.ts'
import { canonicalRequest, canonicalS3Request, queryPairs, sha256Hex } from './canonicalRequest.ts'
import type { Identity } from './identity.ts'
import type { ScopeFault, SignatureFailure } from './signatureFailure.ts'
import { algorithm, sign, stringToSign, terminator } from './signingKey.ts'

/** What a request is verified against. */
export type Verification = {
  /** The service the credential must be scoped to: `kms`, `sts`, `execute-api`. Bodies for `s3` need not be signed. */
  readonly service: string
  /** The region the credential must be scoped to; any region where absent. */
  readonly region?: string | undefined
  readonly lookup: (accessKeyId: string) => Identity | undefined
  /** The verifier's clock: epoch milliseconds. */
  readonly now: () => number
}

/** Five minutes, both ways: the skew KMS and API Gateway allow. */
const skew = 5 * 60_000

/**
 * Verifies the signature of a request.
 *
 * @param request The request as received; the body hash is computed from its bytes, never taken from a header.
 * @param verification Service, region, identities and clock.
 * @returns Whose request it is, or the one reason why it is refused.
 */
export const verifySignature = (
  request: RawRequest,
  verification: Verification,
): { readonly identity: Identity } | { readonly failure: SignatureFailure } => {
  const headers = headersByName(request.rawHeaders)
  if (isPresigned(request.url)) return fail({ kind: 'presigned' })
  const [header, second] = headers.get('authorization') ?? []
  if (header === undefined) return fail({ kind: 'missing' })
  if (second !== undefined) return fail({ kind: 'unexpected', what: 'a second header' })
  const date = (headers.get('x-amz-date') ?? headers.get('date'))?.join(',')

  const authorization = parseAuthorization(header, date !== undefined)
  if ('failure' in authorization) return authorization
  if (authorization.algorithm !== algorithm) {
    return fail({ kind: 'algorithm', algorithm: authorization.algorithm })
  }
  const time = parseAmzDate(date ?? '')
  if (time === undefined) return fail({ kind: 'date', date: date ?? '' })
  const now = verification.now()
  if (time < now - skew) return fail({ kind: 'expired', time, now, skew })
  if (time > now + skew) return fail({ kind: 'notYetCurrent', time, now, skew })

  const credential = parseCredential(authorization.credential)
  if (!credential) return fail({ kind: 'credential', credential: authorization.credential })
  const faults = scopeFaults(credential, verification, time)
  if (faults.length > 0) return fail({ kind: 'scope', faults })

  const signedHeaders = authorization.signedHeaders.split(';')
  const headerFailure =
    checkHeaders(headers, signedHeaders) ?? checkPayload(headers, request.body, verification)
  if (headerFailure) return fail(headerFailure)

  const identity = verification.lookup(credential.accessKeyId)
  if (!identity) return fail({ kind: 'unknownKey', accessKeyId: credential.accessKeyId })
  const tokens = headers.get('x-amz-security-token') ?? []
  const expectedTokens = identity.sessionToken === undefined ? [] : [identity.sessionToken]
  if (!equal(tokens.join(','), expectedTokens.join(',')) || tokens.length !== expectedTokens.length) {
    return fail({ kind: 'sessionToken' })
  }
  if (identity.expiresAt !== undefined && identity.expiresAt <= now) return fail({ kind: 'expiredToken' })

  const payload = headers.get('x-amz-content-sha256')?.join(',') ?? ''
  const canonical =
    verification.service === 's3'
      ? canonicalS3Request(request, signedHeaders, payload)
      : canonicalRequest(request, signedHeaders)
  const text = stringToSign(formatAmzDate(time), credential, canonical)
  if (!equal(authorization.signature, sign(identity, credential, text))) {
    return fail({ kind: 'mismatch', canonicalRequest: canonical, stringToSign: text })
  }
  return { identity }
}

const fail = (failure: SignatureFailure): { readonly failure: SignatureFailure } => ({ failure })

const isPresigned = (url: string): boolean =>
  queryPairs(splitTarget(url).query).some(([name]) => /^x-amz-(algorithm|signature|credential)$/i.test(name))

const scopeFaults = (
  credential: Credential,
  { region, service }: Verification,
  time: number,
): readonly ScopeFault[] => {
  const faults: ScopeFault[] = []
  if (region !== undefined && credential.region !== region) faults.push({ part: 'region' })
  if (credential.service !== service) faults.push({ part: 'service', expected: service })
  if (credential.terminator !== terminator) faults.push({ part: 'terminator' })
  if (credential.date !== formatAmzDate(time).slice(0, 8)) {
    faults.push({ part: 'date', date: credential.date, time })
  }
  return faults
}

/**
 * The names must be in canonical form and present; `host` and every x-amz-* header of the request must be among them.
 * The one exception is x-amz-content-sha256, which awscurl sends unsigned: it must be the hash of the body anyhow.
 */
const checkHeaders = (
  headers: ReadonlyMap<string, readonly string[]>,
  signedHeaders: readonly string[],
): SignatureFailure | undefined => {
  const canonicalNames = [...new Set(signedHeaders.map(name => name.toLowerCase()))].sort()
  if (canonicalNames.join(';') !== signedHeaders.join(';')) {
    return { kind: 'signedHeaders', signedHeaders: signedHeaders.join(';') }
  }
  const amzHeaders = [...headers.keys()].filter(name => /^x-amz-(?!content-sha256$)/.test(name))
  const unsigned = ['host', ...amzHeaders].find(name => !signedHeaders.includes(name))
  if (unsigned !== undefined) return { kind: 'unsigned', header: unsigned }
  const absent = signedHeaders.find(name => !headers.has(name))
  return absent === undefined ? undefined : { kind: 'absent', header: absent }
}

/**
 * What S3 takes in place of the hash of a body. What is uploaded is protected by TLS then, and by its checksum.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
const unsignedPayloads = ['UNSIGNED-PAYLOAD', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER']

const checkPayload = (
  headers: ReadonlyMap<string, readonly string[]>,
  body: Uint8Array,
  { service }: Verification,
): SignatureFailure | undefined => {
  const declared = headers.get('x-amz-content-sha256')?.join(',')
  const isS3 = service === 's3'
  const isAccepted =
    declared === undefined
      ? !isS3
      : declared === sha256Hex(body) || (isS3 && unsignedPayloads.includes(declared))
  return isAccepted ? undefined : { kind: 'payload', declared: declared ?? '' }
}

/** Compares in a time that does not depend on where two texts of equal length differ. */
const equal = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
