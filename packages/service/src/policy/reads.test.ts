import { describe, expect, test } from 'vitest'
import { inquiryOf, OPEN_FACTS, permits, policyOf, starter } from '../../test/policy.ts'
import { policyToJson } from './cedar.ts'
import { judge } from './judge.ts'
import { type Question, toQuestion } from './question.ts'
import { createReads, trim } from './reads.ts'
import type { Rule } from './rules.ts'
import type { Action } from './schema.ts'

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

test.each([
  'context has reference',
  '{Var: context has reference}.Var',
  '{left: true, attr: context has reference}.attr',
  '{Record: context has reference}.Record',
])('behavior: forbid when %s forbids, whatever it is wrapped in', condition => {
  const rules = `${permits['transfer']}\n${permits['payFee']}\n@id("r") forbid (principal, action, resource) when { ${condition} };`
  const judgements = judge({ ...inquiryOf(), reference: 'invoice' }, policyOf(rules, OPEN_FACTS))
  expect(judgements.map(({ outcome }) => outcome)).toEqual(['forbidden', 'forbidden'])
})

describe('behavior: what rules read is every attribute that they name, of whatever, or anything at all', () => {
  const rule = (condition: string, scope = 'action'): Rule => {
    const answer = policyToJson(`forbid (principal, ${scope}, resource) ${condition};`)
    if (answer.type === 'failure') throw new Error(answer.errors.map(error => error.message).join())
    const { json } = answer
    const actions: readonly Action[] | undefined = 'entity' in json.action ? ['call'] : undefined
    return { id: 'r', effect: 'forbid', actions, text: '', json, offset: 0 }
  }
  test.each<readonly [string, readonly string[] | undefined]>([
    ['', []],
    ['when { true }', []],
    ['when { principal in Role::"x" && resource == Wallet::"w" }', []],
    ['when { context.a }', ['a']],
    ['unless { context.a || !context.b } when { context.c }', ['a', 'b', 'c']],
    ['when { context.token.symbol == "A" }', ['symbol', 'token']],
    ['when { context has a }', ['a']],
    ['when { {Var: context has a}.Var }', ['Var', 'a']],
    ['when { {left: true, attr: context has a}.attr }', ['a', 'attr']],
    ['when { {Record: {Var: context has a}}.Record.Var }', ['Record', 'Var', 'a']],
    ['when { {left: context, attr: 1} == {left: context, attr: 1} }', undefined],
    ['when { context has a.b && context.c }', ['a', 'b', 'c']],
    ['when { resource has factory && resource.factory.known }', ['factory', 'known']],
    ['when { principal.arn like "x*" }', ['arn']],
    ['when { context.amount.lessThan(decimal("1.0")) }', ['amount']],
    ['when { ip("192.0.2.1") == context.b || context.time.toTime() < duration("1h") }', ['b', 'time']],
    ['when { if context.a then context.b else context.c }', ['a', 'b', 'c']],
    ['when { ["x", context.a].contains(context.b) }', ['a', 'b']],
    ['when { {a: context.b}.a == context.c }', ['a', 'b', 'c']],
    ['when { {Var: "context"} == context.c }', ['c']],
    ['when { context == {a: 1} }', undefined],
    ['when { {a: 1} == context }', undefined],
    ['when { [context].contains({a: 1}) }', undefined],
    ['when { {a: context}.a.b }', undefined],
    ['when { (if context.a then context else {b: 1}).b }', undefined],
    ['when { context.a } unless { context == {a: 1} }', undefined],
  ])('%s', (conditions, expected) => {
    const reads = createReads([rule(conditions)])('call')
    expect(reads === undefined ? undefined : [...reads].toSorted()).toEqual(expected)
  })

  test('of the rules about the action, and of those about every action', () => {
    const call = 'action == Action::"call"'
    const reads = createReads([
      rule('when { context.a }'),
      rule('when { context.b }', call),
      rule('when { context == {} }', call),
    ])
    expect(reads('payFee')).toEqual(new Set(['a']))
    expect(reads('call')).toBeUndefined()
    expect(reads('payFee')).toBe(reads('payFee'))
  })
})

test('behavior: what is left of a question is what is read, and every entity with an attribute or a group', () => {
  const entity = (type: string, attrs: object, parents: readonly string[] = []) => ({
    uid: { type, id: 'x' },
    attrs: { ...attrs },
    parents: parents.map(id => ({ type: 'Group', id })),
  })
  const question: Question = {
    principal: { type: 'Principal', id: 'x' },
    action: { type: 'Action', id: 'call' },
    resource: { type: 'Wallet', id: 'x' },
    context: { a: 1, b: 'two', symbol: 'S' },
    entities: [
      entity('Principal', { arn: 'x' }, ['g']),
      entity('Wallet', { a: true, c: true }),
      entity('Token', { symbol: 'S' }),
      entity('Address', { known: true }),
    ],
  }
  expect(trim(question, new Set(['a', 'known']))).toEqual({
    ...question,
    context: { a: 1 },
    entities: [
      entity('Principal', {}, ['g']),
      entity('Wallet', { a: true }),
      entity('Address', { known: true }),
    ],
  })
  expect(trim(question, undefined)).toEqual(question)
  expect(trim(question, new Set())).toEqual({
    ...question,
    context: {},
    entities: [entity('Principal', {}, ['g'])],
  })
})
