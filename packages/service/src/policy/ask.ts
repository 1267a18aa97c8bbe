// The one way in which Cedar is asked.
import { statefulIsAuthorized } from './cedar.ts'
import type { Question } from './question.ts'

/**
 * Asks the rules of a set that Cedar has been given before.
 *
 * @param question The question, with all entities that the rules read.
 * @param policySetId Of `preparsePolicySet`.
 * @returns The decision with the rules behind it, and those that could not be evaluated, which Cedar has left out; or that
 *   the question itself cannot be read.
 */
export const askCedar = (
  { principal, action, resource, context, entities }: Question,
  policySetId: string,
): ReturnType<typeof statefulIsAuthorized> =>
  statefulIsAuthorized({
    principal,
    action,
    resource,
    context: { ...context },
    entities: [...entities],
    preparsedPolicySetId: policySetId,
    validateRequest: false,
  })
