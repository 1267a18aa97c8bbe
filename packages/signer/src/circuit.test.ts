import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Circuit, createCircuit } from './circuit.ts'
import { KmsError, type KmsErrorCode } from './kmsError.ts'

const errorOf = (code: KmsErrorCode, detail: string): KmsError => new KmsError(code, { keyId: 'key', detail })

let time: number
let circuit: Circuit
let works: number

beforeEach(() => {
  time = 0
  works = 0
  circuit = createCircuit({ openMs: 1_000, longestOpenMs: 10_000 }, () => time)
})

/** Runs work that succeeds or fails so: what came of it, and whether the work was done at all. */
const run = async (outcome: KmsErrorCode | 'ok' | Error): Promise<string> => {
  const before = works
  const work = async (): Promise<string> => {
    works += 1
    if (outcome instanceof Error) throw outcome
    if (outcome !== 'ok') throw errorOf(outcome, 'work')
    return 'ok'
  }
  const result = await circuit
    .run(work, code => errorOf(code, 'refused'))
    .catch((error: unknown) => (error instanceof KmsError ? error.code : 'other'))
  return works > before ? result : `refused: ${result}`
}

const runTimes = async (times: number, outcome: KmsErrorCode): Promise<void> => {
  for (let i = 0; i < times; i++) await run(outcome)
}

describe('opening', () => {
  test.each(['KMS_UNAVAILABLE', 'KMS_THROTTLED'] as const)('behavior: five times %s in a row', async code => {
    for (let i = 0; i < 5; i++) expect(await run(code)).toBe(code)
    expect(await run('ok')).toBe(`refused: ${code}`)
  })

  test('behavior: a success in between starts the count anew', async () => {
    await runTimes(4, 'KMS_UNAVAILABLE')
    await run('ok')
    await runTimes(4, 'KMS_UNAVAILABLE')
    expect(await run('ok')).toBe('ok')
  })

  test.each([
    ['KMS_ACCESS_DENIED', 'KMS_ACCESS_DENIED'],
    ['KMS_KEY_DISABLED', 'KMS_KEY_DISABLED'],
    [new Error('a defect'), 'other'],
  ] as const)('behavior: %s does not open it, for KMS has answered', async (outcome, result) => {
    for (let i = 0; i < 10; i++) expect(await run(outcome)).toBe(result)
    await runTimes(4, 'KMS_UNAVAILABLE')
    expect(await run(outcome)).toBe(result)
    await runTimes(4, 'KMS_UNAVAILABLE')
    expect(await run('ok')).toBe('ok')
  })
})

describe('open', () => {
  beforeEach(() => runTimes(5, 'KMS_UNAVAILABLE'))

  test('behavior: it refuses until its time is over, and then lets one probe through', async () => {
    time = 999
    expect(await run('ok')).toBe('refused: KMS_UNAVAILABLE')
    time = 1_000
    expect(await run('ok')).toBe('ok')
    expect(await run('ok')).toBe('ok')
  })

  test('behavior: each failed probe doubles the time, up to the longest', async () => {
    for (const waitMs of [1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
      time += waitMs - 1
      expect(await run('ok')).toBe('refused: KMS_UNAVAILABLE')
      time += 1
      expect(await run('KMS_UNAVAILABLE')).toBe('KMS_UNAVAILABLE')
    }
  })

  test('behavior: it refuses with what failed last', async () => {
    time = 1_000
    await run('KMS_THROTTLED')
    expect(await run('ok')).toBe('refused: KMS_THROTTLED')
  })

  test('behavior: after a probe it takes five failures again, and the first time again', async () => {
    time = 1_000
    await run('KMS_UNAVAILABLE')
    time = 3_000
    await run('ok')
    await runTimes(4, 'KMS_UNAVAILABLE')
    expect(await run('KMS_UNAVAILABLE')).toBe('KMS_UNAVAILABLE')
    expect(await run('ok')).toBe('refused: KMS_UNAVAILABLE')
    time = 4_000
    expect(await run('ok')).toBe('ok')
  })

  test('behavior: a probe that KMS refuses closes it', async () => {
    time = 1_000
    expect(await run('KMS_KEY_DISABLED')).toBe('KMS_KEY_DISABLED')
    expect(await run('ok')).toBe('ok')
  })

  test('behavior: one probe at a time', async () => {
    time = 1_000
    let finish = (): void => undefined
    const probe = circuit.run(
      () => new Promise<void>(resolve => (finish = resolve)),
      code => errorOf(code, 'refused'),
    )
    expect(await run('ok')).toBe('refused: KMS_UNAVAILABLE')
    finish()
    await probe
    expect(await run('ok')).toBe('ok')
  })
})

test('behavior: work that was begun before it opened does not lengthen it', async () => {
  const fails: ((error: unknown) => void)[] = []
  const begun = Array.from({ length: 8 }, () =>
    circuit
      .run(
        () => new Promise<never>((_resolve, reject) => fails.push(reject)),
        code => errorOf(code, 'refused'),
      )
      .catch(() => undefined),
  )
  for (const [index, fail] of fails.entries()) {
    time = index < 5 ? 0 : 900
    fail(errorOf('KMS_UNAVAILABLE', 'work'))
    await begun[index]
  }
  time = 1_000
  expect(await run('ok')).toBe('ok')
})

test('while everything fails, work is done ever more rarely; once it succeeds, all of it is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(3_000), { maxLength: 200 }), async pauses => {
      time = 0
      works = 0
      circuit = createCircuit({ openMs: 1_000, longestOpenMs: 10_000 }, () => time)
      for (const pause of pauses) {
        time += pause
        await run('KMS_UNAVAILABLE')
      }
      expect(works).toBeLessThanOrEqual(5 + 4 + Math.floor(time / 10_000))
      time += 10_000
      for (let i = 0; i < 3; i++) expect(await run('ok')).toBe('ok')
    }),
  )
})
