// Amounts as rules see them: Cedar's decimal, which has four places after the point and 63 bits in all. Rounded up, so that
// no limit is slipped under. https://docs.cedarpolicy.com/policies/syntax-datatypes.html#datatype-decimal

/** The largest decimal, in ten-thousandths. Amounts above it count as this one, and no rule may name it. */
const MAXIMUM = 2n ** 63n - 1n

/** The largest decimal as rules would write it. */
export const MAXIMUM_DECIMAL = '922337203685477.5807'

/** Whether a decimal literal is the largest one, in whatever spelling. */
export const isMaximum = (literal: string): boolean => literal.replace(/^0+/, '') === MAXIMUM_DECIMAL

/**
 * Writes an amount as a Cedar decimal.
 *
 * @param amount Base units.
 * @param decimals How many base units one token unit has, as a power of ten: 6 for USDC.
 * @returns Token units with four decimal places, rounded up; `MAXIMUM_DECIMAL` for all that is too large.
 */
export const toDecimal = (amount: bigint, decimals: number): string => {
  const scaled = amount * 10_000n
  const unit = 10n ** BigInt(decimals)
  const roundedUp = (scaled + unit - 1n) / unit
  const value = roundedUp > MAXIMUM ? MAXIMUM : roundedUp
  return `${value / 10_000n}.${String(value % 10_000n).padStart(4, '0')}`
}

/**
 * Whether an allowance is as good as unlimited: too large for a rule to name, or the largest number of 96 or more bits,
 * which tokens take for "forever".
 *
 * @param amount Base units.
 * @param decimals Of the token; absent where they are not known.
 */
export const isUnlimited = (amount: bigint, decimals: number | undefined): boolean =>
  (amount >= 2n ** 96n - 1n && (amount & (amount + 1n)) === 0n) ||
  (decimals !== undefined && toDecimal(amount, decimals) === MAXIMUM_DECIMAL)
