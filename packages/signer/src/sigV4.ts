// Signature Version 4 of AWS, for the one shape of request that KMS takes: POST / without a query.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto'

/** What a request is signed with. */
export type AwsCredentials = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Of temporary credentials, such as a role's. */
  readonly sessionToken?: string | undefined
}

/** Headers by their names in lower case. */
export type Headers = Readonly<Record<string, string>>

/**
 * Signs a `POST /`: every header given is signed, and so are the two that are added.
 *
 * @param request.headers The headers by their names in lower case; `host` among them.
 * @param request.body The body, which is hashed as UTF-8.
 * @param time The time of the signature, in milliseconds since 1970.
 * @returns The headers to send: those given, `x-amz-date`, `x-amz-security-token` where there is one, `authorization`.
 */
export type RequestSigner = (
  request: { readonly headers: Headers; readonly body: string },
  credentials: AwsCredentials,
  time: number,
) => Headers

/** As a KeyObject, since Node 24 takes three times as long for an HMAC with the same key in bytes. */
type SigningKey = { readonly day: string; readonly secretAccessKey: string; readonly key: KeyObject }

/**
 * Makes a signer of requests to one service in one region. It keeps the last signing key, which holds for a day and a
 * secret access key.
 *
 * @param scope.region Such as `eu-central-1`.
 * @param scope.service Such as `kms`.
 * @returns The signer. It throws nothing.
 */
export const createRequestSigner = (scope: {
  readonly region: string
  readonly service: string
}): RequestSigner => {
  const { region, service } = scope
  let kept: SigningKey | undefined
  const keyFor = (day: string, secretAccessKey: string): KeyObject => {
    if (kept?.day !== day || kept.secretAccessKey !== secretAccessKey)
      kept = { day, secretAccessKey, key: deriveKey([day, region, service, TERMINATOR], secretAccessKey) }
    return kept.key
  }

  return ({ headers, body }, { accessKeyId, secretAccessKey, sessionToken }, time) => {
    const date = formatDate(time)
    const day = date.slice(0, 8)
    const signed: Headers = {
      ...headers,
      'x-amz-date': date,
      ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
    }
    const names = Object.keys(signed).sort()
    const canonical = [
      'POST',
      '/',
      '',
      ...names.map(name => `${name}:${canonicalValue(signed[name] ?? '')}`),
      '',
      names.join(';'),
      sha256(body),
    ].join('\n')
    const credentialScope = [day, region, service, TERMINATOR].join('/')
    const text = [ALGORITHM, date, credentialScope, sha256(canonical)].join('\n')
    const signature = hmac(keyFor(day, secretAccessKey), text).toString('hex')
    const credential = `Credential=${accessKeyId}/${credentialScope}`
    return {
      ...signed,
      authorization: `${ALGORITHM} ${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
    }
  }
}

const ALGORITHM = 'AWS4-HMAC-SHA256'
const TERMINATOR = 'aws4_request'

const deriveKey = (scope: readonly string[], secretAccessKey: string): KeyObject =>
  createSecretKey(scope.reduce<Buffer>(hmac, Buffer.from(`AWS4${secretAccessKey}`)))

/** YYYYMMDDTHHMMSSZ. */
const formatDate = (time: number): string => new Date(time).toISOString().replaceAll(/[-:]|\.\d+/g, '')

const canonicalValue = (value: string): string => value.trim().replaceAll(/\s+/g, ' ')

const hmac = (key: Buffer | KeyObject, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest()

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
