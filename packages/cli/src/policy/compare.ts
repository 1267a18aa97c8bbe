// Two policies side by side: which requests they decide differently.
import { describeWithNames, type Inquiry, type Judgement, judge, type Policy } from '@coffer/service/policy'
import { type Decided, decide } from './decide.ts'

/** Requests of one kind that are decided differently. */
export type Change = {
  readonly now: 'allowed' | 'denied'
  /** What they have in common: the action, and who asks. */
  readonly action: string
  readonly principal: string
  readonly count: number
  /** The first and the last of them. */
  readonly examples: readonly Example[]
}

export type Example = {
  readonly description: string
  readonly before: Decided
  readonly after: Decided
  /** Of a recorded request. */
  readonly requestId?: string | undefined
}

/** A request to compare by. */
export type Compared = { readonly inquiry: Inquiry; readonly requestId?: string | undefined }

/**
 * Compares two policies by requests.
 *
 * @param before The old one.
 * @param after The new one.
 * @param requests To compare by.
 * @returns The requests that changed, grouped by action and principal; those that are now allowed first.
 */
export function compareDecisions(
  before: Policy,
  after: Policy,
  requests: readonly Compared[],
): readonly Change[] {
  const groups = new Map<
    string,
    { readonly now: Change['now']; readonly action: string; readonly members: Compared[] }
  >()
  for (const request of requests) {
    const { principal, prepared } = request.inquiry
    const judgements = { before: judge(request.inquiry, before), after: judge(request.inquiry, after) }
    const wasAllowed = isAllowed(judgements.before)
    if (wasAllowed === isAllowed(judgements.after)) continue
    const now = wasAllowed ? 'denied' : 'allowed'
    const action = actionOf(judgements.after, judgements.before)
    const key = JSON.stringify([now, principal.arn, action, prepared.account])
    const group = groups.get(key) ?? { now, action, members: [] }
    group.members.push(request)
    groups.set(key, group)
  }
  return [...groups.values()]
    .flatMap(({ now, action, members }): readonly Change[] => {
      const [first] = members
      const last = members.at(-1)
      if (first === undefined || last === undefined) return []
      return [
        {
          now,
          action,
          principal: first.inquiry.principal.arn,
          count: members.length,
          examples: (first === last ? [first] : [first, last]).map(one => toExample(one, before, after)),
        },
      ]
    })
    .toSorted((a, b) => a.now.localeCompare(b.now))
}

function isAllowed(judgements: readonly Judgement[]): boolean {
  return judgements.length > 0 && judgements.every(({ outcome }) => outcome === 'permitted')
}

/** By the policy that knows more of it: without the wallet or the token there is no question. */
function actionOf(...judgements: readonly [readonly Judgement[], readonly Judgement[]]): string {
  const [after, before] = judgements
  return after
    .map((one, index) => (one.question ?? before[index]?.question)?.action.id ?? one.effect.kind)
    .join(' and ')
}

function toExample({ inquiry, requestId }: Compared, before: Policy, after: Policy): Example {
  const { effects, chainId, account, signerAddress } = inquiry.prepared
  const knowsWallet =
    account === signerAddress || after.directory.walletAt(chainId ?? 0, account) !== undefined
  const { directory } = knowsWallet ? after : before
  return {
    description: effects.map(effect => describeWithNames(effect, chainId, directory)).join('; '),
    before: decide(inquiry, before),
    after: decide(inquiry, after),
    requestId,
  }
}
