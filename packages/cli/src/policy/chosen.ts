// The policy that a command is about.
import { relative } from 'node:path'
import type { Context } from '../context.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import { findPolicyDirectory } from '../localPolicy.ts'

/**
 * Finds the directory of the policy.
 *
 * @param given With --policy, relative to the current directory.
 * @returns Absolute path: of the given one, else of the configured one, else of `policy` beside the configuration file.
 * @throws {CliError} POLICY_NOT_FOUND
 */
export function requirePolicyDirectory(
  { config }: Pick<Context, 'config'>,
  given: string | undefined,
): string {
  const directory = findPolicyDirectory(config, given)
  if (directory !== undefined) return directory
  throw new CliError('POLICY_NOT_FOUND', `there is no policy beside ${config.file}`, {
    exitCode: exitCodes.usage,
    hints: ['coffer policy init', 'or name its directory with --policy'],
  })
}

/** A path as it is shown: from the current directory if it is within it. */
export function shownPath(path: string): string {
  const inside = relative('', path)
  return inside.startsWith('..') ? path : inside || '.'
}
