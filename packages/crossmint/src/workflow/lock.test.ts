import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../../test/temporary.ts'
import { describeProcess, withLock } from './lock.ts'

const claim = (directory: string, owner: string, name = 'n'): void =>
  writeFileSync(join(directory, `${name}.lock.${owner}.0123456789abcdef`), '')

test('default', async () => {
  const directory = temporaryDirectory()
  const during = await withLock(directory, 'n', async () => readdirSync(directory).length)
  expect([during, readdirSync(directory).length]).toEqual([1, 0])
})

test('behavior: given back after an error', async () => {
  const directory = temporaryDirectory()
  await expect(withLock(directory, 'n', () => Promise.reject(new Error('x')))).rejects.toThrow('x')
  expect(readdirSync(directory)).toEqual([])
})

test('error: held already, by this very process', async () => {
  const directory = temporaryDirectory()
  await withLock(directory, 'n', async () => {
    await expect(withLock(directory, 'n', async () => 'both')).rejects.toMatchObject({
      code: 'LOCK_BUSY',
      pid: process.pid,
    })
    expect(await withLock(directory, 'other', async () => 'another name')).toBe('another name')
  })
})

test('of any number of contenders at most one is inside at a time', async () => {
  const directory = temporaryDirectory()
  let inside = 0
  const contend = (): Promise<unknown> =>
    withLock(directory, 'n', async () => {
      inside += 1
      await new Promise(resolve => setImmediate(resolve))
      expect(inside).toBe(1)
      inside -= 1
    })
  for (let round = 0; round < 20; round++) {
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, contend))
    for (const one of outcomes)
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'LOCK_BUSY' })
  }
  expect(readdirSync(directory)).toEqual([])
})

test('behavior: a claim counts while its process lives, and no longer', async () => {
  const directory = temporaryDirectory()
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  await once(child, 'spawn')
  claim(directory, await describeProcess(Number(child.pid)))
  await expect(withLock(directory, 'n', async () => 'in')).rejects.toMatchObject({
    code: 'LOCK_BUSY',
    pid: child.pid,
  })
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(await withLock(directory, 'n', async () => 'in')).toBe('in')
  expect(readdirSync(directory)).toEqual([])
})

test.skipIf(process.platform !== 'linux')(
  'behavior: a process id that was given to another process since',
  async () => {
    const directory = temporaryDirectory()
    const [host] = (await describeProcess(process.pid)).split('.')
    claim(directory, `${host}.${process.pid}.1`)
    expect(await withLock(directory, 'n', async () => 'in')).toBe('in')
  },
)

test('error: a claim of another machine counts; whether it lives cannot be known', async () => {
  const directory = temporaryDirectory()
  claim(directory, `000000000000.${process.pid}.1`)
  await expect(withLock(directory, 'n', async () => 'in')).rejects.toMatchObject({ code: 'LOCK_BUSY' })
})

test('error: a claim that cannot be read counts', async () => {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'n.lock.whatever'), '')
  await expect(withLock(directory, 'n', async () => 'in')).rejects.toMatchObject({ code: 'LOCK_BUSY' })
})
