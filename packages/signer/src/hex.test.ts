import { describe, expect, test } from 'vitest'
import { encodeHex, isHex32 } from './hex.ts'

const HASH = `0x${'5a'.repeat(32)}`

test('encodeHex writes two lower-case digits a byte', () => {
  expect(encodeHex(Uint8Array.of(0, 10, 255))).toBe('0x000aff')
  expect(encodeHex(new Uint8Array(0))).toBe('0x')
})

describe('isHex32', () => {
  test.each([HASH, `0x${'5A'.repeat(32)}`, `0x${'0123456789abcdefABCDEF0123456789'.repeat(2)}`])(
    'behavior: %s is',
    text => {
      expect(isHex32(text)).toBe(true)
    },
  )

  test.each([
    ['nothing', undefined],
    ['a number', 0x5a],
    ['a list that is written as one', [HASH]],
    ['no prefix', '5a'.repeat(32)],
    ['something in front of it', `a${HASH}`],
    ['something after it', `${HASH}0`],
    ['a newline after it', `${HASH}\n`],
    ['a digit too few', HASH.slice(0, -1)],
    ['an upper-case prefix', HASH.replace('x', 'X')],
    ['a digit that is not hex', `0xg${HASH.slice(3)}`],
  ])('error: %s is not', (_title, value) => {
    expect(isHex32(value)).toBe(false)
  })
})
