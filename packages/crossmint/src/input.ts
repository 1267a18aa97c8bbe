// Bad input from a caller, a command line or a configuration file: every fault is reported at once.
import { type Address, getAddress, isAddress } from 'viem'

/** One fault: which field, and what it must be. */
export type Issue = { readonly field: string; readonly message: string }

/** Throws if anything was found. */
export function refuseIssues(subject: string, issues: readonly Issue[]): void {
  if (issues.length > 0) throw new InvalidInputError(subject, issues)
}

/** Reads an address: lower case, or mixed case with a valid EIP-55 checksum. Returned in EIP-55 form. */
export function readAddress(value: string, field: string, issues: Issue[]): Address {
  if (typeof value === 'string' && isAddress(value)) return getAddress(value)
  issues.push({
    field,
    message: 'must be 0x and 40 hex digits, in lower case or with a valid EIP-55 checksum',
  })
  return '0x'
}

/** Text that cannot disturb a log, a terminal or a URL: not empty, no control characters, no surrounding spaces. */
export function checkText(value: string, field: string, limit: number, issues: Issue[]): void {
  const message = `must be 1 to ${limit} characters, without control characters and surrounding spaces`
  if (typeof value !== 'string') issues.push({ field, message: 'must be text' })
  else if (
    value === '' ||
    value.length > limit ||
    value.trim() !== value ||
    /[\p{C}\p{Zl}\p{Zp}]/u.test(value)
  )
    issues.push({ field, message })
}

/** Input that was refused before anything was sent. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError'
  readonly code = 'INVALID_INPUT'
  readonly issues: readonly Issue[]

  constructor(subject: string, issues: readonly Issue[]) {
    super(
      [`the ${subject} is not valid:`, ...issues.map(one => `  - ${one.field}: ${one.message}`)].join('\n'),
    )
    this.issues = issues
  }
}
