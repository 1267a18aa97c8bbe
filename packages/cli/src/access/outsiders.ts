// Who besides the account's users and roles the policies of key, API and function name.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
import { accountOf, splitArn } from '@coffer/sandbox/iam'
import type { Statement } from './statement.ts'
import { anyone, foreignSubject, otherSubject, type Subject, serviceSubject } from './subject.ts'

/**
 * Finds them.
 *
 * @param statements Of all policies of resources, with grants.
 * @param own The account's users and roles.
 * @param place.account 12 digits: the account under review.
 * @param place.partition Its partition, for example `aws`.
 * @returns One for each name, and one for anybody at all.
 */
export function findOutsiders(
  statements: readonly Statement[],
  own: readonly Subject[],
  place: { readonly account: string; readonly partition: string },
): readonly Subject[] {
  const { account, partition } = place
  const rootOf = (id: string): string => `arn:${partition}:iam::${id}:root`
  const known = new Set([
    '*',
    account,
    rootOf(account),
    ...own.flatMap(({ name, id }) => (id === undefined ? [name] : [name, id])),
  ])
  const roles = new Set(own.flatMap(({ kind, name }) => (kind === 'role' ? [name.split('/').at(-1)] : [])))
  const isOwnSession = (name: string): boolean => {
    const [, , service, , accountId, resource = ''] = splitArn(name) ?? []
    const [type, role] = resource.split('/')
    return service === 'sts' && type === 'assumed-role' && accountId === account && roles.has(role)
  }
  const toSubject = (name: string): Subject => {
    if (/^\d{12}$/.test(name)) return foreignSubject(rootOf(name))
    const accountId = accountOf(name)
    return accountId !== undefined && accountId !== account ? foreignSubject(name) : otherSubject(name)
  }
  // A Deny names those whom it leaves out, and conditions say of which accounts "everyone" is.
  const found = statements.flatMap(({ principals, conditions }): readonly Subject[] => {
    const { aws, service, other } = principals?.list ?? { aws: [], service: [], other: [] }
    const accounts = JSON.stringify(conditions).match(/\b\d{12}\b/g) ?? []
    return [
      ...aws.filter(name => !known.has(name) && !isOwnSession(name)).map(toSubject),
      ...service.map(serviceSubject),
      ...other.map(otherSubject),
      ...accounts.filter(id => id !== account).map(id => foreignSubject(rootOf(id))),
    ]
  })
  return [...new Map([...found, anyone].map(subject => [subject.name, subject])).values()]
}
