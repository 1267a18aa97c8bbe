// What a signal ends, and what it leaves. How a process ends by one: test/interruption.test.ts and test/sandbox.test.ts.
import { expect, test, vi } from 'vitest'
import { Interruption, interruptible, untilSignal } from './interruption.ts'

const listeners = (): number => process.listenerCount('SIGINT') + process.listenerCount('SIGTERM')

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends what is under way, with what is left behind',
  async signal => {
    const before = listeners()
    const leaves = vi.fn(() => ({ message: 'half of it', hints: ['the other half'] }))
    const ended = interruptible(leaves, () => new Promise(() => undefined))
    expect(leaves).not.toHaveBeenCalled()
    process.emit(signal, signal)
    const error = await ended.catch((error: unknown) => error)
    expect(error).toBeInstanceOf(Interruption)
    expect(error).toMatchObject({
      signal,
      code: 'INTERRUPTED',
      message: 'half of it',
      hints: ['the other half'],
    })
    expect(listeners()).toBe(before)
  },
)

test('behavior: what ends by itself leaves no listener, and what it gives or throws is passed on', async () => {
  const before = listeners()
  const leaves = (): never => {
    throw new Error('nobody asks')
  }
  expect(await interruptible(leaves, async () => 1)).toBe(1)
  await expect(interruptible(leaves, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(listeners()).toBe(before)
})

test('behavior: after one signal nobody listens to either, so that the next one ends the process', async () => {
  const before = listeners()
  const { signal } = untilSignal()
  expect(listeners()).toBe(before + 2)
  process.emit('SIGTERM', 'SIGTERM')
  expect(await signal).toBe('SIGTERM')
  expect(listeners()).toBe(before)
})
