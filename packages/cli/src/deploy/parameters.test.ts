import { expect, test } from 'vitest'
import { released, releasedPrivate } from '../../test/deployedTemplates.ts'
import { chooseParameters, compareParameters } from './parameters.ts'

const previous = { CodeBucket: 'b', CodeKey: 'k', AlarmEmail: 'a@acme.example', ThrottleRate: '3' }

function faultsOf(given: readonly string[], before = {}): string {
  try {
    chooseParameters(released, given, before)
  } catch (error) {
    expect(error).toMatchObject({ code: 'PARAMETERS_INVALID', exitCode: 2 })
    return (error as Error).message
  }
  return ''
}

test('the given value, else the previous one, else the default; what is unknown to the template is left out', () => {
  const chosen = chooseParameters(released, ['ThrottleRate=7', 'ApiName=A B'], {
    ...previous,
    Forgotten: 'x',
  })
  expect(chosen).toMatchObject({
    ThrottleRate: '7',
    AlarmEmail: 'a@acme.example',
    ApiName: 'A B',
    ThrottleBurst: '20',
  })
  expect(chosen).not.toHaveProperty('Forgotten')
})

test('a value may hold an equals sign, and be empty', () => {
  const chosen = chooseParameters(released, ['CodeKey=a=b', 'AlarmEmail='], previous)
  expect(chosen).toMatchObject({ CodeKey: 'a=b', AlarmEmail: '' })
})

test('every fault is reported at once', () => {
  const faults = faultsOf([
    ...['NoEquals', '=x', 'Unknown=1', 'RoleName=a', 'RoleName=b', 'MultiRegion=maybe', 'SignerAddress=0x12'],
    ...['ThrottleRate=0', 'ThrottleBurst=many', 'KeyAlias=alias with spaces'],
  ])
  for (const part of [
    'NoEquals: expected NAME=VALUE',
    '=x: expected NAME=VALUE',
    'Unknown: there is no such parameter; known are KeyAlias',
    'RoleName: given twice',
    'MultiRegion: expected false or true',
    'SignerAddress: "0x12" does not match',
    'ThrottleRate: expected a number, 1 or more',
    'ThrottleBurst: expected a number, 1 or more',
    'KeyAlias: "alias with spaces" does not match',
    'CodeBucket: needs a value: Bucket, in this Region, with the code.',
    'CodeKey: needs a value',
  ])
    expect(faults).toContain(part)
})

test('a previous value must fit the template that is deployed now', () => {
  expect(faultsOf([], { ...previous, MultiRegion: 'sometimes' })).toContain('MultiRegion: expected')
})

test('a pattern must match as a whole', () => {
  const template = { Parameters: { Name: { Type: 'String', AllowedPattern: '[a-z]+' } } }
  expect(chooseParameters(template, ['Name=abc'], {})).toEqual({ Name: 'abc' })
  expect(() => chooseParameters(template, ['Name=abc1'], {})).toThrow('"abc1" does not match [a-z]+')
})

function compare(before: object, after: object) {
  const complete = (values: object) => chooseParameters(released, [], { ...previous, ...values })
  return compareParameters(released, complete(before), complete(after))
}

test('changes: what is equal is left out; of a new stack, what has its default', () => {
  expect(compare({}, {})).toEqual([])
  expect(compareParameters(released, undefined, chooseParameters(released, [], previous))).toEqual(
    ['ThrottleRate', 'AlarmEmail', 'CodeBucket', 'CodeKey'].map(name =>
      expect.objectContaining({ name, before: undefined }),
    ),
  )
})

test('changes: a parameter that is gone, and one that is new', () => {
  expect(compareParameters(released, { Old: 'x' }, { New: 'y' })).toEqual([
    { name: 'Old', before: 'x', after: undefined },
    { name: 'New', before: undefined, after: 'y' },
  ])
})

test.each([
  [{ OperatorRoleArns: 'a' }, { OperatorRoleArns: 'a,b' }, /now: b$/],
  [{ OperatorRoleArns: 'a,b' }, { OperatorRoleArns: 'b' }, undefined],
  [{ AllowedCidrs: '' }, { AllowedCidrs: '192.0.2.0/24' }, undefined],
  [{ AllowedCidrs: '192.0.2.0/24' }, { AllowedCidrs: '' }, /anywhere/],
  [{ AllowedCidrs: '192.0.2.0/24' }, { AllowedCidrs: '192.0.2.0/24,198.51.100.0/24' }, /198\.51/],
  [{ AllowedCidrs: '192.0.2.0/24,198.51.100.0/24' }, { AllowedCidrs: '192.0.2.0/24' }, undefined],
  [{ ReservedConcurrency: '0' }, { ReservedConcurrency: '9' }, /more/],
  [{ ReservedConcurrency: '9' }, { ReservedConcurrency: '' }, /more/],
  [{ ReservedConcurrency: '' }, { ReservedConcurrency: '0' }, undefined],
  [{ GroupName: 'a' }, { GroupName: 'b' }, /another group/],
  [{ SignerAddress: `0x${'1'.repeat(40)}` }, { SignerAddress: '' }, /any/],
  [{ SignerAddress: '' }, { SignerAddress: `0x${'1'.repeat(40)}` }, undefined],
  [{ AlarmEmail: 'a@b' }, { AlarmEmail: 'c@d' }, undefined],
])('changes: %j to %j widens: %s', (before, after, expected) => {
  const [change, ...others] = compare(before, after)
  expect(others).toEqual([])
  if (expected === undefined) expect(change?.widens).toBeUndefined()
  else expect(change?.widens).toMatch(expected)
})

test('changes of a private network widen too', () => {
  const given = ['CodeBucket=b', 'CodeKey=k', 'VpcId=v', 'SubnetIds=s']
  const before = chooseParameters(releasedPrivate, [...given, 'CallerCidr=10.0.0.0/16'], {})
  const after = chooseParameters(
    releasedPrivate,
    ['CallerCidr=10.0.0.0/8', 'ExistingApiEndpointIds=vpce-1'],
    before,
  )
  expect(compareParameters(releasedPrivate, before, after).map(({ widens }) => widens)).toEqual([
    expect.stringContaining('other addresses'),
    expect.stringContaining('vpce-1'),
  ])
})
