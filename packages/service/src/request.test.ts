import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ACCOUNT, payload } from '../test/fixtures.ts'
import { authorization, mail, transaction } from '../test/payloads.ts'
import { MAXIMUM_BODY_BYTES } from './json.ts'
import { ServiceError } from './problem.ts'
import { parseRequest } from './request.ts'

const HASH = `0x${'ab'.repeat(32)}` as const
const minimal = { message: HASH, signerAddress: ACCOUNT }
const parse = (value: unknown) => parseRequest(JSON.stringify(value))
const faultsOf = (body: string | Uint8Array): readonly string[] => {
  try {
    parseRequest(body)
    return []
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    return error.code === 'INVALID_REQUEST'
      ? error.issues.map(({ path, code }) => `${path} ${code}`)
      : [error.code]
  }
}
const faults = (value: unknown) => faultsOf(JSON.stringify(value))

test('default: the guide’s request, a hash and an address', () => {
  expect(parse(minimal)).toEqual({ message: HASH, signerAddress: ACCOUNT, scheme: 'eip191' })
})

test('behavior: every field', () => {
  const request = parse({
    ...minimal,
    scheme: 'raw',
    reference: 'Invoice 7, Müller & Söhne',
    dryRun: true,
    payload: payload(),
  })
  expect(request).toMatchObject({ scheme: 'raw', reference: 'Invoice 7, Müller & Söhne', dryRun: true })
  expect(request.payload).toMatchObject({ userOperation: { callGasLimit: 80_000n } })
  expect(Object.isFrozen(request)).toBe(true)
})

test('parse(hex(hash)) = parse(base64(hash)), for any 32 bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), bytes => {
      const hex = `0x${Buffer.from(bytes).toString('hex')}`
      const base64 = Buffer.from(bytes).toString('base64')
      expect(parse({ ...minimal, message: base64 }).message).toBe(hex)
      expect(parse({ ...minimal, message: hex.toUpperCase().replace('0X', '0x') }).message).toBe(hex)
    }),
    { numRuns: 50 },
  )
})

test('behavior: a lower-case address is returned with its checksum', () => {
  const lowerCase = '0x036cbd53842c5426634e7929541ec2318f3dcf7e'
  expect(parse({ ...minimal, signerAddress: lowerCase }).signerAddress).toBe(
    '0x036CbD53842c5426634e7929541eC2318f3dCF7e',
  )
})

describe('error: message', () => {
  const base64 = Buffer.alloc(32, 0xfb).toString('base64')
  test.each([
    ['31 bytes of hex', `0x${'ab'.repeat(31)}`],
    ['33 bytes of hex', `0x${'ab'.repeat(33)}`],
    ['hex without 0x', 'ab'.repeat(32)],
    ['31 bytes of base64', Buffer.alloc(31, 1).toString('base64')],
    ['base64 without padding', base64.slice(0, -1)],
    ['base64url', base64.replaceAll('+', '-').replaceAll('/', '_')],
    ['base64 with a line break', `${base64}\n`],
    ['base64 with bits left over', `${'A'.repeat(42)}B=`],
    ['a number', 5],
    ['null', null],
  ])('%s', (_name, message) => {
    expect(faults({ ...minimal, message })).toEqual(['/message INVALID_HASH'])
  })
})

test.each([
  ['a wrong checksum', '0x036CbD53842c5426634e7929541eC2318f3dCF7E'],
  ['upper case', '0x036CBD53842C5426634E7929541EC2318F3DCF7E'],
  ['an ENS name', 'treasury.eth'],
  ['a number', 1],
])('error: %s as signerAddress', (_name, signerAddress) => {
  expect(faults({ ...minimal, signerAddress })).toEqual(['/signerAddress INVALID_ADDRESS'])
})

test('behavior: a reference has up to 128 characters, not code units', () => {
  expect(faults({ ...minimal, reference: '𝔘'.repeat(128) })).toEqual([])
  expect(faults({ ...minimal, reference: 'a'.repeat(129) })).toEqual(['/reference INVALID_TEXT'])
})

test.each([
  ['a line break', 'a\nb'],
  ['an escape', '\u001b[2J'],
  ['a bidirectional override', 'a\u202eb'],
  ['a line separator', 'a\u2028b'],
  ['half a surrogate pair', 'a\ud800'],
])('error: %s in a reference', (_name, reference) => {
  expect(faults({ ...minimal, reference })).toEqual(['/reference INVALID_TEXT'])
})

test('error: every fault at once', () => {
  const body = {
    signerAddress: 'me',
    scheme: 'eip712',
    reference: 7,
    'a/b~c': true,
    dryRun: 'yes',
    payload: { ...payload({ nonce: 'x', sender: undefined, extra: 1 }), chainId: -1 },
  }
  expect(faults(body)).toEqual([
    '/a~1b~0c UNKNOWN_FIELD',
    '/signerAddress INVALID_ADDRESS',
    '/payload/chainId OUT_OF_RANGE',
    '/payload/userOperation/extra UNKNOWN_FIELD',
    '/payload/userOperation/sender REQUIRED',
    '/payload/userOperation/nonce INVALID_QUANTITY',
    '/scheme UNSUPPORTED_SCHEME',
    '/reference INVALID_TEXT',
    '/dryRun WRONG_TYPE',
  ])
})

describe('many faults', () => {
  const issuesOf = (body: string) => {
    try {
      parseRequest(body)
    } catch (error) {
      if (error instanceof ServiceError) return error.issues
    }
    return []
  }
  const unknown = (count: number) =>
    JSON.stringify({
      ...minimal,
      ...Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, 1])),
    })

  test('behavior: up to 100 are told, and of more how many there are', () => {
    expect(issuesOf(unknown(100))).toHaveLength(100)
    expect(issuesOf(unknown(100)).at(-1)).toMatchObject({ path: '/f99' })
    for (const count of [101, 1000]) {
      const issues = issuesOf(unknown(count))
      expect(issues.slice(0, 100)).toEqual(issuesOf(unknown(100)))
      expect(issues.slice(100)).toEqual([
        { path: '', code: 'UNKNOWN_FIELD', message: `has further faults: ${count - 100}` },
      ])
    }
  })

  test('behavior: the code of what is not told is that of the first of it', () => {
    const body = { ...JSON.parse(unknown(100)), signerAddress: 'me', message: 5 }
    expect(issuesOf(JSON.stringify(body)).at(-1)).toMatchObject({ path: '', code: 'INVALID_HASH' })
  })

  const LARGE: Readonly<Record<string, string>> = {
    'authorizations of nothing': `{"payload":{"kind":"transaction","transaction":{"type":"0x4","authorizationList":[${'{},'.repeat(21_000)}{}]}}}`,
    'a long name': `{"${'n'.repeat(64_000)}":1}`,
    'a long name around much': `{"payload":{"kind":"typedData","typedData":{"types":{"${'n'.repeat(32_000)}":[${'{},'.repeat(10_000)}{}]}}}}`,
  }
  test.each(Object.entries(LARGE))('behavior: the answer to %s is small', (_name, body) => {
    expect(body.length).toBeLessThan(MAXIMUM_BODY_BYTES)
    const issues = issuesOf(body)
    expect(issues.length).toBeGreaterThan(0)
    expect(issues.length).toBeLessThanOrEqual(101)
    expect(JSON.stringify(issues).length).toBeLessThan(20_000)
  })

  test('behavior: of a place with a long name, the place around it is told', () => {
    const at = (length: number) => {
      const name = 'n'.repeat(length)
      const typedData = { types: { [name]: [] }, domain: {}, primaryType: 'A', message: {} }
      return faults({ signerAddress: ACCOUNT, payload: { kind: 'typedData', typedData } })[0]
    }
    const place = '/payload/typedData/types'
    const longest = 512 - place.length - 1
    expect(at(longest)).toBe(`${place}/${'n'.repeat(longest)} INVALID_NAME`)
    expect(at(longest + 1)).toBe(`${place} INVALID_NAME`)
  })
})

describe('kinds', () => {
  test.each([
    ['a kind unknown', { kind: 'userOperations', anything: 1 }, '/payload/kind UNSUPPORTED_KIND'],
    ['a kind of prototypes', { kind: 'constructor' }, '/payload/kind UNSUPPORTED_KIND'],
    ['a list for the kind', { kind: ['userOperation'] }, '/payload/kind UNSUPPORTED_KIND'],
    ['no kind', { text: 'a' }, '/payload/kind REQUIRED'],
    ['no object', 'text', '/payload WRONG_TYPE'],
    ['null', null, '/payload WRONG_TYPE'],
    ['a list', [], '/payload WRONG_TYPE'],
  ])('error: %s is one fault', (_name, value, fault) => {
    expect(faults({ signerAddress: ACCOUNT, payload: value })).toEqual([fault])
    expect(faults({ signerAddress: ACCOUNT, payload: value, scheme: 'raw' })).toEqual([fault])
  })

  const hash = undefined
  const KINDS = [
    ['hash', hash, 'eip191', ['eip191', 'raw']],
    ['userOperation', payload(), 'eip191', ['eip191', 'raw']],
    ['transaction', transaction, 'raw', ['raw']],
    ['typedData', mail, 'raw', ['raw']],
    ['personalMessage', { kind: 'personalMessage', text: 'a' }, 'eip191', ['eip191']],
    ['authorization', authorization, 'raw', ['raw']],
  ] as const

  test.each(KINDS)('behavior: the schemes of %s', (_name, value, byDefault, allowed) => {
    const base = value === undefined ? minimal : { signerAddress: ACCOUNT, payload: value }
    expect(parse(base).scheme).toBe(byDefault)
    for (const scheme of ['eip191', 'raw'] as const)
      if (allowed.some(one => one === scheme)) expect(parse({ ...base, scheme }).scheme).toBe(scheme)
      else expect(faults({ ...base, scheme })).toEqual(['/scheme INCONSISTENT'])
    expect(faults({ ...base, scheme: 'eip712' })).toContain('/scheme UNSUPPORTED_SCHEME')
  })
})

test.each([true, false])('behavior: dryRun may be %j', dryRun => {
  expect(parse({ ...minimal, dryRun }).dryRun).toBe(dryRun)
})

test.each([0, 'true', null])('error: dryRun is %j', dryRun => {
  expect(faults({ ...minimal, dryRun })).toEqual(['/dryRun WRONG_TYPE'])
})

test('error: neither message nor payload', () => {
  expect(faults({ signerAddress: ACCOUNT })).toEqual(['/message REQUIRED'])
  expect(faults({})).toEqual(['/signerAddress REQUIRED', '/message REQUIRED'])
})

test('error: what the fields have to do with each other is said in words', () => {
  const issuesOf = (fields: object) => {
    try {
      return parse({ signerAddress: ACCOUNT, ...fields })
    } catch (error) {
      return error
    }
  }
  expect(issuesOf({})).toMatchObject({
    issues: [{ path: '/message', code: 'REQUIRED', message: 'is required unless payload is given' }],
  })
  expect(issuesOf({ payload: transaction, scheme: 'eip191' })).toMatchObject({
    issues: [{ path: '/scheme', code: 'INCONSISTENT', message: 'must be raw for this kind' }],
  })
})

test.each(['[]', '"text"', '1', 'null'])('error: %s is not an object', body => {
  expect(faultsOf(body)).toContain(' WRONG_TYPE')
})

test.each(['', '{', '{"message":}', "{'message':1}", '\ufeff{}', '{}{}'])('error: %j is not JSON', body => {
  expect(faultsOf(body)).toEqual([' INVALID_JSON'])
})

test('error: a byte order mark, as bytes too', () => {
  expect(faultsOf(Buffer.from(`\ufeff${JSON.stringify(minimal)}`))).toEqual([' INVALID_JSON'])
})

test('error: a body that is not UTF-8', () => {
  const body = Buffer.from(JSON.stringify({ ...minimal, reference: '?' }))
  expect(faultsOf(body)).toEqual([])
  body[body.indexOf('?')] = 0xff
  expect(faultsOf(body)).toEqual([' INVALID_JSON'])
})

describe('names given twice', () => {
  const twice = (second: string) => `{"message":"${HASH}","signerAddress":"${ACCOUNT}",${second}}`
  test.each([
    ['at the top', twice(`"message":"${HASH}"`)],
    ['escaped', twice(`"\\u006dessage" :"${HASH}"`)],
    ['deeper', twice('"payload":{"kind":1,"kind":2}')],
    ['in a list', twice('"payload":[{"a":1,"a":1}]')],
    ['__proto__', twice('"__proto__":1,"__proto__":2')],
  ])('error: %s', (_name, body) => {
    expect(faultsOf(body)).toEqual([' DUPLICATE_FIELD'])
  })

  test('no document is taken to name a field twice that does not', () => {
    fc.assert(
      fc.property(fc.json(), fc.boolean(), (json, spaced) => {
        const body = spaced ? JSON.stringify(JSON.parse(json), null, 1) : json
        // fc.json writes what JSON.stringify writes, which never has a name twice.
        expect(faultsOf(body)).not.toContain(' DUPLICATE_FIELD')
      }),
      { numRuns: 200 },
    )
  })
})

test('error: __proto__ and constructor are unknown fields like any other', () => {
  const body = `{"message":"${HASH}","signerAddress":"${ACCOUNT}","__proto__":{"scheme":"raw"},"constructor":1}`
  expect(faultsOf(body)).toEqual(['/__proto__ UNKNOWN_FIELD', '/constructor UNKNOWN_FIELD'])
})

describe('size', () => {
  const padded = (bytes: number) => {
    const body = JSON.stringify(minimal)
    return body + ' '.repeat(bytes - body.length)
  }
  test('behavior: the limit itself is accepted, as text and as bytes', () => {
    expect(faultsOf(padded(MAXIMUM_BODY_BYTES))).toEqual([])
    expect(faultsOf(Buffer.from(padded(MAXIMUM_BODY_BYTES)))).toEqual([])
  })
  test('error: a byte more is not even parsed', () => {
    expect(faultsOf(padded(MAXIMUM_BODY_BYTES + 1))).toEqual(['BODY_TOO_LARGE'])
    expect(faultsOf('{'.repeat(MAXIMUM_BODY_BYTES + 1))).toEqual(['BODY_TOO_LARGE'])
  })
  test('behavior: bytes count, not characters', () => {
    expect(faultsOf(`"${'€'.repeat(MAXIMUM_BODY_BYTES / 2)}"`)).toEqual(['BODY_TOO_LARGE'])
  })
  test('error: the deepest nesting that fits is refused like any other fault', () => {
    expect(faultsOf('['.repeat(30_000) + ']'.repeat(30_000))).toContain(' WRONG_TYPE')
    expect(faultsOf(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`)).toContain('/a UNKNOWN_FIELD')
  })
})

test('parse(anything) is a request or a list of faults', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.uint8Array(),
        fc.object().map(value => JSON.stringify(value)),
      ),
      body => {
        expect(faultsOf(body)).not.toEqual([])
      },
    ),
    { numRuns: 300 },
  )
})

test('parse(a request with any one field replaced by anything) is a request or a list of faults', () => {
  const names = ['message', 'signerAddress', 'payload', 'scheme', 'reference']
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.jsonValue(), (name, value) => {
      expect(() => faults({ ...minimal, [name]: value })).not.toThrow()
    }),
    { numRuns: 200 },
  )
})

test('parse(a payload with any one field replaced by anything) is a request or a list of faults', () => {
  const names = Object.keys(payload().userOperation)
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.jsonValue(), (name, value) => {
      expect(() => faults({ ...minimal, payload: payload({ [name]: value }) })).not.toThrow()
    }),
    { numRuns: 200 },
  )
})
