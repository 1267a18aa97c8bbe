// Whether somebody could do something in some circumstances. What is not known counts for them: an Allow that may apply allows,
// a Deny denies only where it certainly applies. Service control policies, session policies and VPC endpoint policies, which can
// only take away, are out of view.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
import { type Applying, type Asked, apply } from './apply.ts'
import type { Facts } from './condition.ts'
import type { Statement } from './statement.ts'
import type { Subject } from './subject.ts'
import { describeAllow, describeDenial } from './wording.ts'

/** Something to be done. */
export type Target = {
  /** For example `kms:Sign`. */
  readonly action: string
  /** An ARN; with `*` where any of several resources will do. */
  readonly resource: string
  /** What is known of the request, besides who makes it. */
  readonly facts: Facts
  /** Statements of the resource's own policy, and grants. */
  readonly resourcePolicy: readonly Statement[]
  /** Whether the resource's policy must let in the account before its identity-based policies count, as with a KMS key. */
  readonly isDoor: boolean
}

/** How somebody could do it: the statements that together allow, and what it takes besides. */
export type Way = { readonly through: readonly string[]; readonly conditions: readonly string[] }

/**
 * Tells whether somebody could do something.
 *
 * Within the account a permission of the resource's policy for the principal is enough, as it is for AWS; otherwise the
 * principal's own policies must allow too. Of somebody elsewhere, only the resource's policy is in view.
 *
 * @param subject Who.
 * @param target What.
 * @returns The way with the fewest conditions, or undefined where there is none. Never undefined where AWS would allow.
 */
export function findWay(subject: Subject, target: Target): Way | undefined {
  const facts: Facts = new Map([...target.facts, ...subject.facts])
  // A principal of whom only that is known that they are of another account has no value for a variable.
  const known = subject.kind === 'anyone' ? [] : [...facts]
  const variables = new Map(known.flatMap(([key, [value]]) => (value === undefined ? [] : [[key, value]])))
  const asked: Asked = { subject, facts, variables, action: target.action, resource: target.resource }
  const { policies, boundary } = subject
  const find = (effect: Statement['effect'], statements: readonly Statement[]): readonly Applying[] =>
    statements.filter(one => one.effect === effect).flatMap(statement => apply(statement, asked))
  const denials = find('Deny', [...target.resourcePolicy, ...(boundary ?? []), ...policies])
  if (denials.some(({ truth }) => truth === 'yes')) return undefined
  const grants = find('Allow', target.resourcePolicy)
  const ways = isOfAccount(subject)
    ? waysWithin({
        grants,
        own: find('Allow', policies),
        limits: boundary && find('Allow', boundary),
        isDoor: target.isDoor,
      })
    : grants.map(grant => [grant])
  const [best] = ways
    .map(way => ({ way, conditions: way.flatMap(one => describeAllow(one, target.resource)) }))
    .toSorted((a, b) => a.conditions.length - b.conditions.length)
  if (!best) return undefined
  return {
    through: best.way.map(({ statement }) => statement.reference),
    conditions: [
      ...new Set([...best.conditions, ...denials.flatMap(describeDenial), ...ofTheirAccount(subject)]),
    ],
  }
}

function isOfAccount({ kind }: Subject): boolean {
  return kind === 'user' || kind === 'role' || kind === 'root'
}

/** Each way is statements that together allow. */
function waysWithin(found: {
  readonly grants: readonly Applying[]
  readonly own: readonly Applying[]
  /** What the permissions boundary allows, where there is one. */
  readonly limits: readonly Applying[] | undefined
  readonly isDoor: boolean
}): readonly (readonly Applying[])[] {
  const { grants, own, limits, isDoor } = found
  const limited = (way: readonly Applying[]): readonly (readonly Applying[])[] =>
    limits === undefined ? [way] : limits.map(limit => [...way, limit])
  const isUnlimited = ({ closeness, statement }: Applying): boolean =>
    closeness === 'direct' || (closeness === 'role' && statement.source === 'grant')
  return [
    ...grants.filter(isUnlimited).map(grant => [grant]),
    ...grants.filter(({ closeness }) => closeness === 'role').flatMap(grant => limited([grant])),
    ...own.flatMap(one => (isDoor ? grants.flatMap(grant => limited([grant, one])) : limited([one]))),
  ]
}

/** Across accounts, AWS asks the policies of both. */
function ofTheirAccount({ kind }: Subject): readonly string[] {
  return kind === 'foreign' || kind === 'anyone' ? ['if their own account allows it'] : []
}
