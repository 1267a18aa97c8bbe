// The effects of a Safe transaction, as the owners of a Safe sign it.
import type { Effect } from './effect.ts'
import { normalised } from './functions/known.ts'
import { type SafeTransaction, safeTransactionContents } from './functions/safe.ts'
import { actionEffects, bounded, contextOf, opaque } from './walk.ts'

/**
 * What a Safe transaction makes the Safe do.
 *
 * @param transaction The transaction without its nonce. Value and gas price in wei, gas in units.
 * @returns The refund of gas, if there is one, and the effects of the call, made by the Safe, with addresses in EIP-55 form.
 *   Opaque where the operation is neither 0 (call) nor 1 (delegatecall).
 */
export const safeTransactionEffects = (transaction: SafeTransaction): readonly Effect[] => {
  const context = contextOf(transaction.safe, undefined)
  const { data, ...rest } = normalised(transaction)
  const contents = safeTransactionContents({ ...rest, data, safe: context.account })
  if (contents === undefined) return [opaque(data)]
  const effects = contents.actions.flatMap(action => actionEffects(action, context))
  return bounded([...contents.effects, ...effects], data)
}
