// How often Cedar is asked: once for each question that is new, and without remembering more and more.
import { beforeEach, expect, test, vi } from 'vitest'
import { inquiryOf, OPEN_FACTS, permits, policyOf } from '../../test/policy.ts'
import type { Effect } from '../effects/effect.ts'
import { askCedar } from './ask.ts'
import type { Inquiry } from './inquiry.ts'
import { judge } from './judge.ts'

vi.mock('./ask.ts', { spy: true })
beforeEach(() => void vi.mocked(askCedar).mockClear())

const limit =
  '@id("t") permit (principal, action == Action::"payFee", resource) when { context.maximum.lessThan(decimal("0.05")) };'
const newPolicy = () => policyOf(`${permits['transfer']}\n${limit}`, OPEN_FACTS)
const inquiry = inquiryOf()
/** A request with nothing but a fee, of so many ten-thousandths. */
const feeOf = (amount: number, changes: Partial<Inquiry> = {}): Inquiry => {
  const effect: Effect = {
    kind: 'fee',
    payer: inquiry.prepared.account,
    maximum: BigInt(amount) * 10n ** 14n,
  }
  return { ...inquiry, ...changes, prepared: { ...inquiry.prepared, effects: [effect] } }
}
/** How often Cedar has been asked once this has been judged, and what it said in the end. */
const asked = (policy: ReturnType<typeof newPolicy>, ...inquiries: readonly Inquiry[]) => {
  const outcomes = inquiries.flatMap(each => judge(each, policy).map(({ outcome }) => outcome))
  return [vi.mocked(askCedar).mock.calls.length, outcomes.at(-1)]
}

test('behavior: a question that differs in nothing that is read is asked once, of each policy', () => {
  const policy = newPolicy()
  expect(asked(policy, feeOf(1), feeOf(1), feeOf(1, { reference: 'x', time: new Date(0) }))).toEqual([
    1,
    'permitted',
  ])
  expect(asked(policy, feeOf(499))).toEqual([2, 'permitted'])
  expect(asked(policy, feeOf(500))).toEqual([3, 'notPermitted'])
  expect(asked(newPolicy(), feeOf(1))).toEqual([4, 'permitted'])
})

test('behavior: of 256 answers each is remembered, and then the oldest gives way', () => {
  const policy = newPolicy()
  const all = Array.from({ length: 256 }, (_, i) => feeOf(i))
  expect(asked(policy, ...all)).toEqual([256, 'permitted'])
  expect(asked(policy, ...all)).toEqual([256, 'permitted'])
  expect(asked(policy, feeOf(256))).toEqual([257, 'permitted'])
  expect(asked(policy, ...all.slice(1))).toEqual([257, 'permitted'])
  expect(asked(policy, feeOf(0))).toEqual([258, 'permitted'])
  expect(asked(policy, feeOf(1))).toEqual([259, 'permitted'])
})
