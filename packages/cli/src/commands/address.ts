// `coffer address`: the Ethereum address of a public key, from a PEM or DER file, standard input, or KMS.
import { readFile } from 'node:fs/promises'
import { parsePublicKey, publicKeyToAddress } from '@coffer/signer'
import { type Context, type Outcome, required } from '../context.ts'
import { CliError } from '../failure.ts'
import { addressOf } from './key.ts'

/**
 * Derives the address.
 *
 * @param source `-` for standard input; a key id, key ARN or alias for KMS; anything else is a file. The configured
 *   key where it is left out.
 */
export async function showAddress(context: Context, source: string | undefined): Promise<Outcome> {
  const address = await derive(context, source ?? required(context.config, 'keyId'))
  return { data: { address }, text: address }
}

async function derive(context: Context, source: string): Promise<`0x${string}`> {
  if (source === '-') return publicKeyToAddress(parsePublicKey(await context.readStandardInput()))
  if (/^(arn:|alias\/|mrk-|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$)/.test(source))
    return addressOf(context.kms(), source)
  const bytes = await readFile(source).catch((error: Error) => {
    throw new CliError('FILE_UNREADABLE', `${source} cannot be read: ${error.message}`, {
      hints: ['give a PEM file, - for standard input, or a key id, key ARN or alias/...'],
    })
  })
  return publicKeyToAddress(parsePublicKey(bytes))
}
