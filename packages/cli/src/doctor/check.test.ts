import { expect, test } from 'vitest'
import { CliError } from '../failure.ts'
import { createStyle } from '../terminal.ts'
import { type Check, checksOf, failed, need, ok, shared, shellWord, skipped } from './check.ts'
import { describeChecks, summarize } from './report.ts'

const check = checksOf('key')

async function throwing(error: unknown): Promise<Check> {
  return check('id', async () => {
    throw error
  })
}

test('an error is a finding and never ok', async () => {
  const cause = Object.assign(new Error('User: x is not authorized'), { name: 'AccessDenied' })
  const denied = new CliError('PERMISSION_MISSING', `this needs a:B on arn:c: ${cause.message}`, { cause })
  expect(await throwing(denied)).toEqual({
    id: 'id',
    group: 'key',
    status: 'unknown',
    found: 'needs a:B on arn:c',
  })
  expect(await check('id', async () => ok(need<string>(undefined, 'nothing there')))).toMatchObject({
    status: 'skipped',
    found: 'nothing there',
  })
  expect(await throwing(new CliError('X', 'gone', { hints: ['do it'] }))).toMatchObject({
    status: 'failed',
    found: 'gone',
    fix: 'do it',
  })
  expect(await throwing(new TypeError('no such thing'))).toMatchObject({
    status: 'failed',
    found: 'could not be looked at: no such thing',
    fix: 'coffer doctor',
  })
})

test('something that several checks need is loaded once, and not before', async () => {
  let loads = 0
  const load = shared(async () => ++loads)
  expect(loads).toBe(0)
  expect(await Promise.all([load(), load()])).toEqual([1, 1])
})

test('a shell reads a word as it was', () => {
  expect(shellWord('arn:aws:kms:eu-north-1:1:key/a')).toBe('arn:aws:kms:eu-north-1:1:key/a')
  expect(shellWord({ a: "it's" })).toBe(`'{"a":"it'\\''s"}'`)
  expect(shellWord('$(x)')).toBe(`'$(x)'`)
  expect(shellWord('')).toBe(`''`)
})

test('a line for each check, grouped, the fix below, and a summary', () => {
  const checks: readonly Check[] = [
    { id: 'region', group: 'caller', ...ok('eu-north-1') },
    { id: 'key-state', group: 'key', ...failed('Disabled', 'coffer key enable') },
    { id: 'key-alias', group: 'key', status: 'unknown', found: 'needs kms:DescribeKey on alias/a' },
    { id: 'wallet', group: 'crossmint', ...skipped('no wallet is configured', 'coffer wallet create') },
  ]
  expect(summarize(checks)).toEqual({ ok: 1, failed: 1, unknown: 1, skipped: 1 })
  expect(describeChecks(checks, createStyle(false))).toBe(
    [
      'you',
      '  ✓ region     eu-north-1',
      '',
      'key',
      '  ✗ key-state  Disabled',
      '               fix: coffer key enable',
      '  ? key-alias  needs kms:DescribeKey on alias/a',
      '',
      'Crossmint',
      '  - wallet     no wallet is configured',
      '               fix: coffer wallet create',
      '',
      '1 failed, 1 unknown, for want of a permission, 1 skipped, 1 ok',
    ].join('\n'),
  )
})
