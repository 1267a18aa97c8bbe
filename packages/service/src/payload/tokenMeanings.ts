// Typed data of tokens: allowances by EIP-2612 and of DAI's kind, and transfers by EIP-3009. The token is the contract that
// verifies the signature. https://eips.ethereum.org/EIPS/eip-2612 and https://eips.ethereum.org/EIPS/eip-3009
import { type Address, maxUint256 } from 'viem'
import { type Interpretation, type Interpretations, messageAs } from './meaning.ts'

type Permit = { readonly owner: Address; readonly spender: Address; readonly value: bigint }

const permit: Interpretation = ({ domain, message }) => {
  const { owner, spender, value: amount } = messageAs<Permit>(message)
  const asset = domain.verifyingContract
  return asset && { account: owner, effects: [{ kind: 'approval', asset, owner, spender, amount }] }
}

type DaiPermit = { readonly holder: Address; readonly spender: Address; readonly allowed: boolean }

const daiPermit: Interpretation = ({ domain, message }) => {
  const { holder: owner, spender, allowed } = messageAs<DaiPermit>(message)
  const asset = domain.verifyingContract
  const amount = allowed ? maxUint256 : 0n
  return asset && { account: owner, effects: [{ kind: 'approval', asset, owner, spender, amount }] }
}

type Authorization = { readonly from: Address; readonly to: Address; readonly value: bigint }

const authorization: Interpretation = ({ domain, message }) => {
  const { from, to, value: amount } = messageAs<Authorization>(message)
  const asset = domain.verifyingContract
  return asset && { account: from, effects: [{ kind: 'transfer', asset, from, to, amount }] }
}

const AUTHORIZATION =
  '(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)'

/** By the type written out. */
export const tokenMeanings: Interpretations = [
  ['Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)', permit],
  ['Permit(address holder,address spender,uint256 nonce,uint256 expiry,bool allowed)', daiPermit],
  [`TransferWithAuthorization${AUTHORIZATION}`, authorization],
  [`ReceiveWithAuthorization${AUTHORIZATION}`, authorization],
]
