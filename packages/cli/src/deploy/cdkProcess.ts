// The process of the CDK CLI: its lines, what they say, and how it ends.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

export type ScriptEnd = {
  readonly end: 'done' | 'failed' | 'interrupted'
  readonly lines: readonly string[]
}

/**
 * Runs a script of Node.js to its end. Ctrl-C goes to it, and this process waits for it.
 *
 * @param options.arguments The script's path and its arguments.
 * @param options.onLine Receives each line of both streams.
 */
export async function runScript(options: {
  readonly arguments: readonly string[]
  readonly directory: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly onLine: (line: string) => void
}): Promise<ScriptEnd> {
  const child = spawn(process.execPath, options.arguments, {
    cwd: options.directory,
    env: options.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  const collect = async (stream: Readable): Promise<void> => {
    for await (const line of createInterface({ input: stream })) {
      lines.push(line)
      options.onLine(line)
    }
  }
  let isInterrupted = false
  const interrupt = (signal: NodeJS.Signals): void => {
    isInterrupted = true
    child.kill(signal)
  }
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
  try {
    const exit = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    const [status] = await Promise.all([exit, collect(child.stdout), collect(child.stderr)])
    return { end: isInterrupted ? 'interrupted' : status === 0 ? 'done' : 'failed', lines }
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
  }
}

export type ResourceEvent = {
  /** For example `CREATE_COMPLETE`. */
  readonly status: string
  /** Type and logical id. */
  readonly resource: string
  /** For example `3/44`. */
  readonly count: string
}

/** Reads a line that says that something is complete; undefined for any other line. */
export function readEvent(line: string): ResourceEvent | undefined {
  const [, count = '', , status = '', type = '', name = ''] = line.split(' | ').map(part => part.trim())
  if (!/^\w+_COMPLETE$/.test(status)) return undefined
  return { status, resource: `${type} ${name.split(' ')[0]}`, count }
}

/** What tells why it failed: the resources that did, else what is marked as an error, else the last lines. */
export function reasonsIn(lines: readonly string[]): readonly string[] {
  const said = lines.map(line => line.trim()).filter(line => line !== '')
  const failures = said.flatMap(
    line => /\| \w+_FAILED +\| (.*)$/.exec(line)?.[1]?.replace(/ +\| /g, ' ') ?? [],
  )
  const errors = said.filter(line => /❌|^‣|Error|denied/.test(line))
  const [reasons = said] = [failures, errors].filter(found => found.length > 0)
  return [...new Set(reasons)].slice(-8)
}
