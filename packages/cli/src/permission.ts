// Calls of AWS that may be denied: the error then names the permission that is missing.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
import { exitCodes } from './exitCodes.ts'
import { CliError } from './failure.ts'

/**
 * Makes a call.
 *
 * @param permission What it takes, for example `kms:GetKeyPolicy on arn:aws:kms:...`.
 * @param call Any other error of it is left as it is.
 * @throws {CliError} PERMISSION_MISSING
 */
export async function withPermission<T>(permission: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (cause) {
    if (
      !(cause instanceof Error) ||
      !/^(AccessDenied|AuthorizationError|Unauthorized|NotAuthorized|Forbidden)/.test(cause.name)
    )
      throw cause
    throw new CliError('PERMISSION_MISSING', `this needs ${permission}: ${cause.message}`, {
      exitCode: exitCodes.unauthorized,
      hints: ['aws sts get-caller-identity'],
      cause,
    })
  }
}
