// Obligations of a rule, as annotations: what has to be done before what it permits is signed. They are read and checked; as
// long as nothing enforces them, a policy that has one is refused, because a limit that is ignored is worse than none.

/** An obligation as it is understood. */
export type Obligation =
  | { readonly kind: 'limit'; readonly amount: string; readonly symbol: string; readonly window: string }
  | { readonly kind: 'approvals'; readonly count: number; readonly role: string }

/**
 * Reads an annotation.
 *
 * @param name `limit` or `approvals`.
 * @param value For example `50000 USDC per 24h`, or `2 of treasury-approvers`.
 * @returns The obligation, or how the annotation should read.
 */
export const parseObligation = (
  name: 'limit' | 'approvals',
  value: string,
): Obligation | { readonly expected: string } => {
  if (name === 'limit') {
    const [, amount, symbol, window] =
      /^(\d+(?:\.\d+)?) ([A-Za-z0-9.$-]+) per ([1-9]\d*[mhd])$/.exec(value) ?? []
    return amount === undefined || symbol === undefined || window === undefined
      ? { expected: '@limit("50000 USDC per 24h"): an amount, a token symbol, and a window in m, h or d' }
      : { kind: 'limit', amount, symbol, window }
  }
  const [, count, role] = /^([1-9]\d{0,2}) of ([A-Za-z][\w:.@-]*)$/.exec(value) ?? []
  return count === undefined || role === undefined
    ? { expected: '@approvals("2 of treasury-approvers"): a number, and a role of treasury.json' }
    : { kind: 'approvals', count: Number(count), role }
}
