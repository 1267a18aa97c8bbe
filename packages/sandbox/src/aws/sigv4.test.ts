import { createHash, createHmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Sha256 } from '../../test/sha256.ts'
import type { RawRequest } from '../rawRequest.ts'
import { createIdentities, createSession, type Identity } from './identity.ts'
import { systemRandom } from './random.ts'
import { describeFailure } from './signatureFailure.ts'
import { verifySignature } from './sigv4.ts'

const identities = createIdentities()
const { operator } = identities
const newSession = (): Identity =>
  createSession({ role: 'r', session: 's', accountId: '123456789012' }, systemRandom)
const lambda = newSession()
const now = Date.UTC(2026, 10, 22, 10, 0, 0)
const minute = 60_000

describe('signatures of an independent signer', () => {
  // Paths and queries as a client puts them on the wire: percent-encoded, with dots and empty segments.
  const segment = fc.constantFrom('prod', 'a b', 'é', '~x', '.', '..', '', '%2F', '$&+,;=@')
  const word = fc.constantFrom('', 'a', 'A', 'b c', 'é', 'x=y', '+', '%', '\t', '~-_.')
  const requests = fc.record({
    method: fc.constantFrom('GET', 'POST', 'DELETE'),
    path: fc.array(segment, { maxLength: 4 }),
    query: fc.dictionary(word, fc.oneof(word, fc.array(word, { minLength: 1, maxLength: 3 })), {
      maxKeys: 4,
    }),
    header: fc.constantFrom('x', ' padded  value ', '"a   b"'),
    body: fc.string({ unit: 'grapheme', maxLength: 40 }),
    identity: fc.constantFrom(operator, lambda),
  })

  test('every request that smithy signs is accepted, as its signer', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async ({ identity, ...parts }) => {
        expect(verify(await signed({ ...parts, identity }))).toEqual({ identity })
      }),
    )
  })

  test('another body, method, path, query or signed header is refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        requests,
        fc.constantFrom('body', 'method', 'path', 'query', 'header'),
        async (parts, part) => {
          const request = await signed(parts)
          const value = headerValue(request, 'x-test')
          const other: Record<typeof part, RawRequest> = {
            body: { ...request, body: new Uint8Array([...request.body, 0]) },
            method: { ...request, method: 'PUT' },
            path: { ...request, url: request.url.replace(/[?]|$/, mark => `/other${mark}`) },
            query: { ...request, url: `${request.url}${request.url.includes('?') ? '&' : '?'}added` },
            header: withHeader(request, 'x-test', `${value}.`),
          }
          expect(verify(other[part])).toMatchObject({ failure: {} })
        },
      ),
    )
  })

  test('one changed byte of the body or of anything that is signed is refused', async () => {
    const request = await signed({
      body: '{"message":"0x00"}',
      path: ['prod'],
      query: { a: 'b' },
      identity: lambda,
    })
    const names = ['host', 'x-amz-date', 'x-amz-security-token', 'x-test', 'content-type', 'authorization']
    await fc.assert(
      fc.property(
        fc.constantFrom('body', 'url', ...names),
        fc.nat(),
        fc.integer({ min: 0x21, max: 0x7e }),
        (part, at, byte) => {
          const text =
            part === 'body' ? latin1(request.body) : part === 'url' ? request.url : headerValue(request, part)
          const index = at % text.length
          const changed = `${text.slice(0, index)}${String.fromCharCode(byte)}${text.slice(index + 1)}`
          fc.pre(changed !== text)
          const mutated =
            part === 'body'
              ? { ...request, body: new Uint8Array(Buffer.from(changed)) }
              : part === 'url'
                ? { ...request, url: changed }
                : withHeader(request, part, changed)
          expect(verify(mutated)).toMatchObject({ failure: {} })
        },
      ),
      { numRuns: 500 },
    )
  })

  test('no byte of the Authorization header can be changed', async () => {
    const request = await signed({ identity: lambda })
    const authorization = headerValue(request, 'authorization')
    const accepted = [...authorization].flatMap((old, index) =>
      Array.from({ length: 0x7e - 0x20 }, (_, n) => String.fromCharCode(0x21 + n))
        .filter(byte => byte !== old)
        .map(byte => authorization.slice(0, index) + byte + authorization.slice(index + 1))
        .filter(changed => 'identity' in verify(withHeader(request, 'authorization', changed))),
    )
    expect(accepted).toEqual([])
  })

  test('an unsigned header may change', async () => {
    const request = await signed({ unsigned: { 'x-other': 'a' } })
    expect(verify(withHeader(request, 'x-other', 'b'))).toEqual({ identity: operator })
  })
})

describe('refusals', () => {
  const kindOf = (result: ReturnType<typeof verify>): string =>
    'failure' in result ? result.failure.kind : 'accepted'
  const textOf = (result: ReturnType<typeof verify>): unknown =>
    'failure' in result ? Object.values(describeFailure(result.failure)) : result
  const withAuthorization = async (change: (authorization: string) => string): Promise<RawRequest> => {
    const request = await signed({})
    return withHeader(request, 'authorization', change(headerValue(request, 'authorization')))
  }

  test('error: no Authorization header', async () => {
    const request = await signed({})
    expect(textOf(verify({ ...request, rawHeaders: ['host', 'localhost'] }))).toEqual([
      'MissingAuthenticationTokenException',
      'Missing Authentication Token',
    ])
  })

  test('error: another scheme is not repeated, only hashed', async () => {
    const result = verify(await withAuthorization(() => 'Bearer secret'))
    const hash = createHash('sha256').update('Bearer secret').digest('base64')
    expect(textOf(result)).toEqual([
      'IncompleteSignatureException',
      `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${hash}'.`,
    ])
  })

  test.each([
    ['AWS4-HMAC-SHA256', 'incomplete'],
    ['AWS4-HMAC-SHA256 Credential=a', 'incomplete'],
    ['AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=, Signature=a', 'incomplete'],
    ['AWS4-HMAC-SHA256 Credential', 'malformed'],
    ['AWS4-HMAC-SHA256 Credential=a,Credential=b,SignedHeaders=host,Signature=a', 'unexpected'],
    ['AWS4-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=a,More=b', 'unexpected'],
    ['AWS4-HMAC-SHA512 Credential=a,SignedHeaders=host,Signature=a', 'algorithm'],
    ['AWS4-ECDSA-P256-SHA256 Credential=a,SignedHeaders=host,Signature=a', 'algorithm'],
    ['AWS4-HMAC-SHA256 Credential=a/b,SignedHeaders=host,Signature=a', 'credential'],
    ['AWS4-HMAC-SHA256 Credential=a/b/c/d/e/f,SignedHeaders=host,Signature=a', 'credential'],
    ['AWS4-HMAC-SHA256 Credential=a,,SignedHeaders=host,Signature=a', 'malformed'],
    ['AWS4-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=a,', 'malformed'],
    ['AWS4-HMAC-SHA256 , Credential=a,SignedHeaders=host,Signature=a', 'malformed'],
    ['', 'malformed'],
  ])('error: Authorization %j is %s', async (authorization, kind) => {
    expect(kindOf(verify(await withAuthorization(() => authorization)))).toBe(kind)
  })

  test('error: absent parameters and an absent date are named together', async () => {
    const rawHeaders = ['host', 'localhost', 'authorization', 'AWS4-HMAC-SHA256 Signature=a']
    const hash = createHash('sha256').update('AWS4-HMAC-SHA256 Signature=a').digest('base64')
    expect(textOf(verify({ method: 'GET', url: '/', rawHeaders, body: new Uint8Array() }))).toEqual([
      'IncompleteSignatureException',
      `Authorization header requires 'Credential' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. (Hashed with SHA-256 and encoded with Base64) Authorization=${hash}`,
    ])
  })

  test('error: a second Authorization header', async () => {
    const request = await signed({})
    const rawHeaders = [...request.rawHeaders, 'Authorization', headerValue(request, 'authorization')]
    expect(kindOf(verify({ ...request, rawHeaders }))).toBe('unexpected')
  })

  test.each(['X-Amz-Algorithm', 'x-amz-signature', 'X-Amz-Credential', 'X-Amz%2DSignature'])(
    'error: %s in the query',
    async name => {
      const request = await signed({})
      expect(kindOf(verify({ ...request, url: `${request.url}?${name}=a` }))).toBe('presigned')
    },
  )

  test.each(['2026-11-22T10:00:00Z', '20261122T100000', '20261322T100000Z', '20261131T100000Z', ''])(
    'error: date %j',
    async date => {
      const request = await signed({})
      expect(textOf(verify(withHeader(request, 'x-amz-date', date)))).toEqual([
        'IncompleteSignatureException',
        `Date must be in ISO-8601 'basic format'. Got '${date}'. See http://en.wikipedia.org/wiki/ISO_8601`,
      ])
    },
  )

  test('behavior: five minutes of skew are allowed both ways, a second more is not', async () => {
    for (const offset of [-5 * minute, 5 * minute]) {
      expect(verify(await signed({ time: now + offset }))).toEqual({ identity: operator })
    }
    expect(textOf(verify(await signed({ time: now - 5 * minute - 1000 })))).toEqual([
      'InvalidSignatureException',
      'Signature expired: 20261122T095459Z is now earlier than 20261122T095500Z (20261122T100000Z - 5 min.)',
    ])
    expect(textOf(verify(await signed({ time: now + 5 * minute + 1000 })))).toEqual([
      'InvalidSignatureException',
      'Signature not yet current: 20261122T100501Z is still later than 20261122T100500Z (20261122T100000Z + 5 min.)',
    ])
  })

  test('error: every wrong part of the scope is named', async () => {
    const request = await signed({ region: 'eu-west-1', service: 'kms' })
    const result = verify(
      withHeader(
        request,
        'authorization',
        headerValue(request, 'authorization').replace('20261122', '20261121').replace('aws4_request', 'aws5'),
      ),
    )
    expect(textOf(result)).toEqual([
      'InvalidSignatureException',
      "Credential should be scoped to a valid region. Credential should be scoped to correct service: 'execute-api'. Credential should be scoped with a valid terminator: 'aws4_request'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20261121' != '20261122', from '20261122T100000Z'. ",
    ])
  })

  test('behavior: a scope of the day before fails even seconds after midnight', async () => {
    const midnight = Date.UTC(2026, 10, 23)
    const request = await signed({ time: midnight - 1000 })
    expect(verify(request, midnight + 1000)).toEqual({ identity: operator })
    expect(kindOf(verify(withHeader(request, 'x-amz-date', '20261123T000000Z'), midnight + 1000))).toBe(
      'scope',
    )
  })

  test('behavior: without a region any region is accepted', async () => {
    const request = await signed({ region: 'eu-west-1' })
    expect(kindOf(verify(request))).toBe('scope')
    expect(verify(request, now, null)).toEqual({ identity: operator })
  })

  test('error: an unknown access key and a wrong secret', async () => {
    const stranger = createIdentities().operator
    const unknown = verify(await signed({ identity: stranger }))
    expect(kindOf(unknown)).toBe('unknownKey')
    expect(textOf(unknown)).toEqual([
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    ])
    const forged: Identity = { ...operator, secretAccessKey: stranger.secretAccessKey }
    expect(kindOf(verify(await signed({ identity: forged })))).toBe('mismatch')
  })

  test.each<[string, Identity]>([
    ['absent', { ...lambda, sessionToken: undefined }],
    ['another', { ...lambda, sessionToken: newSession().sessionToken }],
    ['sent with long-term credentials', { ...operator, sessionToken: lambda.sessionToken }],
  ])('error: session token %s', async (_, identity) => {
    const result = verify(await signed({ identity }))
    expect(kindOf(result)).toBe('sessionToken')
  })

  test('error: an empty session token is one too many for long-term credentials', () => {
    const names = ['host', 'x-amz-date', 'x-amz-security-token']
    expect(kindOf(verify(handSigned(names, ['x-amz-security-token', ''])))).toBe('sessionToken')
  })

  test('error: host, and every x-amz-* header, must be signed', async () => {
    const request = handSigned(['x-amz-date'])
    expect(textOf(verify(request))).toEqual([
      'InvalidSignatureException',
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    ])
    const added = handSigned(['host', 'x-amz-date'])
    expect(verify(added)).toEqual({ identity: operator })
    const rawHeaders = [...added.rawHeaders, 'X-Amz-Target', 'a']
    expect(textOf(verify({ ...added, rawHeaders }))).toEqual([
      'InvalidSignatureException',
      "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.",
    ])
  })

  test('error: a header whose name only begins like that of the body hash must be signed', () => {
    const request = handSigned(['host', 'x-amz-date'])
    const rawHeaders = [...request.rawHeaders, 'x-amz-content-sha256-extra', 'a']
    expect(kindOf(verify({ ...request, rawHeaders }))).toBe('unsigned')
  })

  test.each([[['x-amz-date', 'host']], [['host', 'host', 'x-amz-date']], [['Host', 'x-amz-date']]])(
    'error: SignedHeaders %j is not in canonical form',
    signedHeaders => {
      expect(kindOf(verify(handSigned(signedHeaders)))).toBe('signedHeaders')
    },
  )

  test('error: a signed header which is absent, even where its value would be empty', () => {
    const request = handSigned(['host', 'x-amz-date', 'x-empty'])
    expect(kindOf(verify(request))).toBe('absent')
    expect(verify({ ...request, rawHeaders: [...request.rawHeaders, 'x-empty', ''] })).toEqual({
      identity: operator,
    })
  })

  test.each([
    'UNSIGNED-PAYLOAD',
    'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4',
  ])('error: x-amz-content-sha256 %s is not the hash of the body', declared => {
    const rawHeaders = ['x-amz-content-sha256', declared]
    const request = handSigned(['host', 'x-amz-content-sha256', 'x-amz-date'], rawHeaders, declared)
    expect(kindOf(verify(request))).toBe('payload')
  })

  test('behavior: the hash of the body may stand unsigned, as awscurl sends it, if it is the right one', () => {
    const request = handSigned(['host', 'x-amz-date'])
    const withHash = (hash: string): RawRequest => ({
      ...request,
      rawHeaders: [...request.rawHeaders, 'x-amz-content-sha256', hash],
    })
    expect(verify(withHash(createHash('sha256').update('').digest('hex')))).toEqual({ identity: operator })
    expect(kindOf(verify(withHash(createHash('sha256').update('a').digest('hex'))))).toBe('payload')
  })

  test('error: a mismatch says what should have been signed', async () => {
    const request = handSigned(['host', 'x-amz-date'])
    const result = verify({ ...request, url: '/prod?x=1' })
    const hash = createHash('sha256').update('').digest('hex')
    const canonicalRequest = `GET\n/prod\nx=1\nhost:localhost\nx-amz-date:20261122T100000Z\n\nhost;x-amz-date\n${hash}`
    expect(result).toEqual({
      failure: {
        kind: 'mismatch',
        canonicalRequest,
        stringToSign: `AWS4-HMAC-SHA256\n20261122T100000Z\n20261122/us-east-1/execute-api/aws4_request\n${createHash('sha256').update(canonicalRequest).digest('hex')}`,
      },
    })
  })

  test('behavior: a Date header takes the place of X-Amz-Date', () => {
    const request = handSigned(['date', 'host'], ['date', 'Sun, 22 Nov 2026 10:00:00 GMT'])
    expect(verify(request)).toEqual({ identity: operator })
    expect(kindOf(verify(withHeader(request, 'date', 'Sun, 22 Nov 2026 10:00:01 GMT')))).toBe('mismatch')
  })
})

const verify = (
  request: RawRequest,
  time = now,
  region: string | null = 'us-east-1',
): ReturnType<typeof verifySignature> =>
  verifySignature(request, {
    service: 'execute-api',
    region: region ?? undefined,
    lookup: id => [...Object.values(identities), lambda].find(one => one.accessKeyId === id),
    now: () => time,
  })

type Parts = {
  readonly identity?: Identity
  readonly method?: string
  /** Segments, not yet encoded. */
  readonly path?: readonly string[]
  readonly query?: Readonly<Record<string, string | string[]>>
  readonly header?: string
  readonly unsigned?: Readonly<Record<string, string>>
  readonly body?: string
  readonly time?: number
  readonly region?: string
  readonly service?: string
}

/** A request signed by smithy's signer, as node:http would hand it out. */
const signed = async (parts: Parts): Promise<RawRequest> => {
  const { identity = operator, method = 'POST', path = [], query = {}, body = '', time = now } = parts
  const signer = new SignatureV4({
    credentials: {
      accessKeyId: identity.accessKeyId,
      secretAccessKey: identity.secretAccessKey,
      ...(identity.sessionToken === undefined ? {} : { sessionToken: identity.sessionToken }),
    },
    region: parts.region ?? 'us-east-1',
    service: parts.service ?? 'execute-api',
    sha256: Sha256,
  })
  const request = await signer.sign(
    {
      method,
      protocol: 'http:',
      hostname: 'localhost',
      path: `/${path.map(encode).join('/')}`,
      query,
      headers: {
        host: 'localhost',
        'content-type': 'application/json',
        'x-test': parts.header ?? 'x',
        ...parts.unsigned,
      },
      body,
    },
    {
      signingDate: new Date(time),
      unsignableHeaders: new Set(Object.keys(parts.unsigned ?? {})),
    },
  )
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    [values].flat().map(value => `${encode(name)}=${encode(value)}`),
  )
  return {
    method,
    url: request.path + (pairs.length > 0 ? `?${pairs.join('&')}` : ''),
    rawHeaders: Object.entries(request.headers).flat(),
    body: new Uint8Array(Buffer.from(body)),
  }
}

/** A GET of /prod signed step by step, so that any set of headers can be signed. */
const handSigned = (
  signedHeaders: readonly string[],
  more: readonly string[] = [],
  payload = createHash('sha256').update('').digest('hex'),
): RawRequest => {
  const rawHeaders = [
    'host',
    'localhost',
    ...(more.includes('date') ? [] : ['x-amz-date', '20261122T100000Z']),
    ...more,
  ]
  const request = { method: 'GET', url: '/prod', rawHeaders, body: new Uint8Array() }
  const lines = signedHeaders.map(name => `${name}:${headerValue(request, name)}\n`).join('')
  const canonical = `GET\n/prod\n\n${lines}\n${signedHeaders.join(';')}\n${payload}`
  const scope = '20261122/us-east-1/execute-api/aws4_request'
  const text = `AWS4-HMAC-SHA256\n20261122T100000Z\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${operator.secretAccessKey}`)
  const parameters = [
    `Credential=${operator.accessKeyId}/${scope}`,
    `SignedHeaders=${signedHeaders.join(';')}`,
    `Signature=${hmac(key, text).toString('hex')}`,
  ]
  return {
    ...request,
    rawHeaders: [...rawHeaders, 'authorization', `AWS4-HMAC-SHA256 ${parameters.join(', ')}`],
  }
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** The first value of a header; empty where there is none. */
const headerValue = ({ rawHeaders }: { readonly rawHeaders: readonly string[] }, name: string): string =>
  rawHeaders.find((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name.toLowerCase()) ?? ''

const withHeader = (request: RawRequest, name: string, value: string): RawRequest => ({
  ...request,
  rawHeaders: request.rawHeaders.map((header, i) =>
    i % 2 === 1 && request.rawHeaders[i - 1] === name ? value : header,
  ),
})

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
