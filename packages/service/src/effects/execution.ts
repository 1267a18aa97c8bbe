// The effects of a user operation's call data, which the EntryPoint passes to the account. What is neither administration
// nor one of the known ways to tell an account to make calls is opaque.
import type { Hex } from 'viem'
import { administrationAction } from './administration.ts'
import type { Caller } from './call.ts'
import { splitCallData } from './canonical.ts'
import type { Effect } from './effect.ts'
import { accountFunctions } from './functions/account.ts'
import { bySelector, normalised } from './functions/known.ts'
import { safeUserOperationFunctions } from './functions/safe.ts'
import { actionEffects, bounded, contextOf, opaque } from './walk.ts'

const functions = bySelector([...accountFunctions, ...safeUserOperationFunctions])

/**
 * What call data makes an account do. Assumes that the account is a SimpleAccount, a Coinbase Smart Wallet, a Safe with the
 * ERC-4337 module, or of ERC-7579 (Kernel v3 without hooks, for one): that is not visible here.
 *
 * @param callData What the EntryPoint calls the account with.
 * @param caller The account and its EntryPoint.
 * @returns The effects of the calls that the account makes, in order, with addresses in EIP-55 form. Empty where it is called
 *   with nothing.
 * @see https://eips.ethereum.org/EIPS/eip-4337
 */
export const executionEffects = (callData: Hex, caller: Caller): readonly Effect[] => {
  if (callData === '0x') return [] // The EntryPoint then calls nothing.
  const context = contextOf(caller.account, caller.entryPoint)
  const { account } = context
  const call = normalised({ to: account, value: 0n, data: callData })
  const { selector, parameters } = splitCallData(call.data)
  const action = administrationAction(selector)
  if (action !== undefined) return [{ kind: 'administration', to: account, action }]
  const contents = functions.get(selector)?.read(parameters, call, account)
  if (contents === undefined) return [opaque(call.data)]
  const effects = contents.actions.flatMap(made => actionEffects(made, context))
  return bounded([...contents.effects, ...effects], call.data)
}
