import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { runCommand } from './runCommand.ts'

const node = (script: string, more: { timeout?: number; environment?: Record<string, string> } = {}) =>
  runCommand([process.execPath, '-e', script], { environment: {}, timeout: 30_000, ...more })
const shell = (script: string, { timeout = 30_000 }: { timeout?: number } = {}) =>
  runCommand(['/bin/sh', '-c', script], { environment: { PATH: '/usr/bin:/bin' }, timeout })

describe('runCommand', () => {
  test('default: what it printed, and its exit code', async () => {
    const script = 'console.log(process.argv.length); console.error("oh"); process.exitCode = 3'
    expect(await node(script)).toEqual({ exitCode: 3, isTimedOut: false, stdout: '1\n', stderr: 'oh\n' })
  })

  test('behavior: it has the environment given and no other', async () => {
    const { stdout } = await node('console.log(process.env.A, process.env.HOME)', { environment: { A: 'b' } })
    expect(stdout).toBe('b undefined\n')
  })

  test('behavior: it is ended after its time, with what it has started', async () => {
    const child = "require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => 0, 1e6)']"
    const script = `const { pid } = ${child}, { stdio: 'inherit' }); console.log(pid); setInterval(() => 0, 1e6)`
    const { exitCode, isTimedOut, stdout } = await node(script, { timeout: 2_000 })
    expect([exitCode, isTimedOut]).toEqual([undefined, true])
    expect(stdout).toMatch(/^\d+\n$/)
    await expect.poll(() => isAlive(Number(stdout)), { timeout: 5_000 }).toBe(false)
  })

  test('behavior: it has ended when its own process has, and what it leaves on its pipes is ended', async () => {
    const { exitCode, isTimedOut, stdout } = await shell('sleep 1000 & echo $!')
    expect([exitCode, isTimedOut]).toEqual([0, false])
    await expect.poll(() => isAlive(Number(stdout)), { timeout: 5_000 }).toBe(false)
  })

  test.each([
    ['that it leaves', '', 30_000, [0, false]],
    ['of one that is ended after its time', '; setInterval(() => 0, 1e6)', 5_000, [undefined, true]],
  ])('behavior: a daemon %s, on its pipes, is not waited for', async (_, rest, timeout, ended) => {
    // In a process group of its own.
    const daemon = `process.execPath, ['-e', 'setTimeout(() => 0, 120_000)'], { detached: true, stdio: 'inherit' }`
    const script = `const child = require('node:child_process').spawn(${daemon}); child.unref(); console.log(child.pid)`
    const { exitCode, isTimedOut, stdout } = await node(`${script}${rest}`, { timeout })
    expect(stdout).toMatch(/^\d+\n$/)
    process.kill(Number(stdout))
    expect([exitCode, isTimedOut]).toEqual(ended)
  })

  test('behavior: what it had printed is read before its pipes are left', async () => {
    const { stdout } = await shell('sleep 1000 & head -c 90000 /dev/zero | tr "\\0" x; echo; echo end')
    expect([stdout.length, stdout.slice(-5)]).toEqual([90_005, '\nend\n'])
  })

  test('behavior: what is printed when it has just ended is read, even if we are late', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'coffer-run-')), 'pid')
    const behind = '(while kill -0 $$ 2>&-; do :; done; sleep 1; echo late; sleep 1000)'
    const ended = shell(`${behind} & echo $$ > ${file}`)
    const isGone = (): boolean => {
      const pid = existsSync(file) ? readFileSync(file, 'utf8') : ''
      return pid !== '' && !isAlive(Number(pid))
    }
    await vi.waitUntil(isGone, { interval: 1, timeout: 30_000 })
    // From here on, what is due by the clock comes before what is to be read.
    await setImmediate()
    block(3_000)
    expect(await ended).toMatchObject({ exitCode: 0, isTimedOut: false, stdout: 'late\n' })
  })

  test('behavior: one that ended in time is not taken to hang by us who were late', async () => {
    const ended = shell('echo signed', { timeout: 1_000 })
    block(3_000)
    expect(await ended).toMatchObject({ exitCode: 0, isTimedOut: false, stdout: 'signed\n' })
  })

  test('behavior: of much, the last lines of its standard output are kept, and the first of its standard error', async () => {
    const script = `for (const stream of [process.stdout, process.stderr])
      stream.write('first\\n' + ('x'.repeat(99) + '\\n').repeat(3_000) + 'last\\n')`
    const { stdout, stderr } = await node(script)
    expect(stdout).toBe(`${`${'x'.repeat(99)}\n`.repeat(999)}last\n`)
    expect([stderr.length, stderr.slice(0, 7)]).toEqual([100_000, 'first\nx'])
  })

  test('behavior: nothing is on its standard input', async () => {
    const { stdout } = await node("process.stdin.on('end', () => console.log('end')).resume()")
    expect(stdout).toBe('end\n')
  })

  test('error: a program that there is not', async () => {
    await expect(runCommand(['/nowhere/sign'], { environment: {}, timeout: 1_000 })).rejects.toThrowError(
      expect.objectContaining({ code: 'COMMAND_NOT_STARTED' }),
    )
  })
})

/** Nothing else happens in this process in the meantime. */
const block = (milliseconds: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
