// The JSON of a request: what is accepted is what JSON.parse gives; what is refused, and why.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAXIMUM_BODY_BYTES, parseDocument, parseJson } from './json.ts'
import { ServiceError } from './problem.ts'

const refusal = (parse: () => unknown): unknown => {
  try {
    return ['is read', parse()]
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    return { code: error.code, issues: error.issues }
  }
}
const fault = (code: string, message: string) => ({
  ...{ code: 'INVALID_REQUEST', issues: [{ path: '', code, message }] },
})
const DUPLICATE = fault('DUPLICATE_FIELD', 'an object names a field twice')
const NO_JSON = fault('INVALID_JSON', 'the body must be a JSON object')

test('parse(document) = JSON.parse(document), as text and as bytes, of any size', () => {
  fc.assert(
    fc.property(fc.json(), fc.boolean(), (json, spaced) => {
      const source = spaced ? JSON.stringify(JSON.parse(json), null, '\t') : json
      expect(parseJson(source)).toEqual(JSON.parse(source))
      expect(parseJson(Buffer.from(source))).toEqual(JSON.parse(source))
      expect(parseDocument(source)).toEqual(JSON.parse(source))
    }),
    { numRuns: 200 },
  )
  expect(parseDocument(JSON.stringify('x'.repeat(MAXIMUM_BODY_BYTES)))).toHaveLength(MAXIMUM_BODY_BYTES)
})

/** Texts that look like names, brackets and escapes. */
const awkward = fc.oneof(
  fc.constantFrom('":', '"a":1', '\\', '\\"', '\\":', '{', '}', '[', ']', ',', '"', ':', ' : ', '/', ''),
  fc.string({ unit: 'binary', maxLength: 4 }),
)
const anyValue: fc.Arbitrary<unknown> = fc.letrec(tie => ({
  value: fc.oneof(
    { maxDepth: 4 },
    awkward,
    fc.constantFrom(null, true, 0),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(awkward, tie('value'), { maxKeys: 3 }),
  ),
})).value

/** The document, written with one member of one object given once more. */
const withMemberTwice = (value: unknown, at: number, escaped: boolean): string | undefined => {
  let seen = 0
  let done = false
  const write = (part: unknown): string => {
    if (typeof part !== 'object' || part === null) return JSON.stringify(part)
    if (Array.isArray(part)) return `[${part.map(write).join(' , ')}]`
    const members = Object.entries(part).map(([name, inner]) => {
      const here = seen++ === at
      const written = `${JSON.stringify(name)}: ${write(inner)}`
      if (!here) return written
      done = true
      const [first = ''] = name
      const again =
        escaped && /^[a-z]/i.test(name)
          ? `"\\u${first.charCodeAt(0).toString(16).padStart(4, '0')}${JSON.stringify(name.slice(1)).slice(1)}`
          : JSON.stringify(name)
      return `${written},${again}\n:null`
    })
    return `{${members.join(',')}}`
  }
  const text = write(value)
  return done ? text : undefined
}

describe('names given twice', () => {
  test('any document is read; with any one member twice, however it is written, it is refused', () => {
    fc.assert(
      fc.property(anyValue, fc.nat(5), fc.boolean(), (value, at, escaped) => {
        const source = JSON.stringify(value)
        expect(parseDocument(source)).toEqual(JSON.parse(source))
        const twice = withMemberTwice(value, at, escaped)
        if (twice === undefined) return
        expect(refusal(() => parseDocument(twice))).toEqual(DUPLICATE)
      }),
      { numRuns: 400 },
    )
  })

  test.each([
    '{"a":1,"a":1}',
    '{"a" :1,"a"\n:2}',
    '[[{"b":{"a":1,"\\u0061":1}}]]',
    '{"\\"":1,"\\"":1}',
    '{"\\\\":1,"\\\\":1}',
    '{"":1,"":1}',
    '{"__proto__":1,"__proto__":2}',
  ])('error: %s', source => {
    expect(refusal(() => parseJson(source))).toEqual(DUPLICATE)
  })

  test.each([
    '{"a":"a","b":"a"}',
    '{"a":{"a":1}}',
    '[{"a":1},{"a":1}]',
    '["a","a"]',
    '["a",":b"]',
    '{"a":"\\"a\\":1"}',
  ])('behavior: %s has none', source => {
    expect(parseJson(source)).toEqual(JSON.parse(source))
  })
})

test.each(['', ' ', '{', '{"a":1}}', '\ufeff{}', '{"a":01}', "{'a':1}", '"\u0001"', 'undefined', 'NaN'])(
  'error: %j is not JSON',
  source => {
    expect(refusal(() => parseJson(source))).toEqual(NO_JSON)
    expect(refusal(() => parseDocument(source))).toEqual(NO_JSON)
    expect(refusal(() => parseJson(Buffer.from(source)))).toEqual(NO_JSON)
  },
)

test.each([
  ['a byte that is none', [0x22, 0xff, 0x22]],
  ['a character cut short', [0x22, 0xe2, 0x82, 0x22]],
  ['half a surrogate pair', [0x22, 0xed, 0xa0, 0x80, 0x22]],
  ['more bytes than needed', [0x22, 0xc0, 0x80, 0x22]],
])('error: %s is not UTF-8', (_name, body) => {
  expect(refusal(() => parseJson(Uint8Array.from(body)))).toEqual(
    fault('INVALID_JSON', 'the body must be UTF-8'),
  )
})

test('behavior: a body may have 64 KiB, counted in bytes', () => {
  const padded = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`
  const wide = `"${'€'.repeat(21_844)}"`
  expect(Buffer.byteLength(wide)).toBe(65_534)
  for (const body of [padded(65_536), wide, `${wide}  `]) {
    expect(parseJson(body)).toBe(JSON.parse(body))
    expect(parseJson(Buffer.from(body))).toBe(JSON.parse(body))
  }
  for (const body of [padded(65_537), `${wide}   `])
    for (const one of [body, Buffer.from(body)])
      expect(refusal(() => parseJson(one))).toEqual({ code: 'BODY_TOO_LARGE', issues: [] })
})

test('behavior: a document may have a string of 20 MB', () => {
  const text = 'x'.repeat(20_000_000)
  expect(parseDocument(JSON.stringify({ text }))).toEqual({ text })
})
