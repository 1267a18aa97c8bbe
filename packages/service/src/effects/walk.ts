// From calls to effects, through the calls that they carry. Whatever a call is, native value that goes with it is a
// transfer of its own; a call that carries others has its own effect and theirs. Nothing that is carried is ever left out:
// what is not understood, or lies too deep, is opaque.
import { type Address, getAddress, type Hex, keccak256, zeroAddress } from 'viem'
import {
  entryPoint06Address,
  entryPoint07Address,
  entryPoint08Address,
  entryPoint09Address,
} from 'viem/account-abstraction'
import { administrationAction } from './administration.ts'
import { splitCallData } from './canonical.ts'
import type { Effect } from './effect.ts'
import { accountFunctions, executorFunctions } from './functions/account.ts'
import { erc20Functions } from './functions/erc20.ts'
import { erc20SignedFunctions } from './functions/erc20Signed.ts'
import { type Action, bySelector, type Call, type Contents, plainCall } from './functions/known.ts'
import { multicallFunctions } from './functions/multicall.ts'
import { multiSend } from './functions/multiSend.ts'
import { nftFunctions } from './functions/nft.ts'
import { operatorFunctions } from './functions/operators.ts'
import { permit2Functions } from './functions/permit2.ts'
import { safeApprovalFunctions, safeFunctions, safeUserOperationFunctions } from './functions/safe.ts'
import { wethFunctions } from './functions/weth.ts'

/** Who acts, on behalf of which accounts further out, and the EntryPoint of the account outermost, if it has one. */
export type Context = {
  readonly account: Address
  readonly outer: readonly Address[]
  readonly entryPoint: Address | undefined
}

/**
 * The context of calls that an account makes of its own accord.
 *
 * @param account Who acts.
 * @param entryPoint Its EntryPoint, if it has one.
 * @returns The context, with addresses in EIP-55 form, in which all are compared.
 */
export const contextOf = (account: Address, entryPoint: Address | undefined): Context => ({
  account: getAddress(account),
  outer: [],
  entryPoint: entryPoint && getAddress(entryPoint),
})

/** How many calls may lie around the innermost one that is still looked into. */
const MAXIMUM_DEPTH = 4

/** How many effects call data may have. */
const MAXIMUM_EFFECTS = 512

const effectFunctions = bySelector([
  ...erc20Functions,
  ...erc20SignedFunctions,
  ...permit2Functions,
  ...nftFunctions,
  ...operatorFunctions,
  ...wethFunctions,
  ...safeApprovalFunctions,
])

const containers = bySelector([
  ...accountFunctions,
  ...executorFunctions,
  ...multicallFunctions,
  multiSend,
  ...safeFunctions,
  ...safeUserOperationFunctions,
])

/**
 * Keeps the number of effects in bounds.
 *
 * @param effects The effects of the call data.
 * @param data The call data, as lower-case hex.
 * @returns The effects; where they are too many, the first of them, and that the call data is opaque.
 */
export const bounded = (effects: readonly Effect[], data: Hex): readonly Effect[] =>
  effects.length > MAXIMUM_EFFECTS ? [...effects.slice(0, MAXIMUM_EFFECTS - 1), opaque(data)] : effects

/**
 * The effect of call data that is not understood.
 *
 * @param data The call data, as lower-case hex.
 * @returns The effect `opaque`.
 */
export const opaque = (data: Hex): Effect => ({ kind: 'opaque', of: 'callData', hash: keccak256(data) })

/**
 * Everything that a call, or a delegatecall, would do.
 *
 * @param action The call, made by the account of the context.
 * @param context Who acts, and for whom.
 * @returns Its effects and those of the calls it carries, in order. Never empty.
 */
export const actionEffects = (action: Action, context: Context): readonly Effect[] => {
  if (action.operation === 'delegatecall') return delegatecallEffects(action, context)
  const { to, value, data } = action
  if (value === 0n) return dataEffects(action, context)
  const native: Effect = { kind: 'transfer', asset: 'native', from: context.account, to, amount: value }
  return data === '0x' && !isPrivileged(to, context) ? [native] : [native, ...dataEffects(action, context)]
}

/** MultiSend's code makes its calls as the account that runs it. Any other code may do anything. */
const delegatecallEffects = ({ account, to, data }: Action, context: Context): readonly Effect[] => {
  const effect: Effect = { kind: 'delegatecall', to }
  const { selector, parameters } = splitCallData(data)
  if (selector !== multiSend.selector) return [effect]
  const contents = multiSend.read(parameters, { to: account, value: 0n, data }, account)
  return [effect, ...contentsEffects(contents, data, context)]
}

const dataEffects = (call: Call, context: Context): readonly Effect[] => {
  const { to, data } = call
  const { selector, parameters } = splitCallData(data)
  const action = administrationAction(selector)
  if (action !== undefined) return [{ kind: 'administration', to, action }]
  const own: Effect = isPrivileged(to, context)
    ? { kind: 'administration', to, action: `function ${selector}` }
    : plainCall(call)
  const container = containers.get(selector)
  if (container !== undefined)
    return [own, ...contentsEffects(container.read(parameters, call, context.account), data, context)]
  if (own.kind === 'administration') return [own]
  const known = effectFunctions.get(selector)
  if (known === undefined) return [own]
  const effects = known.read(parameters, call, context.account) ?? [opaque(data)]
  return effects.length === 0 ? [own] : effects
}

const contentsEffects = (
  contents: Contents | undefined,
  data: Hex,
  { account, outer, entryPoint }: Context,
): readonly Effect[] => {
  if (contents === undefined || outer.length >= MAXIMUM_DEPTH) return [opaque(data)]
  const further = [...outer, account]
  return [
    ...contents.effects,
    ...contents.actions.flatMap(action =>
      actionEffects(action, { account: action.account, outer: further, entryPoint }),
    ),
  ]
}

const ENTRY_POINTS: ReadonlySet<Address> = new Set([
  entryPoint06Address,
  entryPoint07Address,
  entryPoint08Address,
  entryPoint09Address,
])

/**
 * Whether a call to this address is made with an account's own authority over itself. ERC-7821 accounts and MultiSend take
 * the zero address for themselves. An EntryPoint would pay out the account's deposit to anyone it names.
 */
const isPrivileged = (to: Address, { account, outer, entryPoint }: Context): boolean =>
  to === account || outer.includes(to) || to === entryPoint || ENTRY_POINTS.has(to) || to === zeroAddress
