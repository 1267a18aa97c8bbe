// Step 4, check: what the signing endpoint returned is the signer's EIP-191 signature of this very message.
// https://eips.ethereum.org/EIPS/eip-191 (version 0x45), https://eips.ethereum.org/EIPS/eip-2 (low s)
import { type Address, type Hex, isAddressEqual, recoverMessageAddress } from 'viem'

const halfOrder = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

/**
 * Refuses any signature but a 65-byte, low-s ECDSA signature by the signer over the message.
 *
 * @param message 32 bytes of `0x` hex. @param signature `r || s || v`, v 27 or 28, as `0x` hex.
 * @throws {SIGNATURE_REFUSED}
 */
export async function checkSignature(message: Hex, signature: Hex, signer: Address): Promise<void> {
  if (!/^0x[0-9a-f]{128}(?:1b|1c)$/i.test(signature))
    throw new SignatureRefusedError(signer, 'it is not 65 bytes of 0x hex with v 27 or 28')
  if (BigInt(`0x${signature.slice(66, 130)}`) > halfOrder)
    throw new SignatureRefusedError(signer, 'its s is high')
  const recovered = await recover(message, signature)
  if (recovered === undefined) throw new SignatureRefusedError(signer, 'it recovers to no address')
  if (!isAddressEqual(recovered, signer))
    throw new SignatureRefusedError(signer, `it recovers to ${recovered}`)
}

async function recover(message: Hex, signature: Hex): Promise<Address | undefined> {
  try {
    return await recoverMessageAddress({ message: { raw: message }, signature })
  } catch {
    return undefined
  }
}

/** The signature is not the signer's over this message. It was not submitted. */
export class SignatureRefusedError extends Error {
  override readonly name = 'SignatureRefusedError'
  readonly code = 'SIGNATURE_REFUSED'
  readonly signerAddress: Address

  constructor(signerAddress: Address, fault: string) {
    super(
      `the signature was not submitted: ${fault}, where ${signerAddress} must have signed (EIP-191). ` +
        "Check the signing endpoint, its key and the wallet's signer address",
    )
    this.signerAddress = signerAddress
  }
}
