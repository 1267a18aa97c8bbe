// What a review comes to: data, words, and whether it is as expected.
import type { Outcome } from '../context.ts'
import { exitCodes } from '../exitCodes.ts'
import type { Style } from '../terminal.ts'
import { compareWho } from './expected.ts'
import { type ExpectedWay, findLoosened } from './loosened.ts'
import { describeReview, type Report } from './report.ts'
import { toWho, type Who } from './review.ts'

/**
 * Concludes a review.
 *
 * @param found What was found.
 * @param expected Whom to expect, and how; undefined where that does not matter.
 * @param style For the words.
 * @returns Where somebody unexpected is found, or where somebody is expected and a policy is not understood, exit code 3.
 */
export function concludeReview(
  found: Omit<Report, 'differences'>,
  expected: { readonly who: Who; readonly ways: readonly ExpectedWay[] } | undefined,
  style: Style,
): Outcome {
  const who = toWho(found.access)
  if (expected === undefined) return { data: { ...found, who }, text: describeReview(found, style) }
  const { unexpected, missing } = compareWho(who, expected.who)
  const differences = {
    unexpected: [...unexpected, ...findLoosened(found.access, expected.ways)],
    missing,
  }
  const isAsExpected = differences.unexpected.length === 0 && found.notUnderstood.length === 0
  return {
    data: { ...found, who, ...differences },
    text: describeReview({ ...found, differences }, style),
    exitCode: isAsExpected ? exitCodes.ok : exitCodes.refused,
  }
}
