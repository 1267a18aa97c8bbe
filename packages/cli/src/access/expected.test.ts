import { expect, test } from 'vitest'
import { compareWho, parseExpected } from './expected.ts'
import type { Who } from './review.ts'

const nobody: Who = {
  sign: [],
  invokeEndpoint: [],
  invokeFunction: [],
  changeFunction: [],
  changeKey: [],
  changePolicies: [],
  changeTrail: [],
}
const faultsOf = (value: unknown): string => {
  try {
    parseExpected(typeof value === 'string' ? value : JSON.stringify(value), 'f.json')
  } catch (error) {
    expect(error).toMatchObject({ code: 'EXPECT_INVALID', exitCode: 2 })
    return (error as Error).message
  }
  return ''
}

test('an earlier review is read, whatever else it says', () => {
  const who = { ...nobody, sign: ['arn:aws:iam::123456789012:role/r'] }
  expect(parseExpected(JSON.stringify({ account: 'x', access: 1, who }), 'f.json')).toEqual(who)
})

test('error: every fault at once', () => {
  const { changeTrail: _left, ...others } = nobody
  const message = faultsOf({ who: { ...others, sign: 'x', changeKey: [''], sing: [] } })
  for (const fault of [
    'f.json',
    'who.sing: unknown',
    'who.sign: must be a list',
    'who.changeKey: must be a list',
    'who.changeTrail: missing',
  ])
    expect(message).toContain(fault)
})

test.each([
  ['no JSON', '{', 'it is no JSON'],
  ['no who', {}, '"who" must be an object'],
  ['a who that is none', { who: [] }, '"who" must be an object'],
  ['no object', [nobody], '"who" must be an object'],
])('error: %s', (_, value, fault) => {
  expect(faultsOf(value)).toContain(fault)
})

test('whoever is found and not expected is unexpected, by capability', () => {
  const found = { ...nobody, sign: ['a'], changeKey: ['b'] }
  const expected = { ...nobody, sign: ['b'], changeKey: ['b'] }
  expect(compareWho(found, expected)).toEqual({
    unexpected: [{ capability: 'sign', principal: 'a' }],
    missing: [{ capability: 'sign', principal: 'b' }],
  })
})
