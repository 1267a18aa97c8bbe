// The Authorization header of Signature Version 4, and the credential in it.
// `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, SignedHeaders=a;b, Signature=HEX`
import type { SignatureFailure } from './signatureFailure.ts'

/** The parts of a well-formed Authorization header; nothing in them is checked yet. */
export type Authorization = {
  readonly algorithm: string
  readonly credential: string
  readonly signedHeaders: string
  readonly signature: string
}

/** The parts of a credential, as sent. */
export type Credential = {
  readonly accessKeyId: string
  readonly date: string
  readonly region: string
  readonly service: string
  readonly terminator: string
}

const parameterNames = ['Credential', 'Signature', 'SignedHeaders'] as const

/**
 * Parses an Authorization header.
 *
 * @param header The value of the header.
 * @param hasDate Whether the request carries a date header; its absence is reported together with absent parameters.
 * @returns The parts, or why the header is not a Signature Version 4 one.
 */
export const parseAuthorization = (
  header: string,
  hasDate: boolean,
): Authorization | { readonly failure: SignatureFailure } => {
  const [scheme = '', ...rest] = header.trim().split(' ')
  if (!scheme.startsWith('AWS4-')) return { failure: { kind: 'malformed', authorization: header } }
  const parameters = new Map<string, string>()
  const text = rest.join(' ').trim()
  const pairs = text === '' ? [] : text.split(',').map(pair => pair.trim())
  for (const pair of pairs) {
    const equals = pair.indexOf('=')
    const name = pair.slice(0, equals)
    if (equals < 0) return { failure: { kind: 'malformed', authorization: header } }
    if (parameters.has(name)) return { failure: { kind: 'unexpected', what: `a second '${name}' parameter` } }
    if (!parameterNames.some(known => known === name)) {
      return { failure: { kind: 'unexpected', what: `the parameter '${name}'` } }
    }
    parameters.set(name, pair.slice(equals + 1))
  }
  const [credential, signature, signedHeaders] = parameterNames.map(name => parameters.get(name))
  if (!credential || !signature || !signedHeaders || !hasDate) {
    const missing = parameterNames.filter(name => !parameters.get(name))
    return { failure: { kind: 'incomplete', missing, dateMissing: !hasDate, authorization: header } }
  }
  return { algorithm: scheme, credential, signedHeaders, signature }
}

/**
 * Splits a credential.
 *
 * @param credential - `KEY/DATE/REGION/SERVICE/aws4_request`.
 * @returns Its five parts, or undefined where there are more or fewer.
 */
export const parseCredential = (credential: string): Credential | undefined => {
  const parts = credential.split('/')
  const [accessKeyId, date, region, service, terminator] = parts
  if (parts.length !== 5 || !accessKeyId || !date || !region || !service || !terminator) return undefined
  return { accessKeyId, date, region, service, terminator }
}
