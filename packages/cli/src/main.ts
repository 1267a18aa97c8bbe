// The entry of the command line, and the only file of it that reads the environment, the streams and the clock.
import { readFile } from 'node:fs/promises'
import { buffer as readAll } from 'node:stream/consumers'
import { stripVTControlCharacters } from 'node:util'
import { loadConfig } from './config.ts'
import { createContext, type Outcome } from './context.ts'
import { exitCodes } from './exitCodes.ts'
import { toFailure } from './failure.ts'
import { Interruption, untilSignal } from './interruption.ts'
import { createProgram, usageOf } from './program.ts'
import { createStyle, createTerminal, printable, type Terminal } from './terminal.ts'

/** Runs the command line of this process and sets its exit code. */
export async function main(): Promise<void> {
  const { argv, env, stdin, stdout, stderr } = process
  // The AWS SDK announces on every start that it will leave Node 20 some day; that is for us to know, not for users.
  env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'
  const color = env['NO_COLOR'] === undefined && env['TERM'] !== 'dumb'
  // What comes after -- belongs to another command.
  const end = argv.indexOf('--')
  const own = end < 0 ? argv : argv.slice(0, end)
  const terminal = createTerminal({ stdin, stdout, stderr }, { json: own.includes('--json'), color })
  // A reader that went away must not end a transfer half-way.
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined)
  const print = (outcome: Outcome): void => {
    // Colour is decided by stderr, where most of it goes; a result in a pipe never has any.
    const text =
      stdout.isTTY === true ? printable(outcome.text) : stripVTControlCharacters(printable(outcome.text))
    stdout.write(`${terminal.json ? toJson(outcome.data) : text}\n`)
    process.exitCode = outcome.exitCode ?? exitCodes.ok
  }
  const program = createProgram(await readVersion(), {
    run: async command => {
      const { config: file } = program.opts<{ config?: string }>()
      const config = await loadConfig({ file, directory: process.cwd(), environment: env })
      print(await command(createContext({ config, terminal, readStandardInput: () => readAll(stdin) })))
    },
    // The sandbox is loaded only where it is asked for: it is most of the program.
    sandbox: async options => {
      const untilStopped = untilSignal().signal
      const { runSandbox } = await import('./commands/sandbox.ts')
      await runSandbox({
        ...options,
        terminal,
        directory: process.cwd(),
        untilStopped,
        writeResult: data => {
          if (terminal.json) stdout.write(`${toJson(data)}\n`)
        },
      })
    },
    demo: async () => {
      const { runDemo } = await import('./commands/demo.ts')
      print(await runDemo(terminal, env))
    },
    environment: env,
    writeError: text => {
      if (!terminal.json) stderr.write(text)
    },
  })
  try {
    await program.parseAsync(argv)
  } catch (error) {
    if (!(error instanceof Interruption && terminal.json)) process.exitCode = fail(error, terminal)
    if (error instanceof Interruption) process.kill(process.pid, error.signal)
  }
}

function fail(error: unknown, terminal: Terminal): number {
  // commander has printed its own errors in words already; --help and --version end this way too.
  const usage = usageOf(error)
  if (usage !== undefined && (usage.exitCode === exitCodes.ok || !terminal.json)) return usage.exitCode
  const { code, message, hints, exitCode } = usage ?? toFailure(error)
  if (terminal.json) process.stdout.write(`${toJson({ error: { code, message, hints } })}\n`)
  else {
    const style = createStyle(process.stderr.isTTY === true && process.env['NO_COLOR'] === undefined)
    const text = printable(`${style.red('error')}: ${message} ${style.dim(`(${code})`)}`)
    process.stderr.write(`coffer: ${text}\n`)
    for (const hint of hints) process.stderr.write(`coffer: hint: ${hint}\n`)
    if (
      exitCode === exitCodes.unexpected &&
      process.env['COFFER_DEBUG'] !== undefined &&
      error instanceof Error
    )
      process.stderr.write(`${error.stack}\n`)
  }
  return exitCode
}

function toJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? item.toString() : item), 2)
}

async function readVersion(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
  return (manifest as { version: string }).version
}
