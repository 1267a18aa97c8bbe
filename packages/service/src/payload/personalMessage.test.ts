import { hashMessage as ethersHash, getBytes, keccak256, toUtf8Bytes } from 'ethers'
import fc from 'fast-check'
import { hashMessage as viemHash } from 'viem'
import { describe, expect, test } from 'vitest'
import { ACCOUNT, hexOf } from '../../test/fixtures.ts'
import { anyHash, faultsOf } from '../../test/payloads.ts'
import { read } from '../fields.ts'
import { examinePersonalMessage, personalMessagePayload } from './personalMessage.ts'

const payload = (fields: Readonly<Record<string, unknown>>) => ({ kind: 'personalMessage', ...fields })
const examine = (fields: Readonly<Record<string, unknown>>) =>
  examinePersonalMessage(read(personalMessagePayload, payload(fields)), ACCOUNT)

test('default: a text', () => {
  const text = 'Sign in to example.org\nNonce: 7, für Müller'
  expect(examine({ text })).toEqual({
    chainId: undefined,
    account: ACCOUNT,
    hash: ethersHash(text),
    effects: [{ kind: 'message', text, hash: keccak256(toUtf8Bytes(text)) }],
    origin: '/payload/text',
  })
})

test('hash(text) = ethers’ = viem’s', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), text => {
      const { hash } = examine({ text })
      expect(hash).toBe(ethersHash(text))
      expect(hash).toBe(viemHash(text))
    }),
    { numRuns: 500 },
  )
})

test('hash(bytes) = ethers’ = viem’s', () => {
  fc.assert(
    fc.property(hexOf({ maxLength: 300 }), bytes => {
      const { hash } = examine({ bytes })
      expect(hash).toBe(ethersHash(getBytes(bytes)))
      expect(hash).toBe(viemHash({ raw: bytes }))
    }),
    { numRuns: 500 },
  )
})

test('a text and its UTF-8 bytes have the same hash and effects', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const bytes = `0x${Buffer.from(text).toString('hex')}`
      const { hash, effects } = examine({ bytes })
      expect(examine({ text })).toMatchObject({ hash, effects })
      expect(examine({ bytes }).origin).toBe('/payload/bytes')
    }),
    { numRuns: 300 },
  )
})

test('any 32 bytes are opaque, since they may be any hash', () => {
  fc.assert(
    fc.property(anyHash, bytes => {
      expect(examine({ bytes }).effects).toEqual([{ kind: 'opaque', of: 'hash', hash: bytes }])
    }),
    { numRuns: 100 },
  )
  const text = 'exactly thirty-two bytes of text'
  const hash = `0x${Buffer.from(text).toString('hex')}`
  expect(examine({ text }).effects).toEqual([{ kind: 'opaque', of: 'hash', hash }])
})

test.each([
  ['a terminal escape', 'a\u001b[2J'],
  ['a carriage return', 'a\rb'],
  ['a bidirectional override', 'a\u202eb'],
  ['a byte order mark', '\ufeffa'],
  ['a line separator', 'a\u2028b'],
])('behavior: text with %s is not shown', (_name, text) => {
  expect(examine({ text }).effects).toEqual([
    { kind: 'message', text: undefined, hash: keccak256(toUtf8Bytes(text)) },
  ])
})

test('behavior: bytes that are not UTF-8 are not shown', () => {
  expect(examine({ bytes: '0x61ff' }).effects).toEqual([
    { kind: 'message', text: undefined, hash: keccak256('0x61ff') },
  ])
})

describe('error', () => {
  const cases: Readonly<Record<string, readonly [unknown, readonly string[]]>> = {
    both: [payload({ text: 'a', bytes: '0x61' }), ['/bytes INCONSISTENT']],
    'both, each faulty': [
      payload({ text: 1, bytes: 1 }),
      ['/text INVALID_TEXT', '/bytes INVALID_HEX', '/bytes INCONSISTENT'],
    ],
    neither: [payload({}), ['/text REQUIRED']],
    'neither, and something else': [payload({ hex: '0x' }), ['/hex UNKNOWN_FIELD', '/text REQUIRED']],
    'half a surrogate pair': [payload({ text: 'a\ud800' }), ['/text INVALID_TEXT']],
    'the other half': [payload({ text: '\udc00a' }), ['/text INVALID_TEXT']],
    'half a byte': [payload({ bytes: '0x1' }), ['/bytes INVALID_HEX']],
    'bytes as text': [payload({ bytes: 'abcd' }), ['/bytes INVALID_HEX']],
    null: [payload({ text: null }), ['/text INVALID_TEXT']],
  }
  test.each(Object.entries(cases))('error: %s', (_name, [value, issues]) => {
    expect(faultsOf(personalMessagePayload, value)).toEqual(issues)
  })
})
