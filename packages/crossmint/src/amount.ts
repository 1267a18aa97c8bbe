// Token amounts: decimal strings at the edge, bigint base units inside, never a float in between.
import { formatUnits } from 'viem'
import { InvalidInputError, type Issue } from './input.ts'

/**
 * Reads a decimal amount exactly. viem's `parseUnits` rounds surplus digits; here they are refused.
 *
 * @param text Decimal digits, e.g. `250` or `1.50`: no sign, exponent, separator, space or surplus leading zero.
 * @param decimals Fraction digits of the token, 0 to 77.
 * @returns Base units, above zero and below 2^256.
 * @throws {INVALID_INPUT} if the text is not such an amount, or has more fraction digits than the token.
 */
export function parseAmount(text: string, decimals: number): bigint {
  const issues: Issue[] = []
  const amount = readAmount(text, decimals, issues)
  if (issues.length > 0) throw new InvalidInputError('amount', issues)
  return amount
}

/**
 * Writes base units as the shortest decimal string.
 *
 * @param baseUnits Base units, zero or more.
 * @param decimals Fraction digits of the token.
 * @returns A decimal string without trailing zeros; `parseAmount` reads it back to the same number, if above zero.
 * @throws {INVALID_INPUT} if `baseUnits` is negative.
 */
export function formatAmount(baseUnits: bigint, decimals: number): string {
  if (baseUnits < 0n)
    throw new InvalidInputError('amount', [{ field: 'baseUnits', message: 'must not be negative' }])
  return formatUnits(baseUnits, decimals)
}

/** As `parseAmount`, for callers which collect faults; of a token that is not known, only the form is checked. */
export function readAmount(text: string, decimals: number | undefined, issues: Issue[]): bigint {
  const form = /^(0|[1-9]\d{0,77})(?:\.(\d{1,77}))?$/
  const [, whole, fraction = ''] = (typeof text === 'string' ? form.exec(text) : null) ?? []
  const fault = (message: string): bigint => {
    issues.push({ field: 'amount', message })
    return 0n
  }
  if (whole === undefined) return fault('must be a decimal number such as 250 or 1.50')
  if (BigInt(whole + fraction) === 0n) return fault('must be above zero')
  if (decimals === undefined) return 0n
  if (fraction.length > decimals)
    return fault(`must have at most ${decimals} fraction digits, has ${fraction.length}`)
  const amount = BigInt(whole + fraction.padEnd(decimals, '0'))
  return amount >> 256n === 0n ? amount : fault('must be below 2^256 base units')
}
