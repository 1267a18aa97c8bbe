// `coffer sign`: one call of the signing endpoint, SigV4 included; what the guide does with awscurl.
import { describeEffect, parseRequest, prepare } from '@coffer/service'
import { recoverAddress } from 'viem'
import { type Context, type Outcome, required } from '../context.ts'
import type { EndpointReply, Hex } from '../endpoint.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import { readPayload } from '../policy/payload.ts'
import { columns } from '../terminal.ts'

/**
 * Asks the signing endpoint for a signature, and checks that it is the one that was asked for.
 *
 * The request is read here first, by the service's own code: so every fault of it is known before anything is sent, and
 * what it would permit can be told.
 *
 * @param options.message The 32-byte hash, `0x` hex or base64, as Crossmint calls it.
 * @param options.payloadFile JSON file with the payload (docs/api.md), `-` for standard input.
 * @throws {CliError} MESSAGE_MISSING, FILE_UNREADABLE, PAYLOAD_INVALID, SIGNATURE_REFUSED; ServiceError for a wrong request.
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
  const { message, payloadFile, scheme, reference } = options
  if (message === undefined && payloadFile === undefined)
    throw new CliError('MESSAGE_MISSING', 'give --message HASH, --payload FILE, or both')
  const request = {
    message,
    payload: payloadFile === undefined ? undefined : await readPayload(context, payloadFile),
    signerAddress: options.signerAddress ?? required(context.config, 'signerAddress'),
    scheme,
    reference,
  }
  const parsed = parseRequest(JSON.stringify(request))
  const { digest, effects } = prepare(parsed)
  const reply = await context.terminal.progress('asking the signing endpoint', () =>
    context.endpoint()(request),
  )
  await checkReply(reply, digest, parsed.signerAddress)
  const { style } = context.terminal
  return {
    data: reply,
    text: columns(
      [
        ...effects.map((effect): [string, string] => ['permits', describeEffect(effect)]),
        ['signature', style.bold(reply.signature)],
        ['signer', reply.signerAddress],
        ['message', reply.message],
        ['scheme', reply.scheme],
        ['digest', reply.digest],
        ['key ARN', reply.keyId],
        ['rules', reply.rules.join(', ')],
        ['request id', reply.requestId],
      ],
      style,
    ),
  }
}

async function checkReply(reply: EndpointReply, digest: Hex, signerAddress: Hex): Promise<void> {
  const signer = await recoverAddress({ hash: digest, signature: reply.signature }).catch(() => undefined)
  if (signer === signerAddress && reply.digest === digest) return
  throw new CliError(
    'SIGNATURE_REFUSED',
    `the endpoint's answer is not a signature by ${signerAddress} over ${digest}`,
    {
      exitCode: exitCodes.untrusted,
      hints: ['is "endpoint" (COFFER_ENDPOINT) the right one?', 'coffer key show'],
    },
  )
}
