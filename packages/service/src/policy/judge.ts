// What a policy says of each effect of a request.
import type { Effect } from '../effects/effect.ts'
import { statefulIsAuthorized } from './cedar.ts'
import type { Inquiry } from './inquiry.ts'
import type { Policy } from './policy.ts'
import { type Question, toQuestion, type Unanswerable } from './question.ts'
import { trim } from './reads.ts'

/** The verdict on one effect. */
export type Judgement = {
  readonly effect: Effect
  readonly question: Question | undefined
} /** These rules permit it, and none forbids it. */ & (
  | { readonly outcome: 'permitted'; readonly rules: readonly string[] }
  /** These rules forbid it, whatever permits it. */
  | { readonly outcome: 'forbidden'; readonly rules: readonly string[] }
  /** No rule permits it. */
  | { readonly outcome: 'notPermitted' }
  /** No rule could be asked. */
  | { readonly outcome: Unanswerable }
  /** These rules could not be evaluated (none where it was the question); which others apply does not matter then. */
  | { readonly outcome: 'error'; readonly rules: readonly string[] }
)

/**
 * Judges every effect of a request.
 *
 * @param inquiry The request.
 * @param policy The policy.
 * @returns One judgement for each effect, in their order.
 */
export const judge = (inquiry: Inquiry, policy: Policy): readonly Judgement[] =>
  inquiry.prepared.effects.map(effect => judgeEffect(effect, inquiry, policy))

const judgeEffect = (effect: Effect, inquiry: Inquiry, policy: Policy): Judgement => {
  const question = toQuestion(effect, inquiry, policy.directory)
  if (typeof question === 'string') return { effect, question: undefined, outcome: question }
  const { principal, action, resource, context, entities } = trim(question, policy.reads(question.action.id))
  const answer = statefulIsAuthorized({
    principal,
    action,
    resource,
    context: { ...context },
    entities: [...entities],
    preparsedPolicySetId: policy.policySetId,
    validateRequest: false,
  })
  // Cedar leaves out a rule that it cannot evaluate. If that rule forbids, leaving it out would permit.
  if (answer.type === 'failure') return { effect, question, outcome: 'error', rules: [] }
  const { decision, diagnostics } = answer.response
  const failed = diagnostics.errors.map(error => error.policyId).toSorted()
  if (failed.length > 0) return { effect, question, outcome: 'error', rules: failed }
  const rules = diagnostics.reason.toSorted()
  if (decision === 'allow') return { effect, question, outcome: 'permitted', rules }
  return rules.length > 0
    ? { effect, question, outcome: 'forbidden', rules }
    : { effect, question, outcome: 'notPermitted' }
}
