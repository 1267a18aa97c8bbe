// A circuit breaker: while KMS fails time after time it is left alone, and whoever waits is told at once.
import type { KmsErrorCode } from './kmsError.ts'

export type Circuit = {
  /** Lets work begin, or tells why not: the failure that opened the circuit, and how long it stays open, in milliseconds. */
  readonly enter: () => Passage | { readonly refused: KmsErrorCode; readonly retryAfterMs: number }
}

/** The work of one request, which may be several attempts. */
export type Passage = {
  readonly refused?: undefined
  /** KMS has answered, whatever it said, so it is there: the circuit is closed. */
  readonly answered: () => void
  /** KMS has failed in a way that waiting may cure. It counts, unless the circuit has opened or closed since the work began. */
  readonly failed: (code: KmsErrorCode) => void
  /** Whether another attempt may be made: not while the circuit is open, and a probe has only one. */
  readonly mayRepeat: () => boolean
  /** The work is over. A probe that has found out nothing, since nothing was sent, leaves its place to another one. */
  readonly leave: () => void
}

/** How many failures in a row open the circuit. */
const THRESHOLD = 5

/**
 * Makes a circuit that five failures in a row open. Then nothing is let through for a while; after it one probe is,
 * whose success closes the circuit, and whose failure leaves it open for twice as long.
 *
 * @param timing.openMs How long it is open at first, in milliseconds.
 * @param timing.longestOpenMs How long it is open at most, in milliseconds.
 * @param now A clock in milliseconds that never goes back.
 * @returns The circuit, closed.
 */
export const createCircuit = (
  timing: { readonly openMs: number; readonly longestOpenMs: number },
  now: () => number,
): Circuit => {
  let failures = 0
  let open: { readonly code: KmsErrorCode; readonly waitMs: number; readonly until: number } | undefined
  let probing = false
  // What began before the circuit last opened or closed says nothing of how KMS is now.
  let changes = 0

  const openFor = (code: KmsErrorCode, waitMs: number): void => {
    open = { code, waitMs, until: now() + waitMs }
    changes += 1
  }
  const close = (): void => {
    failures = 0
    if (open === undefined) return
    open = undefined
    changes += 1
  }

  return {
    enter: () => {
      const isProbe = open !== undefined
      if (open !== undefined && (probing || now() < open.until))
        return { refused: open.code, retryAfterMs: Math.max(open.until - now(), timing.openMs) }
      probing ||= isProbe
      const begun = changes
      return {
        answered: close,
        failed: code => {
          if (begun !== changes) return
          failures += 1
          if (open !== undefined) openFor(code, Math.min(open.waitMs * 2, timing.longestOpenMs))
          else if (failures >= THRESHOLD) openFor(code, timing.openMs)
        },
        mayRepeat: () => open === undefined && !isProbe,
        leave: () => {
          if (isProbe) probing = false
        },
      }
    },
  }
}
