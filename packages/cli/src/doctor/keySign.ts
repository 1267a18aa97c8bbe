// Tries to sign past the service, without signing: the key must refuse it to everybody but the function.
// https://docs.aws.amazon.com/kms/latest/developerguide/testing-permissions.html
import { DryRunOperationException, NotFoundException, SignCommand } from '@aws-sdk/client-kms'
import type { Context } from '../context.ts'
import { type Finding, failed, NothingToCheckError, ok } from './check.ts'

/**
 * Asks KMS whether whoever runs this could sign.
 *
 * @param keyId The key. What it would sign is 32 zero bytes.
 */
export async function tryToSign({ kms }: Context, keyId: string): Promise<Finding> {
  const request = new SignCommand({
    KeyId: keyId,
    Message: new Uint8Array(32),
    MessageType: 'DIGEST',
    SigningAlgorithm: 'ECDSA_SHA_256',
    DryRun: true,
  })
  try {
    await kms().send(request)
  } catch (error) {
    if (error instanceof DryRunOperationException)
      return failed('your own identity can sign with the key, past the service', 'coffer access')
    if (error instanceof NotFoundException) throw new NothingToCheckError('there is no such key')
    if (!(error instanceof Error)) throw error
    if (/^AccessDenied/.test(error.name))
      return ok('you cannot sign past the service (KMS refused it, which KeyAccessDenied counts)')
    // KMS decides about permissions before it looks at the state of the key.
    if (/^(DisabledException|KMSInvalidState)/.test(error.name))
      return { status: 'unknown', found: 'whether you could sign past the service: the key is not enabled' }
    throw error
  }
  return failed('KMS signed, although only asked whether it would', 'coffer access')
}
