// The stage of `coffer demo`: how its commands are announced, run and refused.
import type { Identity, Sandbox } from '@coffer/sandbox'
import { loadConfig } from '../config.ts'
import { type Context, createContext, type Outcome } from '../context.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError, toFailure } from '../failure.ts'
import type { Terminal } from '../terminal.ts'

/** Where the demonstration takes place. */
export type Stage = {
  readonly terminal: Terminal
  readonly sandbox: Sandbox
  readonly directory: string
  /** What the signing service logged. */
  readonly decisions: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Runs a command as somebody and shows what it says. */
export type Show = (identity: Identity, why: string, command: string, work: Work) => Promise<Outcome['data']>

/** A command. */
export type Work = (context: Context) => Promise<Outcome>

/** What a command has returned. */
export type Step = { readonly command: string; readonly result: unknown }

/** Prints a command as it would stand in a terminal, below what it is for. */
export function announce({ terminal: { note, style } }: Stage, why: string, command: string): void {
  note(`\n${style.dim(`# ${why}`)}\n${style.bold(`$ coffer ${command}`)}`)
}

/**
 * Runs a command, as the operator, that must be refused, and shows the refusal.
 *
 * @throws {CliError} DEMO_NOT_REFUSED
 */
export async function showRefusal(stage: Stage, why: string, command: string, work: Work): Promise<Step> {
  announce(stage, why, command)
  const { note, style } = stage.terminal
  const failure = await work(await stageContext(stage, stage.sandbox.identities.operator)).then(
    () => undefined,
    error => toFailure(error),
  )
  if (failure === undefined)
    throw new CliError('DEMO_NOT_REFUSED', `${command} must be refused and was not`, {
      exitCode: exitCodes.untrusted,
    })
  note(
    `${style.red('refused')}: ${failure.message} ${style.dim(`(${failure.code}, exit code ${failure.exitCode})`)}`,
  )
  for (const hint of failure.hints) note(`hint: ${hint}`)
  return { command, result: { refused: failure } }
}

/**
 * The context of one command, as any command gets it: the configuration file is read anew each time, because the command
 * before may have written it.
 */
export async function stageContext(
  { terminal, sandbox, directory }: Stage,
  { accessKeyId, secretAccessKey }: Identity,
): Promise<Context> {
  return createContext({
    config: await loadConfig({ directory, environment: sandbox.environment }),
    terminal,
    aws: {
      region: sandbox.region,
      endpoint: sandbox.aws.url,
      credentials: async () => ({ accessKeyId, secretAccessKey }),
    },
    readStandardInput: async () => new Uint8Array(),
  })
}
