// The effects of one call that an account makes: native value, ERC-20 (EIP-20), administration, or a call not understood
// further. Whatever the call, native value that goes with it is a transfer of its own.
import { type Address, type Hex, keccak256, parseAbiParameters, toFunctionSelector, zeroAddress } from 'viem'
import { administrationAction } from './administration.ts'
import { decodeCanonical, splitCallData } from './canonical.ts'
import type { Effect } from './effect.ts'

/** A message call. `value` in wei; `data` as lower-case hex. */
export type Call = { readonly to: Address; readonly value: bigint; readonly data: Hex }

/** Who makes the calls: the account, and the EntryPoint that holds its deposit and knows its nonces. */
export type Caller = { readonly account: Address; readonly entryPoint: Address }

/** Everything that a call would do. Never empty. */
export const callEffects = (call: Call, caller: Caller): readonly Effect[] => {
  const { to, value, data } = call
  if (value === 0n) return [dataEffect(call, caller)]
  const native: Effect = { kind: 'transfer', asset: 'native', from: caller.account, to, amount: value }
  return data === '0x' && !isPrivileged(to, caller) ? [native] : [native, dataEffect(call, caller)]
}

const dataEffect = ({ to, value, data }: Call, caller: Caller): Effect => {
  const { selector, parameters } = splitCallData(data)
  const action =
    administrationAction(selector) ?? (isPrivileged(to, caller) ? `function ${selector}` : undefined)
  if (action !== undefined) return { kind: 'administration', to, action }
  if (!erc20Selectors.has(selector)) return { kind: 'call', to, selector, value }
  return (
    erc20Effect(selector, parameters, to, caller) ?? { kind: 'opaque', of: 'callData', hash: keccak256(data) }
  )
}

/**
 * Whether a call to this address is made with the account's own authority over itself. ERC-7821 accounts take the zero
 * address for themselves. The EntryPoint would pay out the account's deposit to anyone it names.
 */
const isPrivileged = (to: Address, { account, entryPoint }: Caller): boolean =>
  to === account || to === entryPoint || to === zeroAddress

const TRANSFER = toFunctionSelector('transfer(address,uint256)')
const TRANSFER_FROM = toFunctionSelector('transferFrom(address,address,uint256)')
const APPROVE = toFunctionSelector('approve(address,uint256)')
const erc20Selectors: ReadonlySet<Hex> = new Set([TRANSFER, TRANSFER_FROM, APPROVE])

const addressAndAmount = parseAbiParameters('address, uint256')
const twoAddressesAndAmount = parseAbiParameters('address, address, uint256')

const erc20Effect = (
  selector: Hex,
  parameters: Hex,
  asset: Address,
  { account }: Caller,
): Effect | undefined => {
  if (selector === TRANSFER_FROM) {
    const values = decodeCanonical(twoAddressesAndAmount, parameters)
    return values && { kind: 'transfer', asset, from: values[0], to: values[1], amount: values[2] }
  }
  const values = decodeCanonical(addressAndAmount, parameters)
  if (values === undefined) return undefined
  const [party, amount] = values
  return selector === APPROVE
    ? { kind: 'approval', asset, spender: party, amount }
    : { kind: 'transfer', asset, from: account, to: party, amount }
}
