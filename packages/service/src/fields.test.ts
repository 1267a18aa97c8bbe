// Each reader of a field, alone: what it accepts and what that becomes, and every near miss with its one fault.
import { describe, expect, test } from 'vitest'
import {
  address,
  boolean,
  bytes,
  chainIdQuantity,
  type Field,
  fixedBytes,
  hash,
  list,
  object,
  oneOf,
  optional,
  positiveInteger,
  quantity,
  read,
  safeQuantity,
  text,
  unicode,
  variants,
} from './fields.ts'
import { type Issue, ServiceError } from './problem.ts'

/** The faults of a value, `path` of the field being /f. */
const issuesOf = (field: Field<unknown>, value: unknown): readonly Issue[] => {
  const issues: Issue[] = []
  field(value, '/f', issues)
  return issues
}
const nothing: Field<unknown> = value => value

const CHECKSUMMED = '0x036CbD53842c5426634e7929541eC2318f3dCF7e'
const digits = (count: number, digit = 'a') => `0x${digit.repeat(count)}`
const base64 = (bytes: number) => Buffer.alloc(bytes, 0xfb).toString('base64')

type Case = {
  readonly field: Field<unknown>
  /** Values that are read, and what they become. */
  readonly read: readonly (readonly [value: unknown, result: unknown])[]
  readonly fault: Pick<Issue, 'code' | 'message'>
  /** Values that have that fault. */
  readonly refused: readonly unknown[]
}

/** Values of each JSON type. A reader of text must refuse all that only turn into good text. */
const notText: readonly unknown[] = [null, true, 0, 1, [], {}, ['0x01'], [CHECKSUMMED]]

const CASES: Readonly<Record<string, Case>> = {
  address: {
    field: address,
    read: [
      [CHECKSUMMED, CHECKSUMMED],
      [CHECKSUMMED.toLowerCase(), CHECKSUMMED],
      [digits(40, '0'), digits(40, '0')],
    ],
    fault: {
      code: 'INVALID_ADDRESS',
      message: 'must be 0x and 40 hex digits, in lower case or with a valid EIP-55 checksum',
    },
    refused: [
      ...notText,
      ...['', '0x', digits(39), digits(41), digits(40, 'g'), digits(40, 'A'), 'a'.repeat(40), 'me.eth'],
      ...[CHECKSUMMED.replace('Cb', 'cb'), CHECKSUMMED.replace('0x', '0X'), `${CHECKSUMMED}\n`],
      ...[` ${CHECKSUMMED}`, `${CHECKSUMMED} `, `${CHECKSUMMED}00`],
    ],
  },
  bytes: {
    field: bytes,
    read: [
      ['0x', '0x'],
      ['0x00', '0x00'],
      ['0xabCDef0190', '0xabcdef0190'],
    ],
    fault: { code: 'INVALID_HEX', message: 'must be 0x and an even number of hex digits' },
    refused: [...notText, '', '0', 'ab', '0x1', '0xabc', '0xgg', '0x0g', ' 0xab', '0xab ', '0xab\n', 'x0xab'],
  },
  'fixedBytes(2)': {
    field: fixedBytes(2),
    read: [
      ['0x0000', '0x0000'],
      ['0xABcd', '0xabcd'],
    ],
    fault: { code: 'INVALID_HEX', message: 'must be 0x and 4 hex digits' },
    refused: [
      ...notText,
      '',
      '0x',
      '0xab',
      '0xabc',
      '0xabcde',
      '0xabcdef',
      '0xabcg',
      '0xgbcd',
      'abcdef',
      'ab0xcd',
    ],
  },
  hash: {
    field: hash,
    read: [
      [digits(64), digits(64)],
      [digits(64, 'A'), digits(64)],
      [base64(32), digits(32, 'fb')],
    ],
    fault: { code: 'INVALID_HASH', message: 'must be 32 bytes: 0x and 64 hex digits, or base64' },
    refused: [
      ...notText,
      ...['', '0x', digits(63), digits(65), digits(64, 'g'), `0${digits(64)}`, `${digits(64)}0`],
      ...[base64(31), base64(33), `${base64(32)}\n`, `?${base64(32)}`, base64(32).replace('=', '')],
    ],
  },
  'quantity(256)': {
    field: quantity(256),
    read: [
      ['0x0', 0n],
      ['0x00', 0n],
      ['0xaB', 171n],
      [digits(64, 'f'), 2n ** 256n - 1n],
    ],
    fault: { code: 'INVALID_QUANTITY', message: 'must be a string of 0x and 1 to 64 hex digits' },
    refused: [
      ...notText,
      ...['', '0x', '0', '1f', '31', '-0x1', '0x-1', '0xg', '0x1g', ' 0x1', '0x1 ', '0x1\n', '00x1'],
      ...[digits(65, '0'), 31, 31.5],
    ],
  },
  'quantity(5), beyond its bits': {
    field: quantity(5),
    read: [
      ['0x1f', 31n],
      ['0x0001f', 31n],
    ],
    fault: { code: 'OUT_OF_RANGE', message: 'must be below 2^5' },
    refused: ['0x20', '0x21', digits(64, 'f')],
  },
  safeQuantity: {
    field: safeQuantity,
    read: [
      ['0x0', 0],
      ['0x1fffffffffffff', Number.MAX_SAFE_INTEGER],
    ],
    fault: { code: 'OUT_OF_RANGE', message: 'must be below 2^53' },
    refused: ['0x20000000000000', '0x20000000000001', digits(64, 'f')],
  },
  chainIdQuantity: {
    field: chainIdQuantity,
    read: [
      ['0x1', 1],
      ['0x1fffffffffffff', Number.MAX_SAFE_INTEGER],
    ],
    fault: { code: 'OUT_OF_RANGE', message: 'must be at least 0x1' },
    refused: ['0x0', '0x000'],
  },
  'chainIdQuantity, beyond its bits': {
    field: chainIdQuantity,
    read: [],
    fault: { code: 'OUT_OF_RANGE', message: 'must be below 2^53' },
    refused: ['0x20000000000000'],
  },
  'chainIdQuantity that is none': {
    field: chainIdQuantity,
    read: [],
    fault: { code: 'INVALID_QUANTITY', message: 'must be a string of 0x and 1 to 64 hex digits' },
    refused: [...notText, '0x', '1'],
  },
  boolean: {
    field: boolean,
    read: [
      [true, true],
      [false, false],
    ],
    fault: { code: 'WRONG_TYPE', message: 'must be true or false' },
    refused: [null, 0, 1, '', 'true', 'false', [], {}],
  },
  unicode: {
    field: unicode,
    read: [
      ['', ''],
      ['\u0000 \n\u202e', '\u0000 \n\u202e'],
      ['𝔘', '𝔘'],
    ],
    fault: { code: 'INVALID_TEXT', message: 'must be text, without half a surrogate pair' },
    refused: [...notText, 'a\ud800', '\udc00a', '\udc00\ud800'],
  },
  positiveInteger: {
    field: positiveInteger,
    read: [
      [1, 1],
      [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ],
    fault: { code: 'OUT_OF_RANGE', message: 'must be a whole number from 1 to 2^53 - 1' },
    refused: [null, true, '', '1', [], [1], {}, 0, -0, -1, 0.5, 1.5, 2 ** 53, 1e300],
  },
  'text(3)': {
    field: text(3),
    read: [
      ['', ''],
      ['a b', 'a b'],
      ['𝔘𝔘𝔘', '𝔘𝔘𝔘'],
    ],
    fault: {
      code: 'INVALID_TEXT',
      message: 'must be text of at most 3 characters, without control or formatting characters',
    },
    refused: [
      ...notText,
      ...['abcd', '𝔘𝔘𝔘𝔘', 'a\n', '\u0000', '\u007f', '\u0085', '\u202e', '\u200b', '\ufeff'],
      ...['\u2028', '\u2029', '\ud800', '\ue000', '\u0378'],
    ],
  },
  oneOf: {
    field: oneOf(['a', 'b'], 'UNSUPPORTED_KIND'),
    read: [
      ['a', 'a'],
      ['b', 'b'],
    ],
    fault: { code: 'UNSUPPORTED_KIND', message: 'must be a or b' },
    refused: [...notText, '', 'A', 'ab', 'a,b', ['a']],
  },
  object: {
    field: object<{ readonly a: unknown }>({ a: nothing }),
    read: [
      [{}, {}],
      [{ a: null }, { a: null }],
    ],
    fault: { code: 'WRONG_TYPE', message: 'must be a JSON object' },
    refused: [null, true, 0, '', 'a', [], [{ a: 1 }]],
  },
  variants: {
    field: variants<{ readonly kind?: string }>('kind', 'UNSUPPORTED_KIND', {
      a: object<{ readonly kind: string }>({ kind: oneOf(['a'], 'UNSUPPORTED_KIND') }),
    }),
    read: [[{ kind: 'a' }, { kind: 'a' }]],
    fault: { code: 'WRONG_TYPE', message: 'must be a JSON object' },
    refused: [null, true, 0, '', 'a', [], ['a'], [{ kind: 'a' }]],
  },
  list: {
    field: list(quantity(8)),
    read: [
      [[], []],
      [
        ['0x1', '0x2'],
        [1n, 2n],
      ],
    ],
    fault: { code: 'WRONG_TYPE', message: 'must be a JSON array' },
    refused: [null, true, 0, '', '0x1', {}, { length: 0 }],
  },
  'list of at least one': {
    field: list(nothing, 1),
    read: [[[null], [null]]],
    fault: { code: 'OUT_OF_RANGE', message: 'must have at least 1 element' },
    refused: [[]],
  },
}

describe.each(Object.entries(CASES))('%s', (_name, { field, read: accepted, fault, refused }) => {
  test('behavior: what is accepted, and what it becomes', () => {
    for (const [value, result] of accepted) expect([value, read(field, value)]).toEqual([value, result])
  })

  test('error: a near miss has this one fault', () => {
    for (const value of refused)
      expect([value, issuesOf(field, value)]).toEqual([value, [{ path: '/f', ...fault }]])
  })

  test('error: what is left out is missing, unless it is optional', () => {
    expect(issuesOf(field, undefined)).toEqual([{ path: '/f', code: 'REQUIRED', message: 'is required' }])
    expect(issuesOf(optional(field), undefined)).toEqual([])
    expect(read(optional(field), undefined)).toBeUndefined()
    for (const value of refused) expect(issuesOf(optional(field), value)).toHaveLength(1)
  })
})

describe('places', () => {
  const names = { 'a/b': quantity(8), '~1': quantity(8) }
  test('behavior: a member has its name, escaped; an element its index', () => {
    expect(issuesOf(object(names), { 'a/b': 1, '~1': 1, '/~/~': 1 })).toEqual([
      { path: '/f/~1~0~1~0', code: 'UNKNOWN_FIELD', message: 'is not one of the fields a/b, ~1' },
      expect.objectContaining({ path: '/f/a~1b', code: 'INVALID_QUANTITY' }),
      expect.objectContaining({ path: '/f/~01', code: 'INVALID_QUANTITY' }),
    ])
    expect(issuesOf(list(object(names)), [{ 'a/b': '0x1', '~1': '0x1' }, null])).toEqual([
      expect.objectContaining({ path: '/f/1', code: 'WRONG_TYPE' }),
    ])
  })

  test('behavior: an unknown kind has its fault at the tag', () => {
    const kind: Field<{ readonly tag?: unknown }> = object<{ readonly tag?: unknown }>({ tag: nothing })
    const field = variants('tag', 'UNSUPPORTED_KIND', { a: kind, b: kind })
    for (const tag of ['c', 'constructor', '', null, 0, ['a']])
      expect([tag, issuesOf(field, { tag })]).toEqual([
        tag,
        [{ path: '/f/tag', code: 'UNSUPPORTED_KIND', message: 'must be a or b' }],
      ])
    expect(issuesOf(field, {})).toEqual([{ path: '/f/tag', code: 'REQUIRED', message: 'is required' }])
  })
})

test('behavior: what is read of objects and lists is frozen', () => {
  const field = object<{ readonly a: readonly unknown[] }>({ a: list(nothing) })
  const result = read(field, { a: [1] })
  expect(Object.isFrozen(result)).toBe(true)
  expect(Object.isFrozen(result.a)).toBe(true)
})

test('error: a document with any fault is not read at all', () => {
  const field = object<{ readonly a: bigint; readonly b: bigint }>({ a: quantity(8), b: quantity(8) })
  expect(read(field, { a: '0x1', b: '0x2' })).toEqual({ a: 1n, b: 2n })
  const refusal = (value: unknown): unknown => {
    try {
      return read(field, value)
    } catch (error) {
      return error
    }
  }
  for (const value of [{ a: '0x1' }, { a: '0x1', b: 2 }, { a: '0x1', b: '0x100' }, null]) {
    expect(refusal(value)).toBeInstanceOf(ServiceError)
    expect(refusal(value)).toMatchObject({ code: 'INVALID_REQUEST' })
  }
  expect(refusal(null)).toMatchObject({ issues: [{ path: '', code: 'WRONG_TYPE' }] })
  expect(refusal({ a: '0x100' })).toMatchObject({
    issues: [
      { path: '/a', code: 'OUT_OF_RANGE', message: 'must be below 2^8' },
      { path: '/b', code: 'REQUIRED', message: 'is required' },
    ],
  })
})
