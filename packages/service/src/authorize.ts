// The one road to the key. `authorize` judges; `signAuthorized` is the only place that asks a signer to sign, and it takes
// nothing but a decision that `authorize` made in this process, each one once.
import type { Signature, Signer } from '@coffer/signer'
import { describeWithNames } from './policy/describe.ts'
import type { Inquiry } from './policy/inquiry.ts'
import { type Judgement, judge } from './policy/judge.ts'
import type { Policy } from './policy/policy.ts'
import { type Reason, reasonsAgainst } from './policy/reason.ts'
import type { Prepared } from './prepare.ts'

const authorized: unique symbol = Symbol('authorized')

/** Leave to sign one digest once. Only `authorize` can make one. */
export type Allow = {
  readonly outcome: 'allow'
  /** The rules that permit it, each once. */
  readonly rules: readonly string[]
  readonly effects: readonly JudgedEffect[]
  readonly prepared: Prepared
  readonly [authorized]: true
}

/** A refusal, with every reason. */
export type Deny = {
  readonly outcome: 'deny'
  readonly reasons: readonly [Reason, ...Reason[]]
  readonly effects: readonly JudgedEffect[]
}

export type Decision = Allow | Deny

/** An effect in plain words, and what the policy says of it. */
export type JudgedEffect = {
  readonly description: string
  readonly outcome: Judgement['outcome']
  /** The rules that permit or forbid it. */
  readonly rules: readonly string[]
}

/**
 * Decides whether something may be signed: it may if the policy permits every one of its effects and forbids none.
 *
 * @param inquiry Who asks, when, for what.
 * @param policy The policy.
 * @returns Leave to sign, or every reason why not.
 */
export const authorize = (inquiry: Inquiry, policy: Policy): Decision => {
  const { prepared } = inquiry
  const judgements = judge(inquiry, policy)
  const effects = judgements.map(judgement => ({
    description: describeWithNames(judgement.effect, prepared.chainId, policy.directory),
    outcome: judgement.outcome,
    rules: 'rules' in judgement ? judgement.rules : [],
  }))
  const [first, ...others] = reasonsAgainst(judgements, inquiry, policy)
  if (first !== undefined) return { outcome: 'deny', reasons: [first, ...others], effects }
  // Said by the reasons already; that nothing else is ever signed is not to depend on their being complete.
  if (judgements.some(({ outcome }) => outcome !== 'permitted')) throw new NotAuthorizedError()
  const rules = [...new Set(effects.flatMap(effect => effect.rules))]
  const allow = Object.freeze<Allow>({ outcome: 'allow', rules, effects, prepared, [authorized]: true })
  unused.add(allow)
  return allow
}

/**
 * Asks the key to sign what was allowed.
 *
 * @param signer The signer.
 * @param allow A decision of `authorize`. It is used up, whether or not the signer then succeeds.
 * @returns The signature over `allow.prepared.digest`.
 * @throws {NOT_AUTHORIZED} not a decision of `authorize`, or one already used. A defect of the caller.
 */
export const signAuthorized = async (signer: Signer, allow: Allow): Promise<Signature> => {
  if (!unused.delete(allow)) throw new NotAuthorizedError()
  return signer.signHash(allow.prepared.digest)
}

/** The decisions not used yet. Being in here is what makes one genuine: a type can be cast, membership cannot. */
const unused = new WeakSet<Allow>()

class NotAuthorizedError extends Error {
  override readonly name = 'NotAuthorizedError'
  readonly code = 'NOT_AUTHORIZED'

  constructor() {
    super('Only an unused decision of authorize can be signed.')
  }
}
