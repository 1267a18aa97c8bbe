// `coffer policy test`: whether a policy decides its cases as it should.
import type { Context, Outcome } from '../context.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import { shortVersion } from '../localPolicy.ts'
import type { Case } from '../policy/cases.ts'
import { requirePolicyDirectory, shownPath } from '../policy/chosen.ts'
import { summarizeDecision, whyNot } from '../policy/report.ts'
import { type CaseResult, type TestReport, testPolicy } from '../policy/testPolicy.ts'
import type { Style } from '../terminal.ts'

/**
 * Decides each case and compares.
 *
 * @param options.policy Directory of the policy.
 * @param options.only Text that the names of the cases to test contain.
 * @returns Each case; exit code 3 if one is not decided as it should be.
 * @throws {CliError} POLICY_NOT_FOUND, POLICY_INVALID, CASES_NOT_FOUND.
 */
export function runPolicyTest(
  { config, terminal }: Context,
  options: { policy?: string | undefined; only?: string | undefined },
): Outcome {
  const directory = requirePolicyDirectory({ config }, options.policy)
  const report = testPolicy(directory, options.only)
  if (report.results.length === 0) throw noCases(report, shownPath(directory), options.only)
  const { style } = terminal
  const failed = report.results.filter(({ passed }) => !passed).length
  return {
    data: {
      directory,
      version: report.policy.version,
      passed: report.results.length - failed,
      failed,
      cases: report.results.map(({ name, passed, expected, decided }) => ({
        name,
        passed,
        expected,
        got: { outcome: decided.outcome, rules: decided.rules, reasons: decided.codes },
      })),
      unexercised: report.unexercised,
    },
    text: [
      ...report.results.flatMap(result => describeResult(result, style)),
      summary(report, failed, style),
      ...(options.only === undefined ? unexercisedNote(report, style) : []),
    ].join('\n'),
    exitCode: failed === 0 ? exitCodes.ok : exitCodes.refused,
  }
}

function describeResult({ name, passed, expected, decided }: CaseResult, style: Style): readonly string[] {
  if (passed) return [`${style.green('✓')} ${name}`]
  return [
    `${style.red('✗')} ${style.bold(name)}`,
    `    expected  ${describeExpected(expected)}`,
    `    got       ${summarizeDecision(decided, style)}`,
    ...decided.effects.flatMap(effect => {
      const reasons = whyNot(effect)
      const verdict = reasons.length === 0 ? `permitted by ${effect.rules.join(' and ')}` : reasons.join('; ')
      return [`    - ${effect.description}`, `      ${verdict}`]
    }),
  ]
}

function describeExpected(expected: Case['expected']): string {
  if (expected.outcome === 'deny')
    return `deny${expected.reasons === undefined ? '' : `: ${expected.reasons.join(', ')}`}`
  return `allow${expected.rules === undefined ? '' : `, by ${expected.rules.join(' and ')}`}`
}

function summary({ policy, results }: TestReport, failed: number, style: Style): string {
  const cases = `${results.length} ${results.length === 1 ? 'case' : 'cases'}`
  const verdict =
    failed === 0 ? style.green('all as they should be') : style.red(`${failed} not as it should be`)
  return `${cases} of policy ${shortVersion(policy.version)}: ${verdict}`
}

function unexercisedNote({ unexercised }: TestReport, style: Style): readonly string[] {
  return unexercised.length === 0
    ? []
    : [
        style.dim(
          `note: no case shows what ${unexercised.join(', ')} ${unexercised.length === 1 ? 'does' : 'do'}`,
        ),
      ]
}

function noCases({ file }: TestReport, directory: string, only: string | undefined): CliError {
  return file === undefined
    ? new CliError('CASES_NOT_FOUND', `there is no cases.yaml in ${directory}`, {
        exitCode: exitCodes.notFound,
        hints: ['docs/cli.md shows what is in it', 'coffer policy init /tmp/example writes one to look at'],
      })
    : new CliError('CASES_NOT_FOUND', `no case of ${file} has ${JSON.stringify(only)} in its name`, {
        exitCode: exitCodes.notFound,
      })
}
