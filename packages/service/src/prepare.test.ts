import { hashMessage as ethersHashMessage, getBytes } from 'ethers'
import fc from 'fast-check'
import { type Hex, hashMessage } from 'viem'
import { describe, expect, test } from 'vitest'
import { ACCOUNT, hexOf, payload } from '../test/fixtures.ts'
import { authorization, knownTypedData, mail, OWNER, SAFE, transaction } from '../test/payloads.ts'
import { prepare } from './prepare.ts'
import { parseRequest } from './request.ts'

const SIGNER = SAFE
const prepared = (fields: Readonly<Record<string, unknown>>) =>
  prepare(parseRequest(JSON.stringify({ signerAddress: SIGNER, ...fields })))
const { hash } = prepared({ payload: payload() })

const message = { kind: 'personalMessage', text: 'Hello' }
const KINDS = [
  ['userOperation', payload(), 84532, ACCOUNT, '/payload/userOperation/callData', ['transfer', 'fee']],
  ['transaction', transaction, 84532, SIGNER, '/payload/transaction', ['transfer', 'fee']],
  ['typedData', knownTypedData('permit'), 84532, OWNER, '/payload/typedData', ['approval']],
  ['personalMessage', message, undefined, SIGNER, '/payload/text', ['message']],
  ['authorization', authorization, 84532, SIGNER, '/payload/authorization', ['delegation']],
] as const

test('digest(eip191, hash) = viem’s and ethers’ hash of the 32 bytes as a message; digest(raw, hash) = hash', () => {
  fc.assert(
    fc.property(hexOf({ minLength: 32, maxLength: 32 }), bareHash => {
      const { digest } = prepared({ message: bareHash })
      expect(digest).toBe(hashMessage({ raw: bareHash }))
      expect(digest).toBe(ethersHashMessage(getBytes(bareHash)))
      expect(prepared({ message: bareHash, scheme: 'raw' }).digest).toBe(bareHash)
    }),
    { numRuns: 50 },
  )
})

test('behavior: a bare hash is one opaque effect, and nothing else is known', () => {
  const bareHash: Hex = `0x${'01'.repeat(32)}`
  expect(prepared({ message: bareHash })).toEqual({
    kind: 'hash',
    scheme: 'eip191',
    chainId: undefined,
    account: SIGNER,
    signerAddress: SIGNER,
    hash: bareHash,
    digest: hashMessage({ raw: bareHash }),
    effects: [{ kind: 'opaque', of: 'hash', hash: bareHash }],
    origin: '/message',
  })
})

test.each(KINDS)('behavior: what is prepared of a %s', (kind, value, chainId, account, origin, effects) => {
  const result = prepared({ payload: value })
  expect(result).toMatchObject({ kind, account, signerAddress: SIGNER, origin })
  expect(result.chainId).toBe(chainId)
  expect(result.effects.map(effect => effect.kind)).toEqual(effects)
})

test.each(KINDS)('behavior: with a %s as payload the message changes nothing', (_kind, value) => {
  const alone = prepared({ payload: value })
  expect(prepared({ payload: value, message: alone.hash })).toEqual(alone)
})

test.each(KINDS)('error: a message that is not the hash of a %s, showing both', (_kind, value) => {
  const wrong: Hex = `0x${'01'.repeat(32)}`
  const text = `is ${wrong}, but the payload hashes to ${prepared({ payload: value }).hash}`
  expect(() => prepared({ payload: value, message: wrong })).toThrow(
    expect.objectContaining({
      code: 'HASH_MISMATCH',
      issues: [{ path: '/message', code: 'HASH_MISMATCH', message: text }],
    }),
  )
})

describe('scheme', () => {
  test('behavior: a user operation hash is signed as EIP-191 has it', () => {
    expect(prepared({ payload: payload() })).toMatchObject({
      scheme: 'eip191',
      digest: hashMessage({ raw: hash }),
    })
  })

  test.each([
    ['a bare hash', { message: hash }],
    ['a user operation', { payload: payload() }],
  ])('behavior: %s signed as it is has one effect more', (_name, fields) => {
    const result = prepared({ ...fields, scheme: 'raw' })
    expect(result).toMatchObject({ scheme: 'raw', digest: result.hash })
    expect(result.effects).toEqual([...prepared(fields).effects, { kind: 'rawScheme' }])
  })

  test.each([
    ['transaction', transaction, 'raw'],
    ['typedData', mail, 'raw'],
    ['authorization', authorization, 'raw'],
    ['personalMessage', message, 'eip191'],
  ])('behavior: the hash of a %s is what is signed', (_kind, value, scheme) => {
    const result = prepared({ payload: value })
    expect(result).toMatchObject({ scheme, digest: result.hash })
    expect(result.effects).not.toContainEqual({ kind: 'rawScheme' })
  })

  test('behavior: a personal message gets its prefix once', () => {
    expect(prepared({ payload: message }).digest).toBe(ethersHashMessage('Hello'))
  })
})

test.each([
  ['hash', { message: hash }],
  ...KINDS.map(([kind, value]): [string, object] => [kind, { payload: value }]),
])('behavior: what is prepared of a %s cannot be changed', (_kind, fields) => {
  const result = prepared({ ...fields })
  expect(Object.isFrozen(result)).toBe(true)
  expect(Object.isFrozen(result.effects)).toBe(true)
  expect(result.effects.length).toBeGreaterThan(0)
  expect(result.effects.every(effect => Object.isFrozen(effect))).toBe(true)
})
