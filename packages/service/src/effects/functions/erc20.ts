// ERC-20 tokens: https://eips.ethereum.org/EIPS/eip-20. The asset is the contract called. ERC-721 shares the selectors of
// `transferFrom` and `approve`; which of the two a contract is cannot be seen in a call.
import { type EffectFunction, known } from './known.ts'

/** Transfers and allowances. `decreaseAllowance` permits nothing new and stays a call. */
export const erc20Functions: readonly EffectFunction[] = [
  known('transfer(address,uint256)', ([to, amount], call, account) => [
    { kind: 'transfer', asset: call.to, from: account, to, amount },
  ]),
  known('transferFrom(address,address,uint256)', ([from, to, amount], call) => [
    { kind: 'transfer', asset: call.to, from, to, amount },
  ]),
  known('approve(address,uint256)', ([spender, amount], call, account) => [
    { kind: 'approval', asset: call.to, owner: account, spender, amount },
  ]),
  // OpenZeppelin: the amount is added to what the allowance is.
  known('increaseAllowance(address,uint256)', ([spender, amount], call, account) => [
    { kind: 'approval', asset: call.to, owner: account, spender, amount },
  ]),
]
