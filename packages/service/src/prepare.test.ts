import { hashMessage as ethersHashMessage, getBytes } from 'ethers'
import fc from 'fast-check'
import { type Hex, hashMessage } from 'viem'
import { expect, test } from 'vitest'
import { ACCOUNT, hexOf, payload } from '../test/fixtures.ts'
import { prepare } from './prepare.ts'
import { parseRequest } from './request.ts'

const request = (fields: Readonly<Record<string, unknown>>) =>
  parseRequest(JSON.stringify({ signerAddress: ACCOUNT, ...fields }))
const hash = prepare(request({ payload: payload() })).hash

test('digest(eip191, hash) = viem’s and ethers’ hash of the 32 bytes as a message; digest(raw, hash) = hash', () => {
  fc.assert(
    fc.property(hexOf({ minLength: 32, maxLength: 32 }), message => {
      const { digest } = prepare({ message, scheme: 'eip191' })
      expect(digest).toBe(hashMessage({ raw: message }))
      expect(digest).toBe(ethersHashMessage(getBytes(message)))
      expect(prepare({ message, scheme: 'raw' }).digest).toBe(message)
    }),
    { numRuns: 50 },
  )
})

test('behavior: a bare hash is one opaque effect, and nothing else is known', () => {
  const message: Hex = `0x${'01'.repeat(32)}`
  expect(prepare({ message, scheme: 'raw' })).toEqual({
    chainId: undefined,
    account: undefined,
    hash: message,
    digest: message,
    effects: [{ kind: 'opaque', of: 'hash', hash: message }],
  })
})

test('behavior: with a payload the message changes nothing', () => {
  const alone = prepare(request({ payload: payload() }))
  expect(alone).toMatchObject({ chainId: 84532, account: ACCOUNT })
  expect(alone.effects.map(effect => effect.kind)).toEqual(['transfer', 'fee'])
  expect(prepare(request({ payload: payload(), message: hash }))).toEqual(alone)
})

test('error: a message that is not the hash of the payload, showing both', () => {
  const message: Hex = `0x${'01'.repeat(32)}`
  const code = 'HASH_MISMATCH'
  expect(() => prepare(request({ payload: payload(), message }))).toThrow(
    expect.objectContaining({
      code,
      issues: [{ path: '/message', code, message: `is ${message}, but the payload hashes to ${hash}` }],
    }),
  )
})

test('behavior: what is prepared cannot be changed', () => {
  const prepared = prepare(request({ payload: payload() }))
  expect(Object.isFrozen(prepared)).toBe(true)
  expect(Object.isFrozen(prepared.effects)).toBe(true)
  expect(prepared.effects.every(effect => Object.isFrozen(effect))).toBe(true)
})
