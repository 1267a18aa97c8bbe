// Payload kind `authorization`: an account lets a contract's code be its own. https://eips.ethereum.org/EIPS/eip-7702
import { type Address, concatHex, type Hex, keccak256, numberToHex, toRlp } from 'viem'
import { address, type Field, object, oneOf, quantity, safeQuantity } from '../fields.ts'
import type { Examined } from './examined.ts'

/** What an EIP-7702 authorization commits to. Chain id 0 is every chain. */
export type Authorization = {
  readonly chainId: number
  readonly address: Address
  readonly nonce: bigint
}

export type AuthorizationPayload = {
  readonly kind: 'authorization'
  readonly authorization: Authorization
}

/** The reader of a payload of kind `authorization`. Quantities are `0x` hex. */
export const authorizationPayload: Field<AuthorizationPayload> = object<AuthorizationPayload>({
  kind: oneOf(['authorization'], 'UNSUPPORTED_KIND'),
  authorization: object<Authorization>({ chainId: safeQuantity, address, nonce: quantity(64) }),
})

/**
 * Finds out what an EIP-7702 authorization is.
 *
 * @param payload The authorization.
 * @param signerAddress The account that takes the code.
 * @returns Its hash, keccak256(0x05 || rlp([chain id, address, nonce])), and its effect.
 */
export const examineAuthorization = (
  { authorization }: AuthorizationPayload,
  signerAddress: Address,
): Examined => {
  const { chainId, address, nonce } = authorization
  return {
    chainId,
    account: signerAddress,
    hash: keccak256(concatHex(['0x05', toRlp([integer(chainId), address, integer(nonce)])])),
    effects: [{ kind: 'delegation', to: address, chainId }],
    origin: '/payload/authorization',
  }
}

/** RLP has no leading zeros, so zero is the empty string. */
const integer = (value: number | bigint): Hex => (BigInt(value) === 0n ? '0x' : numberToHex(value))
