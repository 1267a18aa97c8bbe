// Permit2: allowances and transfers of any token that has approved it. The token is an argument here, not the contract
// called, so where the contract is not Permit2 itself the call to it is an effect as well.
// https://github.com/Uniswap/permit2/tree/main/src/interfaces
import type { Address } from 'viem'
import type { Effect } from '../effect.ts'
import { type Call, type EffectFunction, known, plainCall } from './known.ts'

/** The address of Permit2 on most chains: deployed with CREATE2, so no other code can be there. */
export const PERMIT2: Address = '0x000000000022D473030F116dDEE9F6B43aC78BA3'

const of = (call: Call, effects: readonly Effect[]): readonly Effect[] =>
  call.to === PERMIT2 ? effects : [plainCall(call), ...effects]

type Allowance = readonly [token: Address, amount: bigint, expiration: number, nonce: number]
const allowances = (
  allowed: readonly Allowance[],
  owner: Address,
  spender: Address,
  call: Call,
): readonly Effect[] =>
  of(
    call,
    allowed.map(([asset, amount]) => ({ kind: 'approval', asset, owner, spender, amount })),
  )

type Transfer = readonly [from: Address, to: Address, amount: bigint, token: Address]
const transfers = (moved: readonly Transfer[], call: Call): readonly Effect[] =>
  of(
    call,
    moved.map(([from, to, amount, asset]) => ({ kind: 'transfer', asset, from, to, amount })),
  )

type Permitted = readonly [token: Address, amount: bigint]
type Details = readonly [to: Address, requestedAmount: bigint]
const permitted = (
  tokens: readonly Permitted[],
  details: readonly Details[],
  owner: Address,
  call: Call,
): readonly Effect[] | undefined => {
  const moved = details.flatMap(([to, amount], i): readonly Transfer[] => {
    const token = tokens[i]?.[0]
    return token === undefined ? [] : [[owner, to, amount, token]]
  })
  // Permit2 reverts on other lengths.
  return moved.length === details.length && moved.length === tokens.length
    ? transfers(moved, call)
    : undefined
}

/** Allowances and transfers, single and in batches. What takes an allowance away stays a call. */
export const permit2Functions: readonly EffectFunction[] = [
  known('approve(address,address,uint160,uint48)', ([token, spender, amount, expiration], call, account) =>
    allowances([[token, amount, expiration, 0]], account, spender, call),
  ),
  known(
    'permit(address,((address,uint160,uint48,uint48),address,uint256),bytes)',
    ([owner, [allowed, spender]], call) => allowances([allowed], owner, spender, call),
  ),
  known(
    'permit(address,((address,uint160,uint48,uint48)[],address,uint256),bytes)',
    ([owner, [allowed, spender]], call) => allowances(allowed, owner, spender, call),
  ),
  known('transferFrom(address,address,uint160,address)', (transfer, call) => transfers([transfer], call)),
  known('transferFrom((address,address,uint160,address)[])', ([moved], call) => transfers(moved, call)),
  known(
    'permitTransferFrom(((address,uint256),uint256,uint256),(address,uint256),address,bytes)',
    ([[token], details, owner], call) => permitted([token], [details], owner, call),
  ),
  known(
    'permitTransferFrom(((address,uint256)[],uint256,uint256),(address,uint256)[],address,bytes)',
    ([[tokens], details, owner], call) => permitted(tokens, details, owner, call),
  ),
  known(
    'permitWitnessTransferFrom(((address,uint256),uint256,uint256),(address,uint256),address,bytes32,string,bytes)',
    ([[token], details, owner], call) => permitted([token], [details], owner, call),
  ),
  known(
    'permitWitnessTransferFrom(((address,uint256)[],uint256,uint256),(address,uint256)[],address,bytes32,string,bytes)',
    ([[tokens], details, owner], call) => permitted(tokens, details, owner, call),
  ),
]
