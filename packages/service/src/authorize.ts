// The one road to the key. `authorize` judges; `signAuthorized` is the only place that asks a signer to sign, and it takes
// nothing but a decision that `authorize` made in this process, each one once.
import type { Signature, Signer } from '@coffer/signer'
import { describeEffect, type Effect } from './effects/effect.ts'
import type { Prepared } from './prepare.ts'
import type { Issue, ReasonCode } from './problem.ts'

/** Names the rules that were applied. Until there are policies, these are the ones of this file. */
export const POLICY_VERSION = 'builtin-1'

/** Whether a bare hash, which could permit anything, may be signed. */
export type BlindSigning = 'allow' | 'refuse'

const authorized: unique symbol = Symbol('authorized')

/** Leave to sign one digest once. Only `authorize` can make one. */
export type Allow = {
  readonly outcome: 'allow'
  /** The rules that allowed it. */
  readonly rules: readonly string[]
  readonly prepared: Prepared
  readonly [authorized]: true
}

/** Why a request is refused: a rule's code, the effect that it objects to, and the field that caused the effect. */
export type Reason = Issue & { readonly code: ReasonCode }

export type Decision = Allow | { readonly outcome: 'deny'; readonly reasons: readonly [Reason, ...Reason[]] }

/**
 * Decides whether something may be signed: it may if every one of its effects may.
 *
 * @param prepared What would be signed and what that would permit, of `prepare`.
 * @param blindSigning Whether a bare hash is allowed. It changes nothing for payloads.
 * @returns Leave to sign, or every reason why not.
 */
export const authorize = (prepared: Prepared, blindSigning: BlindSigning): Decision => {
  const [first, ...others] = prepared.effects.flatMap(effect => objection(effect, blindSigning))
  if (first !== undefined) return { outcome: 'deny', reasons: [first, ...others] }
  const rules = prepared.effects.some(effect => effect.kind === 'opaque')
    ? ['blind-signing']
    : ['decoded-effects']
  const allow = Object.freeze<Allow>({ outcome: 'allow', rules, prepared, [authorized]: true })
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

const objection = (effect: Effect, blindSigning: BlindSigning): readonly Reason[] => {
  const deny = (code: ReasonCode, path: string): readonly Reason[] => [
    { path, code, message: describeEffect(effect) },
  ]
  switch (effect.kind) {
    case 'transfer':
    case 'approval':
    case 'call':
    case 'deployment':
    case 'fee':
      return []
    case 'delegatecall':
      return deny('DELEGATECALL_REFUSED', CALL_DATA)
    case 'administration':
      return deny('ADMINISTRATION_REFUSED', CALL_DATA)
    case 'opaque':
      if (effect.of === 'callData') return deny('CALL_DATA_NOT_UNDERSTOOD', CALL_DATA)
      return blindSigning === 'allow' ? [] : deny('BLIND_SIGNING_REFUSED', '/message')
  }
}

const CALL_DATA = '/payload/userOperation/callData'

class NotAuthorizedError extends Error {
  override readonly name = 'NotAuthorizedError'
  readonly code = 'NOT_AUTHORIZED'

  constructor() {
    super('Only an unused decision of authorize can be signed.')
  }
}
