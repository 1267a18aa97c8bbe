// What a policy says of each effect of a request.
import type { Effect } from '../effects/effect.ts'
import { askCedar } from './ask.ts'
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
  return { effect, question, ...remembered(trim(question, policy.reads(question.action.id)), policy) }
}

/** What Cedar says to a question. */
type Verdict =
  | { readonly outcome: 'permitted' | 'forbidden' | 'error'; readonly rules: readonly string[] }
  | { readonly outcome: 'notPermitted' }

/** How many answers are remembered for a policy. */
const REMEMBERED = 256

/**
 * Asks Cedar, unless the very same question was asked before: the answer depends on nothing else, and the fee of one payment
 * is often that of the next.
 */
const remembered = (question: Question, policy: Policy): Verdict => {
  const answers = answersByPolicy.get(policy) ?? new Map<string, Verdict>()
  answersByPolicy.set(policy, answers)
  const key = JSON.stringify(question)
  const known = answers.get(key)
  if (known !== undefined) return known
  const verdict = ask(question, policy)
  const [oldest] = answers.keys()
  if (answers.size >= REMEMBERED && oldest !== undefined) answers.delete(oldest)
  answers.set(key, verdict)
  return verdict
}

const answersByPolicy = new WeakMap<Policy, Map<string, Verdict>>()

const ask = (question: Question, policy: Policy): Verdict => {
  const answer = askCedar(question, policy.policySetId)
  // Cedar leaves out a rule that it cannot evaluate. If that rule forbids, leaving it out would permit.
  if (answer.type === 'failure') return { outcome: 'error', rules: [] }
  const { decision, diagnostics } = answer.response
  const failed = diagnostics.errors.map(error => error.policyId).toSorted()
  if (failed.length > 0) return { outcome: 'error', rules: failed }
  const rules = diagnostics.reason.toSorted()
  if (decision === 'allow') return { outcome: 'permitted', rules }
  return rules.length > 0 ? { outcome: 'forbidden', rules } : { outcome: 'notPermitted' }
}
