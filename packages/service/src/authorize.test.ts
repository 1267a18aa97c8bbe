import { readdirSync, readFileSync } from 'node:fs'
import type { Signer } from '@coffer/signer'
import type { Hex } from 'viem'
import { describe, expect, test, vi } from 'vitest'
import { ACCOUNT, execute, executeBatch, executeMode, payload, transferCall } from '../test/fixtures.ts'
import { type Allow, authorize, type Decision, signAuthorized } from './authorize.ts'
import { type Prepared, prepare } from './prepare.ts'
import { parseRequest } from './request.ts'

const bareHash = prepare({ message: `0x${'01'.repeat(32)}`, scheme: 'eip191' })
const operation = (changes: Readonly<Record<string, unknown>>): Prepared =>
  prepare(parseRequest(JSON.stringify({ signerAddress: ACCOUNT, payload: payload(changes) })))
const reasons = (decision: Decision) =>
  decision.outcome === 'deny' ? decision.reasons.map(reason => reason.code) : 'allowed'
const allowed = (): Allow => {
  const decision = authorize(operation({}), 'refuse')
  if (decision.outcome === 'deny') throw new Error('a transfer must be allowed')
  return decision
}
const spySigner = () => {
  const signHash = vi.fn(async () => ({ r: '0x', s: '0x', yParity: 0 }) as const)
  return { signHash, signer: { address: ACCOUNT, publicKey: '0x', keyId: 'key', signHash } satisfies Signer }
}

const administration = { ...transferCall, to: ACCOUNT }

describe.each(['refuse', 'allow'] as const)('with bare hashes: %s', blindSigning => {
  const judge = (changes: Readonly<Record<string, unknown>>) =>
    reasons(authorize(operation(changes), blindSigning))

  test('behavior: what is understood is allowed', () => {
    expect(judge({})).toBe('allowed')
    expect(judge({ callData: '0x' })).toBe('allowed')
    expect(judge({ factory: ACCOUNT, factoryData: '0x' })).toBe('allowed')
    expect(judge({ callData: execute({ ...transferCall, data: '0x12345678' }) })).toBe('allowed')
  })

  test('behavior: what is dangerous or not understood is denied', () => {
    expect(judge({ callData: '0x12345678' })).toEqual(['CALL_DATA_NOT_UNDERSTOOD'])
    expect(judge({ callData: '0x9517e29f' })).toEqual(['ADMINISTRATION_REFUSED'])
    expect(judge({ callData: executeMode('ff', `0x${'66'.repeat(20)}`) })).toEqual(['DELEGATECALL_REFUSED'])
  })

  test('behavior: one bad call spoils a batch, and every one is a reason', () => {
    const sloppy = { ...transferCall, data: `${transferCall.data}00` as Hex }
    const callData = executeBatch([transferCall, administration, transferCall, sloppy])
    expect(judge({ callData })).toEqual(['ADMINISTRATION_REFUSED', 'CALL_DATA_NOT_UNDERSTOOD'])
  })
})

test('behavior: a bare hash is denied unless the switch allows it', () => {
  expect(reasons(authorize(bareHash, 'refuse'))).toEqual(['BLIND_SIGNING_REFUSED'])
  expect(authorize(bareHash, 'allow')).toMatchObject({ outcome: 'allow', rules: ['blind-signing'] })
  expect(allowed().rules).toEqual(['decoded-effects'])
})

describe('the one road to the key', () => {
  test('behavior: an allowed digest is signed, once', async () => {
    const { signer, signHash } = spySigner()
    const allow = allowed()
    await signAuthorized(signer, allow)
    expect(signHash).toHaveBeenCalledExactlyOnceWith(allow.prepared.digest)
    await expect(signAuthorized(signer, allow)).rejects.toMatchObject({ code: 'NOT_AUTHORIZED' })
    expect(signHash).toHaveBeenCalledTimes(1)
  })

  test('error: a copy, a forgery or a denial reaches no signer, even past the types', async () => {
    const { signer, signHash } = spySigner()
    const forged = { outcome: 'allow', rules: [], prepared: bareHash } as const
    const altered = { ...allowed(), prepared: bareHash }
    const denial = authorize(bareHash, 'refuse')
    for (const decision of [forged, altered, denial, {}, undefined])
      await expect(signAuthorized(signer, decision as Allow)).rejects.toThrow()
    expect(signHash).not.toHaveBeenCalled()
  })

  test('behavior: the types refuse what authorize did not make', () => {
    const { signer } = spySigner()
    const attempts = async () => {
      // @ts-expect-error a Decision may be a denial
      await signAuthorized(signer, authorize(bareHash, 'refuse'))
      // @ts-expect-error lacks the brand
      await signAuthorized(signer, { outcome: 'allow', rules: [], prepared: bareHash })
      // @ts-expect-error neither what was prepared nor a bare digest is a decision
      await signAuthorized(signer, bareHash)
      // @ts-expect-error a digest is not a decision
      await signAuthorized(signer, bareHash.digest)
    }
    expect(attempts).toBeTypeOf('function')
  })

  test('behavior: an allow cannot be altered after the decision', () => {
    const allow = allowed()
    expect(() => Object.assign(allow, { prepared: bareHash })).toThrow(TypeError)
    expect(() => Object.assign(allow.prepared, { digest: bareHash.digest })).toThrow(TypeError)
  })

  test('behavior: no other file of the service mentions signHash', () => {
    const source = new URL('.', import.meta.url)
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .filter(name => readFileSync(new URL(name, source), 'utf8').includes('signHash'))
    expect(files).toEqual(['authorize.ts'])
  })
})
