import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clean, link, remark, text, time } from './answer.ts'

test('clean(clean(x)) = clean(x), and it is printable and short', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 700 }), words => {
      const once = clean(words)
      expect(clean(once)).toBe(once)
      expect(once.length).toBeLessThanOrEqual(500)
      expect(once).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
    }),
  )
})

test('behavior: a long text is cut, never within a character', () => {
  expect(clean(`${'x'.repeat(496)}${'😀'.repeat(10)}`)).toBe(`${'x'.repeat(496)}...`)
})

test('behavior: terminal escapes do not get through', () => {
  expect(remark('\u001b[2Jpaid\u0007\u202e', '')).toBe('[2Jpaid')
  expect(() => text('id\u001b[2J', 'id')).toThrow('id should be text without control characters')
  expect(link('javascript:alert(1)', '')).toBeUndefined()
  expect(link('https://x.example/\u001b', '')).toBeUndefined()
})

test('behavior: times come as numbers or as text', () => {
  expect(time(1763800000000, '')).toBe('2025-11-22T08:26:40.000Z')
  expect(time('2025-11-22T08:26:40Z', '')).toBe('2025-11-22T08:26:40.000Z')
  expect(() => time('soon', 'createdAt')).toThrow('createdAt should be a time')
})
