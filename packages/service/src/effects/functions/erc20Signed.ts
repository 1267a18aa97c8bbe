// ERC-20 tokens moved or released with a signature of their owner, handed in by anyone: EIP-2612 and DAI permits, and
// EIP-3009 authorizations, each also with the signature as bytes, as USDC v2.2 takes it.
// https://eips.ethereum.org/EIPS/eip-2612 and https://eips.ethereum.org/EIPS/eip-3009
import type { Address } from 'viem'
import type { Effect } from '../effect.ts'
import { type Call, type EffectFunction, known } from './known.ts'

/** What a DAI permit that allows at all allows. */
const UNLIMITED = 2n ** 256n - 1n

type Permit = readonly [owner: Address, spender: Address, amount: bigint, ...unknown[]]
const permit = ([owner, spender, amount]: Permit, call: Call): readonly Effect[] => [
  { kind: 'approval', asset: call.to, owner, spender, amount },
]

type Authorization = readonly [from: Address, to: Address, amount: bigint, ...unknown[]]
const authorization = ([from, to, amount]: Authorization, call: Call): readonly Effect[] => [
  { kind: 'transfer', asset: call.to, from, to, amount },
]

/** Permits and authorizations. `cancelAuthorization` permits nothing and stays a call. */
export const erc20SignedFunctions: readonly EffectFunction[] = [
  known('permit(address,address,uint256,uint256,uint8,bytes32,bytes32)', permit),
  known('permit(address,address,uint256,uint256,bytes)', permit),
  known(
    'permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)',
    ([owner, spender, , , allowed], call) => permit([owner, spender, allowed ? UNLIMITED : 0n], call),
  ),
  known(
    'transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)',
    authorization,
  ),
  known('transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)', authorization),
  known(
    'receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)',
    authorization,
  ),
  known('receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)', authorization),
]
