// Amounts of token units as cases and generated requests write them: decimal digits, exactly, never a float.

/** Reads token units as base units; a text says what is wrong. */
export function readUnits(text: string, decimals: number): bigint | string {
  const [, whole, fraction = ''] = /^(0|[1-9]\d{0,77})(?:\.(\d{1,77}))?$/.exec(text) ?? []
  if (whole === undefined) return `${JSON.stringify(text)} must be a decimal number such as 250 or 1.50`
  if (fraction.length > decimals)
    return `${text} has ${fraction.length} decimal places, and the token has ${decimals}`
  const amount = BigInt(whole + fraction.padEnd(decimals, '0'))
  return amount >> 256n === 0n ? amount : `${text} must be below 2^256 base units`
}
