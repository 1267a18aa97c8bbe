import { readdirSync, readFileSync } from 'node:fs'
import type { Signer } from '@coffer/signer'
import type { Hex } from 'viem'
import { describe, expect, test, vi } from 'vitest'
import { ACCOUNT, ALICE, executeBatch, payload, transferCall } from '../test/fixtures.ts'
import { inquiryOf, OPEN_FACTS, permitAll, permits, policyOf, starter } from '../test/policy.ts'
import { type Allow, authorize, type Decision, signAuthorized } from './authorize.ts'
import type { Inquiry } from './policy/inquiry.ts'

const operation = (changes: Readonly<Record<string, unknown>>): Inquiry =>
  inquiryOf({ signerAddress: ALICE, payload: payload(changes) })
const bareHash = inquiryOf({ signerAddress: ALICE, message: `0x${'01'.repeat(32)}` })
const reasons = (decision: Decision) =>
  decision.outcome === 'deny' ? decision.reasons.map(reason => reason.code) : 'allowed'
const allowed = (): Allow => {
  const decision = authorize(operation({}), starter)
  if (decision.outcome === 'deny') throw new Error('a transfer must be allowed')
  return decision
}
const spySigner = () => {
  const signHash = vi.fn(async () => ({ r: '0x', s: '0x', yParity: 0 }) as const)
  return { signHash, signer: { address: ACCOUNT, publicKey: '0x', keyId: 'key', signHash } satisfies Signer }
}

const administration = { ...transferCall, to: ACCOUNT }

test('default: what the starter permits is allowed, by the rules that permit it', () => {
  expect(authorize(operation({}), starter)).toMatchObject({ outcome: 'allow', rules: ['payouts', 'fees'] })
})

test('behavior: one bad call spoils a batch, and every one is a reason', () => {
  const sloppy = { ...transferCall, data: `${transferCall.data}00` as Hex }
  const callData = executeBatch([transferCall, administration, transferCall, sloppy])
  const { administer, ...others } = permits
  expect(
    reasons(authorize(operation({ callData }), policyOf(Object.values(others).join('\n'), OPEN_FACTS))),
  ).toEqual(['ADMINISTRATION_REFUSED', 'CALL_DATA_NOT_UNDERSTOOD'])
  expect(administer).toContain('administer')
})

test('behavior: what is not understood is permitted by no rule at all', () => {
  expect(reasons(authorize(operation({ callData: '0x12345678' }), permitAll))).toEqual([
    'CALL_DATA_NOT_UNDERSTOOD',
  ])
})

test('behavior: nothing at all to judge is denied, even where everything is permitted', () => {
  const nothing = { ...operation({}), prepared: { ...operation({}).prepared, effects: [] } }
  expect(reasons(authorize(nothing, permitAll))).toEqual(['NO_EFFECT'])
})

test('behavior: each effect is told with what the policy says of it, and each rule once', () => {
  const callData = executeBatch([transferCall, transferCall, { ...transferCall, to: ALICE }])
  const rules = `${permits['transfer']}\n${permits['payFee']}\n@id("f") forbid (principal, action == Action::"payFee", resource) when { context.effects > 2 };`
  const told = (decision: Decision) => decision.effects.map(({ outcome, rules }) => [outcome, ...rules])
  const denied = authorize(operation({ callData }), policyOf(rules, OPEN_FACTS))
  expect(told(denied)).toEqual([
    ['permitted', 'transfer'],
    ['permitted', 'transfer'],
    ['TOKEN_UNKNOWN'],
    ['forbidden', 'f'],
  ])
  expect(reasons(denied)).toEqual(['TOKEN_UNKNOWN', 'FORBIDDEN'])
  expect(denied.effects[0]?.description).toMatch(/^transfer 1\.5 USDC from treasury /)
  const allowed = authorize(operation({ callData: executeBatch([transferCall, transferCall]) }), permitAll)
  expect(told(allowed)).toEqual([
    ['permitted', 'transfer'],
    ['permitted', 'transfer'],
    ['permitted', 'payFee'],
  ])
  expect(allowed).toMatchObject({ rules: ['transfer', 'payFee'] })
})

describe('the one road to the key', () => {
  test('behavior: a decision is used up also where the signer fails', async () => {
    const { signer, signHash } = spySigner()
    const allow = allowed()
    signHash.mockRejectedValueOnce(new Error('throttled'))
    await expect(signAuthorized(signer, allow)).rejects.toThrow('throttled')
    await expect(signAuthorized(signer, allow)).rejects.toMatchObject({
      name: 'NotAuthorizedError',
      code: 'NOT_AUTHORIZED',
      message: 'Only an unused decision of authorize can be signed.',
    })
    expect(signHash).toHaveBeenCalledTimes(1)
  })

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
    const forged = { outcome: 'allow', rules: [], prepared: bareHash.prepared } as const
    const altered = { ...allowed(), prepared: bareHash.prepared }
    const denial = authorize(bareHash, starter)
    for (const decision of [forged, altered, denial, {}, undefined])
      await expect(signAuthorized(signer, decision as Allow)).rejects.toThrow()
    expect(signHash).not.toHaveBeenCalled()
  })

  test('behavior: the types refuse what authorize did not make', () => {
    const { signer } = spySigner()
    const attempts = async () => {
      // @ts-expect-error a Decision may be a denial
      await signAuthorized(signer, authorize(bareHash, starter))
      // @ts-expect-error lacks the brand
      await signAuthorized(signer, { outcome: 'allow', rules: [], prepared: bareHash.prepared })
      // @ts-expect-error neither what was prepared nor a bare digest is a decision
      await signAuthorized(signer, bareHash.prepared)
      // @ts-expect-error a digest is not a decision
      await signAuthorized(signer, bareHash.prepared.digest)
    }
    expect(attempts).toBeTypeOf('function')
  })

  test('behavior: an allow cannot be altered after the decision', () => {
    const allow = allowed()
    expect(() => Object.assign(allow, { prepared: bareHash.prepared })).toThrow(TypeError)
    expect(() => Object.assign(allow.prepared, { digest: bareHash.prepared.digest })).toThrow(TypeError)
  })

  test('behavior: no other file of the service uses signHash or signDigest', () => {
    const source = new URL('.', import.meta.url)
    // Called, read as a property, or taken out of an object; an action of policies has the same name.
    const use = /\b(signHash|signDigest)\(|\.(signHash|signDigest)\b|[{,]\s*(signHash|signDigest)\s*[,}]/
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .filter(name => use.test(readFileSync(new URL(name, source), 'utf8')))
    expect(files).toEqual(['authorize.ts'])
  })
})
