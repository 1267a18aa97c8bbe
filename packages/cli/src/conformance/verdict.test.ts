import { expect, test } from 'vitest'
import { judge } from './verdict.ts'

test.each([
  ['survive', ['signed'], 1, 'passed'],
  ['survive', ['refused'], 1, 'refused'],
  ['refuse', ['refused'], 1, 'passed'],
  ['either', ['refused'], 1, 'passed'],
  ['either', ['signed'], 1, 'passed'],
  ['either', ['bad'], 1, 'bad signature'],
  ['survive', ['hung'], 1, 'hung'],
  ['refuse', ['nothing'], 1, 'no signature'],
] as const)('default: %s, %j: what happens to it is judged', (expected, outcomes, hits, verdict) => {
  expect(judge(expected, outcomes, hits)).toBe(verdict)
})

test.each([
  ['survive', ['signed'], 0],
  ['refuse', ['refused'], 0],
  // It has a signature that this KMS does not give.
  ['refuse', ['signed'], 1],
] as const)('behavior: %s, %j, with %i hits, has not met it', (expected, outcomes, hits) => {
  expect(judge(expected, outcomes, hits)).toBe('unreached')
})

test.each([
  [['signed', 'refused'], 'refused'],
  [['hung', 'bad'], 'bad signature'],
  [['nothing', 'hung'], 'hung'],
  [['signed', 'signed'], 'passed'],
] as const)('behavior: of two, the worse counts: %j', (outcomes, verdict) => {
  expect(judge('survive', outcomes, 2)).toBe(verdict)
})

test('behavior: a bad signature is bad even if the trouble was not met', () => {
  expect(judge('refuse', ['bad'], 0)).toBe('bad signature')
})
