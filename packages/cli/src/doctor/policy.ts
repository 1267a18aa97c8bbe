// Checks the policy by which the function decides: that it is one, the one that was deployed, and the one that is kept here.
import { type CodeFiles, policyIn, policyPaths, readCode } from '@coffer/infra/code'
import {
  describeFault,
  loadPolicy,
  type Policy,
  PolicyError,
  type PolicySource,
} from '@coffer/service/policy'
import { findPolicyDirectory, type LocalPolicy, readLocalPolicy, shortVersion } from '../localPolicy.ts'
import { describeDangers } from '../policy/openings.ts'
import { type Finding, failed, ok } from './check.ts'
import { restoreCode } from './functionCode.ts'
import { needStack, type Scene } from './scene.ts'

/**
 * Checks the policy.
 *
 * @param files The code of the function.
 * @throws {CliError} POLICY_NOT_FOUND, POLICY_INVALID: of the policy on this machine.
 */
export function checkPolicy(scene: Scene, files: CodeFiles): Finding {
  const directory = findPolicyDirectory(scene.context.config)
  return judgePolicy({
    deployed: policyIn(files),
    denyAll: policyIn(readCode()),
    output: needStack(scene).outputs['PolicyVersion'],
    local: directory === undefined ? undefined : readLocalPolicy(directory),
    restore: restoreCode(scene),
  })
}

/**
 * Judges a policy.
 *
 * @param options.deployed That of the function; undefined where it has none.
 * @param options.denyAll The one of the release, which denies everything.
 * @param options.output Version that the stack tells; undefined where it does not.
 * @param options.local The one on this machine; undefined where there is none.
 * @param options.restore How the function gets again what was deployed.
 */
export function judgePolicy(options: {
  readonly deployed: PolicySource | undefined
  readonly denyAll: PolicySource | undefined
  readonly output: string | undefined
  readonly local: Pick<LocalPolicy, 'directory' | 'policy'> | undefined
  readonly restore: string
}): Finding {
  const { deployed, denyAll, output, local, restore } = options
  if (deployed === undefined)
    return failed(`the code has no ${Object.values(policyPaths).join(' or no ')}: nothing is signed`, restore)
  const policy = load(deployed)
  if (typeof policy === 'string') return failed(`it has faults, so nothing is signed: ${policy}`, restore)
  const { version, rules } = policy
  if (output !== undefined && output !== version)
    return failed(`it is ${shortVersion(version)}; deployed was ${shortVersion(output)}`, restore)
  if (local !== undefined && local.policy.version !== version)
    return failed(
      `it is ${shortVersion(version)}; in ${local.directory} is ${shortVersion(local.policy.version)}`,
      'coffer deploy',
    )
  if (deployed.rules === denyAll?.rules && deployed.facts === denyAll.facts)
    return failed('none was deployed: everything is refused', 'coffer policy init, then coffer deploy')
  const open = describeDangers(policy)
  return ok(
    [
      `${shortVersion(version)}, ${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}`,
      ...open.map(danger => `dangerous, and open: ${danger}`),
    ].join('; '),
  )
}

/** The policy, or its faults in one line. */
function load(source: PolicySource): Policy | string {
  try {
    return loadPolicy(source)
  } catch (error) {
    if (error instanceof PolicyError) return error.faults.map(describeFault).join('; ')
    throw error
  }
}
