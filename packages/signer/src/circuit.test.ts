import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Circuit, createCircuit, type Passage } from './circuit.ts'
import type { KmsErrorCode } from './kmsError.ts'

let time: number
let circuit: Circuit

beforeEach(() => {
  time = 0
  circuit = createCircuit({ openMs: 1_000, longestOpenMs: 10_000 }, () => time)
})

const enter = (): Passage => {
  const passage = circuit.enter()
  if (passage.refused !== undefined) throw new Error('refused')
  return passage
}

/** A request of one attempt that KMS answers, that fails, or that is not even sent: what came of it. */
const run = (outcome: KmsErrorCode | 'answered' | 'unsent'): string => {
  const passage = circuit.enter()
  if (passage.refused !== undefined) return `refused: ${passage.refused}`
  if (outcome === 'answered') passage.answered()
  else if (outcome !== 'unsent') passage.failed(outcome)
  passage.leave()
  return outcome
}

const runTimes = (times: number, outcome: KmsErrorCode): void => {
  for (let i = 0; i < times; i++) run(outcome)
}

describe('opening', () => {
  test.each(['KMS_UNAVAILABLE', 'KMS_THROTTLED'] as const)('behavior: five times %s in a row', code => {
    for (let i = 0; i < 5; i++) expect(run(code)).toBe(code)
    expect(run('answered')).toBe(`refused: ${code}`)
  })

  test('behavior: five attempts of one request, which may then make no other', () => {
    const passage = enter()
    for (let i = 0; i < 5; i++) {
      expect(passage.mayRepeat()).toBe(true)
      passage.failed('KMS_UNAVAILABLE')
    }
    expect(passage.mayRepeat()).toBe(false)
    expect(run('answered')).toBe('refused: KMS_UNAVAILABLE')
  })

  test('behavior: an answer in between starts the count anew, a request that is not sent does not', () => {
    runTimes(4, 'KMS_UNAVAILABLE')
    run('answered')
    runTimes(4, 'KMS_UNAVAILABLE')
    expect(run('unsent')).toBe('unsent')
    run('KMS_UNAVAILABLE')
    expect(run('answered')).toBe('refused: KMS_UNAVAILABLE')
  })
})

describe('open', () => {
  beforeEach(() => runTimes(5, 'KMS_UNAVAILABLE'))

  test('behavior: it refuses until its time is over, and then lets one probe through', () => {
    time = 999
    expect(run('answered')).toBe('refused: KMS_UNAVAILABLE')
    time = 1_000
    expect(run('answered')).toBe('answered')
    expect(run('answered')).toBe('answered')
  })

  test('behavior: it tells how long it will refuse, at least as long as it does at first', () => {
    time = 1_000
    run('KMS_UNAVAILABLE')
    expect(circuit.enter()).toMatchObject({ retryAfterMs: 2_000 })
    time = 1_600
    expect(circuit.enter()).toMatchObject({ retryAfterMs: 1_400 })
    time = 2_900
    expect(circuit.enter()).toMatchObject({ retryAfterMs: 1_000 })
  })

  test('behavior: each failed probe doubles the time, up to the longest', () => {
    for (const waitMs of [1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
      time += waitMs - 1
      expect(run('answered')).toBe('refused: KMS_UNAVAILABLE')
      time += 1
      expect(run('KMS_UNAVAILABLE')).toBe('KMS_UNAVAILABLE')
    }
  })

  test('behavior: it refuses with what failed last', () => {
    time = 1_000
    run('KMS_THROTTLED')
    expect(run('answered')).toBe('refused: KMS_THROTTLED')
  })

  test('behavior: after a probe it takes five failures again, and the first time again', () => {
    time = 1_000
    run('KMS_UNAVAILABLE')
    time = 3_000
    run('answered')
    runTimes(4, 'KMS_UNAVAILABLE')
    expect(run('KMS_UNAVAILABLE')).toBe('KMS_UNAVAILABLE')
    expect(run('answered')).toBe('refused: KMS_UNAVAILABLE')
    time = 4_000
    expect(run('answered')).toBe('answered')
  })

  test('behavior: one probe at a time, of one attempt', () => {
    time = 1_000
    const probe = enter()
    expect(probe.mayRepeat()).toBe(false)
    expect(run('answered')).toBe('refused: KMS_UNAVAILABLE')
    probe.answered()
    expect(run('answered')).toBe('answered')
  })

  test('behavior: a probe that is not sent leaves it open, and its place to the next one', () => {
    time = 1_000
    expect(run('unsent')).toBe('unsent')
    const probe = enter()
    expect(run('answered')).toBe('refused: KMS_UNAVAILABLE')
    probe.answered()
    expect(run('answered')).toBe('answered')
  })
})

describe('work that was begun before', () => {
  test('behavior: it opened: its failure does not lengthen it, its answer closes it', () => {
    const early = [enter(), enter()]
    runTimes(5, 'KMS_UNAVAILABLE')
    time = 900
    early[0]?.failed('KMS_UNAVAILABLE')
    expect(early[0]?.mayRepeat()).toBe(false)
    time = 1_000
    expect(run('answered')).toBe('answered')
    runTimes(5, 'KMS_UNAVAILABLE')
    expect(run('answered')).toBe('refused: KMS_UNAVAILABLE')
    early[1]?.answered()
    expect(run('answered')).toBe('answered')
  })

  test('behavior: a probe closed it: its failures do not open it again', () => {
    const early = Array.from({ length: 8 }, enter)
    runTimes(5, 'KMS_UNAVAILABLE')
    time = 1_000
    run('answered')
    for (const passage of early) passage.failed('KMS_UNAVAILABLE')
    expect(run('answered')).toBe('answered')
  })
})

test('while everything fails, work is done ever more rarely; once it is answered, all of it is', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3_000), { maxLength: 200 }), pauses => {
      time = 0
      circuit = createCircuit({ openMs: 1_000, longestOpenMs: 10_000 }, () => time)
      let works = 0
      for (const pause of pauses) {
        time += pause
        if (run('KMS_UNAVAILABLE') === 'KMS_UNAVAILABLE') works += 1
      }
      expect(works).toBeLessThanOrEqual(5 + 4 + Math.floor(time / 10_000))
      time += 10_000
      for (let i = 0; i < 3; i++) expect(run('answered')).toBe('answered')
    }),
  )
})

describe('work that overlaps', () => {
  const enter = (): Extract<ReturnType<Circuit['enter']>, { leave: () => void }> => {
    const entry = circuit.enter()
    if ('refused' in entry) throw new Error(entry.refused)
    return entry
  }

  test('behavior: an answer, while it is closed, leaves what began before it counted', () => {
    const [answered, ...failing] = Array.from({ length: 6 }, enter)
    answered?.answered()
    for (const entry of failing) entry.failed('KMS_UNAVAILABLE')
    expect(circuit.enter()).toMatchObject({ refused: 'KMS_UNAVAILABLE' })
  })

  test('behavior: what began before it opened ends without letting a second probe through', () => {
    const [early, ...failing] = Array.from({ length: 6 }, enter)
    for (const entry of failing) {
      entry.failed('KMS_UNAVAILABLE')
      entry.leave()
    }
    time = 1_000
    enter()
    early?.leave()
    expect(circuit.enter()).toMatchObject({ refused: 'KMS_UNAVAILABLE' })
  })
})
