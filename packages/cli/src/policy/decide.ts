// What a policy says of a request, with each rule's part in it.
import type { ReasonCode } from '@coffer/service'
import {
  codeOf,
  describeWithNames,
  explain,
  type Inquiry,
  type Judgement,
  judge,
  type Policy,
  type RuleExplanation,
  reasonsAgainst,
} from '@coffer/service/policy'

/** The decision on a request. */
export type Decided = {
  readonly outcome: 'allow' | 'deny'
  /** The rules that permit it, each once; none where it is denied. */
  readonly rules: readonly string[]
  /** Why it is denied, each once. */
  readonly codes: readonly ReasonCode[]
  readonly effects: readonly DecidedEffect[]
}

export type DecidedEffect = {
  readonly description: string
  readonly outcome: Judgement['outcome']
  readonly code?: ReasonCode | undefined
  /** The rules that permit it, forbid it, or could not be evaluated. */
  readonly rules: readonly string[]
  /** Each rule about its action: those that apply first, then by how little they lack. */
  readonly explanations: readonly RuleExplanation[]
}

/**
 * Decides as the service would, and explains it.
 *
 * @param inquiry The request.
 * @param policy The policy.
 */
export function decide(inquiry: Inquiry, policy: Policy): Decided {
  const judgements = judge(inquiry, policy)
  const codes = [...new Set(reasonsAgainst(judgements, inquiry, policy).map(({ code }) => code))]
  const effects = judgements.map(judgement => ({
    description: describeWithNames(judgement.effect, inquiry.prepared.chainId, policy.directory),
    outcome: judgement.outcome,
    code: codeOf(judgement),
    rules: 'rules' in judgement ? judgement.rules : [],
    explanations: judgement.question === undefined ? [] : explain(judgement.question, policy),
  }))
  return {
    outcome: codes.length === 0 ? 'allow' : 'deny',
    rules: codes.length === 0 ? [...new Set(effects.flatMap(({ rules }) => rules))] : [],
    codes,
    effects,
  }
}

/** What the permit that came nearest to an effect lacks: `payouts wants ..., but ...`; undefined where none is about it. */
export function nearestMiss({ explanations }: DecidedEffect): string | undefined {
  const [nearest] = explanations.filter(({ effect }) => effect === 'permit')
  if (nearest === undefined) return undefined
  return `${nearest.rule} wants ${nearest.unmet.map(({ demand, facts }) => [demand, ...facts].join(', but ')).join('; and ')}`
}
