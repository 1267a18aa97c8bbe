// `coffer policy test`: does the policy decide its cases as it should?
import type { Policy } from '@coffer/service/policy'
import { readLocalPolicy } from '../localPolicy.ts'
import { type Case, findCases, readCases } from './cases.ts'
import { type Decided, decide } from './decide.ts'
import { withFaults } from './faults.ts'

/** What became of one case. */
export type CaseResult = {
  readonly name: string
  readonly passed: boolean
  readonly expected: Case['expected']
  readonly decided: Decided
}

/** What became of all. */
export type TestReport = {
  readonly policy: Policy
  /** The file of cases, absent where there is none. */
  readonly file?: string | undefined
  readonly results: readonly CaseResult[]
  /** Rules that had no part in any case's decision. */
  readonly unexercised: readonly string[]
}

/**
 * Tests a policy by its cases.
 *
 * @param directory Absolute path of the policy.
 * @param only A text that the names of the cases to test contain; all where absent.
 * @returns What became of each case; no results where there is no file of cases.
 * @throws {CliError} POLICY_NOT_FOUND; POLICY_INVALID with every fault of the rules, the facts or the cases.
 */
export function testPolicy(directory: string, only?: string | undefined): TestReport {
  const { policy } = readLocalPolicy(directory)
  const file = findCases(directory)
  const cases = file === undefined ? [] : withFaults(directory, () => readCases(directory, file, policy))
  const results = cases
    .filter(({ name }) => only === undefined || name.includes(only))
    .map(one => test(one, policy))
  const exercised = new Set(results.flatMap(({ decided }) => decided.effects.flatMap(({ rules }) => rules)))
  return {
    policy,
    file,
    results,
    unexercised: policy.rules.map(({ id }) => id).filter(id => !exercised.has(id)),
  }
}

function test({ name, inquiry, expected }: Case, policy: Policy): CaseResult {
  const decided = decide(inquiry, policy)
  return { name, expected, decided, passed: isAsExpected(decided, expected) }
}

function isAsExpected({ outcome, rules, codes }: Decided, expected: Case['expected']): boolean {
  if (outcome !== expected.outcome) return false
  if (expected.outcome === 'deny') return (expected.reasons ?? []).every(code => codes.includes(code))
  return (
    expected.rules === undefined ||
    (expected.rules.length === rules.length && expected.rules.every(rule => rules.includes(rule)))
  )
}
