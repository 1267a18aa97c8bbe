// ERC-20 tokens: https://eips.ethereum.org/EIPS/eip-20. The asset is the contract called. ERC-721 shares the selectors of
// `transferFrom` and `approve`; which of the two a contract is cannot be seen in a call.
import type { Address } from 'viem'
import type { Effect } from '../effect.ts'
import { type Call, type EffectFunction, known } from './known.ts'

type Allowance = readonly [spender: Address, amount: bigint]
const allowance = ([spender, amount]: Allowance, call: Call, owner: Address): readonly Effect[] => [
  { kind: 'approval', asset: call.to, owner, spender, amount },
]

/** Transfers and allowances. `decreaseAllowance` and `decreaseApproval` permit nothing new and stay calls. */
export const erc20Functions: readonly EffectFunction[] = [
  known('transfer(address,uint256)', ([to, amount], call, account) => [
    { kind: 'transfer', asset: call.to, from: account, to, amount },
  ]),
  known('transferFrom(address,address,uint256)', ([from, to, amount], call) => [
    { kind: 'transfer', asset: call.to, from, to, amount },
  ]),
  known('approve(address,uint256)', allowance),
  // OpenZeppelin, later and earlier: the amount is added to what the allowance is.
  known('increaseAllowance(address,uint256)', allowance),
  known('increaseApproval(address,uint256)', allowance),
  // Aave: what may be borrowed in the account's name, as debt in the token called.
  known('approveDelegation(address,uint256)', allowance),
]
