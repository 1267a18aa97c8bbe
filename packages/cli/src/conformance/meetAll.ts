// All behaviours, some at a time.
import type { Behaviour } from '@coffer/sandbox'
import { type Met, meet } from './meet.ts'

/** Of signers that wait there can be more than there are processors. */
const atOnce = 3

/**
 * Lets a command meet behaviours.
 *
 * @param behaviours Which.
 * @param options As of `meet`.
 * @param onMet Called after each.
 * @returns What came of each, in the order of the behaviours.
 * @throws {CliError} COMMAND_NOT_STARTED.
 */
export async function meetAll(
  behaviours: readonly Behaviour[],
  options: Parameters<typeof meet>[1],
  onMet: (met: Met) => void,
): Promise<readonly Met[]> {
  const met = new Map<Behaviour, Met>()
  const next = behaviours.values()
  const work = async (): Promise<void> => {
    // One iterator for all of them: each takes what the others have not.
    for (const behaviour of next) {
      const one = await meet(behaviour, options)
      met.set(behaviour, one)
      onMet(one)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return behaviours.flatMap(behaviour => met.get(behaviour) ?? [])
}
