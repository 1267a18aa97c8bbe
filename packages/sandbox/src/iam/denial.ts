// What AWS tells a caller whom it refuses.
// IAM User Guide, "Troubleshoot access denied error messages".
import type { Decision } from './decide.ts'
import type { PolicyKind } from './elements.ts'

/** A decision that is not an allow. */
export type Refusal = Exclude<Decision, { readonly outcome: 'allow' }>

/**
 * Says why a request is refused. Where policies of several kinds deny, AWS names one of them.
 *
 * @param user The ARN of the caller, or `anonymous`.
 * @param action For example `kms:Sign`.
 * @param resource The ARN of the resource, or `*`.
 * @param refusal The decision.
 * @returns AWS's text.
 */
export const describeRefusal = (user: string, action: string, resource: string, refusal: Refusal): string => {
  const because =
    refusal.outcome === 'explicitDeny'
      ? `with an explicit deny in ${denying[refusal.by[0].kind]}`
      : `because no ${missing[refusal.missing]} allows the ${action} action`
  return `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ${because}`
}

const denying: Readonly<Record<PolicyKind, string>> = {
  identity: 'an identity-based policy',
  boundary: 'a permissions boundary',
  resource: 'a resource-based policy',
  key: 'a resource-based policy',
  trust: 'the role trust policy',
  endpoint: 'a VPC endpoint policy',
}

const missing: Readonly<Record<PolicyKind, string>> = {
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  resource: 'resource-based policy',
  key: 'resource-based policy',
  trust: 'role trust policy',
  endpoint: 'VPC endpoint policy',
}
