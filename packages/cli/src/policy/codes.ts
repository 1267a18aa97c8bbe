// The codes under which the service refuses (docs/api.md), from what a policy says of an effect.
import type { ReasonCode } from '@coffer/service'
import { type Action, DANGERS, type DangerousAction, type Judgement } from '@coffer/service/policy'

/**
 * The codes of the reasons against a request, each once.
 *
 * @param judgements Of every effect of the request.
 * @returns None if it is allowed.
 */
export function codesOf(judgements: readonly Judgement[]): readonly ReasonCode[] {
  if (judgements.length === 0) return ['NO_EFFECT']
  if (judgements.some(({ outcome }) => outcome === 'WALLET_UNKNOWN')) return ['WALLET_UNKNOWN']
  return [...new Set(judgements.flatMap(judgement => codeOf(judgement) ?? []))]
}

/** The code of the reason against one effect; undefined if it is permitted. */
export function codeOf({ outcome, question }: Judgement): ReasonCode | undefined {
  switch (outcome) {
    case 'permitted':
      return undefined
    case 'forbidden':
      return 'FORBIDDEN'
    case 'error':
      return 'RULE_FAILED'
    case 'notPermitted':
      return question !== undefined && isDangerous(question.action.id)
        ? ofDangers[question.action.id]
        : 'NOT_PERMITTED'
    default:
      return outcome
  }
}

const ofDangers: Readonly<Record<DangerousAction, ReasonCode>> = {
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

/** Every code that a refusal by the policy can have. */
export const reasonCodes: readonly ReasonCode[] = [
  'NOT_PERMITTED',
  'FORBIDDEN',
  'WALLET_UNKNOWN',
  'TOKEN_UNKNOWN',
  'CALL_DATA_NOT_UNDERSTOOD',
  'NO_EFFECT',
  'RULE_FAILED',
  ...Object.values(ofDangers),
]

/** Whether an action is among the dangerous ones. */
export function isDangerous(action: Action): action is DangerousAction {
  return Object.hasOwn(DANGERS, action)
}
