// Runs somebody's command to its end, or to the end of our patience.
import { spawn } from 'node:child_process'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'

/** How a command ended. */
export type Ended = {
  /** Undefined for a command that was ended: by us after the time, or by a signal. */
  readonly exitCode: number | undefined
  readonly isTimedOut: boolean
  readonly stdout: string
  readonly stderr: string
}

const signals = ['SIGINT', 'SIGTERM'] as const

/** Characters kept of each stream: a signature is short. */
const maxOutput = 100_000

/** Milliseconds for what is on its way when the command has ended, from a `tee` behind it for instance. */
const grace = 1_000

/**
 * Runs a command without a shell and with nothing on its standard input. It has ended when its own process has: what it leaves
 * running is ended a second later at most, or left alone if it is in another process group.
 *
 * @param command The program and its arguments.
 * @param options.environment All of its environment.
 * @param options.timeout Milliseconds after which it is ended, with everything in its process group.
 * @returns How it ended, with the last of its standard output and the first of its standard error.
 * @throws {CliError} COMMAND_NOT_STARTED if there is no such program or it cannot be started.
 */
export function runCommand(
  command: readonly string[],
  options: { readonly environment: Readonly<Record<string, string>>; readonly timeout: number },
): Promise<Ended> {
  const [program = '', ...args] = command
  return new Promise((resolve, reject) => {
    // A process group of its own, so that what it starts ends with it.
    const child = spawn(program, args, {
      detached: true,
      env: options.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout = lastLines(stdout + text)
    })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(0, maxOutput)
    })
    let isKilled = false
    let timer = setTimeout(() => {
      isKilled = true
      endGroup(child.pid)
    }, options.timeout)
    // A group of its own hears nothing of Ctrl-C.
    const onSignal = (signal: NodeJS.Signals): void => {
      settle()
      endGroup(child.pid)
      process.kill(process.pid, signal)
    }
    for (const signal of signals) process.once(signal, onSignal)
    child.once('error', cause => {
      settle()
      reject(notStarted(program, cause))
    })
    child.once('exit', code => {
      clearTimeout(timer)
      const end = (): void => {
        settle()
        child.off('close', end)
        endGroup(child.pid)
        child.stdout.destroy()
        child.stderr.destroy()
        // One that has an exit code has ended by itself, in the moment in which it was to be ended.
        resolve({ exitCode: code ?? undefined, isTimedOut: isKilled && code === null, stdout, stderr })
      }
      // Whoever has inherited the pipes can keep them open for ever.
      child.once('close', end)
      // If the grace ends late, there may be output that is yet to be read, and it is read before what is immediate.
      timer = setTimeout(() => setImmediate(end), grace)
    })
    const settle = (): void => {
      clearTimeout(timer)
      for (const signal of signals) process.off(signal, onSignal)
    }
  })
}

/** What is kept begins with a whole line: a signature cut in two is none. */
function lastLines(text: string): string {
  if (text.length <= maxOutput) return text
  const kept = text.slice(-maxOutput)
  return kept.slice(kept.indexOf('\n') + 1)
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

function notStarted(program: string, cause: Error): CliError {
  return new CliError('COMMAND_NOT_STARTED', `${program} cannot be started: ${cause.message}`, {
    exitCode: exitCodes.notFound,
    hints: ['coffer conformance -- node sign.mjs'],
    cause,
  })
}
