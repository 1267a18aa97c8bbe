// ERC-721 and ERC-1155 tokens. The collection is the contract called. `transferFrom` and `approve` of ERC-721 have the
// selectors of ERC-20's and are taken for those.
// https://eips.ethereum.org/EIPS/eip-721 and https://eips.ethereum.org/EIPS/eip-1155
import type { Address } from 'viem'
import type { Effect } from '../effect.ts'
import { type Call, type EffectFunction, known } from './known.ts'

type Transfer = readonly [from: Address, to: Address, tokenId: bigint, ...unknown[]]
const single = ([from, to, tokenId]: Transfer, call: Call): readonly Effect[] => [
  { kind: 'nftTransfer', collection: call.to, from, to, tokenId, amount: 1n },
]

/** Safe transfers, and operators. */
export const nftFunctions: readonly EffectFunction[] = [
  known('safeTransferFrom(address,address,uint256)', single),
  known('safeTransferFrom(address,address,uint256,bytes)', single),
  known('safeTransferFrom(address,address,uint256,uint256,bytes)', ([from, to, tokenId, amount], call) => [
    { kind: 'nftTransfer', collection: call.to, from, to, tokenId, amount },
  ]),
  known(
    'safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)',
    ([from, to, tokenIds, amounts], call) => {
      const effects = tokenIds.flatMap((tokenId, i): readonly Effect[] => {
        const amount = amounts[i]
        return amount === undefined
          ? []
          : [{ kind: 'nftTransfer', collection: call.to, from, to, tokenId, amount }]
      })
      // ERC-1155 demands equal lengths.
      return effects.length === tokenIds.length && effects.length === amounts.length ? effects : undefined
    },
  ),
  known('setApprovalForAll(address,bool)', ([operator, approved], call, account) => [
    { kind: 'approvalForAll', collection: call.to, owner: account, operator, approved },
  ]),
]
