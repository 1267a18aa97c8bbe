// `coffer conformance`: how any signer over KMS, in any language, does when KMS misbehaves.
import { behaviours } from '@coffer/sandbox'
import { meetAll } from '../conformance/meetAll.ts'
import { describeMet } from '../conformance/report.ts'
import type { Context, Outcome } from '../context.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'

/**
 * Runs a command once for each behaviour of the sandbox's KMS, and judges what it prints.
 *
 * @param context The terminal is what is used of it.
 * @param options.command The program and its arguments. It finds in its environment the KMS (AWS_ENDPOINT_URL, ...),
 *   KMS_KEY_ID, COFFER_CONFORMANCE_DIGEST and COFFER_CONFORMANCE_ADDRESS, and prints 65 bytes of hex or exits with another
 *   code than 0.
 * @param options.only Names of behaviours; all of them where absent.
 * @param options.timeout Seconds after which the command is taken to hang.
 * @param options.environment What the command has of the environment besides.
 * @returns The table, with an exit code other than 0 unless all was passed.
 * @throws {CliError} BEHAVIOUR_UNKNOWN, or COMMAND_NOT_STARTED.
 */
export async function checkConformance(
  { terminal }: Pick<Context, 'terminal'>,
  options: {
    readonly command: readonly string[]
    readonly only?: readonly string[] | undefined
    readonly timeout: number
    readonly environment: Readonly<Record<string, string | undefined>>
  },
): Promise<Outcome> {
  const { command, environment } = options
  const chosen = choose(options.only)
  const all = await terminal.progress(`${chosen.length} behaviours of KMS`, step => {
    let count = 0
    const timeout = options.timeout * 1_000
    return meetAll(chosen, { command, environment, timeout }, ({ behaviour, verdict }) => {
      count++
      // What was not passed is told by the table.
      step(verdict === 'passed' ? behaviour.name : undefined, `${count} of ${chosen.length}`)
    })
  })
  const isBad = all.some(({ verdict }) => verdict === 'bad signature')
  const passed = all.filter(({ verdict }) => verdict === 'passed').length
  return {
    data: {
      passed,
      failed: all.length - passed,
      behaviours: all.map(({ behaviour: { name, what, expected }, ...rest }) => ({
        name,
        what,
        expected,
        ...rest,
      })),
    },
    text: describeMet(all, terminal.style),
    exitCode: passed === all.length ? exitCodes.ok : isBad ? exitCodes.untrusted : exitCodes.failed,
  }
}

function choose(only: readonly string[] | undefined): typeof behaviours {
  if (only === undefined) return behaviours
  const unknown = only.filter(name => !behaviours.some(behaviour => behaviour.name === name))
  if (unknown.length > 0)
    throw new CliError('BEHAVIOUR_UNKNOWN', `there is no behaviour ${unknown.join(', ')}`, {
      hints: [`one of: ${behaviours.map(({ name }) => name).join(' ')}`],
    })
  return behaviours.filter(({ name }) => only.includes(name))
}
