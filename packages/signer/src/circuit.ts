// A circuit breaker: while something fails time after time it is left alone, and whoever waits is told at once.
import { KmsError, type KmsErrorCode } from './kmsError.ts'

export type Circuit = {
  /**
   * Runs work, unless the circuit is open.
   *
   * @param work The work; its failure is passed on, and counts if it is a `KmsError` of a code that waiting may cure.
   * @param refuse Makes the error that is thrown instead, of the code that opened the circuit.
   */
  readonly run: <T>(work: () => Promise<T>, refuse: (code: KmsErrorCode) => KmsError) => Promise<T>
}

/** The failures that waiting may cure. After any other one KMS has answered, so it is there. */
const COUNTED: readonly KmsErrorCode[] = ['KMS_UNAVAILABLE', 'KMS_THROTTLED']

/** How many in a row open the circuit. */
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

  const openFor = (code: KmsErrorCode, waitMs: number): void => {
    open = { code, waitMs, until: now() + waitMs }
  }
  const close = (): void => {
    failures = 0
    open = undefined
  }
  const fail = (code: KmsErrorCode, isProbe: boolean): void => {
    failures += 1
    if (isProbe && open !== undefined) openFor(code, Math.min(open.waitMs * 2, timing.longestOpenMs))
    else if (open === undefined && failures >= THRESHOLD) openFor(code, timing.openMs)
  }

  return {
    run: async (work, refuse) => {
      const isProbe = open !== undefined
      if (open !== undefined && (probing || now() < open.until)) throw refuse(open.code)
      probing ||= isProbe
      try {
        const result = await work()
        close()
        return result
      } catch (error) {
        if (error instanceof KmsError && COUNTED.includes(error.code)) fail(error.code, isProbe)
        else close()
        throw error
      } finally {
        if (isProbe) probing = false
      }
    },
  }
}
