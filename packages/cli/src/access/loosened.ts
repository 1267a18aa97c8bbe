// Somebody who was expected, and for whom it has become easier: a condition is gone, or more may be that role.
import { isObject } from '@coffer/sandbox/iam'
import type { Difference } from './expected.ts'
import type { Access } from './review.ts'

/** What an earlier review says of how somebody could do something. */
export type ExpectedWay = Pick<Access, 'capability' | 'principal' | 'conditions' | 'assumableBy'>

/**
 * Reads how it was, from the `access` of an earlier review.
 *
 * @param text JSON.
 * @returns The entries; none where the file holds names alone.
 */
export function parseExpectedWays(text: string): readonly ExpectedWay[] {
  const document: unknown = JSON.parse(text)
  const access = isObject(document) ? document['access'] : undefined
  if (!Array.isArray(access)) return []
  return access.filter(isWay)
}

/**
 * Finds for whom it has become easier.
 *
 * @param found Of the review.
 * @param expected Of the file. Whoever is not in it is not looked at here.
 */
export function findLoosened(
  found: readonly Access[],
  expected: readonly ExpectedWay[],
): readonly Difference[] {
  return found.flatMap(({ capability, principal, conditions, assumableBy = [] }) => {
    const before = expected.find(one => one.capability === capability && one.principal === principal)
    if (before === undefined) return []
    const gone = before.conditions.filter(condition => !conditions.includes(condition))
    const known = before.assumableBy ?? []
    const others = assumableBy.filter(name => !known.includes(name))
    const reasons = [
      ...gone.map(condition => `no longer ${condition}`),
      ...others.map(name => `may be assumed by ${name} too`),
    ]
    return reasons.length === 0 ? [] : { capability, principal, reason: reasons.join('; ') }
  })
}

function isWay(value: unknown): value is ExpectedWay {
  if (!isObject(value)) return false
  const isTexts = (list: unknown): boolean =>
    Array.isArray(list) && list.every(item => typeof item === 'string')
  const { capability, principal, conditions, assumableBy } = value
  return (
    typeof capability === 'string' &&
    typeof principal === 'string' &&
    isTexts(conditions) &&
    (assumableBy === undefined || isTexts(assumableBy))
  )
}
