// The review itself: everybody against everything.
import { type Capability, capabilities, type Signer } from './capabilities.ts'
import { findWay, type Way } from './evaluate.ts'
import { findOutsiders } from './outsiders.ts'
import { rootSubject, type Subject } from './subject.ts'
import { targetsOf } from './targets.ts'

/** One thing that somebody could do. */
export type Access = Way & {
  /** ARN, service principal, `Federated NAME`, or `*` for anybody. */
  readonly principal: string
  readonly capability: Capability
  /** The gravest action that takes the fewest conditions. */
  readonly action: string
  /** Of a role: who may assume it. */
  readonly assumableBy?: readonly string[] | undefined
}

/** Names of principals by capability. */
export type Who = Readonly<Record<Capability, readonly string[]>>

/**
 * Reviews a signer.
 *
 * @param signer What is under review.
 * @param identities The users and roles of its account.
 * @returns Everything that anybody could do, by capability and then by name.
 */
export function review(signer: Signer, identities: readonly Subject[]): readonly Access[] {
  return capabilities.flatMap(capability => reviewCapability(capability, signer, identities))
}

/** Reviews one capability; see `review`. */
export function reviewCapability(
  capability: Capability,
  signer: Signer,
  identities: readonly Subject[],
): readonly Access[] {
  const { account, partition } = signer
  const statements = [...signer.key.policy, ...signer.api.policy, ...signer.function.policy]
  return [
    rootSubject(partition, account),
    ...identities,
    ...findOutsiders(statements, identities, { account, partition }),
  ]
    .toSorted((a, b) => compare(a.name, b.name))
    .flatMap(subject => reviewOne(capability, signer, subject) ?? [])
}

/** Lists who could do what, sorted. */
export function toWho(access: readonly Access[]): Who {
  const of = (capability: Capability): readonly string[] => [
    ...new Set(access.filter(one => one.capability === capability).map(({ principal }) => principal)),
  ]
  return {
    sign: of('sign'),
    invokeEndpoint: of('invokeEndpoint'),
    invokeFunction: of('invokeFunction'),
    changeFunction: of('changeFunction'),
    changeKey: of('changeKey'),
    changePolicies: of('changePolicies'),
    changeTrail: of('changeTrail'),
  }
}

function reviewOne(capability: Capability, signer: Signer, subject: Subject): Access | undefined {
  let best: Access | undefined
  for (const target of targetsOf(capability, signer, subject)) {
    const way = findWay(subject, target)
    if (!way || (best && way.conditions.length >= best.conditions.length)) continue
    const { name: principal, assumableBy } = subject
    best = { principal, capability, action: target.action, ...way, ...(assumableBy && { assumableBy }) }
    if (way.conditions.length === 0) break
  }
  return best
}

/** By code units, so that every machine sorts alike. */
function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
