// `coffer policy check`: whether a policy is valid, and what it leaves open.
import { openDangers, type Policy, schema } from '@coffer/service/policy'
import type { Context, Outcome } from '../context.ts'
import { readLocalPolicy, shortVersion } from '../localPolicy.ts'
import { findCases, readCases } from '../policy/cases.ts'
import { requirePolicyDirectory, shownPath } from '../policy/chosen.ts'
import { withFaults } from '../policy/faults.ts'
import { describeDangers, unboundedCalls } from '../policy/openings.ts'
import { columns } from '../terminal.ts'

/**
 * Validates rules, facts and cases, and tells what is dangerous and open.
 *
 * @param options.policy Directory of the policy.
 * @throws {CliError} POLICY_NOT_FOUND; POLICY_INVALID with every fault, each with file, line and column.
 */
export function checkPolicy(
  { config, terminal }: Context,
  options: { policy?: string | undefined },
): Outcome {
  const directory = requirePolicyDirectory({ config }, options.policy)
  const { policy } = readLocalPolicy(directory)
  const file = findCases(directory)
  const cases =
    file === undefined ? undefined : withFaults(directory, () => readCases(directory, file, policy))
  const { style } = terminal
  const dangers = describeDangers(policy)
  const calls = unboundedCalls(policy)
  const { roles, wallets, tokens, addressBook } = policy.facts
  return {
    data: {
      directory,
      version: policy.version,
      rules: policy.rules.map(({ id, effect, actions }) => ({ id, effect, actions: actions ?? 'all' })),
      roles: roles.size,
      wallets: wallets.size,
      tokens: tokens.size,
      addresses: addressBook.size,
      cases: cases?.length ?? 0,
      dangers: openDangers(policy),
      unboundedCalls: calls,
    },
    text: [
      style.green('the policy is valid'),
      columns(
        [
          ['directory', shownPath(directory)],
          ['version', `${style.bold(shortVersion(policy.version))}${policy.version.slice(12)}`],
          ['rules', describeRules(policy)],
          [
            'facts',
            [
              counted(roles.size, 'role'),
              counted(wallets.size, 'wallet'),
              counted(tokens.size, 'token'),
              counted(addressBook.size, 'address'),
            ].join(', '),
          ],
          ['cases', cases === undefined ? 'none' : `${cases.length} (coffer policy test)`],
        ],
        style,
      ),
      dangers.length === 0 ? 'nothing dangerous is open' : style.red('dangerous, and open:'),
      ...dangers.map(line => `  ${line}`),
      ...calls.map(
        id =>
          `${style.red('warning')}: ${id} permits calls of any contract: name those it is for, with context.contract`,
      ),
    ].join('\n'),
  }
}

/** `coffer policy schema`: what rules can speak about. */
export function showSchema(): Outcome {
  return { data: { schema }, text: schema.trimEnd() }
}

function describeRules({ rules }: Policy): string {
  const permits = rules.filter(({ effect }) => effect === 'permit').length
  return `${rules.length}: ${counted(permits, 'permit')}, ${counted(rules.length - permits, 'forbid')}`
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : what.endsWith('s') ? 'es' : 's'}`
}
