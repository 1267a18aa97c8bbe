// The effects of one call that an account makes: as its transaction, or as one of several in a user operation.
import type { Address } from 'viem'
import type { Effect } from './effect.ts'
import { type Call, normalised } from './functions/known.ts'
import { actionEffects, bounded, contextOf } from './walk.ts'

/**
 * Who makes the calls: the account, and the EntryPoint that holds its deposit and knows its nonces. An account of a key
 * alone has no EntryPoint.
 */
export type Caller = { readonly account: Address; readonly entryPoint?: Address | undefined }

/**
 * Everything that a call would do.
 *
 * @param call The call. `value` in wei.
 * @param caller Who makes it.
 * @returns Its effects, and those of the calls that it carries, in order, with addresses in EIP-55 form. Never empty.
 */
export const callEffects = (call: Call, { account, entryPoint }: Caller): readonly Effect[] => {
  const context = contextOf(account, entryPoint)
  const action = { ...normalised(call), account: context.account, operation: 'call' } as const
  return bounded(actionEffects(action, context), action.data)
}
