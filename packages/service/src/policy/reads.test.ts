import { expect, test } from 'vitest'
import { inquiryOf, OPEN_FACTS, permits, policyOf, starter } from '../../test/policy.ts'
import { toQuestion } from './question.ts'
import { trim } from './reads.ts'

const questionsOf = (policy = starter) => {
  const inquiry = inquiryOf()
  return inquiry.prepared.effects.map(effect => {
    const question = toQuestion(effect, inquiry, policy.directory)
    if (typeof question === 'string') throw new Error(question)
    return trim(question, policy.reads(question.action.id))
  })
}

test('default: of a payout and its fee the starter reads no more than this', () => {
  const [payout, fee] = questionsOf()
  expect(Object.keys(payout?.context ?? {}).toSorted()).toEqual([
    'amount',
    'effects',
    'from',
    'recipient',
    'token',
  ])
  expect(payout?.entities.map(({ uid, attrs }) => [uid, Object.keys(attrs)])).toEqual([
    [{ type: 'Principal', id: expect.any(String) }, []],
    [{ type: 'Wallet', id: 'treasury' }, ['address']],
    [{ type: 'Address', id: 'alice' }, []],
  ])
  expect(Object.keys(fee?.context ?? {}).toSorted()).toEqual(['effects', 'maximum'])
  expect(fee?.entities.map(({ uid }) => uid)).toEqual([{ type: 'Principal', id: expect.any(String) }])
})

test('behavior: a rule that takes the context as a whole reads all of it', () => {
  const rules = `${permits['payFee']}\n@id("r") permit (principal, action == Action::"transfer", resource) when { {a: context} == {a: context} };`
  const policy = policyOf(rules, OPEN_FACTS)
  expect(policy.reads('transfer')).toBeUndefined()
  expect(policy.reads('payFee')).toEqual(new Set())
  expect(Object.keys(questionsOf(policy)[0]?.context ?? {})).toContain('weekday')
})
