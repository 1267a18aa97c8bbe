// The policy on this machine: where it is, and whether it is one.
import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import {
  describeFault,
  loadPolicy,
  type Policy,
  PolicyError,
  type PolicySource,
  policyFiles,
  readPolicySource,
} from '@coffer/service/policy'
import type { Config } from './config.ts'
import { exitCodes } from './exitCodes.ts'
import { CliError } from './failure.ts'

export type LocalPolicy = {
  /** Absolute path. */
  readonly directory: string
  readonly source: PolicySource
  readonly policy: Policy
}

/**
 * Finds the directory of the policy.
 *
 * @param given With --policy, relative to the current directory.
 * @returns Absolute path: of the given one, else of `policy` in the configuration, else of `policy` beside the configuration
 *   file, if it holds one. Undefined where there is none.
 */
export function findPolicyDirectory(
  { file, policy }: Pick<Config, 'file' | 'policy'>,
  given?: string | undefined,
): string | undefined {
  if (given !== undefined) return resolve(given)
  if (policy !== undefined) return resolve(dirname(file), policy)
  const beside = join(dirname(file), 'policy')
  return Object.values(policyFiles).some(name => existsSync(join(beside, name))) ? beside : undefined
}

/**
 * Reads and validates a policy.
 *
 * @param directory Absolute path.
 * @throws {CliError} POLICY_NOT_FOUND; POLICY_INVALID with every fault, each with file, line and column.
 */
export function readLocalPolicy(directory: string): LocalPolicy {
  const shown = relative('', directory) || '.'
  const source = readSource(directory, shown)
  try {
    return { directory, source, policy: loadPolicy(source) }
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    const faults = error.faults.map(fault => describeFault({ ...fault, file: join(shown, fault.file) }))
    throw new CliError('POLICY_INVALID', ['the policy has faults:', ...faults].join('\n'), {
      exitCode: exitCodes.usage,
      cause: error,
    })
  }
}

/** The first digits of a policy's version, as people compare them. */
export function shortVersion(version: string): string {
  return version.slice(0, 12)
}

function readSource(directory: string, shown: string): PolicySource {
  const missing = Object.values(policyFiles).filter(name => !existsSync(join(directory, name)))
  if (missing.length > 0)
    throw new CliError('POLICY_NOT_FOUND', `there is no ${missing.join(' and no ')} in ${shown}`, {
      exitCode: exitCodes.usage,
      hints: ['name the directory of the policy with --policy', 'to write one: coffer policy init'],
    })
  return readPolicySource(directory)
}
