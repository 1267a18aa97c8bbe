// The verifier of Signature Version 4 against an independent signer, over any text that HTTP can carry: what is signed is
// accepted, and any change of what it means is refused. COFFER_FUZZ_RUNS multiplies the number of runs: docs/testing.md.
import { posix } from 'node:path'
import { unescape as percentDecode } from 'node:querystring'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { Sha256 } from '../../test/sha256.ts'
import type { RawRequest } from '../rawRequest.ts'
import { createIdentities, createSession } from './identity.ts'
import { systemRandom } from './random.ts'
import { verifySignature } from './sigv4.ts'

const runs = Number(process.env['COFFER_FUZZ_RUNS'] ?? 1)
vi.setConfig({ testTimeout: 60_000 * Math.max(1, runs) })
const now = Date.UTC(2026, 10, 22, 10, 0, 0)
const region = 'us-east-1'
const { operator } = createIdentities()
const session = createSession({ role: 'r', session: 's', accountId: '123456789012' }, systemRandom)

/** Any text, and often the characters that mean something to somebody on the way. */
const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ maxLength: 4, unit: 'grapheme' }),
  fc
    .array(fc.constantFrom(...'%/.~+ &=;,?#*!()\'"\\2F'), { maxLength: 6 })
    .map(characters => characters.join('')),
)
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const headerName = fc.constantFrom('x-test', 'x-amz-target', 'content-type', 'accept')
const headerText = fc.string({ maxLength: 12 }).map(value => `v${value}`)

const requests = fc.record({
  method: fc.constantFrom(...methods),
  path: fc.array(text, { maxLength: 4 }),
  query: fc.dictionary(
    text.filter(name => !/^(?:|__proto__|x-amz-.*)$/i.test(name)),
    fc.array(text, { minLength: 1, maxLength: 3 }),
    {
      maxKeys: 4,
    },
  ),
  headers: fc.dictionary(headerName, headerText, { maxKeys: 3 }),
  body: fc.uint8Array({ maxLength: 40 }),
  identity: fc.constantFrom(operator, session),
  service: fc.constantFrom('execute-api', 'kms'),
  /** The client's clock is off by less than five minutes. */
  skew: fc.integer({ min: -299, max: 299 }),
})
type Parts = typeof requests extends fc.Arbitrary<infer parts> ? parts : never

/** Signs as an SDK does, and puts the request on the wire. */
const signed = async (parts: Parts): Promise<RawRequest> => {
  const { accessKeyId, secretAccessKey, sessionToken } = parts.identity
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    region,
    service: parts.service,
    sha256: Sha256,
  })
  const path = `/${parts.path.map(encode).join('/')}`
  const query = Object.fromEntries(Object.entries(parts.query))
  const { headers } = await signer.sign(
    {
      method: parts.method,
      protocol: 'http:',
      hostname: 'localhost',
      path,
      query,
      headers: { host: 'localhost:4500', ...parts.headers },
      body: parts.body,
    },
    { signingDate: new Date(now + parts.skew * 1000) },
  )
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    values.map(value => `${encode(name)}=${encode(value)}`),
  )
  return {
    method: parts.method,
    url: pairs.length === 0 ? path : `${path}?${pairs.join('&')}`,
    rawHeaders: Object.entries(headers).flat(),
    body: parts.body,
  }
}

const verify = (request: RawRequest, service: string) =>
  verifySignature(request, {
    service,
    region,
    now: () => now,
    lookup: id => [operator, session].find(one => one.accessKeyId === id),
  })

test('whatever is signed is accepted, as its signer’s', async () => {
  await fc.assert(
    fc.asyncProperty(requests, async parts => {
      expect(verify(await signed(parts), parts.service)).toEqual({ identity: parts.identity })
    }),
    { numRuns: 200 * runs },
  )
})

describe('one change is refused', () => {
  /** A text with one character replaced, removed or added. */
  const edits = fc.record({
    at: fc.nat(),
    remove: fc.constantFrom(0, 1),
    insert: fc.oneof(
      fc.constantFrom('', '/', '%', '&', '=', '.', '+', 'A', '%2F', '%41', '//', '/../'),
      fc.integer({ min: 0x21, max: 0x7e }).map(code => String.fromCharCode(code)),
    ),
  })
  const edit = (
    old: string,
    { at, remove, insert }: { at: number; remove: number; insert: string },
  ): string => {
    const from = at % (old.length + 1)
    return old.slice(0, from) + insert + old.slice(from + remove)
  }

  test.each(['path', 'query'] as const)('of the %s', async part => {
    let changed = 0
    await fc.assert(
      fc.asyncProperty(requests, edits, async (parts, change) => {
        const request = await signed(parts)
        const [path = '', ...rest] = request.url.split('?')
        const query = rest.join('?')
        const url =
          part === 'path' ? `/${edit(path.slice(1), change)}?${query}` : `${path}?${edit(query, change)}`
        if (meaningOf(url) === meaningOf(request.url)) return
        changed++
        expect(verify({ ...request, url }, parts.service)).toHaveProperty('failure')
      }),
      { numRuns: 200 * runs },
    )
    expect(changed).toBeGreaterThan(20)
  })

  test('of the method, to any other', async () => {
    await fc.assert(
      fc.asyncProperty(requests, fc.constantFrom(...methods, 'get', ''), async (parts, method) => {
        fc.pre(method !== parts.method)
        expect(verify({ ...(await signed(parts)), method }, parts.service)).toHaveProperty('failure')
      }),
      { numRuns: 50 * runs },
    )
  })

  test('of the body, by a bit, a byte more or a byte less', async () => {
    const changes = fc.record({ at: fc.nat(), kind: fc.constantFrom('flip', 'add', 'cut') })
    await fc.assert(
      fc.asyncProperty(requests, changes, async (parts, { at, kind }) => {
        const request = await signed(parts)
        const bytes = [...request.body]
        fc.pre(kind === 'add' || bytes.length > 0)
        const index = bytes.length === 0 ? 0 : at % bytes.length
        if (kind === 'add') bytes.splice(index, 0, at & 0xff)
        else if (kind === 'cut') bytes.pop()
        else bytes[index] = (bytes[index] ?? 0) ^ (1 << (at % 8))
        expect(verify({ ...request, body: Uint8Array.from(bytes) }, parts.service)).toHaveProperty('failure')
      }),
      { numRuns: 100 * runs },
    )
  })

  test('of the value of any header, of its name, or its absence', async () => {
    let changed = 0
    await fc.assert(
      fc.asyncProperty(requests, fc.nat(), edits, fc.boolean(), async (parts, which, change, isRemoved) => {
        const request = await signed(parts)
        const raw = [...request.rawHeaders]
        const at = 2 * (which % (raw.length / 2))
        const before = raw[at + 1] ?? ''
        const after = edit(before, change)
        if (isRemoved) raw.splice(at, 2)
        // How much white space there is means nothing.
        else if (after.replaceAll(' ', '') === before.replaceAll(' ', '')) return
        else raw[at + 1] = after
        changed++
        expect(verify({ ...request, rawHeaders: raw }, parts.service)).toHaveProperty('failure')
      }),
      { numRuns: 200 * runs },
    )
    expect(changed).toBeGreaterThan(20)
  })

  test('of any part of the credential scope, or the key', async () => {
    const others: readonly string[] = [
      ...['AKIAAAAAAAAAAAAAAAAA', operator.accessKeyId, session.accessKeyId],
      ...['20261121', '20261123', 'us-east-2', 'US-EAST-1', 'sts', 'kms', 'execute-api', 'aws5_request', ''],
    ]
    await fc.assert(
      fc.asyncProperty(requests, fc.nat({ max: 4 }), fc.constantFrom(...others), async (parts, at, other) => {
        const request = await signed(parts)
        const rawHeaders = request.rawHeaders.map(header =>
          header.replace(/(?<=Credential=)[^,]+/, scope =>
            scope
              .split('/')
              .map((element, index) => (index === at ? other : element))
              .join('/'),
          ),
        )
        fc.pre(rawHeaders.join() !== request.rawHeaders.join())
        expect(verify({ ...request, rawHeaders }, parts.service)).toHaveProperty('failure')
      }),
      { numRuns: 200 * runs },
    )
  })

  test('of the service, the region or the day that it is shown to', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async parts => {
        const request = await signed(parts)
        const at = { region, now: () => now, lookup: () => parts.identity, service: parts.service }
        expect(verifySignature(request, at)).toEqual({ identity: parts.identity })
        for (const other of [{ service: 'sts' }, { region: 'eu-west-1' }, { now: () => now + 86_400_000 }])
          expect(verifySignature(request, { ...at, ...other })).toHaveProperty('failure')
      }),
      { numRuns: 50 * runs },
    )
  })
})

/** What a request target asks for, whatever its spelling: empty and dot segments, and the order of names, mean nothing. */
const meaningOf = (url: string): string => {
  const [path = '', ...rest] = url.split('?')
  const pairs = rest
    .join('?')
    .split('&')
    .filter(pair => pair !== '')
    .map(pair => {
      const [name = '', ...value] = pair.split('=')
      return [percentDecode(name), percentDecode(value.join('='))]
    })
  return JSON.stringify([posix.normalize(path), pairs.map(pair => JSON.stringify(pair)).sort()])
}

const encode = (value: string): string =>
  encodeURIComponent(value).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
