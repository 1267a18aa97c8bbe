// Why a policy refuses, for the one who asked: what the effect is, which rule came nearest, and what it wanted.
import { getAddress } from 'viem'
import type { Issue, ReasonCode } from '../problem.ts'
import { describeWithNames } from './describe.ts'
import { explainNearest } from './explain.ts'
import type { Inquiry } from './inquiry.ts'
import type { Judgement } from './judge.ts'
import type { Policy } from './policy.ts'
import type { Question } from './question.ts'
import { isDangerous } from './rules.ts'
import type { DangerousAction } from './schema.ts'

/** A reason to refuse: a code, in words, and the field of the request that causes it. */
export type Reason = Issue & { readonly code: ReasonCode }

/**
 * Collects the reasons against a request.
 *
 * @param judgements Of every effect of the inquiry.
 * @param inquiry The request.
 * @param policy The policy.
 * @returns None if every effect is permitted, and there is at least one.
 */
export const reasonsAgainst = (
  judgements: readonly Judgement[],
  inquiry: Inquiry,
  policy: Policy,
): readonly Reason[] => {
  const reason = (code: ReasonCode, message: string): Reason => ({
    path: inquiry.prepared.origin,
    code,
    message,
  })
  if (judgements.length === 0) return [reason('NO_EFFECT', 'has no effect that could be judged')]
  if (judgements.some(({ outcome }) => outcome === 'WALLET_UNKNOWN'))
    return [reason('WALLET_UNKNOWN', unknownWallet(inquiry, policy))]
  const against = judgements.flatMap(judgement => {
    const code = codeOf(judgement)
    return code === undefined ? [] : [{ judgement, code }]
  })
  return against.map(({ judgement, code }, index) => {
    const description = describeWithNames(judgement.effect, inquiry.prepared.chainId, policy.directory)
    return reason(code, `${description}: ${why(judgement, policy, index < EXPLAINED)}`)
  })
}

/** How many of the wallets are named. */
const LISTED = 10

/** How many effects of a request are explained in detail: explaining costs more than judging. */
const EXPLAINED = 8

/**
 * The code of the reason against one effect.
 *
 * @returns The code of docs/api.md; undefined if the effect is permitted.
 */
export const codeOf = ({ outcome, question }: Judgement): ReasonCode | undefined => {
  switch (outcome) {
    case 'permitted':
      return undefined
    case 'forbidden':
      return 'FORBIDDEN'
    case 'error':
      return 'RULE_FAILED'
    case 'notPermitted':
      return question !== undefined && isDangerous(question.action.id)
        ? dangerousCodes[question.action.id]
        : 'NOT_PERMITTED'
    default:
      return outcome
  }
}

const dangerousCodes: Readonly<Record<DangerousAction, ReasonCode>> = {
  approveUnlimited: 'UNLIMITED_ALLOWANCE_REFUSED',
  delegatecall: 'DELEGATECALL_REFUSED',
  deploy: 'DEPLOYMENT_REFUSED',
  administer: 'ADMINISTRATION_REFUSED',
  delegate: 'DELEGATION_REFUSED',
  signHash: 'BLIND_SIGNING_REFUSED',
  signRaw: 'RAW_SCHEME_REFUSED',
  signMessage: 'MESSAGE_REFUSED',
  signTypedData: 'TYPED_DATA_REFUSED',
}

const why = (judgement: Judgement, policy: Policy, inDetail: boolean): string => {
  switch (judgement.outcome) {
    case 'forbidden':
      return `forbidden by ${judgement.rules.join(' and ')}`
    case 'TOKEN_UNKNOWN':
      return 'the policy knows no such token on this chain'
    case 'CALL_DATA_NOT_UNDERSTOOD':
      return 'no rule can permit what is not understood'
    case 'error':
      return `could not be judged${judgement.rules.length === 0 ? '' : ` by ${judgement.rules.join(' and ')}`}`
    default:
      return [
        'no rule permits it',
        ...(inDetail && judgement.question !== undefined ? details(judgement.question, policy) : []),
      ].join('; ')
  }
}

const details = (question: Question, policy: Policy): readonly string[] => [
  ...lookAlikes(question, policy),
  ...explainNearest(question, policy).map(
    ({ rule, unmet }) =>
      `${rule} wants ${unmet.map(({ demand, facts }) => [demand, ...facts].join(', but ')).join(', and ')}`,
  ),
]

/** Addresses that somebody may have taken for others. */
const lookAlikes = ({ entities }: Question, { directory }: Policy): readonly string[] =>
  entities.flatMap(({ uid }) => {
    if (!('type' in uid) || uid.type !== 'Address' || !/^0x[0-9a-f]{40}$/.test(uid.id)) return []
    const address = getAddress(uid.id)
    const other = directory.lookAlikeOf(address)
    return other === undefined
      ? []
      : [`${address} looks like ${other.name} (${getAddress(other.address)}) and is not it`]
  })

const unknownWallet = ({ prepared: { account, chainId } }: Inquiry, { facts }: Policy): string => {
  const all = [...facts.wallets]
  const known = all
    .slice(0, LISTED)
    .map(([name, wallet]) => `${name} (${getAddress(wallet.address)} on ${wallet.chainIds.join(', ')})`)
  if (all.length > LISTED) known.push(`${all.length - LISTED} more`)
  if (facts.signer !== undefined) known.push(`the key's own account on ${facts.signer.chainIds.join(', ')}`)
  const place = chainId === undefined || chainId === 0 ? 'on every chain' : `on chain ${chainId}`
  return `is for the account ${account} ${place}, which the policy does not know; it knows ${known.join('; ') || 'no wallet'}`
}
