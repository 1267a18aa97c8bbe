import { expect, test } from 'vitest'
import { parseObligation } from './obligation.ts'

test.each([
  ['50000 USDC per 24h', { amount: '50000', symbol: 'USDC', window: '24h' }],
  ['0.25 USD.e-1$ per 5m', { amount: '0.25', symbol: 'USD.e-1$', window: '5m' }],
  ['7 A per 10d', { amount: '7', symbol: 'A', window: '10d' }],
])('behavior: the limit %s', (value, expected) => {
  expect(parseObligation('limit', value)).toEqual({ kind: 'limit', ...expected })
})

test.each([
  ['1 of a', { count: 1, role: 'a' }],
  ['100 of Treasury-approvers:eu.1@x_y', { count: 100, role: 'Treasury-approvers:eu.1@x_y' }],
])('behavior: the approvals %s', (value, expected) => {
  expect(parseObligation('approvals', value)).toEqual({ kind: 'approvals', ...expected })
})

test.each([
  '',
  '5 USDC',
  '5 USDC per h',
  '5 USDC per 0h',
  '5 USDC per 24',
  '5 USDC per 24h a',
  'a 5 USDC per 24h',
  '5 USDC per 24s',
  '5. USDC per 24h',
  '.5 USDC per 24h',
  '5,0 USDC per 24h',
  '-5 USDC per 24h',
  '5  USDC per 24h',
  '5 U SDC per 24h',
  '5  per 24h',
  '2 of approvers',
])('error: no limit is %j', value => {
  expect(parseObligation('limit', value)).toEqual({ expected: expect.stringMatching(/^@limit\("/) })
})

test.each([
  '',
  '0 of a',
  '01 of a',
  '1000 of a',
  '-1 of a',
  '2 of ',
  '2 of 2',
  '2 of a b',
  'a 2 of a',
  '2 of _a',
  'two of a',
  '5 USDC per 24h',
])('error: no approvals are %j', value => {
  expect(parseObligation('approvals', value)).toEqual({ expected: expect.stringMatching(/^@approvals\("/) })
})
