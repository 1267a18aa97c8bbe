// The EIP-712 message by which a wallet's admin signer registers an operational signer. The real API lets its
// smart account's validator say what is signed; SimpleAccount has none, so these types are the sandbox's own.
import { type Address, type Hex, hashTypedData } from 'viem'

export type TypedData = {
  readonly domain: {
    readonly name: string
    readonly version: string
    readonly chainId: number
    readonly verifyingContract: Address
  }
  readonly types: { readonly RegisterSigner: readonly { readonly name: string; readonly type: string }[] }
  readonly primaryType: 'RegisterSigner'
  readonly message: { readonly signer: string; readonly expiresAt: string; readonly request: string }
}

/** @param request the request's id, so that no two requests have the same hash */
export const registrationTypedData = (
  chainId: number,
  wallet: Address,
  signer: string,
  expiresAt: string | undefined,
  request: string,
): TypedData => ({
  domain: { name: 'Coffer sandbox', version: '1', chainId, verifyingContract: wallet },
  types: {
    RegisterSigner: [
      { name: 'signer', type: 'string' },
      { name: 'expiresAt', type: 'string' },
      { name: 'request', type: 'string' },
    ],
  },
  primaryType: 'RegisterSigner',
  message: { signer, expiresAt: expiresAt ?? '', request },
})

export const hashOf = (typedData: TypedData): Hex => hashTypedData(typedData)
