// Checks of the identities that the stack created: the role of the function and the group of those who may ask.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
import type { GroupDetail, PolicyDetail, RoleDetail } from '@aws-sdk/client-iam'
import type { AccountDetails } from '../access/identities.ts'
import { readAccountDetails } from '../access/readSigner.ts'
import { CliError } from '../failure.ts'
import { type Check, checksOf, type Finding, failed, ok, shared, shellWord } from './check.ts'
import type { Policies } from './deployed.ts'
import { needDeployed, type Scene } from './scene.ts'
import { compareDocuments, describeDifferences } from './statements.ts'

const check = checksOf('access')

/** Checks role and group. */
export function checkAccess(scene: Scene): readonly Promise<Check>[] {
  const details = shared(async () => {
    needDeployed(scene)
    return readAccountDetails(scene.context)
  })
  return [
    check('role-trust', async () => judgeTrust(findRole(await details(), scene), scene)),
    check('role-policy', async () => judgeRole(findRole(await details(), scene), scene)),
    check('group-policy', async () => judgeGroup(findGroup(await details(), scene), scene)),
    check('group-members', async () => judgeMembers(await details(), scene)),
  ]
}

function judgeTrust(role: RoleDetail, scene: Scene): Finding {
  const { name, trust } = needDeployed(scene).role
  const differences = compareDocuments(decode(role.AssumeRolePolicyDocument), trust)
  return differences === undefined
    ? ok('assumed by the function alone')
    : failed(
        describeDifferences(differences),
        `aws iam update-assume-role-policy --role-name ${name} --policy-document ${shellWord(trust)}`,
      )
}

function judgeRole({ RolePolicyList, AttachedManagedPolicies }: RoleDetail, scene: Scene): Finding {
  const { role } = needDeployed(scene)
  const actual = toPolicies(RolePolicyList, AttachedManagedPolicies)
  return judgePolicies(actual, role, { kind: 'role', name: role.name })
}

function judgeGroup({ GroupPolicyList, AttachedManagedPolicies }: GroupDetail, scene: Scene): Finding {
  const { group } = needDeployed(scene)
  const actual = toPolicies(GroupPolicyList, AttachedManagedPolicies)
  return judgePolicies(actual, group, { kind: 'group', name: group.name })
}

/**
 * Compares what a role or group is allowed with what was deployed.
 *
 * @returns Names every policy and statement that differs; the fix undoes them all.
 */
export function judgePolicies(
  actual: Policies,
  expected: Policies,
  { kind, name }: { readonly kind: 'role' | 'group'; readonly name: string },
): Finding {
  const faults: { readonly found: string; readonly fix: string }[] = []
  const command = (verb: string, rest: string): string => `aws iam ${verb} --${kind}-name ${name} ${rest}`
  for (const [policy, document] of Object.entries(expected.inline)) {
    const words = `--policy-name ${policy} --policy-document ${shellWord(document)}`
    const fix = command(`put-${kind}-policy`, words)
    const present = actual.inline[policy]
    const differences = present === undefined ? undefined : compareDocuments(present, document)
    if (present === undefined) faults.push({ found: `missing policy ${policy}`, fix })
    if (differences) faults.push({ found: `${policy}: ${describeDifferences(differences)}`, fix })
  }
  for (const policy of Object.keys(actual.inline))
    if (!Object.hasOwn(expected.inline, policy))
      faults.push({
        found: `added policy ${policy}`,
        fix: command(`delete-${kind}-policy`, `--policy-name ${shellWord(policy)}`),
      })
  const without = (list: readonly string[], others: readonly string[]): readonly string[] =>
    list.filter(arn => !others.includes(arn))
  for (const arn of without(actual.attached, expected.attached))
    faults.push({ found: `attached ${arn}`, fix: command(`detach-${kind}-policy`, `--policy-arn ${arn}`) })
  for (const arn of without(expected.attached, actual.attached))
    faults.push({
      found: `not attached ${arn}`,
      fix: command(`attach-${kind}-policy`, `--policy-arn ${arn}`),
    })
  if (faults.length === 0) return ok('as deployed')
  return failed(faults.map(({ found }) => found).join('; '), faults.map(({ fix }) => fix).join(' && '))
}

function judgeMembers({ users }: AccountDetails, scene: Scene): Finding {
  const { group, parameters } = needDeployed(scene)
  const members = users
    .filter(({ GroupList = [] }) => GroupList.includes(group.name))
    .map(({ UserName = '' }) => UserName)
  const roles = (parameters['OperatorRoleArns'] ?? '').split(',').filter(arn => arn !== '')
  const all = [...members, ...roles]
  return all.length > 0
    ? ok(all.join(', '))
    : failed(`nobody may ask for a signature: ${group.name} has no members`, 'coffer operator add NAME')
}

function findRole({ roles }: AccountDetails, scene: Scene): RoleDetail {
  const { name } = needDeployed(scene).role
  return orMissing(
    roles.find(one => one.RoleName === name),
    `role ${name}`,
  )
}

function findGroup({ groups }: AccountDetails, scene: Scene): GroupDetail {
  const { name } = needDeployed(scene).group
  return orMissing(
    groups.find(one => one.GroupName === name),
    `group ${name}`,
  )
}

function orMissing<T>(found: T | undefined, what: string): T {
  if (found !== undefined) return found
  throw new CliError('NOT_FOUND', `there is no ${what} any more`, {
    hints: ['coffer destroy --keep-key, then coffer deploy'],
  })
}

function toPolicies(
  inline: readonly PolicyDetail[] | undefined,
  attached: readonly { readonly PolicyArn?: string | undefined }[] | undefined,
): Policies {
  return {
    inline: Object.fromEntries(
      (inline ?? []).map(({ PolicyName = '', PolicyDocument }) => [PolicyName, decode(PolicyDocument)]),
    ),
    attached: (attached ?? []).flatMap(({ PolicyArn }) => PolicyArn ?? []),
  }
}

/** IAM sends documents as URL-encoded JSON. */
function decode(document: string | undefined): unknown {
  return JSON.parse(decodeURIComponent(document ?? ''))
}
