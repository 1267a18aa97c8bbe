import fc from 'fast-check'
import { getAddress, zeroAddress } from 'viem'
import { expect, test } from 'vitest'
import { usdc } from '../../test/fakeCrossmint.ts'
import { intent } from '../../test/payment.ts'
import { resolveIntent, toIdempotencyKey } from './intent.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

test('behavior: the idempotency key never changes between versions, or a repeated payment would be a new one', () => {
  expect(toIdempotencyKey(intent.walletAddress, 'INV-1001')).toMatchInlineSnapshot(
    `"85206405-1cab-8e7d-aca5-81ecf3b30861"`,
  )
})

test('the key is a UUID, and a function of wallet and reference alone', () => {
  const reference = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 128 })
  fc.assert(
    fc.property(reference, reference, (one, other) => {
      const key = toIdempotencyKey(intent.walletAddress, one)
      expect(key).toMatch(uuid)
      expect(toIdempotencyKey(getAddress(intent.walletAddress.toLowerCase()), one)).toBe(key)
      expect(toIdempotencyKey(intent.walletAddress, other) === key).toBe(one === other)
      expect(toIdempotencyKey(intent.recipient, one)).not.toBe(key)
    }),
  )
})

test.each([
  ['empty', ''],
  ['over 128 characters', 'x'.repeat(129)],
  ['a line break', 'INV\n1'],
  ['a trailing space', 'INV-1 '],
  ['a zero-width space', 'INV\u200b-1'],
  ['not in normal form', 'e\u0301tat'],
  ['of full-width letters', '\uff29\uff2e\uff36-1'],
  ['with a no-break space', 'INV\u00a01'],
  ['with an Ogham space', 'INV\u16801'],
  ['with an invisible letter', 'INV\u115f1'],
])('error: a reference that is %s', (_, reference) => {
  expect(() => resolveIntent({ ...intent, reference })).toThrow('reference: must')
})

test('behavior: a reference may have plain spaces', () => {
  expect(resolveIntent({ ...intent, reference: 'Invoice 7 é' }).reference).toBe('Invoice 7 é')
})

test.each([
  ['the zero address', zeroAddress],
  ['the contract of the token', usdc],
])('error: paying to %s', (words, recipient) => {
  expect(() => resolveIntent({ ...intent, recipient })).toThrow(`recipient: must not be ${words}`)
})

test.each(Object.keys(intent))('error: %s that is no text', field => {
  for (const value of [undefined, null, 250, {}])
    expect(() => resolveIntent({ ...intent, [field]: value })).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', issues: [expect.objectContaining({ field })] }),
    )
})

test('error: paying oneself', () => {
  expect(() => resolveIntent({ ...intent, recipient: intent.walletAddress })).toThrow(
    'must not be the paying wallet',
  )
})

test('behavior: what is resolved does not depend on spelling', () => {
  const spelled = { ...intent, token: 'UsDc', amount: '250.500', recipient: getAddress(intent.recipient) }
  expect(resolveIntent(spelled)).toEqual(resolveIntent(intent))
})
