// What somebody expects of a review: who could do what, from an earlier one.
import { isObject } from '@coffer/sandbox/iam'
import { CliError } from '../failure.ts'
import { type Capability, capabilities } from './capabilities.ts'
import type { Who } from './review.ts'

/** Somebody who is found and not expected, or the other way round. */
export type Difference = {
  readonly capability: Capability
  readonly principal: string
  /** Of somebody who was expected, but otherwise. */
  readonly reason?: string | undefined
}

/**
 * Reads what is expected.
 *
 * @param text JSON with `who` of an earlier review; other fields of it are ignored.
 * @param file Its name, for errors.
 * @returns Names of principals by capability.
 * @throws {CliError} EXPECT_INVALID with every fault.
 */
export function parseExpected(text: string, file: string): Who {
  const faults: string[] = []
  const who = readWho(text, faults)
  const of = (capability: Capability): readonly string[] => readNames(who, capability, faults)
  const expected: Who = {
    sign: of('sign'),
    invokeEndpoint: of('invokeEndpoint'),
    invokeFunction: of('invokeFunction'),
    changeFunction: of('changeFunction'),
    changeKey: of('changeKey'),
    changePolicies: of('changePolicies'),
    changeTrail: of('changeTrail'),
  }
  if (faults.length > 0)
    throw new CliError('EXPECT_INVALID', [`${file} does not say whom to expect:`, ...faults].join('\n  - '), {
      hints: ['coffer access --json > expected.json'],
    })
  return expected
}

/**
 * Compares.
 *
 * @param found Of the review.
 * @param expected Of the file.
 * @returns Whoever is found without being expected, and whoever is expected without being found.
 */
export function compareWho(
  found: Who,
  expected: Who,
): { readonly unexpected: readonly Difference[]; readonly missing: readonly Difference[] } {
  const differences = (these: Who, those: Who): readonly Difference[] =>
    capabilities.flatMap(capability =>
      these[capability]
        .filter(principal => !those[capability].includes(principal))
        .map(principal => ({ capability, principal })),
    )
  return { unexpected: differences(found, expected), missing: differences(expected, found) }
}

function readWho(text: string, faults: string[]): Readonly<Record<string, unknown>> | undefined {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    faults.push(`it is no JSON: ${(error as Error).message}`)
    return undefined
  }
  const who = isObject(document) ? document['who'] : undefined
  if (!isObject(who)) {
    faults.push('"who" must be an object with the names of principals by capability')
    return undefined
  }
  const known: readonly string[] = capabilities
  for (const name of Object.keys(who))
    if (!known.includes(name)) faults.push(`who.${name}: unknown; known are ${known.join(', ')}`)
  return who
}

function readNames(
  who: Readonly<Record<string, unknown>> | undefined,
  capability: Capability,
  faults: string[],
): readonly string[] {
  if (who === undefined) return []
  if (!Object.hasOwn(who, capability)) {
    faults.push(`who.${capability}: missing; [] says that nobody is expected`)
    return []
  }
  const names = who[capability]
  if (Array.isArray(names) && names.every((name): name is string => typeof name === 'string' && name !== ''))
    return names
  faults.push(`who.${capability}: must be a list of texts`)
  return []
}
