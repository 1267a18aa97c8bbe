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

/**
 * Runs a command without a shell and with nothing on its standard input.
 *
 * @param command The program and its arguments.
 * @param options.environment All of its environment.
 * @param options.timeout Milliseconds after which it is ended, with everything that it started.
 * @returns How it ended.
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
    const output = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] = (output[name] + text).slice(0, maxOutput)
      })
    let isTimedOut = false
    const timer = setTimeout(() => {
      isTimedOut = true
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
    child.once('close', exitCode => {
      settle()
      resolve({ exitCode: exitCode ?? undefined, isTimedOut, ...output })
    })
    const settle = (): void => {
      clearTimeout(timer)
      for (const signal of signals) process.off(signal, onSignal)
    }
  })
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
