// Against an independent signer, and against the test suite of AWS's own (awslabs/aws-c-auth), read from where the
// project's test vectors lie.
import { createHash, createHmac } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRequestSigner } from './sigV4.ts'

/** SHA-256 and HMAC-SHA-256 as smithy's signer takes them. */
class Sha256 {
  readonly #hash
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret))
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data))
  }
  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest())
  }
  reset(): void {}
}

const bytesOf = (data: string | ArrayBuffer | ArrayBufferView): Buffer => Buffer.from(data as Uint8Array)

describe('the signature', () => {
  const value = fc.string({
    unit: fc.constantFrom('a', 'Z', '0', ' ', '\t', ',', '=', '/', '"'),
    maxLength: 20,
  })
  const name = fc.stringMatching(/^x-[a-z0-9-]{1,8}$/)
  const requests = fc.record({
    host: fc.constantFrom('kms.eu-central-1.amazonaws.com', '127.0.0.1:4566', '[::1]:80'),
    headers: fc.dictionary(name, value, { maxKeys: 5 }),
    body: fc.string({ unit: 'grapheme', maxLength: 60 }),
    region: fc.constantFrom('eu-central-1', 'us-gov-west-1'),
    accessKeyId: fc.stringMatching(/^AKIA[A-Z0-9]{4,16}$/),
    secretAccessKey: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    sessionToken: fc.option(fc.stringMatching(/^[!-~]{1,60}$/), { nil: undefined }),
    time: fc.integer({ min: 0, max: 4_102_444_800_000 }),
  })

  test('is that of smithy for every request, also where one signer makes many', async () => {
    const signers = new Map<string, ReturnType<typeof createRequestSigner>>()
    await fc.assert(
      fc.asyncProperty(requests, async ({ host, headers, body, region, time, ...parts }) => {
        const { sessionToken, ...keys } = parts
        const credentials = sessionToken === undefined ? keys : { ...keys, sessionToken }
        const given = { ...headers, host, 'content-type': 'application/x-amz-json-1.1' }
        const smithy = new SignatureV4({
          service: 'kms',
          region,
          credentials,
          sha256: Sha256,
          applyChecksum: false,
        })
        const request = {
          method: 'POST',
          protocol: 'https:',
          hostname: host,
          path: '/',
          headers: given,
          body,
        }
        const expected = await smithy.sign(request, { signingDate: new Date(time) })

        const sign = signers.get(region) ?? createRequestSigner({ region, service: 'kms' })
        signers.set(region, sign)
        expect(sign({ headers: given, body }, credentials, time)).toEqual(expected.headers)
      }),
      { numRuns: 500 },
    )
  })

  test('behavior: another day, another secret or another session is another signature by the same signer', () => {
    const sign = createRequestSigner({ region: 'eu-central-1', service: 'kms' })
    const request = { headers: { host: 'kms' }, body: '{}' }
    const credentials = { accessKeyId: 'AKID', secretAccessKey: 'one' }
    const all = [
      sign(request, credentials, 0),
      sign(request, { ...credentials, secretAccessKey: 'two' }, 0),
      sign(request, credentials, 86_400_000),
      sign(request, { ...credentials, sessionToken: 'token' }, 0),
    ].map(({ authorization }) => authorization)
    expect(new Set(all).size).toBe(4)
    expect(sign(request, credentials, 0)['authorization']).toBe(all[0])
  })
})

const directory = fileURLToPath(new URL('../../../../shared/vectors/aws-sigv4/', import.meta.url))

// The cases of the one shape that is signed here: POST to / without a query, no header twice.
describe
  .skipIf(!existsSync(directory))
  .each([
    'post-header-key-case',
    'post-header-key-sort',
    'post-header-value-case',
    'post-sts-header-before',
    'post-vanilla',
    'post-x-www-form-urlencoded',
    'post-x-www-form-urlencoded-parameters',
  ])('%s of the AWS suite', name => {
  test('behavior: the Authorization header is the expected one', () => {
    const read = (file: string): string => readFileSync(`${directory}${name}/${file}`, 'utf8')
    const { credentials, region, service, timestamp } = JSON.parse(read('context.json'))
    const [head = '', body = ''] = read('header-signed-request.txt').split(/\r?\n\r?\n/)
    const lines = head.split(/\r?\n/).slice(1)
    const headers = Object.fromEntries(
      lines.map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1)]),
    )
    const { authorization, 'x-amz-date': _, 'x-amz-security-token': __, ...given } = headers
    const sign = createRequestSigner({ region, service })
    const {
      access_key_id: accessKeyId,
      secret_access_key: secretAccessKey,
      token: sessionToken,
    } = credentials
    const signed = sign(
      { headers: given, body },
      { accessKeyId, secretAccessKey, sessionToken },
      Date.parse(timestamp),
    )
    expect(signed['authorization']).toBe(authorization)
  })
})
