// Faults of a policy's files, as commands report them.
import { join } from 'node:path'
import { describeFault, PolicyError } from '@coffer/service/policy'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import { shownPath } from './chosen.ts'

/**
 * Does something with the files of a policy.
 *
 * @param directory Where they are.
 * @param work What is done.
 * @throws {CliError} POLICY_INVALID with every fault, each with the path of the file, line and column.
 */
export function withFaults<T>(directory: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    const shown = shownPath(directory)
    const faults = error.faults.map(fault => describeFault({ ...fault, file: join(shown, fault.file) }))
    throw new CliError('POLICY_INVALID', ['the policy has faults:', ...faults].join('\n'), {
      exitCode: exitCodes.usage,
      cause: error,
    })
  }
}
