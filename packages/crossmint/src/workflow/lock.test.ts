import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
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

test.skipIf(process.platform !== 'linux')('behavior: a zombie is dead', async () => {
  const directory = temporaryDirectory()
  // The shell's child ends at once, and exec leaves it a parent that never asks for its outcome.
  const parent = spawn('sh', ['-c', 'sh -c "echo \\$\\$; read go" & exec sleep 60'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  onTestFinished(() => void parent.kill('SIGKILL'))
  const [said] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(said.toString())
  claim(directory, await describeProcess(pid))
  process.kill(pid, 'SIGKILL')
  while (!readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')) await new Promise(setImmediate)
  expect(await withLock(directory, 'n', async () => 'in')).toBe('in')
})

test.skipIf(process.platform !== 'linux')(
  'behavior: a host is a boot and a process namespace, too',
  async () => {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')
    const host = `${hostname()}\n${boot}\n${readlinkSync('/proc/self/ns/pid')}`
    const digest = createHash('sha256').update(host).digest('hex').slice(0, 12)
    expect((await describeProcess(process.pid)).split('.')[0]).toBe(digest)
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
