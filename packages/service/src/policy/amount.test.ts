import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isMaximum, isUnlimited, MAXIMUM_DECIMAL, toDecimal } from './amount.ts'

const anyDecimals = fc.integer({ min: 0, max: 36 })
const anyAmount = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
  fc.bigInt({ min: 0n, max: 10n ** 12n }),
)
const scaled = (decimal: string): bigint => BigInt(decimal.replace('.', ''))

test('default: token units with four decimal places', () => {
  expect(toDecimal(250_000_000n, 6)).toBe('250.0000')
  expect(toDecimal(1n, 0)).toBe('1.0000')
  expect(toDecimal(0n, 18)).toBe('0.0000')
})

test('behavior: one base unit over a limit is more than the limit', () => {
  expect(toDecimal(1_000_000_001n, 6)).toBe('1000.0001')
  expect(toDecimal(1_000n * 10n ** 18n + 1n, 18)).toBe('1000.0001')
})

test('the decimal is never less than the amount, and less than a ten-thousandth more', () => {
  fc.assert(
    fc.property(anyAmount, anyDecimals, (amount, decimals) => {
      const decimal = toDecimal(amount, decimals)
      if (decimal === MAXIMUM_DECIMAL) return
      const difference = scaled(decimal) * 10n ** BigInt(decimals) - amount * 10_000n
      expect(difference >= 0n && difference < 10n ** BigInt(decimals)).toBe(true)
    }),
  )
})

test('a larger amount never has a smaller decimal', () => {
  fc.assert(
    fc.property(anyAmount, anyAmount, anyDecimals, (a, b, decimals) => {
      const [less, more] = a < b ? [a, b] : [b, a]
      expect(scaled(toDecimal(less, decimals)) <= scaled(toDecimal(more, decimals))).toBe(true)
    }),
  )
})

test('behavior: what is too large for Cedar is the largest decimal', () => {
  expect(toDecimal(2n ** 256n - 1n, 18)).toBe(MAXIMUM_DECIMAL)
  expect(toDecimal(2n ** 63n, 4)).toBe(MAXIMUM_DECIMAL)
  expect(toDecimal(2n ** 63n - 2n, 4)).toBe('922337203685477.5806')
})

test.each([96n, 128n, 160n, 256n])('behavior: the largest number of %i bits is no limit', bits => {
  expect(isUnlimited(2n ** bits - 1n, 18)).toBe(true)
  expect(isUnlimited(2n ** bits - 1n, undefined)).toBe(true)
})

test('behavior: what a rule could not name is no limit', () => {
  expect(isUnlimited(2n ** 63n - 1n, 4)).toBe(true)
  expect(isUnlimited(2n ** 63n - 2n, 4)).toBe(false)
  expect(isUnlimited(2n ** 256n - 2n, 6)).toBe(true)
  expect(isUnlimited(10n ** 12n, 6)).toBe(false)
  expect(isUnlimited(2n ** 64n - 1n, 6)).toBe(false)
})

test('behavior: a large number that is not the largest of its bits is a limit, where a rule could name it', () => {
  for (const amount of [2n ** 96n - 2n, 2n ** 96n, 2n ** 96n + 1n]) {
    expect(isUnlimited(amount, 18)).toBe(false)
    expect(isUnlimited(amount, undefined)).toBe(false)
  }
  expect(isUnlimited(2n ** 256n - 2n, undefined)).toBe(false)
})

test('behavior: the largest decimal is known by its value, however it is spelt', () => {
  expect(isMaximum(MAXIMUM_DECIMAL)).toBe(true)
  expect(isMaximum(`000${MAXIMUM_DECIMAL}`)).toBe(true)
  for (const other of ['922337203685477.5806', '922337203685477.507', '-922337203685477.5807', '0.0'])
    expect(isMaximum(other)).toBe(false)
})
