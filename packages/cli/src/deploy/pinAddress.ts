// The address that the function is told to sign for: it must be the key's, and a new key's is known only after it exists.

import { addressOf } from '../commands/key.ts'
import type { Context } from '../context.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import type { CurrentStack } from './currentStack.ts'
import type { Parameters } from './template.ts'

/**
 * Fills in `SignerAddress` where the key exists already, and checks the one that is set. The key is asked only where something
 * about it changes: a disabled one must not keep anybody from deploying.
 *
 * @param chosen Values of all parameters.
 * @param isGiven Whether `SignerAddress` was given now; given as empty, nothing is pinned.
 * @throws {CliError} SIGNER_ADDRESS_DIFFERS: with it the function would sign nothing.
 */
export async function pinAddress(
  context: Context,
  chosen: Parameters,
  isGiven: boolean,
  current: CurrentStack | undefined,
): Promise<Parameters> {
  const { ExistingKeyArn: existing = '', SignerAddress: pinned = '' } = chosen
  const before = current?.parameters['ExistingKeyArn'] ?? ''
  const own = before === '' ? current?.outputs['KeyArn'] : undefined
  const keyArn = existing === '' ? own : existing
  if (pinned === '') {
    if (isGiven || keyArn === undefined) return chosen
    return { ...chosen, SignerAddress: await addressOf(context.kms(), keyArn) }
  }
  if (keyArn === undefined)
    throw differs(pinned, 'a new key is created, and it will have another address', '')
  if (isGiven || existing !== before) {
    const address = await addressOf(context.kms(), keyArn)
    if (address.toLowerCase() !== pinned.toLowerCase())
      throw differs(pinned, `the address of ${keyArn} is ${address}`, address)
  }
  return chosen
}

function differs(pinned: string, reason: string, right: string): CliError {
  return new CliError('SIGNER_ADDRESS_DIFFERS', `SignerAddress is ${pinned}, but ${reason}`, {
    exitCode: exitCodes.refused,
    hints: [
      `coffer deploy --parameters SignerAddress=${right}`,
      ...(right === '' ? ['then once more without it: that pins the new address'] : []),
    ],
  })
}
