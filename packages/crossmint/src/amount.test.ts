import { parseUnits } from 'ethers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatAmount, parseAmount } from './amount.ts'

test('default', () => {
  expect(parseAmount('250', 6)).toBe(250_000_000n)
  expect(parseAmount('0.000001', 6)).toBe(1n)
  expect(parseAmount('1.50', 6)).toBe(1_500_000n)
  expect(formatAmount(1_500_000n, 6)).toBe('1.5')
  expect(formatAmount(0n, 6)).toBe('0')
})

describe('any amount and any decimals', () => {
  const decimals = fc.nat({ max: 24 })
  const amount = fc.bigInt({ min: 1n, max: 2n ** 256n - 1n })

  test('parse(format(x)) = x', () => {
    fc.assert(
      fc.property(amount, decimals, (x, d) => {
        expect(parseAmount(formatAmount(x, d), d)).toBe(x)
      }),
    )
  })

  test('parse(text) is what ethers parses', () => {
    const digits = fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 18 }).map(some => some.join(''))
    fc.assert(
      fc.property(fc.nat({ max: 1e9 }), digits, (whole, fraction) => {
        fc.pre(whole > 0 || /[1-9]/.test(fraction))
        expect(parseAmount(`${whole}.${fraction}`, 18)).toBe(parseUnits(`${whole}.${fraction}`, 18))
      }),
    )
  })

  test('a fraction digit more than the token has ≡ refused, even a zero', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1e6 }), decimals, fc.nat({ max: 9 }), (whole, d, last) => {
        expect(() => parseAmount(`${whole}.${'1'.repeat(d)}${last}`, d)).toThrow(
          `at most ${d} fraction digits`,
        )
      }),
    )
  })
})

test.each([
  '',
  ' 1',
  '1 ',
  '+1',
  '-1',
  '1e3',
  '1E3',
  '0x10',
  '1,5',
  '1_000',
  '1.',
  '.5',
  '01',
  '1.5.0',
  'NaN',
  'Infinity',
  '٣',
  '1\n',
])('error: %j', text => {
  expect(() => parseAmount(text, 6)).toThrow('amount: must be a decimal number such as 250 or 1.50')
})

test.each(['0', '0.0', '0.000000'])('error: %s is not above zero', text => {
  expect(() => parseAmount(text, 6)).toThrow('must be above zero')
})

test('error: 2^256 base units and more', () => {
  expect(parseAmount((2n ** 256n - 1n).toString(), 0)).toBe(2n ** 256n - 1n)
  expect(() => parseAmount((2n ** 256n).toString(), 0)).toThrow('must be below 2^256 base units')
})

test('error: a negative number of base units', () => {
  expect(() => formatAmount(-1n, 6)).toThrow('must not be negative')
})
