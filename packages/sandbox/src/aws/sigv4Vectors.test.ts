// The test suite of AWS's own signer (awslabs/aws-c-auth, tests/aws-signing-test-suite/v4), read from where the
// project's test vectors lie. Each case has a request signed in a header and the same request signed in its query.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { RawRequest } from '../rawRequest.ts'
import { canonicalRequest } from './canonicalRequest.ts'
import type { Identity } from './identity.ts'
import { stringToSign } from './signingKey.ts'
import { verifySignature } from './sigv4.ts'

const directory = fileURLToPath(new URL('../../../../../shared/vectors/aws-sigv4/', import.meta.url))
const present = existsSync(directory)
const cases = present ? readdirSync(directory).sort() : []

/** Cases whose header form this verifier does not accept, and why. */
const exceptions: Readonly<Record<string, { readonly kind: string; readonly why: string }>> = {
  'post-sts-header-after': {
    kind: 'unsigned',
    why: 'the session token was added after signing; here every x-amz-* header must be signed',
  },
}
// The signer was told not to normalise the path, which is S3's way. Other services normalise it.
const notNormalised = {
  kind: 'mismatch',
  why: 'signed without path normalisation, which only S3 expects',
}
const unnormalisedPaths = [
  'get-relative-relative-unnormalized',
  'get-relative-unnormalized',
  'get-slash-dot-slash-unnormalized',
  'get-slash-pointless-dot-unnormalized',
  'get-slash-unnormalized',
  'get-slashes-unnormalized',
]

const now = Date.UTC(2015, 7, 30, 12, 36)
const scope = { date: '20150830', region: 'us-east-1', service: 'service' }

test.skipIf(!present)('the suite has 38 cases', () => {
  expect(cases).toHaveLength(38)
  expect(cases).toEqual(expect.arrayContaining([...unnormalisedPaths, ...Object.keys(exceptions)]))
})

describe.skipIf(!present).each(cases)('%s', name => {
  const read = (file: string): string => readFileSync(`${directory}${name}/${file}`, 'latin1')
  const exception = unnormalisedPaths.includes(name) ? notNormalised : exceptions[name]
  const normalises = !unnormalisedPaths.includes(name)

  if (normalises)
    test('canonical request and string to sign are the expected ones', () => {
      const request = parse(read('header-signed-request.txt'))
      const canonical = canonicalRequest(request, signedHeaders(request))
      expect(canonical).toBe(read('header-canonical-request.txt'))
      expect(stringToSign('20150830T123600Z', scope, canonical)).toBe(read('header-string-to-sign.txt'))
    })

  test(exception ? `the header form is refused: ${exception.why}` : 'the header form is accepted', () => {
    const result = verify(parse(read('header-signed-request.txt')), read('context.json'))
    if (exception) expect(result).toMatchObject({ failure: { kind: exception.kind } })
    else expect(result).toMatchObject({ identity: { name: 'vectors' } })
  })

  if (!exception)
    test('the header form is refused with any other signature', () => {
      const text = read('header-signed-request.txt')
      const signature = read('header-signature.txt')
      const other = (signature.startsWith('0') ? '1' : '0') + signature.slice(1)
      expect(text).toContain(signature)
      const result = verify(parse(text.replace(signature, other)), read('context.json'))
      expect(result).toMatchObject({ failure: { kind: 'mismatch' } })
    })

  test('the query form is refused as presigned', () => {
    const result = verify(parse(read('query-signed-request.txt')), read('context.json'))
    expect(result).toEqual({ failure: { kind: 'presigned' } })
  })

  // The signature itself is not part of what is signed; a token which is not signed is in a query but not in its
  // canonical form either, and the unnormalised paths are S3's.
  if (normalises && name !== 'post-sts-header-after')
    test('the query form has the expected canonical request', () => {
      const request = parse(read('query-signed-request.txt'))
      const unsigned = { ...request, url: request.url.replace(/&X-Amz-Signature=[0-9a-f]{64}/, '') }
      const canonical = read('query-canonical-request.txt')
      const names = canonical.split('\n').at(-2)?.split(';') ?? []
      expect(canonicalRequest(unsigned, names)).toBe(canonical)
    })
})

const verify = (request: RawRequest, context: string): ReturnType<typeof verifySignature> => {
  const { credentials, region, service } = JSON.parse(context)
  const identity: Identity = {
    name: 'vectors',
    arn: 'arn:aws:iam::123456789012:user/vectors',
    userId: 'AIDAEXAMPLE',
    accountId: '123456789012',
    accessKeyId: credentials.access_key_id,
    secretAccessKey: credentials.secret_access_key,
    sessionToken: credentials.token,
  }
  return verifySignature(request, {
    service,
    region,
    lookup: id => (id === identity.accessKeyId ? identity : undefined),
    now: () => now,
  })
}

const signedHeaders = ({ rawHeaders }: RawRequest): readonly string[] =>
  (/SignedHeaders=([^,]*)/.exec(rawHeaders.join('\n'))?.[1] ?? '').split(';')

/** A request as text: a request line which may hold spaces, headers which may be folded, a body after an empty line. */
const parse = (text: string): RawRequest => {
  const [head = '', ...rest] = text.split(/\r?\n\r?\n/)
  const [requestLine = '', ...lines] = head.replace(/\r/g, '').split(/\n(?![ \t])/)
  const [, method = '', url = ''] = /^(\S+) (.*) HTTP\/1\.1$/.exec(requestLine) ?? []
  return {
    method,
    url,
    rawHeaders: lines
      .filter(line => line !== '')
      .flatMap(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
    body: new Uint8Array(Buffer.from(rest.join('\n\n'), 'latin1')),
  }
}
