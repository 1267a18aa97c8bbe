// Approvals: a signer's signature over a pending message, checked at once: EIP-191 over the 32 bytes, as the
// wallets verify it on chain, then over the raw hash, which the API takes too (and SimpleAccount then
// refuses, AA24).
import {
  compactSignatureToSignature,
  type Hex,
  isAddressEqual,
  recoverAddress,
  recoverMessageAddress,
  serializeSignature,
  size,
  slice,
} from 'viem'
import { CrossmintError, invalid } from './errors.ts'
import { array, hex, object, parse, text } from './input.ts'
import { isEvmAddress, sameLocator } from './locators.ts'
import type { Approvable, Wallet } from './project.ts'

/**
 * Records the approval that the request body carries; the quorum is one, so it is complete then.
 * @returns the signature in its 65-byte form
 * @throws {CROSSMINT_ERROR} 400 unknown signer or wrong signature, 409 this signer has approved the transaction
 *   before, 422 quorum reached, or more approvals than it takes
 */
export const approve = async (
  wallet: Wallet,
  request: Approvable,
  body: unknown,
  now: () => number,
): Promise<Hex> => {
  const { approvals } = parse(approvalsBody, body)
  const [first] = approvals
  if (first === undefined) throw invalid(['approvals: Too small: expected array to have >=1 items'])
  checkOpen(wallet, request, first.signer)
  const signature = await checkSignature(request, first.signature)
  if (approvals.length > 1)
    throw new CrossmintError(
      422,
      `One approval is required, and ${approvals.length} were sent: none of them was taken`,
    )
  // Another request may have come first while the signature was checked.
  checkOpen(wallet, request, first.signer)
  request.submitted = { signature: first.signature, submittedAt: now() }
  return signature
}

/** `approvals` of a transaction or signature, as in answers. */
export const viewApprovals = ({ signer, message, submitted }: Approvable): unknown => ({
  pending: submitted === undefined ? [{ signer, message }] : [],
  submitted: submitted === undefined ? [] : [{ ...submitted, signer, message }],
  required: 1,
})

const approvalsBody = object({
  approvals: array(object({ signer: text, signature: hex }), 1),
})

const checkOpen = (wallet: Wallet, request: Approvable, locator: string): void => {
  const known = [wallet.adminSigner.locator, ...wallet.operationalSigners.keys()]
  if (!known.some(signer => sameLocator(signer, locator)))
    throw invalid([`approvals.0.signer: ${locator} is not a signer of this wallet`])
  if (request.submitted === undefined) {
    if (sameLocator(request.signer.locator, locator)) return
    throw invalid([
      `approvals.0.signer: ${locator} is not among the pending approvals; ${request.signer.locator} is`,
    ])
  }
  // The approvals of a signature know no 409.
  if (request.kind === 'transaction' && sameLocator(request.signer.locator, locator))
    throw new CrossmintError(409, `A signature of ${locator} was already submitted`)
  throw quorumReached()
}

const quorumReached = (): CrossmintError =>
  new CrossmintError(422, 'The required number of approvals has already been reached')

const checkSignature = async ({ signer, message }: Approvable, given: Hex): Promise<Hex> => {
  const signature = fullSignature(given)
  const prefixed = await recoverMessageAddress({ message: { raw: message }, signature }).catch(
    () => undefined,
  )
  const raw = await recoverAddress({ hash: message, signature }).catch(() => undefined)
  const { address } = signer
  if (
    isEvmAddress(address) &&
    [prefixed, raw].some(found => found !== undefined && isAddressEqual(found, address))
  )
    return signature
  throw wrongSignature(
    `it is not by ${address} over this message; as EIP-191 signature (personal_sign over the 32 bytes) ` +
      `it is by ${prefixed ?? 'nobody'}, over the raw hash by ${raw ?? 'nobody'}`,
  )
}

const fullSignature = (signature: Hex): Hex => {
  switch (size(signature)) {
    case 64:
      return serializeSignature(
        compactSignatureToSignature({ r: slice(signature, 0, 32), yParityAndS: slice(signature, 32) }),
      )
    case 65:
      if (/1[bc]$/i.test(signature)) return signature
      throw wrongSignature('its last byte, v, must be 27 or 28 (0x1b or 0x1c)')
    default:
      throw wrongSignature(
        `it has ${size(signature)} bytes; expected 65 (r, s, v) or 64 (EIP-2098). An ERC-6492 envelope is a ` +
          "smart wallet's signature: the signer's own is needed",
      )
  }
}

const wrongSignature = (why: string): CrossmintError =>
  invalid([`approvals.0.signature: Invalid signature: ${why}`])
