// Operators: who may move, or borrow against, all that an account has in the contract called. ERC-6909 and ERC-777 tokens,
// and the lending markets and vaults that have operators of their own.
// https://eips.ethereum.org/EIPS/eip-6909 and https://eips.ethereum.org/EIPS/eip-777
import type { Address } from 'viem'
import type { Effect } from '../effect.ts'
import { type Call, type EffectFunction, known } from './known.ts'

const operator = (
  owner: Address,
  operator: Address,
  approved: boolean,
  { to: collection }: Call,
): readonly Effect[] => [{ kind: 'approvalForAll', collection, owner, operator, approved }]

/** Operators named and taken away, but for those of ERC-721 and ERC-1155. */
export const operatorFunctions: readonly EffectFunction[] = [
  known('setOperator(address,bool)', ([who, approved], call, account) =>
    operator(account, who, approved, call),
  ),
  known('authorizeOperator(address)', ([who], call, account) => operator(account, who, true, call)),
  known('revokeOperator(address)', ([who], call, account) => operator(account, who, false, call)),
  // Morpho: https://github.com/morpho-org/morpho-blue/blob/main/src/interfaces/IMorpho.sol
  known('setAuthorization(address,bool)', ([who, approved], call, account) =>
    operator(account, who, approved, call),
  ),
  // Compound III: https://github.com/compound-finance/comet/blob/main/contracts/CometExt.sol
  known('allow(address,bool)', ([who, approved], call, account) => operator(account, who, approved, call)),
  // Balancer: https://github.com/balancer/balancer-v2-monorepo/blob/master/pkg/interfaces/contracts/vault/IVault.sol
  known('setRelayerApproval(address,address,bool)', ([owner, who, approved], call) =>
    operator(owner, who, approved, call),
  ),
]
