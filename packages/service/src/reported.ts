// What is told of the faults of a request, so that a small body has no large answer: both how many faults there are and how
// long the names in their places are is up to the caller.
import type { Issue } from './problem.ts'

/** How many faults are told one by one. */
const MAXIMUM_FAULTS = 100
/** The longest JSON Pointer of a fault, in characters. Names in it may be foreign. */
const MAXIMUM_PATH = 512

/**
 * Chooses what is told of the faults of a request.
 *
 * @param issues Every fault.
 * @returns The first 100; where there are more, one more fault, of the whole body, that says how many.
 */
export const reported = (issues: readonly Issue[]): readonly Issue[] => {
  const told = issues
    .slice(0, MAXIMUM_FAULTS)
    .map(issue => ({ ...issue, path: innermostWithin(issue.path, MAXIMUM_PATH) }))
  const next = issues[MAXIMUM_FAULTS]
  if (next === undefined) return told
  const message = `has further faults: ${issues.length - MAXIMUM_FAULTS}`
  return [...told, { path: '', code: next.code, message }]
}

/** The pointer itself, or that of the innermost value around it whose pointer is not too long. */
const innermostWithin = (path: string, length: number): string =>
  path.length <= length ? path : path.slice(0, path.lastIndexOf('/', length))
