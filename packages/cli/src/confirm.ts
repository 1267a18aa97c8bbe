// Asking before something that cannot be taken back.
import type { Context } from './context.ts'
import { exitCodes } from './exitCodes.ts'
import { CliError } from './failure.ts'

/**
 * Returns when the person said yes.
 *
 * @throws {CliError} NOT_CONFIRMED or INTERRUPTED. Nothing was done.
 */
export async function requireYes(context: Context, question: string): Promise<void> {
  switch (await context.terminal.confirm(question)) {
    case 'yes':
      return
    case 'no':
      throw new CliError('NOT_CONFIRMED', 'not confirmed; nothing was done')
    case 'interrupted':
      throw new CliError('INTERRUPTED', 'interrupted; nothing was done', { exitCode: exitCodes.interrupted })
    case 'nobody to ask':
      throw new CliError('NOT_CONFIRMED', 'there is nobody to ask for confirmation; nothing was done', {
        hints: ['add --yes to go on without asking'],
      })
  }
}
