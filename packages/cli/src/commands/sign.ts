// `coffer sign`: one call of the signing endpoint, SigV4 included; what the guide does with awscurl.
import { readFile } from 'node:fs/promises'
import { type Context, type Outcome, required } from '../context.ts'
import { CliError } from '../failure.ts'
import { columns } from '../terminal.ts'

/**
 * Asks the signing endpoint for a signature.
 *
 * @param options.message The 32-byte hash, `0x` hex or base64, as Crossmint calls it.
 * @param options.payloadFile JSON file with the payload (docs/api.md), `-` for standard input.
 */
export async function sign(
  context: Context,
  options: {
    message?: string | undefined
    payloadFile?: string | undefined
    signerAddress?: string | undefined
    scheme?: string | undefined
    reference?: string | undefined
  },
): Promise<Outcome> {
  if (options.message === undefined && options.payloadFile === undefined)
    throw new CliError('NOTHING_TO_SIGN', 'give --message HASH, --payload FILE, or both')
  const reply = await context.terminal.progress('asking the signing endpoint', async () =>
    context.endpoint()({
      message: options.message,
      payload:
        options.payloadFile === undefined ? undefined : await readPayload(context, options.payloadFile),
      signerAddress: options.signerAddress ?? required(context.config, 'signerAddress'),
      scheme: options.scheme,
      reference: options.reference,
    }),
  )
  return {
    data: reply,
    text: columns(
      [
        ['signature', context.terminal.style.bold(reply.signature)],
        ['signer', reply.signerAddress],
        ['message', reply.message],
        ['scheme', reply.scheme],
        ['digest', reply.digest],
        ['key ARN', reply.keyId],
        ['rules', reply.rules.join(', ')],
        ['request id', reply.requestId],
      ],
      context.terminal.style,
    ),
  }
}

async function readPayload(context: Context, file: string): Promise<object> {
  const text =
    file === '-'
      ? await context.readStandardInput()
      : await readFile(file, 'utf8').catch((error: Error) => {
          throw new CliError('FILE_UNREADABLE', `--payload ${file}: ${error.message}`)
        })
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch (error) {
    throw new CliError('PAYLOAD_INVALID', `--payload ${file} is not JSON: ${(error as Error).message}`)
  }
  throw new CliError('PAYLOAD_INVALID', `--payload ${file} must hold a JSON object with a "kind"`)
}
