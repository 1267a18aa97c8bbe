import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readDocument, toJson, type Value } from './document.ts'

const read = (text: string) => readDocument('cases.yaml', text, value => value)
const value = (text: string): Value => {
  const result = read(text)
  if (!('value' in result)) throw new Error(JSON.stringify(result.faults))
  return result.value
}

describe('scalars', () => {
  test.each(['1.10', '0x44', '2026-01-05T10:00:00Z', 'yes', 'null', '1e3', '9007199254740993', '0777'])(
    'default: %s stays the text that was written',
    text => {
      expect(value(text)).toMatchObject({ kind: 'text', text })
    },
  )

  test('behavior: as JSON, unquoted numbers and words of JSON are what they are there, and nothing else is', () => {
    expect(
      toJson(value('{ a: 84532, b: "84532", c: true, d: null, e: 0x10, f: 1.5, g: [yes, ""] }')),
    ).toEqual({
      a: 84532,
      b: '84532',
      c: true,
      d: null,
      e: '0x10',
      f: 1.5,
      g: ['yes', ''],
    })
  })

  test('any JSON document is read as JSON reads it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: true, maxDepth: 3 }), document => {
        // Numbers that JSON writes with an exponent are texts here: nothing in a request is one.
        const text = JSON.stringify(document, (_, item) =>
          typeof item === 'number' ? Math.trunc(item % 1e9) : item,
        )
        expect(toJson(value(text))).toEqual(JSON.parse(text))
      }),
      { numRuns: 300 },
    )
  })
})

describe('faults', () => {
  test.each([
    ['a: [1', /^cases.yaml 1:6 flow sequence/],
    ['a: 1\na: 2', /^cases.yaml 2:1 map keys must be unique/],
    ['a: &x 1\nb: *x', /^cases.yaml 2:4 anchors and aliases are not supported/],
    ['? [a]\n: 1', /^cases.yaml 1:3 the name of a field must be text/],
  ])('error: %j, with its place', (text, expected) => {
    const { faults } = read(text)
    const [first] = faults
    expect(`${first?.file} ${first?.line}:${first?.column} ${first?.message}`).toMatch(expected)
  })

  test('behavior: what is reported twice at one place is one fault, and faults come in the order of the text', () => {
    const { faults } = readDocument('f', 'a: 1\nb: 2', (_, report) => {
      report(5, 'second')
      report(0, 'first')
      report(5, 'second')
    })
    expect(faults.map(({ line, column, message }) => [line, column, message])).toEqual([
      [1, 1, 'first'],
      [2, 1, 'second'],
    ])
  })
})
