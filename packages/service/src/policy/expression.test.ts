import { describe, expect, test } from 'vitest'
import { type PolicyJson, policyToJson } from './cedar.ts'
import { confinedTo, decimalsIn, type EntityId, entitiesIn, requirementsOf } from './expression.ts'

const parse = (rule: string): PolicyJson => {
  const answer = policyToJson(rule)
  if (answer.type === 'failure') throw new Error(answer.errors.map(error => error.message).join('\n'))
  return answer.json
}
const when = (condition: string): PolicyJson =>
  parse(`permit (principal, action, resource) when { ${condition} };`)
const unless = (condition: string): PolicyJson =>
  parse(`permit (principal, action, resource) unless { ${condition} };`)
const names = (entities: readonly EntityId[] | undefined): readonly string[] | undefined =>
  entities?.map(({ type, id }) => `${type} ${id}`)

describe('behavior: to what a rule confines something', () => {
  const one = 'context.token == Token::"a"'
  const two = 'context.token == Token::"b"'
  const cases: Readonly<Record<string, readonly [PolicyJson, readonly string[] | undefined]>> = {
    'one entity': [when(one), ['Token a']],
    'one of several': [when(`${one} || ${two}`), ['Token a', 'Token b']],
    'one of a set': [when('context.token in [Token::"a", Token::"b"]'), ['Token a', 'Token b']],
    'besides other conditions': [when(`context.x && ${one} && context.y`), ['Token a']],
    'in a second clause': [
      parse(`permit (principal, action, resource) when { context.x } when { ${one} };`),
      ['Token a'],
    ],
    'what the wallet itself says': [when('context.token == resource.token'), []],
    'or something else altogether': [when(`${one} || context.x`), undefined],
    'one of several, besides other conditions': [
      when(`(${one} && context.x) || (context.y && ${two})`),
      ['Token a', 'Token b'],
    ],
    'other conditions, or one': [when(`(context.x && context.y) || ${one}`), undefined],
    'something else altogether, or': [when(`context.x || ${one}`), undefined],
    'only not this one': [when(`context.token != Token::"a"`), undefined],
    'not this one': [when(`!(${one})`), undefined],
    'by an unless': [unless(one), undefined],
    'another attribute': [when('context.other == Token::"a"'), undefined],
    'the same attribute of something else': [when('resource.token == Token::"a"'), undefined],
    'what another attribute says': [when('context.token == context.other'), undefined],
    'a set with what another attribute says': [
      when('context.token in [Token::"a", context.other]'),
      undefined,
    ],
    'a comparison the other way around': [when('Token::"a" == context.token'), undefined],
    'an attribute of it': [when('context.token.symbol == "A"'), undefined],
    'no condition': [parse('permit (principal, action, resource);'), undefined],
  }
  test.each(Object.entries(cases))('%s', (_name, [rule, expected]) => {
    expect(names(confinedTo(rule, 'context.token'))).toEqual(expected)
  })

  test.each([
    ['principal', 'principal == Principal::"p"', ['Principal p']],
    ['principal', 'principal in Role::"r"', ['Role r']],
    ['principal', 'principal is Principal in Role::"r"', undefined],
    ['principal', 'principal is Principal', undefined],
    ['principal', 'principal', undefined],
  ] as const)('the scope of the %s: %s', (subject, scope, expected) => {
    const rule = parse(`permit (${scope}, action, resource == Wallet::"w");`)
    expect(names(confinedTo(rule, subject))).toEqual(expected)
    expect(names(confinedTo(rule, 'resource'))).toEqual(['Wallet w'])
  })

  test('a variable by a condition', () => {
    expect(names(confinedTo(when('resource == Wallet::"w"'), 'resource'))).toEqual(['Wallet w'])
    expect(confinedTo(when('principal == Principal::"p"'), 'resource')).toBeUndefined()
    expect(confinedTo(when('context.principal == Principal::"p"'), 'principal')).toBeUndefined()
  })
})

test('behavior: the demands of a rule are its scope and the parts of its conditions, all of which must hold', () => {
  const told = (rule: string) =>
    requirementsOf(parse(rule)).map(requirement =>
      requirement.about === 'condition'
        ? `${requirement.kind} ${JSON.stringify(requirement.expression).replaceAll('"', '')}`
        : `${requirement.about} ${requirement.constraint.op}`,
    )
  const variable = (name: string) => `{.:{left:{Var:context},attr:${name}}}`
  expect(
    told(
      'permit (principal in Role::"r", action, resource == Wallet::"w") when { context.a && context.b && (context.c || context.d) } unless { context.e || context.f || (context.g && context.h) };',
    ),
  ).toEqual([
    'principal in',
    'resource ==',
    `when ${variable('a')}`,
    `when ${variable('b')}`,
    `when {||:{left:${variable('c')},right:${variable('d')}}}`,
    `unless ${variable('e')}`,
    `unless ${variable('f')}`,
    `unless {&&:{left:${variable('g')},right:${variable('h')}}}`,
  ])
  expect(told('permit (principal, action == Action::"call", resource);')).toEqual([])
})

test('behavior: every entity that a rule names is found, in the scope and in the conditions, but no action', () => {
  const rule = parse(
    'permit (principal is Principal in Role::"r", action == Action::"call", resource == Wallet::"w") when { [Token::"a", Token::"b"].contains(context.token) || {type: "x", id: "y"} == context.z } unless { context.recipient in Group::"g" && context.address == Address::"c" };',
  )
  expect(names(entitiesIn(rule))).toEqual([
    'Role r',
    'Wallet w',
    'Token a',
    'Token b',
    'Group g',
    'Address c',
  ])
})

test('behavior: every decimal of a condition is found, and nothing else', () => {
  const rule = when(
    'context.amount.lessThan(decimal("1.5")) && (decimal("2.0") == context.amount || context has decimal && context.decimal == "3.0" || {decimal: "4.0"} == context.z || decimal(context.s) == context.amount) && context.sourceIp == ip("192.0.2.1")',
  )
  expect(decimalsIn(rule.conditions)).toEqual(['1.5', '2.0'])
})
