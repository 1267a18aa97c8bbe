import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { createStyle } from '../terminal.ts'
import type { CurrentStack } from './currentStack.ts'
import {
  type ChosenPolicy,
  choosePolicy,
  describePolicy,
  refuseLosingPolicy,
  summarizePolicy,
} from './policy.ts'

const style = createStyle(false)
let none: ChosenPolicy
let own: ChosenPolicy

beforeAll(() => {
  const directory = mkdtempSync(join(tmpdir(), 'coffer-deploy-policy-'))
  const file = join(directory, 'coffer.json')
  none = choosePolicy({ file }, undefined)
  mkdirSync(join(directory, 'policy'))
  writeFileSync(join(directory, 'policy/treasury.cedar'), '@id("a") forbid (principal, action, resource);')
  writeFileSync(join(directory, 'policy/treasury.json'), '{}')
  own = choosePolicy({ file }, undefined)
})

const stackWith = (PolicyVersion?: string): CurrentStack => ({
  name: 'treasury-signer',
  status: 'CREATE_COMPLETE',
  template: {},
  parameters: {},
  outputs: PolicyVersion === undefined ? {} : { PolicyVersion },
})
const versions = { one: '1'.repeat(64), two: '2'.repeat(64) }

test('default: where there is no directory, the one that denies everything', () => {
  expect(none).toMatchObject({
    directory: undefined,
    rules: 0,
    version: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  expect(own).toMatchObject({ rules: 1 })
  expect(own.version).not.toBe(none.version)
})

test('error: a stack whose policy is another, or unknown, does not get the one that denies everything by accident', () => {
  const refusal = expect.objectContaining({ code: 'POLICY_MISSING', exitCode: 3 })
  expect(() => refuseLosingPolicy(stackWith(versions.one), none)).toThrow(refusal)
  expect(() => refuseLosingPolicy(stackWith(), none)).toThrow(refusal)
  refuseLosingPolicy(stackWith(none.version), none)
  refuseLosingPolicy(stackWith(versions.one), own)
  // Whoever names a directory means it, whatever is in it.
  refuseLosingPolicy(stackWith(versions.one), { ...none, directory: '/policies/none' })
})

test('the first policy, a change, and none', () => {
  const short = own.version.slice(0, 12)
  expect(describePolicy(undefined, own, style)).toBe(`\npolicy\n  + ${short} (1 rule)`)
  expect(describePolicy(stackWith(versions.two), { ...own, rules: 2 }, style)).toBe(
    `\npolicy\n  ~ 222222222222 -> ${short} (2 rules)\n    ! the policy changes: other things are signed`,
  )
  expect(describePolicy(stackWith(), own, style)).toContain(`unknown -> ${short}`)
  expect(describePolicy(stackWith(own.version), own, style)).toBe(`\npolicy\n    ${short} (1 rule), as it is`)
  expect(describePolicy(undefined, none, style)).toMatch(/no policy: the signer refuses everything/)
  expect(summarizePolicy(own)).toBe(`${short} (1 rule)`)
  expect(summarizePolicy(none)).toMatch(/^no policy: .*coffer policy init$/)
})
