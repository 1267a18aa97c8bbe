// What is to be thought of a signer, by one behaviour of KMS.
import type { Behaviour } from '@coffer/sandbox'
import type { Outcome } from './outcome.ts'

/** The worst first. `unreached`: it did not meet what was to happen to it. `refused`: it should have signed. */
export const verdicts = ['bad signature', 'hung', 'no signature', 'unreached', 'refused', 'passed'] as const

export type Verdict = (typeof verdicts)[number]

/**
 * Judges by the worst of the outcomes.
 *
 * @param expected What a good signer does.
 * @param outcomes Of each signer that ran.
 * @param hits How many calls met the trouble.
 * @returns The verdict.
 */
export function judge(expected: Behaviour['expected'], outcomes: readonly Outcome[], hits: number): Verdict {
  const all = outcomes.map(outcome => judgeOne(expected, outcome, hits))
  return verdicts.find(verdict => all.includes(verdict)) ?? 'unreached'
}

function judgeOne(expected: Behaviour['expected'], outcome: Outcome, hits: number): Verdict {
  switch (outcome) {
    case 'bad':
      return 'bad signature'
    case 'hung':
      return 'hung'
    case 'nothing':
      return 'no signature'
    case 'signed':
      // Where there is no signature to be had, one that holds was made in another way.
      return hits === 0 || expected === 'refuse' ? 'unreached' : 'passed'
    case 'refused':
      if (hits === 0) return 'unreached'
      return expected === 'survive' ? 'refused' : 'passed'
  }
}
