// The policy that a deployment takes along, and what it replaces.
import { policyIn, readCode } from '@coffer/infra/code'
import { loadPolicy, type PolicySource } from '@coffer/service/policy'
import type { Config } from '../config.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import { findPolicyDirectory, readLocalPolicy, shortVersion } from '../localPolicy.ts'
import { describeDangers } from '../policy/openings.ts'
import { testPolicy } from '../policy/testPolicy.ts'
import type { Style } from '../terminal.ts'
import type { CurrentStack } from './currentStack.ts'

export type ChosenPolicy = {
  /** Where it is; undefined for the one that denies everything. */
  readonly directory: string | undefined
  readonly source: PolicySource
  /** SHA-256, 64 hex digits. */
  readonly version: string
  /** How many rules it has. */
  readonly rules: number
  /** What it leaves open that is dangerous, one line each. */
  readonly dangers: readonly string[]
}

/**
 * Finds the policy to deploy, validates it, and tests it by its cases where it has any.
 *
 * @param given Its directory, with --policy.
 * @returns The policy; where there is none, the one of the release, which denies everything.
 * @throws {CliError} POLICY_NOT_FOUND; POLICY_INVALID with every fault; POLICY_CASES_FAILED with the names of the cases.
 * @throws {BUNDLE_MISSING} The bundle of @coffer/service has not been built.
 */
export function choosePolicy(config: Config, given: string | undefined): ChosenPolicy {
  const directory = findPolicyDirectory(config, given)
  if (directory === undefined) return denyAll()
  const { source, policy } = readLocalPolicy(directory)
  requireCases(directory)
  return {
    directory,
    source,
    version: policy.version,
    rules: policy.rules.length,
    dangers: describeDangers(policy),
  }
}

/** What a policy does not do as its own cases say does not become what the signer does. */
function requireCases(directory: string): void {
  const failed = testPolicy(directory).results.filter(({ passed }) => !passed)
  if (failed.length === 0) return
  throw new CliError(
    'POLICY_CASES_FAILED',
    [
      'the policy does not decide its cases as it should; nothing was changed:',
      ...failed.map(({ name }) => `  ${name}`),
    ].join('\n'),
    { exitCode: exitCodes.refused, hints: ['coffer policy test'] },
  )
}

/**
 * Refuses to replace a policy by the one that denies everything only because no directory was found.
 *
 * @throws {CliError} POLICY_MISSING
 */
export function refuseLosingPolicy(current: CurrentStack, { directory, version }: ChosenPolicy): void {
  const deployed = versionOf(current)
  if (directory !== undefined || deployed === version) return
  const what = deployed === undefined ? 'may have a policy' : `has the policy ${shortVersion(deployed)}`
  throw new CliError(
    'POLICY_MISSING',
    `the stack ${current.name} ${what}, and there is none here: with this deployment the signer would refuse everything; nothing was changed`,
    {
      exitCode: exitCodes.refused,
      hints: [
        'name its directory: --policy DIR, or "policy" in coffer.json',
        'where there is none yet: coffer policy init',
        'to stop all signing: coffer deploy --policy DIR --parameters ReservedConcurrency=0',
      ],
    },
  )
}

/** What becomes of the policy, for people to read before they agree. */
export function describePolicy(
  current: CurrentStack | undefined,
  chosen: ChosenPolicy,
  style: Style,
): string {
  const before = current === undefined ? undefined : versionOf(current)
  const lines =
    before === chosen.version
      ? [`    ${named(chosen)}, as it is`]
      : [
          `${current === undefined ? style.green('  +') : style.cyan('  ~')} ${[
            ...(current === undefined ? [] : [before === undefined ? 'unknown' : shortVersion(before)]),
            named(chosen),
          ].join(' -> ')}`,
          ...(current === undefined
            ? []
            : [`    ${style.red('! the policy changes: other things are signed')}`]),
        ]
  return [
    '',
    style.bold('policy'),
    ...lines,
    ...(chosen.directory === undefined ? [`    ${noPolicy}`] : []),
    ...chosen.dangers.map(danger => `    ${style.red('!')} dangerous, and open: ${danger}`),
  ].join('\n')
}

/** In one line: version and size, or that there is none. */
export function summarizePolicy(chosen: ChosenPolicy): string {
  return chosen.directory === undefined ? noPolicy : named(chosen)
}

const noPolicy = 'no policy: the signer refuses everything; next: coffer policy init'

function named({ version, rules }: ChosenPolicy): string {
  return `${shortVersion(version)} (${rules} ${rules === 1 ? 'rule' : 'rules'})`
}

/** Undefined where the stack does not say. */
function versionOf({ outputs }: CurrentStack): string | undefined {
  return outputs['PolicyVersion']
}

function denyAll(): ChosenPolicy {
  const source = policyIn(readCode()) ?? { rules: '', facts: '{}' }
  const { version, rules } = loadPolicy(source)
  return { directory: undefined, source, version, rules: rules.length, dangers: [] }
}
