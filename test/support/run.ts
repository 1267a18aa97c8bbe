// Runs commands for the end-to-end tests: the built `coffer`, and other people's tools.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export type Result = { readonly status: number; readonly stdout: string; readonly stderr: string }

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Runs a program to its end. Its environment is what is given, plus what a program needs to start. */
export function run(
  command: string,
  args: readonly string[],
  options: { env?: Readonly<Record<string, string>>; cwd?: string; input?: string } = {},
): Promise<Result> {
  return new Promise(resolve => {
    const child = execFile(
      command,
      args,
      {
        cwd: options.cwd ?? root,
        env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1', ...options.env },
        maxBuffer: 10_000_000,
      },
      (error, stdout, stderr) => {
        const status = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1
        resolve({ status, stdout, stderr })
      },
    )
    child.stdin?.end(options.input ?? '')
  })
}

/** Runs the built `coffer`. */
export function coffer(args: readonly string[], options: Parameters<typeof run>[2] = {}): Promise<Result> {
  return run(process.execPath, [join(root, 'packages/cli/bin/coffer.js'), ...args], options)
}

/** The path of a program on PATH, or undefined. */
export function onPath(program: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map(directory => join(directory, program))
    .find(path => existsSync(path))
}
