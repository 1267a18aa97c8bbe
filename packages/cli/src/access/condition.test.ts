import { expect, test } from 'vitest'
import { conditionHolds, every, not, some, type Truth, toFacts } from './condition.ts'

const facts = toFacts({ Many: ['a', 'b'], One: 'a', None: [] })
const holds = (operator: string, key: string, values: readonly string[], more: object = {}): Truth =>
  conditionHolds({ operator, key, values, ifExists: false, ...more }, facts, new Map())

test.each<[string, Truth, Truth]>([
  ['a value', 'yes', holds('StringEquals', 'one', ['a', 'c'])],
  ['another value', 'no', holds('StringEquals', 'one', ['c'])],
  ['not another value', 'yes', holds('StringNotEquals', 'one', ['c'])],
  ['any of several values', 'yes', holds('StringEquals', 'many', ['a'], { set: 'ForAnyValue' })],
  ['all of several values', 'no', holds('StringEquals', 'many', ['a'], { set: 'ForAllValues' })],
  ['all of them', 'yes', holds('StringEquals', 'many', ['b', 'a'], { set: 'ForAllValues' })],
  ['of an absent key', 'no', holds('StringEquals', 'none', ['a'])],
  ['of an absent key, negated', 'yes', holds('StringNotEquals', 'none', ['a'])],
  ['of an absent key, if it exists', 'yes', holds('StringEquals', 'none', ['a'], { ifExists: true })],
  ['any value of an absent key', 'no', holds('StringNotEquals', 'none', ['a'], { set: 'ForAnyValue' })],
  ['all values of an absent key', 'yes', holds('StringEquals', 'none', ['a'], { set: 'ForAllValues' })],
  ['an absent key', 'yes', holds('Null', 'none', ['True'])],
  ['a key that is there', 'no', holds('Null', 'one', ['true'])],
  ['of an unknown key', 'maybe', holds('StringEquals', 'other', ['a'])],
  ['of an unknown key, negated', 'maybe', holds('StringNotEquals', 'other', ['a'])],
  ['an unknown key', 'maybe', holds('Null', 'other', ['true'])],
  ['an unknown operator', 'maybe', holds('BinaryEquals', 'one', ['a'])],
  ['a value that the operator does not take', 'maybe', holds('NumericEquals', 'one', ['x'])],
])('%s: %s', (_, expected, actual) => {
  expect(actual).toBe(expected)
})

test('what may be does not make certain', () => {
  expect([some(['no', 'maybe']), some(['maybe', 'yes']), some([])]).toEqual(['maybe', 'yes', 'no'])
  expect([every(['yes', 'maybe']), every(['maybe', 'no']), every([])]).toEqual(['maybe', 'no', 'yes'])
  expect(not('maybe')).toBe('maybe')
})
