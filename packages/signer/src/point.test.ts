import { expect, test } from 'vitest'
import { decodePoint } from './point.ts'

/** The generator of secp256k1: SEC 2, section 2.4.1. */
const X = '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'
const Y = '483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8'
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))

test('behavior: an uncompressed point is its coordinates', () => {
  const { x, y } = decodePoint(bytes(`04${X}${Y}`))
  expect([x, y]).toEqual([BigInt(`0x${X}`), BigInt(`0x${Y}`)])
})

test.each([`02${X}`, `03${X}`])('error: %s is compressed', hex => {
  expect(() => decodePoint(bytes(hex))).toThrow(
    expect.objectContaining({
      code: 'PUBLIC_KEY_COMPRESSED',
      message: expect.stringContaining('a compressed point (33 bytes). Give the uncompressed one'),
    }),
  )
})

test.each([
  '',
  '04',
  `02${X}${Y}`,
  `03${X}${Y}`,
  `04${X}`,
  `06${X}${Y}`,
  `${X}${Y}`,
  `04${X}${Y}00`,
  `02${X}00`,
])('error: %s is no point', hex => {
  const { length } = bytes(hex)
  expect(() => decodePoint(bytes(hex))).toThrow(
    expect.objectContaining({
      code: 'PUBLIC_KEY_NOT_A_POINT',
      length,
      message: expect.stringContaining(`has ${length} bytes that are not an uncompressed point`),
    }),
  )
})

test('error: coordinates that do not satisfy the equation', () => {
  expect(() => decodePoint(bytes(`04${Y}${X}`))).toThrow(
    expect.objectContaining({
      code: 'PUBLIC_KEY_NOT_ON_CURVE',
      message: expect.stringContaining('not a point of the secp256k1 curve'),
    }),
  )
})
