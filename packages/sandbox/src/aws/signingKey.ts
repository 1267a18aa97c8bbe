// Signing key and signature of Signature Version 4: IAM User Guide, "Create a signed AWS API request", steps 2 to 4.
import { createHmac } from 'node:crypto'
import { sha256Hex } from './canonicalRequest.ts'
import type { Identity } from './identity.ts'

/** What a credential is good for: one day, one region, one service. */
export type CredentialScope = {
  /** YYYYMMDD, UTC. */
  readonly date: string
  readonly region: string
  readonly service: string
}

/** The algorithm of Signature Version 4 as it stands in the Authorization header. */
export const algorithm = 'AWS4-HMAC-SHA256'

/** The last element of every credential scope. */
export const terminator = 'aws4_request'

/**
 * The string to sign.
 *
 * @param amzDate The time of the request, YYYYMMDDTHHMMSSZ.
 * @param scope The credential scope.
 * @param canonical The canonical request, one character per byte.
 * @returns Four lines: algorithm, time, scope, hash of the canonical request.
 */
export const stringToSign = (amzDate: string, scope: CredentialScope, canonical: string): string =>
  [algorithm, amzDate, scopePath(scope), sha256Hex(canonical)].join('\n')

/**
 * Signs a string to sign.
 *
 * @param identity Whose secret access key signs.
 * @param scope The credential scope.
 * @param text The string to sign.
 * @returns The signature, 64 lower-case hex characters.
 */
export const sign = (identity: Identity, scope: CredentialScope, text: string): string =>
  hmac(signingKey(identity, scope), text).toString('hex')

// Per identity, so that keys vanish with the credentials they come from. A scope reaches this point only after it has
// been checked against the clock, the region and the service: the inner maps grow by one entry a day.
const cache = new WeakMap<Identity, Map<string, Buffer>>()

const signingKey = (identity: Identity, scope: CredentialScope): Buffer => {
  const keys = cache.get(identity) ?? new Map<string, Buffer>()
  cache.set(identity, keys)
  const known = keys.get(scopePath(scope))
  if (known) return known
  const parts = [scope.date, scope.region, scope.service, terminator]
  const key = parts.reduce<Buffer>(hmac, Buffer.from(`AWS4${identity.secretAccessKey}`))
  keys.set(scopePath(scope), key)
  return key
}

const scopePath = ({ date, region, service }: CredentialScope): string =>
  [date, region, service, terminator].join('/')

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
