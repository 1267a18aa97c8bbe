// Who asks, and how the Principal and NotPrincipal elements name them.
// IAM User Guide, "AWS JSON policy elements: Principal" and "NotPrincipal".
import { splitArn } from './arn.ts'

/** Who a request comes from. */
export type Principal =
  | { readonly kind: 'user'; readonly arn: string; readonly accountId: string; readonly name: string }
  | {
      readonly kind: 'session'
      /** `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`, without the role's path. */
      readonly arn: string
      /** `arn:aws:iam::ACCOUNT:role/PATH/ROLE`. */
      readonly roleArn: string
      readonly accountId: string
      /** The Lambda function whose code uses the session. */
      readonly functionArn?: string | undefined
    }
  /** An AWS service acting for itself, for example `lambda.amazonaws.com`. */
  | { readonly kind: 'service'; readonly service: string }
  | { readonly kind: 'anonymous' }

/** The principals a statement names: `aws` holds ARNs, account ids and `*`; `service` holds service principals. */
export type PrincipalElement = { readonly aws: readonly string[]; readonly service: readonly string[] }

/**
 * How closely an Allow names a principal, closest first. `direct`: by its own ARN or as everyone. `role`: by the role
 * of its session, which a permissions boundary limits. `account`: the account may give the permission on, and does
 * so by an identity-based policy.
 */
export type Closeness = 'direct' | 'role' | 'account'

/**
 * Matches a Principal element.
 *
 * @param element The principals named.
 * @param principal Who asks.
 * @returns How closely the element names them; undefined where it does not.
 */
export const matchPrincipal = (element: PrincipalElement, principal: Principal): Closeness | undefined => {
  const names = (name: string): boolean => element.aws.includes(name)
  if (names('*')) return 'direct'
  if (principal.kind === 'anonymous') return undefined
  if (principal.kind === 'service') return element.service.includes(principal.service) ? 'direct' : undefined
  if (names(principal.arn)) return 'direct'
  if (principal.kind === 'session' && names(principal.roleArn)) return 'role'
  return accountNames(principal).some(names) ? 'account' : undefined
}

/**
 * Matches a NotPrincipal element. AWS looks at the account, then the role, then the session, and asks for all of them
 * to be listed; whoever is not listed completely is denied.
 *
 * @param element The principals who are left out.
 * @param principal Who asks.
 * @returns Whether the statement applies to them.
 */
export const matchNotPrincipal = (element: PrincipalElement, principal: Principal): boolean => {
  const names = (name: string): boolean => element.aws.includes(name)
  if (principal.kind === 'anonymous') return true
  if (principal.kind === 'service') return !element.service.includes(principal.service)
  const own = principal.kind === 'session' ? [principal.arn, principal.roleArn] : [principal.arn]
  return !(own.every(names) && accountNames(principal).some(names))
}

/**
 * Tells what is wrong with a name in the `AWS` list of a Principal element.
 *
 * @param name An ARN, an account id or `*`. AWS has no wildcard for a part of it.
 * @returns What it must be, or undefined where it is right.
 */
export const principalNameFault = (name: string): string | undefined => {
  if (name === '*' || /^\d{12}$/.test(name)) return undefined
  const [, , service, region, accountId, resource] = splitArn(name) ?? []
  const known =
    service === 'iam'
      ? /^(root|(user|role)\/[\w+=,.@/-]+)$/
      : service === 'sts'
        ? /^assumed-role\/[\w+=,.@-]+\/[\w+=,.@-]+$/
        : undefined
  const isKnown = region === '' && /^\d{12}$/.test(accountId ?? '') && known?.test(resource ?? '')
  return isKnown
    ? undefined
    : 'must be *, an account id, or the ARN of an account root, user, role or session'
}

/** `arn:aws:iam::ACCOUNT:root` and the bare account id mean the same. */
const accountNames = (principal: { readonly arn: string; readonly accountId: string }): readonly string[] => {
  const partition = splitArn(principal.arn)?.[1] ?? 'aws'
  return [`arn:${partition}:iam::${principal.accountId}:root`, principal.accountId]
}
