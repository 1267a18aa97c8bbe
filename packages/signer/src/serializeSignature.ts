// The two byte forms in which Ethereum carries a signature.
import { type Hex, isHex32 } from './hex.ts'
import { type Signature, SignatureError } from './signature.ts'

/**
 * Serialises a signature as contracts and RPC methods expect it: r ‖ s ‖ v.
 *
 * @param signature r and s of 32 bytes each, and yParity.
 * @returns 65 bytes, the last one v = 27 + yParity.
 * @throws {SIGNATURE_MALFORMED} r or s is not 32 bytes of hex, or yParity is neither 0 nor 1.
 * @see https://ethereum.github.io/yellowpaper/paper.pdf appendix F
 */
export const serializeSignature = (signature: Signature): Hex => {
  assertSignature(signature)
  return lowerCase(`${signature.r}${signature.s.slice(2)}${signature.yParity === 0 ? '1b' : '1c'}`)
}

/**
 * Serialises a signature in the compact form of ERC-2098: r ‖ yParity·2²⁵⁵ + s.
 *
 * @param signature r and s of 32 bytes each, s below 2²⁵⁵ as every low-s is, and yParity.
 * @returns 64 bytes.
 * @throws {SIGNATURE_MALFORMED} r or s is not 32 bytes of hex, s fills the top bit, or yParity is neither 0 nor 1.
 * @see https://eips.ethereum.org/EIPS/eip-2098
 */
export const serializeCompactSignature = (signature: Signature): Hex => {
  assertSignature(signature)
  const s = BigInt(signature.s)
  if (s >> 255n)
    throw malformed('s fills the top bit, where the compact form puts yParity. Normalise it (EIP-2)')
  const yParityAndS = s | (BigInt(signature.yParity) << 255n)
  return lowerCase(`${signature.r}${yParityAndS.toString(16).padStart(64, '0')}`)
}

const assertSignature = ({ r, s, yParity }: Signature): void => {
  if (!isHex32(r) || !isHex32(s)) throw malformed('r and s must be 0x and 64 hex digits each')
  if (yParity !== 0 && yParity !== 1) throw malformed('yParity must be 0 or 1')
}

const lowerCase = (hex: Hex): Hex => `0x${hex.slice(2).toLowerCase()}`

const malformed = (fault: string): SignatureError =>
  new SignatureError('SIGNATURE_MALFORMED', `The signature cannot be serialised: ${fault}.`)
