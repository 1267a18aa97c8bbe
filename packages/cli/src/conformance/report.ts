// The table of a conformance run.
import type { Style } from '../terminal.ts'
import type { Met } from './meet.ts'
import { verdicts } from './verdict.ts'

/**
 * Tells what came of each behaviour, the worst first.
 *
 * @param all In the order of the behaviours.
 * @param style Of the terminal.
 * @returns A table and a line that sums it up.
 */
export function describeMet(all: readonly Met[], style: Style): string {
  const widths = [0, 1, 2].map(column => Math.max(...all.map(met => (cells(met)[column] ?? '').length)))
  const lines = byVerdict(all).flatMap(met => {
    const [name = '', verdict = '', calls = ''] = cells(met).map((text, index) =>
      text.padEnd(widths[index] ?? 0),
    )
    const { what, expected } = met.behaviour
    const isPassed = met.verdict === 'passed'
    const paint = isPassed ? style.green : style.red
    const said = isPassed || met.said === undefined ? [] : [`    ${style.dim(met.said)}`]
    return [
      `${paint(isPassed ? '✓' : '✗')} ${name}  ${paint(verdict)}  ${style.dim(calls)}  ${what} ${style.dim(`(${should[expected]})`)}`,
      ...said,
    ]
  })
  return [...lines, '', describeSum(all)].join('\n')
}

const should = {
  survive: 'sign',
  refuse: 'refuse',
  either: 'sign or refuse',
} as const

/** Name, verdict, and calls of KMS as GetPublicKey + Sign. */
function cells({ behaviour, verdict, outcomes, calls }: Met): readonly string[] {
  const { GetPublicKey = 0, Sign = 0 } = calls
  const word = verdict === 'bad signature' ? 'BAD SIGNATURE' : verdict
  const isOwnWord = verdict === 'passed'
  return [
    behaviour.name,
    isOwnWord ? `${verdict}, ${[...new Set(outcomes)].join(' and ')}` : word,
    `${GetPublicKey}+${Sign}`,
  ]
}

function byVerdict(all: readonly Met[]): readonly Met[] {
  return verdicts.flatMap(verdict => all.filter(met => met.verdict === verdict))
}

function describeSum(all: readonly Met[]): string {
  return verdicts
    .toReversed()
    .map(verdict => [verdict, all.filter(met => met.verdict === verdict).length] as const)
    .filter(([verdict, count]) => count > 0 || verdict === 'passed' || verdict === 'bad signature')
    .map(([verdict, count]) => `${count} ${verdict}`)
    .join(' · ')
}
