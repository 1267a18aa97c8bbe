import { describe, expect, test } from 'vitest'
import { runCommand } from './runCommand.ts'

const node = (script: string, more: { timeout?: number; environment?: Record<string, string> } = {}) =>
  runCommand([process.execPath, '-e', script], { environment: {}, timeout: 30_000, ...more })

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

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
