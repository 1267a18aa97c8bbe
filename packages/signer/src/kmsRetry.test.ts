import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { KmsAttempt, KmsFailure } from './kmsAttempt.ts'
import { KmsError } from './kmsError.ts'
import { backoff, retry } from './kmsRetry.ts'

const timing = { backoffMs: 100, throttleBackoffMs: 500, longestBackoffMs: 5_000 }
const atOnce = { backoffMs: 0, throttleBackoffMs: 0, longestBackoffMs: 0 }
const always = (): boolean => true

describe('pauses', () => {
  test.each([
    ['transient', [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]],
    ['throttled', [500, 1_000, 2_000, 4_000, 5_000, 5_000]],
    ['clock', [0, 0]],
    ['expired', [0, 0]],
  ] as const)('behavior: %s: anything from nothing up to a bound that doubles', (kind, bounds) => {
    for (const [index, bound] of bounds.entries()) {
      expect(backoff(kind, index + 1, timing, () => 0)).toBe(0)
      expect(backoff(kind, index + 1, timing, () => 0.5)).toBe(bound / 2)
      expect(backoff(kind, index + 1, timing, () => 1)).toBe(bound)
    }
  })
})

describe('attempts', () => {
  const kinds = ['throttled', 'transient', 'clock', 'expired', 'final'] as const
  const failure = (kind: KmsFailure['kind'], number: number): KmsFailure => ({
    kind,
    error: new KmsError('KMS_UNAVAILABLE', { keyId: 'key', requestId: `request-${number}` }),
  })
  const outcomes = fc.array(fc.constantFrom(...kinds, 'answered' as const), { minLength: 4, maxLength: 4 })

  test('at most three, none after an answer or what is final, no repair twice, and the last error is thrown', async () => {
    await fc.assert(
      fc.asyncProperty(outcomes, async planned => {
        const made: string[] = []
        const attempt = async (): Promise<KmsAttempt<string>> => {
          const kind = planned[made.length] ?? 'final'
          made.push(kind)
          if (kind === 'answered') return { kind, body: 'body', requestId: `request-${made.length}` }
          return failure(kind, made.length)
        }
        const result = await retry(attempt, atOnce, 60_000, always).catch((error: unknown) => error)
        const last = made.at(-1)
        const requestId = `request-${made.length}`
        if (last === 'answered')
          expect(result).toMatchObject({ body: 'body', requestId, attempts: made.length })
        else expect(result).toMatchObject({ code: 'KMS_UNAVAILABLE', requestId })

        const isRepair = last === 'clock' || last === 'expired'
        const isOver =
          last === 'answered' || last === 'final' || (isRepair && made.indexOf(last) < made.length - 1)
        expect(made.length === 3 || isOver).toBe(true)
        expect(made.slice(0, -1)).not.toContain('answered')
        expect(made.slice(0, -1)).not.toContain('final')
      }),
    )
  })

  test('behavior: none where it may not be repeated, asked before the pause and after it', async () => {
    for (const answers of [[false], [true, false]]) {
      let made = 0
      const planned = [...answers]
      const attempt = async (): Promise<KmsAttempt<string>> => failure('transient', ++made)
      await expect(retry(attempt, atOnce, 60_000, () => planned.shift() ?? true)).rejects.toMatchObject({
        requestId: 'request-1',
      })
      expect(made).toBe(1)
      expect(planned).toEqual([])
    }
  })

  test('behavior: none after a pause that was longer than it should have been', async () => {
    let made = 0
    const slow = { backoffMs: 1, throttleBackoffMs: 1, longestBackoffMs: 1 }
    const busyDuringPause = (): boolean => {
      const end = performance.now() + 400
      setImmediate(() => {
        while (performance.now() < end);
      })
      return true
    }
    const attempt = async (): Promise<KmsAttempt<string>> => failure('transient', ++made)
    await expect(retry(attempt, slow, 300, busyDuringPause)).rejects.toMatchObject({ requestId: 'request-1' })
    expect(made).toBe(1)
  })

  test.each([
    [['clock', 'clock'], 2],
    [['expired', 'expired'], 2],
    [['clock', 'expired', 'final'], 3],
    [['clock', 'transient', 'clock'], 3],
    [['transient', 'transient', 'transient'], 3],
  ] as const)('behavior: after %j it is over', async (kinds, expected) => {
    let made = 0
    const attempt = async (): Promise<KmsAttempt<string>> => failure(kinds[made] ?? 'transient', ++made)
    await expect(retry(attempt, atOnce, 60_000, always)).rejects.toMatchObject({
      requestId: `request-${expected}`,
    })
    expect(made).toBe(expected)
  })

  test('behavior: none for which too little of the deadline remains', async () => {
    let asked = 0
    const attempt = async (): Promise<KmsAttempt<string>> => failure('transient', 1)
    const mayRepeat = (): boolean => {
      asked += 1
      return true
    }
    await expect(retry(attempt, atOnce, 40, mayRepeat)).rejects.toMatchObject({ requestId: 'request-1' })
    // Not asked after a pause, since none was made.
    expect(asked).toBe(1)
  })

  test('behavior: each is told what remains', async () => {
    const remaining: number[] = []
    await retry(
      async remainingMs => {
        remaining.push(remainingMs)
        return failure('transient', remaining.length)
      },
      atOnce,
      60_000,
      always,
    ).catch(() => undefined)
    expect(remaining).toHaveLength(3)
    expect(remaining).toEqual(remaining.toSorted((a, b) => b - a))
    expect(remaining[0]).toBeLessThanOrEqual(60_000)
  })
})
