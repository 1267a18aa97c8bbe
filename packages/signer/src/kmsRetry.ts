// How often KMS is asked again, and after what pause. Signing again is harmless: the digest is the same, so each answer
// permits the same thing, and one of them is used. It costs a KMS request, and CloudTrail has a record of each.
import { setTimeout as sleep } from 'node:timers/promises'
import type { KmsAttempt, KmsFailure } from './kmsAttempt.ts'

/** In milliseconds. */
export type RetryTiming = {
  /** The longest pause before the second attempt; it doubles for the third. */
  readonly backoffMs: number
  /** The same after throttling. */
  readonly throttleBackoffMs: number
  /** What neither is exceeded by. */
  readonly longestBackoffMs: number
}

/** What an attempt needs to be worth making: a Sign request takes some tens of milliseconds. */
const LEAST_MS = 50

/** As many as the AWS SDK makes. */
const MOST_ATTEMPTS = 3

/**
 * Attempts something up to three times, within a deadline. No pause is made after which too little of it would remain.
 *
 * @param attempt One attempt, which is given the milliseconds that remain. It does not reject.
 * @param deadlineMs For all attempts and pauses together.
 * @param mayRepeat Asked before each pause and after it.
 * @returns The first answer, and how many attempts it took.
 * @throws {KmsError} that of the last attempt.
 */
export const retry = async <Answer>(
  attempt: (remainingMs: number) => Promise<KmsAttempt<Answer>>,
  timing: RetryTiming,
  deadlineMs: number,
  mayRepeat: () => boolean,
): Promise<{ readonly body: Answer; readonly requestId: string | undefined; readonly attempts: number }> => {
  const end = performance.now() + deadlineMs
  const repaired = new Set<KmsFailure['kind']>()
  for (let attempts = 1; ; attempts++) {
    const outcome = await attempt(end - performance.now())
    if (outcome.kind === 'answered') return { ...outcome, attempts }
    const { kind, error } = outcome
    if (kind === 'final' || repaired.has(kind) || attempts === MOST_ATTEMPTS) throw error
    if (kind === 'clock' || kind === 'expired') repaired.add(kind)
    const pause = backoff(kind, attempts, timing, Math.random)
    if (!mayRepeat() || performance.now() + pause + LEAST_MS > end) throw error
    await sleep(pause)
    // Where nothing ran meanwhile, as while the host is frozen, the pause was longer than it should have been.
    if (!mayRepeat() || performance.now() + LEAST_MS > end) throw error
  }
}

/**
 * The pause after a failed attempt: full jitter under a bound that doubles, so that those who fail together do not come
 * back together.
 *
 * @param attempts How many have been made.
 * @param random A number from 0 to below 1.
 * @returns Milliseconds. None where a repair, and not time, is what helps.
 */
export const backoff = (
  kind: KmsFailure['kind'],
  attempts: number,
  timing: RetryTiming,
  random: () => number,
): number => {
  if (kind !== 'throttled' && kind !== 'transient') return 0
  const base = kind === 'throttled' ? timing.throttleBackoffMs : timing.backoffMs
  return random() * Math.min(base * 2 ** (attempts - 1), timing.longestBackoffMs)
}
