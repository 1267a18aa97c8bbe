// Typed data of Permit2: allowances, and transfers that the spender may make once. The tokens are named in the message, so
// where the contract that verifies is not Permit2 itself that it is unknown is an effect as well. So it is where a transfer
// has a witness, since that is what the owner agrees to besides.
// https://github.com/Uniswap/permit2/blob/main/src/libraries/PermitHash.sol
import type { Address } from 'viem'
import type { Effect } from '../effects/effect.ts'
import { PERMIT2 } from '../effects/functions/permit2.ts'
import {
  type Interpretation,
  type Interpretations,
  type Meaning,
  messageAs,
  unknownEffect,
} from './meaning.ts'
import type { TypedData } from './typedData.ts'
import { definition, encodeType } from './typedDataTypes.ts'

type Permitted = { readonly token: Address; readonly amount: bigint }

const approvals = (
  typedData: TypedData,
  owner: Address,
  spender: Address,
  permitted: readonly Permitted[],
): Meaning => {
  const approved = permitted.map(
    ({ token, amount }): Effect => ({ kind: 'approval', asset: token, owner, spender, amount }),
  )
  const isKnown =
    approved.length > 0 &&
    typedData.domain.verifyingContract === PERMIT2 &&
    !WITNESSED.has(typedData.primaryType)
  return { account: owner, effects: isKnown ? approved : [...approved, unknownEffect(typedData)] }
}

type Allowance<T> = { readonly details: T; readonly spender: Address }

const permitSingle: Interpretation = (typedData, signerAddress) => {
  const { details, spender } = messageAs<Allowance<Permitted>>(typedData.message)
  return approvals(typedData, signerAddress, spender, [details])
}

const permitBatch: Interpretation = (typedData, signerAddress) => {
  const { details, spender } = messageAs<Allowance<readonly Permitted[]>>(typedData.message)
  return approvals(typedData, signerAddress, spender, details)
}

type Transfer<T> = { readonly permitted: T; readonly spender: Address }

const permitTransferFrom: Interpretation = (typedData, signerAddress) => {
  const { permitted, spender } = messageAs<Transfer<Permitted>>(typedData.message)
  return approvals(typedData, signerAddress, spender, [permitted])
}

const permitBatchTransferFrom: Interpretation = (typedData, signerAddress) => {
  const { permitted, spender } = messageAs<Transfer<readonly Permitted[]>>(typedData.message)
  return approvals(typedData, signerAddress, spender, permitted)
}

const ALLOWANCE =
  'address spender,uint256 sigDeadline)PermitDetails(address token,uint160 amount,uint48 expiration,uint48 nonce)'
const TRANSFER =
  'address spender,uint256 nonce,uint256 deadline)TokenPermissions(address token,uint256 amount)'

/** By the type written out. */
export const permit2Meanings: Interpretations = [
  [`PermitSingle(PermitDetails details,${ALLOWANCE}`, permitSingle],
  [`PermitBatch(PermitDetails[] details,${ALLOWANCE}`, permitBatch],
  [`PermitTransferFrom(TokenPermissions permitted,${TRANSFER}`, permitTransferFrom],
  [`PermitBatchTransferFrom(TokenPermissions[] permitted,${TRANSFER}`, permitBatchTransferFrom],
]

/**
 * Permit2 lets a protocol put one more member, of any type, at the end of a transfer: the witness. It may be an order that
 * sells what is permitted, at any price and to the benefit of anyone, and is not understood here.
 *
 * @returns The transfer's type written out as if there was no witness; `undefined` of any other typed data.
 */
export const typeWithoutWitness = ({ types, primaryType }: TypedData): string | undefined => {
  const plainType = WITNESSED.get(primaryType)
  const members = definition(types, primaryType) ?? []
  const permissions = definition(types, 'TokenPermissions')
  if (plainType === undefined || permissions === undefined || members.length !== 5) return undefined
  return encodeType({ [plainType]: members.slice(0, 4), TokenPermissions: permissions }, plainType)
}

const WITNESSED: ReadonlyMap<string, string> = new Map([
  ['PermitWitnessTransferFrom', 'PermitTransferFrom'],
  ['PermitBatchWitnessTransferFrom', 'PermitBatchTransferFrom'],
])
