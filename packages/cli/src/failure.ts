// Turns any error into what a person and a script need: a stable code, plain words, the next command to try,
// and an exit code.
import { type ExitCode, exitCodes } from './exitCodes.ts'

export type Failure = {
  readonly code: string
  readonly message: string
  readonly hints: readonly string[]
  readonly exitCode: ExitCode
}

/** An error of the command line itself. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly code: string
  readonly exitCode: ExitCode
  readonly hints: readonly string[]

  constructor(
    code: string,
    message: string,
    options: { exitCode?: ExitCode | undefined; hints?: readonly string[] | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.code = code
    this.exitCode = options.exitCode ?? exitCodes.usage
    this.hints = options.hints ?? []
  }
}

/**
 * Describes any thrown value.
 *
 * @param error What was thrown. Errors of Coffer's packages are recognised by their stable `code`.
 * @returns The failure to print. An unknown error keeps its message and exits with 1.
 */
export function toFailure(error: unknown): Failure {
  if (error instanceof CliError)
    return { code: error.code, message: error.message, hints: error.hints, exitCode: error.exitCode }
  if (error instanceof Error && error.message === 'Region is missing') return regionMissing
  const code = codeOf(error)
  const message = error instanceof Error ? error.message : String(error)
  const known = ruleFor(code)
  if (known === undefined) return { code: 'UNEXPECTED', message, hints: [], exitCode: exitCodes.unexpected }
  return { code, message, hints: known.hints ?? [], exitCode: known.exitCode }
}

/** What an error code of Coffer's packages, of the signing service or of the AWS SDK means for the exit code. */
export function ruleFor(code: string): Rule | undefined {
  return rules.find(rule => rule.pattern.test(code))
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return ''
  if ('code' in error && typeof error.code === 'string') return error.code
  return 'name' in error && typeof error.name === 'string' ? error.name : ''
}

// The AWS SDK gives this error no name of its own.
const regionMissing: Failure = {
  code: 'REGION_MISSING',
  message: 'the AWS Region is not known',
  hints: ['export AWS_REGION=eu-north-1', 'or set "region" in coffer.json'],
  exitCode: exitCodes.usage,
}

// The first pattern that matches decides, so the particular stands before the general.
type Rule = { readonly pattern: RegExp; readonly exitCode: ExitCode; readonly hints?: readonly string[] }

const rules: readonly Rule[] = [
  { pattern: /^KMS_KEY_NOT_FOUND$/, exitCode: exitCodes.notFound, hints: ['coffer key list'] },
  {
    pattern: /^KMS_(ACCESS_DENIED|CREDENTIALS_MISSING|CREDENTIALS_REJECTED)$/,
    exitCode: exitCodes.unauthorized,
    hints: ['aws sts get-caller-identity'],
  },
  { pattern: /^KMS_KEY_DISABLED$/, exitCode: exitCodes.refused, hints: ['coffer key enable'] },
  { pattern: /^KMS_(THROTTLED|UNAVAILABLE)$/, exitCode: exitCodes.unavailable },
  { pattern: /^KMS_(ARN_MISMATCH|ANSWER_INVALID)$/, exitCode: exitCodes.untrusted },
  { pattern: /^KMS_/, exitCode: exitCodes.refused, hints: ['coffer key show'] },
  { pattern: /^PUBLIC_KEY_/, exitCode: exitCodes.usage },
  {
    pattern: /^(SIGNATURE_|SIGNED_TRANSFER_CHANGED|HASH_MISMATCH|ADDRESS_MISMATCH|TRANSFER_MISMATCH)/,
    exitCode: exitCodes.untrusted,
  },
  // The signing service's own codes, docs/api.md.
  {
    pattern: /^BLIND_SIGNING_REFUSED$/,
    exitCode: exitCodes.refused,
    hints: ['use `coffer transfer`, which sends the whole user operation', 'or add --payload FILE'],
  },
  {
    pattern: /^DENIED$/,
    exitCode: exitCodes.refused,
    hints: ['rule by rule, by the policy on this machine: coffer policy explain --help'],
  },
  { pattern: /^ADDRESS_INVALID$/, exitCode: exitCodes.refused },
  // The signing service's: the policy that is deployed cannot be used.
  {
    pattern: /^POLICY_INVALID$/,
    exitCode: exitCodes.refused,
    hints: ['coffer policy check, then coffer deploy'],
  },
  { pattern: /^IDENTITY_MISSING$/, exitCode: exitCodes.unauthorized },
  {
    pattern: /^WRONG_SIGNER_ADDRESS$/,
    exitCode: exitCodes.refused,
    hints: ['is "signerAddress" that of the key behind this endpoint?', 'coffer address'],
  },
  { pattern: /^(INVALID_REQUEST|BODY_TOO_LARGE|UNSUPPORTED_MEDIA_TYPE)$/, exitCode: exitCodes.usage },
  { pattern: /^(NONCE_CHANGED|JOURNAL_CORRUPT)$/, exitCode: exitCodes.untrusted },
  { pattern: /^REFERENCE_CONFLICT$/, exitCode: exitCodes.refused },
  { pattern: /^NOTHING_TO_SIGN$/, exitCode: exitCodes.refused, hints: ['coffer transfer status REFERENCE'] },
  { pattern: /^REFERENCE_UNKNOWN$/, exitCode: exitCodes.notFound, hints: ['coffer transfer create --help'] },
  { pattern: /^NOT_APPROVED$/, exitCode: exitCodes.refused, hints: ['coffer transfer approve REFERENCE'] },
  {
    pattern: /^(REFERENCE_BUSY|TRANSFER_PENDING|APPROVALS_MISSING|JOURNAL_WRITE_FAILED)$/,
    exitCode: exitCodes.unavailable,
  },
  { pattern: /^TRANSFER_FAILED$/, exitCode: exitCodes.failed },
  { pattern: /^CROSSMINT_(UNAUTHORIZED|FORBIDDEN)$/, exitCode: exitCodes.unauthorized },
  { pattern: /^CROSSMINT_NOT_FOUND$/, exitCode: exitCodes.notFound },
  { pattern: /^CROSSMINT_INVALID_REQUEST$/, exitCode: exitCodes.usage },
  {
    pattern: /^CROSSMINT_(RATE_LIMITED|UNAVAILABLE|KYC_IN_PROGRESS|MALFORMED_ANSWER)$/,
    exitCode: exitCodes.unavailable,
  },
  { pattern: /^CROSSMINT_/, exitCode: exitCodes.refused },
  // The AWS SDK's own errors, by name.
  { pattern: /^(NotFoundException)$/, exitCode: exitCodes.notFound, hints: ['coffer key list'] },
  {
    pattern:
      /^(AccessDenied|UnrecognizedClient|InvalidSignature|ExpiredToken|MissingAuthenticationToken|CredentialsProvider)/,
    exitCode: exitCodes.unauthorized,
    hints: ['aws sts get-caller-identity'],
  },
  { pattern: /^(DisabledException)$/, exitCode: exitCodes.refused, hints: ['coffer key enable'] },
  {
    pattern: /^(KMSInvalidState|AlreadyExists|UnsupportedOperation|InvalidKeyUsage)/,
    exitCode: exitCodes.refused,
  },
  { pattern: /^(ValidationException|InvalidArnException|InvalidAliasName)/, exitCode: exitCodes.usage },
  {
    pattern: /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$/,
    exitCode: exitCodes.unavailable,
    hints: ['is the Region right? is AWS_ENDPOINT_URL set to something that still runs?'],
  },
  {
    pattern:
      /^(Throttling|DependencyTimeout|KMSInternal|KeyUnavailable|TimeoutError|AbortError|ECONN|ETIMEDOUT)/,
    exitCode: exitCodes.unavailable,
  },
  { pattern: /^BUNDLE_MISSING$/, exitCode: exitCodes.usage, hints: ['npm run build'] },
  { pattern: /^EADDRINUSE$/, exitCode: exitCodes.usage, hints: ['name another port, or leave it out'] },
  {
    pattern: /^ANVIL_EXITED$/,
    exitCode: exitCodes.usage,
    hints: ['is --chain-port taken? name another, or leave it out'],
  },
  {
    pattern: /^ANVIL_NOT_FOUND$/,
    exitCode: exitCodes.usage,
    hints: ['install Foundry: https://getfoundry.sh'],
  },
  { pattern: /^INVALID_INPUT$/, exitCode: exitCodes.usage },
]
